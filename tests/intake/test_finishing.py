"""How the form is doing: counts that add up, a median that means something, nothing of what was answered."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from intake.models import IntakeResponse
from intake.presenters import finishing
from intake.questionnaire.values import DONE
from tests.factories.intake import PLAIN_FIRST, ResponseFactory, second_part_of
from tests.factories.people import UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    finishing._kept.clear()


def took(minutes: float) -> None:
    """One sent form."""
    response = ResponseFactory(complete=True, answers={**PLAIN_FIRST, DONE: ["reason", "about"]})
    now = timezone.now()
    IntakeResponse.objects.filter(pk=response.pk).update(
        submitted_at=now, started_at=now - dt.timedelta(minutes=minutes)
    )


def left_after(*done: str, days: int) -> None:
    at = timezone.now() - dt.timedelta(days=days)
    ResponseFactory(answers={"reason": "my secret", DONE: list(done)}, saved_at=at)


def test_who_finishes_and_where_the_others_stop() -> None:
    for minutes in (6, 7, 8, 9, 30, 600):  # the last was put aside in between
        took(minutes)
    left_after("reason", days=3)
    left_after("reason", "about", days=3)
    left_after(days=3)
    left_after("reason", days=0)  # still at it
    first, second = finishing.finishing()
    assert (first["started"], first["sent"], first["stopped"]) == (10, 6, 3)
    assert first["words"].startswith("6 of 10 sent (60 %), 3 stopped, 1 of them at the first screen, 8 minutes")
    assert first["minutes"] == 8
    by_title = {row["title"]: row for row in first["screens"]}
    assert by_title["What brings you here?"] == {"title": "What brings you here?", "passed": 9, "stopped": 1}
    assert by_title["What is it mostly about?"]["stopped"] == 1
    assert second["started"] == 0 and second["words"] == "not begun yet"


def test_the_second_part_is_counted_by_itself() -> None:
    second_part_of()
    first, second = finishing.finishing()
    assert (first["started"], first["sent"], second["started"], second["sent"]) == (1, 1, 1, 0)


def test_the_owner_sees_it_without_an_answer_and_nobody_else_does() -> None:
    left_after("reason", days=2)
    owner = Client()
    owner.force_login(UserFactory(owner=True))
    page = page_text(owner.get("/intakes/finishing/"))
    assert "0 of 1 sent (0 %), 1 stopped" in page and "my secret" not in page
    for role in ("desk", "practitioner"):
        other = Client()
        other.force_login(UserFactory(**{role: True}))
        assert other.get("/intakes/finishing/").status_code == 403


def test_the_minutes_left_are_the_clinics_own_or_not_said() -> None:
    assert finishing.minutes_left(1, 0) is None
    for _n in range(4):
        took(10)
    finishing._kept.clear()
    assert finishing.minutes_left(1, 0) is None  # four are too few
    took(10)
    finishing._kept.clear()
    assert [finishing.minutes_left(1, percent) for percent in (0, 50, 99)] == [10, 5, 1]
    page = page_text(phone_with(ResponseFactory()).get("/i/step/reason/"))
    assert "about 10 minutes left" in page
