"""How the form is doing: counts that add up, a median that means something, nothing of what was answered."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from intake.actions.invitations import start
from intake.actions.stays import LONGEST, note_stay
from intake.models import IntakeResponse, ScreenStay
from intake.presenters import finishing
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import DONE
from tests.factories.intake import PLAIN_FIRST, InvitationFactory, ResponseFactory, second_part_of
from tests.factories.people import UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.intake_page import Tab
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
    assert first["words"].startswith("6 of 10 sent (60 %), 3 stopped, 8 minutes")
    assert first["minutes"] == 8
    by_title = {row["title"]: row for row in first["screens"]}
    reason = by_title["What brings you here?"]
    assert reason == {"title": "What brings you here?", "came": 9, "stopped": 0, "seconds": None}
    assert by_title["What is it about?"]["stopped"] == 1
    assert sum(row["stopped"] for row in first["screens"]) == 3
    assert second["started"] == 0 and second["words"] == "not begun yet"


def stayed(response: IntakeResponse, screen: str, seconds: int, following: str) -> None:
    note_stay(response.pk, screen=screen, seconds=seconds, following=following)


def test_seconds_are_the_median_of_all_who_went_on_and_of_no_fewer_than_five() -> None:
    for seconds in (10, 20, 30, 400):
        stayed(ResponseFactory(), "reason", seconds, "about")
    assert finishing.median_seconds(timezone.now()) == {}
    stayed(ResponseFactory(), "reason", 40, "about")
    finishing._kept.clear()
    assert finishing.median_seconds(timezone.now()) == {"reason": 30}
    assert ScreenStay.objects.filter(seconds=LONGEST).count() == 1
    assert [row["seconds"] for row in finishing.finishing()[0]["screens"] if row["seconds"]] == [30]


def test_the_owners_page_is_of_now_and_an_estimate_is_of_no_time_to_come() -> None:
    now = timezone.now()
    for seconds in (10, 20, 30, 40, 50):
        stayed(ResponseFactory(), "reason", seconds, "about")
    assert finishing.median_seconds(now + dt.timedelta(hours=5)) == {"reason": 30}  # a clock that is set back after it
    stayed(ResponseFactory(), "reason", 60, "about")
    assert [row["seconds"] for row in finishing.finishing()[0]["screens"] if row["seconds"]] == [35]
    assert finishing.median_seconds(now) == {"reason": 35}
    stayed(ResponseFactory(), "reason", 70, "about")
    assert finishing.median_seconds(now + dt.timedelta(minutes=29)) == {"reason": 35}
    assert finishing.median_seconds(now + dt.timedelta(minutes=31)) == {"reason": 40}


def test_coming_back_adds_to_the_stay_and_seconds_are_never_negative() -> None:
    response = ResponseFactory()
    for seconds in (10, 5, -99):
        stayed(response, "reason", seconds, "about")
    assert dict(ScreenStay.objects.values_list("screen", "seconds")) == {"reason": 15, "about": None}


def test_who_stopped_at_a_screen_that_others_do_not_see() -> None:
    """Where somebody stopped is what they were led to, not what comes next in the form."""
    response = ResponseFactory(answers={DONE: ["reason"]}, saved_at=timezone.now() - dt.timedelta(days=3))
    stayed(response, "reason", 9, "where")
    by_id = dict(zip([s.id for s in load_questionnaire().screens], finishing.finishing()[0]["screens"], strict=False))
    assert by_id["where"]["stopped"] == 1 and by_id["about"]["stopped"] == 0


def test_who_stopped_at_the_first_screen() -> None:
    response = start(InvitationFactory().pk)
    IntakeResponse.objects.update(saved_at=timezone.now() - dt.timedelta(days=3))
    [stay] = ScreenStay.objects.filter(response=response)
    [at] = [row for row in finishing.finishing()[0]["screens"] if row["came"]]
    assert at["stopped"] == 1 and stay.seconds is None


def test_next_without_scripts_counts_the_seconds_since_the_page_was_drawn() -> None:
    response = ResponseFactory()
    phone = phone_with(response)
    with time_machine(seconds_ago=42):
        tab = Tab(phone, "reason")
    tab.go({"reason": "my secret"})
    [stay] = ScreenStay.objects.filter(screen="reason")
    assert 42 <= (stay.seconds or 0) < 100
    assert ScreenStay.objects.filter(response=response, seconds=None).count() == 1
    fields = [field.name for field in ScreenStay._meta.concrete_fields]
    assert fields == ["id", "response", "screen", "seconds", "came_at"]  # no content


@contextmanager
def time_machine(*, seconds_ago: int) -> Iterator[None]:
    real = time.time
    with patch("intake.forms.opened.time.time", lambda: real() - seconds_ago):
        yield


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
    assert finishing.minutes_left(["reason"]) is None
    for _n in range(5):
        one = ResponseFactory()
        for screen, seconds in (("reason", 90), ("about", 30), ("where", 120)):
            stayed(one, screen, seconds, "next")
    finishing._kept.clear()
    assert finishing.minutes_left(["reason", "about", "where"]) == 4
    assert finishing.minutes_left(["about"]) == 1
    assert finishing.minutes_left(["reason", "unseen"]) == 3  # like the others
    assert finishing.minutes_left(["reason", "unseen", "too"]) is None
    everything = [screen.id for screen in load_questionnaire().screens]
    for screen in everything:
        for one in IntakeResponse.objects.all():
            ScreenStay.objects.update_or_create(response=one, screen=screen, defaults={"seconds": 60})
    finishing._kept.clear()
    page = page_text(phone_with(ResponseFactory()).get("/i/step/reason/"))
    assert re.search(r"about \d\d minutes left", page)
