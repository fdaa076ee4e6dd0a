"""The patient's own page, by a link and without an account."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.people.models import Clinic
from clinic.scheduling.actions import make_link
from tests.factories.scheduling import (
    AppointmentFactory,
    at,
)
from tests.support.scheduling_pages import TEN, ZONE, text

pytestmark = pytest.mark.django_db


def test_patient_sees_dates_and_contact_and_nothing_else(house, client):
    visit = house.visit()
    AppointmentFactory(starts_at=at("2026-11-24 10:00", ZONE))  # somebody else's
    token = make_link(patient=house.patient, by=house.desk)
    client.logout()
    page = text(client.get(reverse("scheduling:patient_appointments", args=[token])))
    assert "Monday, 23 November 2026" in page and "10:00–10:45" in page
    for hidden in (visit.service.name, visit.room.name, "Petra", "Torres", "Tuesday, 24"):
        assert hidden not in page
    event = AuditEvent.objects.get(action="appointments.read")
    assert (event.actor_kind, event.patient_id) == ("patient", house.patient.pk)


def test_patient_keeps_the_dates_in_their_own_calendar(house, client):
    visit = house.visit()
    clinic = Clinic.current()
    clinic.name = "Käthe, Needles; and more"
    clinic.address = "1 Long Street,\nTown of the Very Long Name Indeed, where lines are long"
    clinic.save()
    token = make_link(patient=house.patient, by=house.desk)
    client.logout()
    answer = client.get(reverse("scheduling:patient_appointments", args=[token]), {"calendar": ""})
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert f"DTSTART:{visit.starts_at:%Y%m%dT%H%M%SZ}" in whole and f"DTEND:{visit.ends_at:%Y%m%dT%H%M%SZ}" in whole
    assert "SUMMARY:Käthe\\, Needles\\; and more" in whole
    assert "LOCATION:1 Long Street\\,\\nTown of the Very Long Name Indeed\\, where lines are long" in whole
    assert whole.count("BEGIN:VEVENT") == 1
    for hidden in (visit.service.name, visit.room.name, "Petra", "Torres"):
        assert hidden not in "".join(whole)


def test_a_visit_of_a_later_day_is_confirmed_not_started(house, client):
    visit = house.visit(starts_at=TEN + dt.timedelta(days=1))
    page = client.get(reverse("scheduling:appointment", args=[visit.pk])).context
    assert page["next_status"] == "confirmed" and not {"arrived", "in_room", "no_show"} & {s for s, _ in page["steps"]}
    with time_machine.travel(visit.starts_at - dt.timedelta(minutes=20), tick=False):
        client.force_login(house.desk)
        page = client.get(reverse("scheduling:appointment", args=[visit.pk])).context
    assert page["next_status"] == "arrived" and "no_show" in {s for s, _ in page["steps"]}


def test_dead_link_says_so_and_shows_nothing(house, client):
    client.logout()
    answer = client.get(reverse("scheduling:patient_appointments", args=["unknown"]))
    assert answer.status_code == 404
    assert "does not work any more" in text(answer)
