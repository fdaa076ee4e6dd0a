"""The signs kept for what a patient has told are those found anew, to the letter; a text is read once."""

from __future__ import annotations

import random
from typing import Any

from clinic.lib.complaints import complaints
from intake.assessment import load_intake_knowledge, read_case, signs_of
from intake.assessment.assess import _read
from intake.assessment.text import load_lexicon, read_texts
from intake.signs_so_far import PAINS, signs_told
from tests.support.draws import drawn, some

IDS = sorted(load_intake_knowledge().labels)
WITH_PAIN = sorted({f for rule in load_intake_knowledge().rules if rule.row.pain_at_least for f in rule.all | rule.any})
TEXTS = (
    "I cannot feel myself when I wipe.", "My lower back is stiff after work.", "No fever, no weight loss.",
    "Me duele el pecho cuando subo escaleras.", "I take warfarin every evening.", "I want to end my life.",
)  # fmt: skip


def _data(chance: random.Random) -> dict[str, Any]:
    """What ``answers_part`` gives: few findings of many patients are alike, so few are drawn from."""
    findings = {one: chance.random() < 0.6 for one in (*some(chance, IDS, 6), *some(chance, WITH_PAIN, 4))}
    age, days, weeks = chance.choice((None, 15, 40, 71)), chance.choice((None, 3, 200)), chance.choice((None, 20))
    about = chance.choice(([], [], sorted(complaints())))
    return {
        "patient": {"age": age, "sex": chance.choice(("female", "male", None)), "pregnancy_weeks": weeks},
        "complaint": {"duration_days": days, **({"id": chance.choice(about)} if about else {})},
        "findings": findings,
        "texts": {key: chance.choice(TEXTS) for key in some(chance, ("reason", "story"), 2)},
        "explained": {},
        "scores": {"phq2": chance.choice((None, 1, 5)), "gad2": None, "nice_spa": chance.choice((None, 3, 4))},
    }


def _pains(chance: random.Random) -> dict[str, int | None]:
    return {pain: chance.choice((None, 0, 3, 7, 8, 9, 10)) for pain in PAINS}


@drawn(_data, _pains, _pains)
def test_what_is_kept_is_what_would_be_found(
    data: dict[str, Any], first: dict[str, int | None], second: dict[str, int | None]
) -> None:
    for pains in (first, second, first):
        told = {**data, "complaint": {**data["complaint"], **pains}}
        assert signs_told(told) == signs_of(*read_case(told))


def test_a_rule_asks_how_strong_the_pain_is() -> None:
    """Otherwise the pains drawn above could decide nothing."""
    assert load_intake_knowledge().pains_asked and WITH_PAIN
    data: dict[str, Any] = {"patient": {}, "findings": dict.fromkeys(WITH_PAIN, True), "texts": {}, "explained": {}}
    weak, strong = ({**data, "complaint": dict.fromkeys(PAINS, pain)} for pain in (1, 10))
    assert signs_told(weak) != signs_told(strong)


def test_a_text_says_the_same_whichever_others_stand_beside_it() -> None:
    lexicon = load_lexicon()
    for first in TEXTS:
        for second in TEXTS:
            texts = {"story": first, "reason": second}
            alone = tuple(sign for key in sorted(texts) for sign in _read(key, texts[key]))
            assert alone == read_texts(texts, lexicon) and (alone or first != TEXTS[0])
