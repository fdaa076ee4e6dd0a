"""The practitioner’s page of an intake: one screen, true words, nothing taken into the chart silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.people.actions import safety
from clinic.people.models import SafetyEntry
from intake.actions import answers as actions
from intake.models import IntakeResponse
from intake.presenters.response import summary
from tests.factories.intake import ResponseFactory
from tests.factories.people import UserFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


def sent(**answers: Any) -> IntakeResponse:
    response = ResponseFactory(complete=True)
    response.answers = {**response.answers, **answers}
    response.save()
    return actions.submit(response.pk)


def test_medicines_come_with_their_class_and_are_offered_to_the_chart() -> None:
    response = sent(medicines="Eliquis 5 mg\nvitamin D", allergies="peanut", blood=["none"])
    told = summary(response)
    assert [(one["words"], one["of"] and one["of"].id) for one in told["medicines"]] == [
        ("Eliquis 5 mg", "anticoagulant"),
        ("vitamin D", None),
    ]
    assert any("blood thinner" in words.lower() for words in told["doubted"])
    offered = [("medicine", "Eliquis 5 mg"), ("medicine", "vitamin D"), ("allergy", "peanut")]
    assert [(one["kind"], one["name"]) for one in told["offers"]] == offered
    assert not SafetyEntry.objects.exists(), "nothing is taken silently"
    by = UserFactory(practitioner=True)
    safety.add_entry(
        patient=response.patient, by=by, kind="medicine", name="eliquis 5 mg", place="", since=None, finding="", asks=""
    )
    assert [one["name"] for one in summary(response)["offers"]] == ["vitamin D", "peanut"]


def test_none_is_no_medicine() -> None:
    told = summary(sent(medicines="None"))
    assert told["medicines"] == [] and told["offers"] == []


def test_places_are_told_with_how_they_feel() -> None:
    response = sent(where=["low_back_left", "low_back_left:burning", "thumb_right", "thumb_right:numb"])
    told = summary(response)
    assert [mark["words"] for mark in told["body"]["marks"]] == ["Lower back, left: burning", "Thumb, right: numb"]
    assert [one["view"].id for one in told["body"]["views"]] == ["back", "front", "hands"]
    page = Client()
    page.force_login(UserFactory(practitioner=True))
    words = page_text(page.get(f"/intakes/{response.pk}/"))
    assert "Thumb, right: numb" in words and "lower back, left (burning)" in words


def test_a_no_against_numbness_is_named_and_what_was_left_open_too() -> None:
    response = sent(where=["coccyx", "coccyx:numb"], saddle_numbness="no", eases=None)
    told = summary(response)
    assert any("between the thighs" in words for words in told["doubted"])
    assert "Better with" in told["unanswered"]
