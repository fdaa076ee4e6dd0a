"""The patient's own page, by a link and without an account."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.outbox.models import Message
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
    assert "no longer works" in text(answer)


def test_guessing_links_is_slowed_for_one_network_and_a_right_link_still_opens(house, client):
    token = make_link(patient=house.patient, by=house.desk)
    client.logout()

    def ask(word, network):
        return client.get(f"/a/{word}/", REMOTE_ADDR=network)

    statuses = [ask(f"guess-{number}", "203.0.113.9").status_code for number in range(22)]
    assert statuses == [404] * 20 + [429] * 2
    last = ask("one-more", "203.0.113.9")
    assert last["Retry-After"] == "600" and "wait ten minutes" in text(last)
    assert ask(token, "203.0.113.9").status_code == 200
    assert ask("guess", "203.0.113.10").status_code == 404


def test_the_desk_stops_a_link_also_one_whose_mail_waits(house, client):
    visit = house.visit()
    house.patient.email = "rosa@example.org"
    house.patient.save()
    page, stop = (reverse(f"scheduling:{name}", args=[visit.pk]) for name in ("appointment", "link_stop"))
    assert "Stop the link" not in text(client.get(page))
    made = client.post(reverse("scheduling:link", args=[visit.pk]), {"mail": "1"}).context["link"]
    assert "Stop the link" in text(client.get(page))
    assert "The link no longer opens." in text(client.post(stop, follow=True))
    assert client.get(made).status_code == 404
    assert [message.status for message in Message.objects.all()] == ["withdrawn"]
    event = AuditEvent.objects.get(action="appointment_link.revoked")
    assert (event.actor_id, event.patient_id) == (str(house.desk.pk), house.patient.pk)
    assert "There was no link that opens." in text(client.post(stop, follow=True))
    assert "Stop the link" not in text(client.get(page))
