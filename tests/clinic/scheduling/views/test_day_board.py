"""The day board and the calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.scheduling.models import AppointmentChange
from tests.factories.scheduling import clinic_in
from tests.support.scheduling_pages import text

pytestmark = pytest.mark.django_db


def test_board_moves_on_by_one_click_and_back_by_undo(house, client):
    visit = house.visit()
    assert "Ana Torres" in text(client.get(reverse("scheduling:today")))
    url = reverse("scheduling:status", args=[visit.pk])
    answer = client.post(url, {"status": "arrived", "version": 1}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "is now arrived" in text(answer)
    change = AppointmentChange.objects.order_by("pk").last()
    back = client.post(reverse("scheduling:undo", args=[change.pk]), headers={"HX-Request": "true"})
    assert "Undone." in text(back)
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_board_without_htmx_goes_back_to_the_board(house, client):
    visit = house.visit()
    url = reverse("scheduling:status", args=[visit.pk])
    answer = client.post(url, {"status": "arrived", "next": "/today/?practitioner=1"})
    assert answer.url.startswith("/today/?practitioner=1&changed=")
    evil = client.post(url, {"status": "booked", "next": "https://evil.example/"})
    assert evil.url.startswith("/schedule/")
    odd = client.post(url, {"status": "arrived", "next": "word"})  # once a 500, after the change was made
    assert odd.url.startswith("/schedule/")


def test_stale_click_on_the_board_is_told(house, client):
    visit = house.visit()
    url = reverse("scheduling:status", args=[visit.pk])
    client.post(url, {"status": "cancelled", "version": 1})
    answer = client.post(url, {"status": "arrived", "version": 1}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Someone else has changed this visit" in text(answer)


def test_board_that_refreshes_itself_notes_nobody_twice(house, client):
    house.visit()
    headers = {"HX-Request": "true", "X-Ashi-Background": "1"}
    client.get(reverse("scheduling:today"))
    client.get(reverse("scheduling:today"), headers=headers)
    assert AuditEvent.objects.filter(action="schedule.listed").count() == 1


def test_calendar_works_as_a_list_without_javascript(house, client):
    house.visit()
    page = text(client.get(reverse("scheduling:calendar"), {"date": "2026-11-23"}))
    assert "10:00–10:45" in page and "09:00–17:00" in page


def test_feed_is_on_the_clinics_wall_clock_with_closed_hours(house, client):
    house.visit()
    asked = {"start": "2026-11-23T00:00:00", "end": "2026-11-24T00:00:00"}
    events = client.get(reverse("scheduling:feed"), asked).json()
    visits = [event for event in events if event.get("title")]
    closed = [(event["start"], event["end"]) for event in events if event.get("display") == "background"]
    assert [(event["start"], event["end"]) for event in visits] == [("2026-11-23T10:00:00", "2026-11-23T10:45:00")]
    assert closed == [
        ("2026-11-23T00:00:00", "2026-11-23T09:00:00"),
        ("2026-11-23T17:00:00", "2026-11-24T00:00:00"),
    ]


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Africa/Cairo", "2027-04-30"), ("Asia/Beirut", "2027-03-28"), ("America/Havana", "2027-03-14")],
)
@pytest.mark.parametrize("edge", ["start", "end"])
def test_feed_answers_where_the_clock_jumps_over_midnight(house, client, zone, day, edge):
    """Once a 422, and an empty day on the screen."""
    clinic_in(zone)
    cairo = dt.date.fromisoformat(day)
    first = cairo if edge == "start" else cairo - dt.timedelta(days=1)
    asked = {"start": f"{first}T00:00:00", "end": f"{first + dt.timedelta(days=1)}T00:00:00"}
    answer = client.get(reverse("scheduling:feed"), asked)
    assert answer.status_code == 200
    assert all(event["start"] < event["end"] for event in answer.json())
    page = client.get(reverse("scheduling:calendar"), {"date": str(cairo)})
    assert page.status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"start": "x", "end": "y"},
        {"start": "2026-01-01", "end": "2027-01-01"},
        {"start": "9999-12-31", "end": "9999-12-31T10:00"},
    ],
)
def test_feed_refuses_nonsense(house, client, asked):
    assert client.get(reverse("scheduling:feed"), asked).status_code == 422


@pytest.mark.parametrize("date", ["", "nonsense", "0001-01-01", "9999-12-31"])
def test_calendar_survives_any_date(house, client, date):
    assert client.get(reverse("scheduling:calendar"), {"date": date, "view": "week"}).status_code == 200


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-25", "23–29 November 2026"),
        ("2026-11-29", "23–29 November 2026"),
        ("2026-12-02", "30 November–6 December 2026"),
    ],
)
def test_the_week_says_from_when_to_when(house, client, day, words):
    assert f"<h1>{words}</h1>" in text(client.get(reverse("scheduling:calendar"), {"date": day, "view": "week"}))
