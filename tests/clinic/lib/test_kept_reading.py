"""What was read is used again only if nothing that decides it has changed, and only if it is whole."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from clinic.lib.kept_reading import kept
from clinic.lib.knowledge_files import Fault, KnowledgeError
from intake.assessment.text import lexicon
from intake.assessment.text.files import compiled

FILES = {"a.toml": "one", "b.toml": "two"}


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    path = tmp_path / "code.py"
    path.write_text("read = 1")
    return path


def refuse() -> object:
    raise AssertionError("made anew")


def place(code: Path) -> Path:
    return code.parent / "__pycache__" / "kept.json"


def test_the_same_is_not_made_twice(code: Path):
    assert kept("kept", FILES, [code], lambda: {"word": ["ä", 1, None]}) == {"word": ["ä", 1, None]}
    assert kept("kept", FILES, [code], refuse) == {"word": ["ä", 1, None]}


@pytest.mark.parametrize(
    "files",
    [
        {"a.toml": "one", "b.toml": "twO"},
        {"a.toml": "one"},
        {"a.toml": "one", "c.toml": "two"},
        {"b.toml": "one", "a.toml": "two"},
        {"a.toml": "one\nb.toml 3\ntwo"},
    ],
)
def test_one_letter_in_a_file_makes_it_anew(code: Path, files: dict[str, str]):
    kept("kept", FILES, [code], lambda: "before")
    assert kept("kept", files, [code], lambda: "after") == "after"


def test_other_code_makes_it_anew(code: Path):
    kept("kept", FILES, [code], lambda: "before")
    code.write_text("read = 2")
    assert kept("kept", FILES, [code], lambda: "after") == "after"


def test_an_edit_within_the_same_moment_is_seen(code: Path):
    """Python's own compiled files go by time and size; what was read goes by every letter."""
    kept("kept", FILES, [code], lambda: "before")
    was = code.stat()
    code.write_text("read = 3")
    os.utime(code, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert kept("kept", FILES, [code], lambda: "after") == "after"


@pytest.mark.parametrize("harm", ["cut", "letter", "empty", "no JSON", "missing"])
def test_what_is_not_whole_is_made_anew_and_kept_again(code: Path, harm: str):
    kept("kept", FILES, [code], lambda: {"finding": "flag.fever"})
    content = place(code).read_bytes()
    harmed = {
        "cut": content[:-4],
        "letter": content.replace(b"fever", b"feves"),
        "empty": b"",
        "no JSON": content.split(b"\n")[0] + b"\nno",
        "missing": None,
    }[harm]
    place(code).unlink()
    if harmed is not None:
        place(code).write_bytes(harmed)
    assert kept("kept", FILES, [code], lambda: "made") == "made"
    assert kept("kept", FILES, [code], refuse) == "made"
    assert [path.name for path in place(code).parent.iterdir()] == ["kept.json"]


def test_what_has_faults_is_told_each_time(code: Path):
    def broken() -> object:
        raise KnowledgeError([Fault("a.toml", "", "no")])

    for _ in range(2):
        with pytest.raises(KnowledgeError):
            kept("kept", FILES, [code], broken)
    assert not place(code).exists()


def test_nothing_is_written_where_python_writes_nothing(code: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept("kept", FILES, [code], lambda: "made") == "made"
    assert not place(code).parent.exists()


def test_where_nothing_can_be_written_it_is_made_each_time(code: Path):
    place(code).parent.write_text("a file where the folder would be")
    for _ in range(2):
        assert kept("kept", FILES, [code], lambda: "made") == "made"
    place(code).parent.unlink()


def test_a_broken_lexicon_is_told_although_the_sound_one_is_kept(monkeypatch: pytest.MonkeyPatch):
    lexicon.load_lexicon()
    sound = lexicon.lexicon_files()
    monkeypatch.setattr(lexicon, "lexicon_files", lambda: {**sound, "en/fever.toml": "surprise = 1"})
    lexicon.load_lexicon.cache_clear()
    with pytest.raises(KnowledgeError, match=r"en/fever\.toml: surprise"):
        lexicon.load_lexicon()
    lexicon.load_lexicon.cache_clear()


def test_the_lexicon_that_is_kept_is_the_one_compiled_now():

    files = lexicon.lexicon_files()
    now = json.loads(json.dumps(compiled(files)))
    asked = kept("lexicon", files, lexicon.CODE, lambda: compiled(files))
    assert json.loads(json.dumps(asked)) == now
