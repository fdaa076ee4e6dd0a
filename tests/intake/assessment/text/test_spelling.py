"""What is looked up of a misspelt word is what a look at every term would find."""

from __future__ import annotations

import random

import pytest

from intake.assessment.text import load_lexicon
from intake.assessment.text.language import Language
from intake.assessment.text.spelling import MIN_FUZZY, MIN_SKELETON, _distance, _one_slip, _skeleton

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slipped(chance: random.Random, word: str) -> str:
    """One slip of the fingers behind the first letter, now and then two or none."""
    for _ in range(chance.choice([1, 1, 1, 2, 0])):
        at = chance.randrange(1, len(word))
        match chance.randrange(4):
            case 0:
                word = word[:at] + word[at + 1 :]
            case 1:
                word = word[:at] + chance.choice(LETTERS) + word[at:]
            case 2:
                word = word[:at] + chance.choice(LETTERS) + word[at + 1 :]
            case 3:
                word = word[: at - 1] + word[at - 1 : at + 1][::-1] + word[at + 1 :]
        if len(word) < MIN_FUZZY:
            return word
    return word


@pytest.mark.thorough
@pytest.mark.parametrize("language", load_lexicon().languages, ids=lambda language: language.code)
def test_every_term_one_slip_away_is_found(language: Language) -> None:
    speller, chance = language.speller, random.Random(5)
    plain = (term for term in speller._plain if term.isascii() and term.isalpha() and term.islower())
    stems = sorted({stem for stems in (plain, speller._whole, speller._beginnings) for stem in stems if stem})
    long = [stem for stem in stems if len(stem) >= MIN_FUZZY] or stems
    by_letter = {letter: [stem for stem in long if stem[0] == letter] for letter in {stem[0] for stem in long}}
    for stem in chance.choices(long, k=1500) + [one for one in long if len(one) == MIN_FUZZY]:
        if len(stem) < MIN_FUZZY:
            continue
        word = slipped(chance, stem)
        if len(word) < MIN_FUZZY - 1:
            continue
        wanted = {
            term
            for term in by_letter.get(word[0], ())
            if (-2 < len(word) - len(term) < 2 and _one_slip(word, term))
            or (
                len(word) >= MIN_SKELETON - 1
                and len(term) >= MIN_SKELETON
                and _skeleton(word) == _skeleton(term)
                and term[:2] == word[:2]
                and _distance(word, term) <= 2
            )
        }
        assert speller._near(word) == wanted, word
