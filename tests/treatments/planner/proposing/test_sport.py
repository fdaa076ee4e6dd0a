"""A pain from training is managed in the patient's own sport, as far as the own words name it."""

from __future__ import annotations

import pytest

from treatments.planner.vocabulary.facts import kinds
from treatments.planner.vocabulary.sports import load_sports

STRAIN = ("site.shoulder", "side.right", "onset.sport", "quality.stabbing_fixed", "worsened_by.movement")
# what a patient writes -> the sports it names
WORDS = [
    ("I am training for a half-marathon", {"running"}),
    ("It hurts running down my leg", set()),
    ("Ich gehe zweimal die Woche joggen und schwimmen", {"running", "swimming"}),
    ("Juego al tenis los sábados", {"throwing"}),
    ("After tennis and in the gym", {"throwing", "lifting"}),
    ("Beim Klettern und im Kajak", {"rowing"}),
    ("I dropped a plate in the kitchen", set()),
    ("mi marido sale en bicicleta", {"cycling"}),
    ("Ballet since I was six", {"dance"}),
    ("Fußball am Sonntag", {"ball"}),
    ("", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sports"), WORDS)
def test_the_sport_is_read_from_the_own_words(text, sports):
    assert load_sports().named_in([text]) == {f"sport:{sport}" for sport in sports}


def movement(proposal):
    (item,) = [item for item in proposal["treatment"]["home_care"] if item["kind"] == "movement"]
    return item


@pytest.mark.parametrize(
    ("text", "says"),
    [("I play tennis", "serves"), ("I swim every day", "tumble turns"), ("nothing special", "Train half as much")],
)
def test_the_load_is_managed_in_that_sport(proposed, text, says):
    assert says in movement(proposed(STRAIN, texts={"reason": text}))["text"]


def test_a_sport_beside_a_pain_of_another_cause_changes_no_advice(proposed, accident):
    assert movement(proposed(accident, texts={"reason": "I swim every day"})) == movement(proposed(accident))


def test_every_sport_has_words_and_advice(proposed):
    assert {row.id for row in load_sports().rows} == set(kinds()["sport"])


def test_who_swims_gets_no_tacks(proposed):
    signs = ("site.low_back", "side.right", "onset.accident", "quality.stabbing_fixed", "worsened_by.movement")
    dry, wet = (proposed(signs, visit=3, pain=9, texts={"reason": text}) for text in ("nothing", "I swim a lot"))
    methods = [{item["method"] for item in one["treatment"]["ear"]} for one in (dry, wet)]
    assert "press_tacks" in methods[0] and "press_tacks" not in methods[1]
