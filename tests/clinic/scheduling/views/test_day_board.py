"""The day board and the calendar."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.people.models import Patient, User
from clinic.scheduling.models import Absence, Appointment, AppointmentChange, Room, Service, WorkingHours
from tests.factories.scheduling import clinic_in
from tests.support.scheduling_pages import TEN, feed_visits, text

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


@pytest.mark.parametrize("view", ["day", "week"])
def test_calendar_works_as_a_list_without_javascript(house, client, view):
    house.visit()
    page = client.get(reverse("scheduling:calendar"), {"date": "2026-11-23", "view": view}).content.decode()
    led_to = re.search(r'<noscript>\s*<meta http-equiv="refresh" content="0; url=([^"]+)">', page)
    assert led_to and "Ana Torres" not in page  # what the calendar draws is not sent twice
    listed = text(client.get(html.unescape(led_to[1])))
    assert "10:00–10:45" in listed and "09:00–17:00" in listed and "Ana Torres" in listed


def test_a_script_gets_the_list_alone(house, client):
    house.visit()
    part = client.get(f"{reverse('scheduling:calendar')}?date=2026-11-23&view=list", headers={"HX-Request": "true"})
    assert "Ana Torres" in text(part) and "<html" not in part.content.decode()


def test_every_list_and_feed_of_names_is_noted_and_an_empty_page_is_not(house, client):
    house.visit()
    noted = AuditEvent.objects.filter(action="schedule.listed")
    client.get(reverse("scheduling:calendar"), {"date": "2026-11-23"})
    assert noted.count() == 0
    client.get(reverse("scheduling:feed"), FEED)
    client.get(reverse("scheduling:calendar"), {"date": "2026-11-23", "view": "list"})
    assert [event.detail for event in noted] == [{"patients": [house.patient.pk]}] * 2


HOUR = dt.timedelta(hours=1)
FEED = {"start": "2026-11-23T00:00:00", "end": "2026-11-24T00:00:00"}


def test_feed_is_on_the_clinics_wall_clock_with_closed_hours(house, client):
    house.visit()
    answer = client.get(reverse("scheduling:feed"), FEED)
    assert [(one["start"], one["end"]) for one in feed_visits(answer)] == [("2026-11-23T10:00", "2026-11-23T10:45")]
    assert answer.json()["closed"] == [
        [house.petra.pk, "2026-11-23T00:00", "2026-11-23T09:00"],
        [house.petra.pk, "2026-11-23T17:00", "2026-11-24T00:00"],
    ]


def _renamed(house):
    Patient.objects.filter(pk=house.patient.pk).update(family_name="Torres-Lee")


def _recoloured(house):
    Service.objects.filter(pk=house.service.pk).update(colour="clay")


CHANGES = {
    "name": _renamed,
    "colour": _recoloured,
    "service": lambda house: Service.objects.update(name="Long one"),
    "room": lambda house: Room.objects.update(name="Blue room"),
    "room out of use": lambda house: Room.objects.update(is_active=False),
    "practitioner": lambda house: User.objects.filter(pk=house.petra.pk).update(name="Petra B."),
    "left": lambda house: User.objects.filter(pk=house.petra.pk).update(is_active=False),
    "hours": lambda house: WorkingHours.objects.update(ends=dt.time(16)),
    "away": lambda house: Absence.objects.create(practitioner=house.petra, starts_at=TEN, ends_at=TEN + HOUR),
    "status": lambda house: Appointment.objects.update(status="confirmed"),
    "cancelled": lambda house: Appointment.objects.update(status="cancelled"),
    "time": lambda house: Appointment.objects.update(starts_at=TEN - HOUR),
    "version": lambda house: Appointment.objects.update(version=2),
    "another visit": lambda house: house.visit(TEN + 2 * HOUR, "second"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_feed_says_unchanged_until_anything_it_shows_changes(house, client, change):
    house.visit()
    first = client.get(reverse("scheduling:feed"), FEED)
    seen = {"If-None-Match": first["ETag"], "X-Ashi-Background": "1"}
    same = client.get(reverse("scheduling:feed"), FEED, headers=seen)
    assert (same.status_code, same.content) == (304, b"")
    assert same["Cache-Control"] == "no-store"
    CHANGES[change](house)
    changed = client.get(reverse("scheduling:feed"), FEED, headers=seen)
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]


def test_feed_changes_when_time_alone_changes_what_it_shows(house, client):
    house.visit()
    Room.objects.update(is_active=False)
    first = client.get(reverse("scheduling:feed"), FEED)
    assert feed_visits(first)[0]["trouble"]
    with time_machine.travel(TEN + HOUR, tick=False):  # over: nothing stands against it any more
        client.logout()
        client.force_login(house.desk)
        later = client.get(reverse("scheduling:feed"), FEED, headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200 and not feed_visits(later)[0]["trouble"]


def test_an_answer_of_unchanged_is_noted_as_what_was_read(house, client):
    house.visit()
    noted = AuditEvent.objects.filter(action="schedule.listed")
    for url, more in ((reverse("scheduling:feed"), {}), (reverse("scheduling:today"), {"HX-Request": "true"})):
        first = client.get(url, FEED, headers=more)
        tag = first.get("ETag") or re.search('data-tag="([^"]+)"', first.content.decode())[1]
        seen = {**more, "If-None-Match": html.unescape(tag)}
        before = noted.count()
        assert client.get(url, FEED, headers={**seen, "X-Ashi-Background": "1"}).status_code == 304
        assert noted.count() == before  # nobody new
        assert client.get(url, FEED, headers=seen).status_code == 304
        assert noted.count() == before + 1  # asked for by a person


BOARD_CHANGES = CHANGES | {"moved on": lambda house: Appointment.objects.update(status="arrived", arrived_at=TEN)}


@pytest.mark.parametrize("change", sorted(BOARD_CHANGES.keys() - {"hours", "away", "left", "room out of use"}))
def test_board_says_unchanged_until_anything_it_shows_changes(house, client, change):
    house.visit()
    url, headers = reverse("scheduling:today"), {"HX-Request": "true", "X-Ashi-Background": "1"}
    tag = html.unescape(re.search('data-tag="([^"]+)"', client.get(url).content.decode())[1])
    seen = headers | {"If-None-Match": tag}
    assert client.get(url, headers=seen).status_code == 304
    BOARD_CHANGES[change](house)
    changed = client.get(url, headers=seen)
    assert changed.status_code == 200 and f'data-tag="{html.escape(tag)}"' not in changed.content.decode()


def test_board_changes_when_somebody_is_late_and_when_signed_in_anew(house, client, settings):
    house.visit()
    url, headers = reverse("scheduling:today"), {"HX-Request": "true", "X-Ashi-Background": "1"}
    with time_machine.travel(TEN, tick=False) as clock:
        client.force_login(house.desk)
        tag = html.unescape(re.search('data-tag="([^"]+)"', client.get(url).content.decode())[1])
        seen = headers | {"If-None-Match": tag}
        assert client.get(url, headers=seen).status_code == 304
        clock.shift(dt.timedelta(minutes=7))
        late = client.get(url, headers=seen)
        assert late.status_code == 200 and "7 min late" in text(late)
        clock.move_to(TEN)
        del client.cookies[settings.CSRF_COOKIE_NAME]  # its forms would be refused
        assert client.get(url, headers=seen).status_code == 200


@pytest.mark.parametrize("has_visits", [True, False])
def test_a_board_left_open_over_midnight_says_which_day_it_shows(house, client, has_visits):
    """Its heading stands outside of what is refreshed; and two empty days look the same."""
    if has_visits:
        house.visit()
    url, headers = reverse("scheduling:today"), {"HX-Request": "true", "X-Ashi-Background": "1"}
    page = client.get(url).content.decode()
    assert page.count('<h1 id="board-day">Today, Monday 23 November</h1>') == page.count("<h1") == 1
    tag = html.unescape(re.search('data-tag="([^"]+)"', page)[1])
    with time_machine.travel(TEN + dt.timedelta(days=1), tick=False):
        client.force_login(house.desk)
        morning = client.get(url, headers=headers | {"If-None-Match": tag})
    assert morning.status_code == 200 and "Ana Torres" not in text(morning)
    assert '<h1 id="board-day" hx-swap-oob="true">Today, Tuesday 24 November</h1>' in morning.content.decode()


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
    assert all(opens < closes for _who, opens, closes in answer.json()["closed"])
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
