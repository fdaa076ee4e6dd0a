"""The lexicon files are read strictly: every fault is named with its file, all at once."""

from __future__ import annotations

import random

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment.text import read_texts
from intake.assessment.text.lexicon import read_lexicon
from intake.assessment.text.vocabulary import Lines

SOUND = """
common = "a"
[words]
good = "one"
[[sign]]
finding = "flag.fever"
any = "good"
"""
BROKEN = """
common = "a"
sayings = "alone"
[words]
good = '''
one
two
'''
idle = "three"
[cues.negation]
any = "'no'"
[[sign]]
finding = "flag.fever"
any = '''
good & nowhere
&
'''
"""


def faults(files: dict[str, str]) -> str:
    with pytest.raises(KnowledgeError) as caught:
        read_lexicon(files)
    return str(caught.value)


def test_faults_are_all_named():
    text = faults({"xx/all.toml": BROKEN, "yy/all.toml": "language = 3\nsurprise = 1", "zz/all.toml": "= 3"})
    assert "xx/all.toml: flag.fever: unknown name 'nowhere'" in text
    assert "xx/all.toml: idle: nothing uses this name" in text
    assert "xx/all.toml: flag.fever: template '&' has an empty part" in text
    assert "xx/all.toml: sayings: 'alone' is a single word" in text
    assert "yy/all.toml: surprise" in text
    assert "zz/all.toml: " in text


@pytest.mark.parametrize("section", ["common", "intensifiers", "ordinary"])
def test_words_that_are_found_one_by_one_are_written_one_by_one(section: str):
    text = faults({"xx/a.toml": SOUND, "xx/b.toml": f"{section} = 'two words'"})
    assert f"xx/b.toml: {section}: 'two words' is more than one word" in text


def test_a_name_has_one_home():
    cue = "[cues.negation]\nany = \"'no'\"\n"
    text = faults({"xx/a.toml": SOUND + cue, "xx/b.toml": "[words]\ngood = 'other'\n[phrases]\ngood = 'good'\n" + cue})
    assert text.count("xx/b.toml: good: the name is taken in xx/") == 2
    assert "xx/b.toml: cues.negation: the name is taken in xx/a.toml" in text


def test_an_empty_list_is_a_fault():
    assert "words.good" in faults({"xx/a.toml": SOUND.replace('"one"', '"# only a remark"')})


def test_the_files_of_a_language_are_read_together():
    here, there = SOUND.split("[[sign]]")
    (language,) = read_lexicon({"xx/a.toml": here, "xx/b.toml": "[[sign]]" + there}).languages
    assert [sign.finding for sign in language.signs] == ["flag.fever"]


def test_medicines_join_the_words_of_their_name_in_every_language():
    lexicon = read_lexicon(
        {"medicines.toml": "good = '''\nEliquis\nprednis*\n'''", "xx/a.toml": SOUND, "yy/a.toml": SOUND}
    )
    for text in ("one", "eliquis", "prednisolone"):
        assert len(read_texts({"reason": text}, lexicon)) == 1
    assert read_texts({"reason": "elixir"}, lexicon) == ()


def test_medicines_are_single_words_of_a_name_that_is_known():
    text = faults({"medicines.toml": "good = 'nu seals'\nlost = 'eliquis'", "xx/a.toml": SOUND})
    assert "medicines.toml: good.0" in text
    text = faults({"medicines.toml": "lost = 'eliquis'", "xx/a.toml": SOUND})
    assert "medicines.toml: lost: no language has words of this name" in text


def test_lines_in_one_text_are_found_like_lines_in_a_list():
    chance = random.Random(11)

    def drawn(most: int) -> str:
        return "".join(chance.choice("ab! ä") for _ in range(chance.randint(1, most)))

    for _ in range(500):
        known = sorted({drawn(4) for _ in range(chance.randint(0, 9))})
        lines = Lines(Lines.joined(known))
        assert list(lines) == known
        for _ in range(4):
            line = drawn(4)
            assert (line in lines) == (line in known)
            assert lines.between(line, line + "b") == [one for one in known if line <= one < line + "b"]
