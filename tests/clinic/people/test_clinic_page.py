"""The owner's set-up page shows what is set up, what is missing, and leads to where it is changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.people.models import Clinic
from clinic.scheduling.models import Absence, WorkingHours
from clinic.scheduling.templatetags.clinic_setup import week_lines
from tests.factories.people import UserFactory
from tests.factories.scheduling import RoomFactory, ServiceFactory, WorkingPractitionerFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


def hours(day: int, starts: str, ends: str, room: Any = None) -> WorkingHours:
    clock = dt.time.fromisoformat
    return WorkingHours(weekday=day, starts=clock(starts), ends=clock(ends), room=room)


def test_days_of_the_same_hours_stand_together() -> None:
    room = RoomFactory(name="Willow")
    week = [hours(d, "13:30", "18:00", room) for d in range(4)] + [hours(d, "08:00", "12:30", room) for d in range(5)]
    assert week_lines([*week, hours(6, "10:00", "12:00")]) == [
        ("Mon–Thu", "08:00–12:30, 13:30–18:00 · Willow"),
        ("Fri", "08:00–12:30 · Willow"),
        ("Sun", "10:00–12:00"),
    ]
    assert week_lines([hours(5, "09:00", "10:00"), hours(6, "09:00", "10:00")]) == [("Sat, Sun", "09:00–10:00")]
    assert week_lines([]) == []


def test_the_page_shows_the_house_and_who_cannot_be_booked(as_olive: Client) -> None:
    RoomFactory(name="Bamboo room")
    ServiceFactory(name="Long visit", minutes=60)
    WorkingPractitionerFactory(name="Works Weekdays")
    WorkingPractitionerFactory(name="Works Never", working_hours=())
    start = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    Absence.objects.create(starts_at=start, ends_at=start + dt.timedelta(days=1), reason="Painters")
    page = page_text(as_olive.get("/clinic/"))
    for shown in ("Bamboo room", "Long visit", "60 min", "Mon–Fri", "09:00–17:00", "The whole clinic", "Painters"):
        assert shown in page
    assert page.count("No one can book them") == 1


def test_queries_do_not_grow_with_practitioners(as_olive: Client) -> None:
    as_olive.get("/clinic/")  # the first look writes the clinic's row and the session
    counted = []
    for _ in range(2):
        WorkingPractitionerFactory()
        with CaptureQueriesContext(connection) as asked:
            as_olive.get("/clinic/")
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_saving_is_confirmed_and_a_mistake_keeps_what_was_typed(as_olive: Client) -> None:
    data = {"name": "Quiet Corner", "time_zone": "Europe/Berlin", "emergency_number": "112", "age_of_consent": "18"}
    assert "Saved." in page_text(as_olive.post("/clinic/", data, follow=True))
    answer = as_olive.post("/clinic/", {**data, "time_zone": "Berlin", "address": "Elm Row 3"})
    page = page_text(answer)
    assert answer.status_code == 422 and "is not a time zone" in page and "Elm Row 3" in page


def test_the_staff_list_speaks_of_roles(as_olive: Client) -> None:
    UserFactory(practitioner=True, desk=True, name="Priya Both", password="an old pass phrase")
    assert "practitioner, front desk" in page_text(as_olive.get("/admin/people/user/"))


def test_an_absence_is_written_with_the_browsers_own_picker_in_the_clinics_time(as_olive: Client) -> None:
    page = page_text(as_olive.get("/admin/scheduling/absence/add/"))
    assert 'type="datetime-local" name="starts_at"' in page
    data = {"practitioner": "", "starts_at": "2026-12-24T08:00", "ends_at": "2026-12-27T00:00", "reason": "Holidays"}
    assert as_olive.post("/admin/scheduling/absence/add/", data).status_code == 302
    absence = Absence.objects.get()
    page = page_text(as_olive.get(f"/admin/scheduling/absence/{absence.pk}/change/"))
    assert 'value="2026-12-24T08:00"' in page


def test_the_clinics_name_stays_on_one_line(as_olive: Client) -> None:
    """A line break in it once broke the subject of every mail."""
    said = {"name": "Willow\r\nGate", "time_zone": "Europe/London", "emergency_number": "112", "age_of_consent": "18"}
    assert as_olive.post("/clinic/", said).status_code == 302
    assert Clinic.current().name == "Willow Gate"
