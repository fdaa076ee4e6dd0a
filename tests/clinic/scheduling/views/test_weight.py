"""A week of five hundred visits, seen for the first time: at most 60 kB over the wire, all in."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from clinic.people.models import Clinic, Patient
from clinic.scheduling.availability import day_starts
from clinic.scheduling.models import Appointment
from tests.factories.people import UserFactory
from tests.factories.scheduling import RoomFactory, ServiceFactory, WorkingPractitionerFactory, clinic_in
from tests.support.weight import HEADERS, linked, size_of, zipped

pytestmark = pytest.mark.django_db
MOST, LEAST = 60_000, 40_000  # what weighs less has not been counted whole
GIVEN = "Ana Bo Carmen Dmitri Elena Fergus Grace Hiroko Ivan Jonas Kofi Leila Mei Niamh Orla Priya Quinn Ruth Sven Tom"
FAMILY = (
    "Abendroth Bergström Castagna Delacroix Eriksen Fairclough Gallagher Haddad Ibáñez Jankowski Kowalczyk Lambert "
    "Moreau Nwosu Okafor Petrova Quigley Rahmani Salonen Tanabe Umarov Vandermeer Whitcombe Yamamoto Zielinski"
)


def test_a_full_week_is_light() -> None:
    clinic_in("America/New_York")
    zone = Clinic.current().zone
    hours = tuple((day, "08:00", "20:00") for day in range(5))
    who = [WorkingPractitionerFactory(working_hours=hours) for _ in range(10)]
    rooms, services = [RoomFactory() for _ in range(10)], [ServiceFactory() for _ in range(3)]
    names = [(given, family) for family in FAMILY.split() for given in GIVEN.split()]
    patients = Patient.objects.bulk_create(Patient(given_name=one, family_name=two) for one, two in names)
    today = timezone.localdate(timezone=zone)
    monday = today + dt.timedelta(days=7 - today.weekday())
    rows = []
    for number, patient in enumerate(patients):  # ten at once, ten times a day
        day, hour, pair = number % 5, 9 + number // 5 % 10, number // 50
        starts = day_starts(monday + dt.timedelta(days=day), zone) + dt.timedelta(hours=hour, minutes=5 * (pair % 4))
        ends = starts + dt.timedelta(minutes=(30, 40, 45)[number % 3])
        rows.append(
            Appointment(
                patient=patient, practitioner=who[pair], room=rooms[pair], service=services[number % 3],
                starts_at=starts, ends_at=ends, busy_until=ends, nonce=f"week-{number}", created_by=who[0],
            )
        )  # fmt: skip
    Appointment.objects.bulk_create(rows, batch_size=200)
    desk = Client()
    desk.force_login(UserFactory(desk=True))
    page = desk.get(f"/schedule/?view=week&date={monday}")
    feed = desk.get(f"/schedule/feed/?start={monday}T00:00:00&end={monday + dt.timedelta(days=7)}T00:00:00")
    assert len(feed.json()["visits"]) == 500
    files = {name: size_of(name) for name in linked(page.content.decode())}
    sizes = {"page": zipped(page.content), "feed": zipped(feed.content), **files}
    total = sum(sizes.values()) + HEADERS * len(sizes)
    assert LEAST < total <= MOST, (total, sizes)
