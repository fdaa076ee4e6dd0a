"""One visit: moved, linked, told about, edited by two at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.scheduling.models import WorkingHours
from tests.factories.scheduling import (
    at,
)
from tests.support.scheduling_pages import TEN, ZONE, text

pytestmark = pytest.mark.django_db


def test_appointment_page_notes_the_read(house, client):
    visit = house.visit()
    page = text(client.get(reverse("scheduling:appointment", args=[visit.pk])))
    assert "10:00" in page and "Ana Torres" in page
    assert AuditEvent.objects.filter(action="appointment.read", patient_id=house.patient.pk).count() == 1


def _move(client, visit, *, as_json=False, **fields):
    asked = {"practitioner": visit.practitioner_id, "day": "2026-11-23", "clock": "13:00", "version": 1, **fields}
    headers = {"Accept": "application/json"} if as_json else {}
    return client.post(reverse("scheduling:move", args=[visit.pk]), asked, headers=headers)


def test_drag_moves_and_answers_with_an_undo(house, client):
    visit = house.visit()
    answer = _move(client, visit, as_json=True).json()
    visit.refresh_from_db()
    assert visit.starts_at == at("2026-11-23 13:00", ZONE)
    assert answer["version"] == 2 and "13:00" in answer["words"]
    assert client.post(answer["undo"], headers={"Accept": "application/json"}).status_code == 200
    visit.refresh_from_db()
    assert visit.starts_at == TEN


def test_dropping_a_visit_where_it_was_changes_nothing(house, client):
    visit = house.visit()
    assert _move(client, visit, as_json=True, clock="10:00").json() == {"words": "", "version": 1}
    assert visit.changes.count() == 1


def test_move_onto_a_taken_time_is_409_and_keeps_what_was_typed(house, client):
    visit = house.visit()
    house.visit(at("2026-11-23 13:00", ZONE), nonce="another-form")
    assert _move(client, visit, as_json=True).json()["next_fit"]
    answer = _move(client, visit)
    assert answer.status_code == 409
    assert 'value="13:00"' in text(answer)
    assert "Next fit" in text(answer)


def test_second_editor_gets_409_and_the_new_version(house, client):
    visit = house.visit()
    _move(client, visit)
    answer = _move(client, visit, clock="15:00")
    assert answer.status_code == 409
    assert "Someone else has changed this visit" in text(answer)
    assert 'name="version" value="2"' in text(answer) and 'value="15:00"' in text(answer)


@pytest.mark.parametrize("fields", [{"clock": "25:00"}, {"day": ""}, {"practitioner": "0"}, {"version": "x"}])
def test_bad_move_is_422(house, client, fields):
    visit = house.visit()
    assert _move(client, visit, **fields).status_code == 422
    assert _move(client, visit, as_json=True, **fields).status_code == 422


def test_hour_the_clock_skips_is_refused_in_words(house, client):
    WorkingHours.objects.create(practitioner=house.petra, weekday=6, starts=dt.time(0), ends=dt.time(12))
    visit = house.visit()
    answer = _move(client, visit, day="2027-03-14", clock="02:30")
    assert answer.status_code == 409
    assert "does not exist" in text(answer)


def test_link_is_shown_once_and_mailed_on_request(house, client, django_capture_on_commit_callbacks):
    visit = house.visit()
    with django_capture_on_commit_callbacks(execute=True):
        page = text(client.post(reverse("scheduling:link", args=[visit.pk]), {"mail": "1"}))
    assert f"Waiting to be sent to {house.patient.email}." in page
    assert not mail.outbox and deliver_due() == 1
    (letter,) = mail.outbox
    assert letter.to == [house.patient.email] and "/a/" in letter.body
    assert "Torres" not in letter.body + letter.subject
