"""Ear points are read as they are written: any case of the code, English, pinyin, characters; every zone there is."""

from __future__ import annotations

import pytest
from django import forms

from tests.support.rows import each_row
from treatments.clinic_knowledge import planner_knowledge
from treatments.plans.forms.ear_points import read_ear_points
from treatments.plans.forms.items import EarForm

ZONES = sorted(planner_knowledge().ear_points.values(), key=lambda zone: zone.code)


def codes(text: str) -> list[str]:
    return [point["code"] for point in read_ear_points(text)]


@each_row("zone", ZONES)
def test_every_zone_that_the_planner_may_propose_can_be_edited(zone):
    row = {"method": "seeds", "side": "left", "points": [{"code": zone.code, "name": zone.name}], "keep_days": 5}
    form = EarForm({**EarForm.initial_of(row), "keep_days": 4})
    assert form.is_valid(), form.errors
    assert form.fields_of_item() == {**row, "keep_days": 4}


@each_row("zone", ZONES)
def test_a_code_is_found_in_any_case_and_keeps_its_own(zone):
    assert codes(zone.code.lower()) == codes(zone.code.upper()) == [zone.code]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("shenmen", ["TF4"]),
        ("Shénmén", ["TF4"]),
        ("神门", ["TF4"]),
        ("tf4 shenmen", ["TF4"]),
        ("TF4 whatever it is called here", ["TF4"]),
        ("lumbosacral spine", ["AH9"]),
        ("腰骶椎", ["AH9"]),
        ("yaodizhui", ["AH9"]),
        ("TF4, AH9", ["TF4", "AH9"]),
        ("神门、腰骶椎；tf4", ["TF4", "AH9"]),
    ],
)
def test_names_are_understood_as_for_body_points(text, found):
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [("AH99", "“AH99” is not one ear point"), ("shenmem", "Did you mean TF4 Shenmen"), (" , ", "at least one"),
     ("TF4, nonsense", "“nonsense” is not one ear point")],
)  # fmt: skip
def test_what_is_none_is_named_and_the_nearest_are_offered(text, words):
    with pytest.raises(forms.ValidationError, match=words.replace("(", r"\(")):
        read_ear_points(text)
