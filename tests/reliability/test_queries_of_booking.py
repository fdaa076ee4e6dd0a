"""Calendar, day board and booking ask the same number of questions beside five visits and beside five hundred."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.models import Clinic, User
from clinic.scheduling.availability import day_starts
from clinic.scheduling.models import Appointment, Course, Room, Service
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    CourseFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    clinic_in,
)

pytestmark = pytest.mark.django_db
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
LOCKS = 2 if connection.vendor == "postgresql" else 0  # of the schedule, of the chain of events: SQLite needs none
# sign-in, session, the clinic and the audit event included
MOST = {"week feed": 12, "week page": 3, "day list": 12, "board": 12, "book": 10 + LOCKS, "course of 12": 15 + LOCKS}
PAIRS = 10  # practitioners, rooms and patients who meet at one time


class House:
    def __init__(self) -> None:
        clinic_in("America/New_York")
        self.client = Client()
        self.client.force_login(UserFactory(desk=True))
        self.service: Service = ServiceFactory()
        self.who: list[User] = [
            WorkingPractitionerFactory(working_hours=tuple((day, "08:00", "20:00") for day in range(7)))
            for _ in range(PAIRS)
        ]
        self.rooms: list[Room] = [RoomFactory() for _ in range(PAIRS)]
        self.patients = [PatientFactory() for _ in range(PAIRS)]
        self.today = timezone.localdate(timezone=Clinic.current().zone)
        self.monday = self.today + dt.timedelta(days=7 - self.today.weekday())

    def at(self, day: int, hour: int) -> dt.datetime:
        return day_starts(self.monday + dt.timedelta(days=day), Clinic.current().zone) + dt.timedelta(hours=hour)

    def fill(self, first: int, last: int) -> None:
        """Visits of next week: ten at once, ten times a day from nine on; and as many today, for the board."""
        days = [*range(5), (self.today - self.monday).days]
        rows = []
        for number in range(first, last):
            for day in days if number < 100 else days[:-1]:
                starts = self.at(day, 9 + number // PAIRS % 10)
                ends, pair = starts + dt.timedelta(minutes=45), number % PAIRS
                rows.append(
                    Appointment(
                        patient=self.patients[pair], practitioner=self.who[pair], room=self.rooms[pair],
                        service=self.service, starts_at=starts, ends_at=ends, busy_until=ends,
                        nonce=f"fill-{day}-{number}", created_by=self.who[0],
                    )
                )  # fmt: skip
        Appointment.objects.bulk_create(rows, batch_size=200)

    def counts(self) -> dict[str, int]:
        first, last = self.monday, self.monday + dt.timedelta(days=7)
        return {
            "week page": self.count("/schedule/?view=week"),
            "week feed": self.count(f"/schedule/feed/?start={first}T00:00:00&end={last}T00:00:00"),
            "day list": self.count(f"/schedule/?view=list&date={first}"),
            "board": self.count("/today/"),
            "book": self.count("/schedule/new/", self.booking()),
            "course of 12": self.count(*self.course()),
        }

    def count(self, url: str, data: dict[str, Any] | None = None) -> int:
        if data is None:
            self.client.get(url)  # what is asked only once in a session
        with CaptureQueriesContext(connection) as asked:
            answer = self.client.post(url, data) if data else self.client.get(url)
        assert answer.status_code == (302 if data else 200), url
        return len([one for one in asked if not one["sql"].startswith(TRANSACTION)])

    def booking(self) -> dict[str, Any]:
        starts = self.at(8, 9 + Appointment.objects.count() % 9)
        slot = f"{starts.astimezone(dt.UTC):%Y-%m-%dT%H:%M}Z|{self.who[0].pk}"
        return {
            "patient": PatientFactory().pk, "service": self.service.pk, "practitioner": "", "slot": slot,
            "day": str(self.monday), "nonce": f"nonce-{timezone.now():%H%M%S%f}",
        }  # fmt: skip

    def course(self) -> tuple[str, dict[str, Any]]:
        course: Course = CourseFactory(
            practitioner=self.who[1],
            service=self.service,
            phases=[{"per_week": 2, "weeks": 6}],
            sessions=12,
            reference=f"count:{Course.objects.count()}",
        )
        data: dict[str, Any] = {"nonce": f"nonce-{timezone.now():%H%M%S%f}", "first_day": str(self.monday)}
        data |= {"part_of_day": "any", "practitioner": ""}
        for number in range(12):
            day = self.monday + dt.timedelta(days=14 + 7 * (number // 2) + 3 * (number % 2))
            data |= {f"day-{number + 1}": str(day), f"practitioner-{number + 1}": self.who[1].pk}
            data[f"clock-{number + 1}"] = f"{10 + Course.objects.count()}:00"
        return f"/followups/{course.pk}/", data


def test_five_hundred_visits_ask_no_more_than_five() -> None:
    house = House()
    house.fill(0, 1)
    few = house.counts()
    house.fill(1, 100)
    assert Appointment.objects.count() > 500
    many = house.counts()
    assert {name: (few[name], count) for name, count in many.items() if count != few[name]} == {}
    over = {name: count for name, count in many.items() if count > MOST[name]}
    assert not over, f"{over} of {many}"


def test_a_course_leaves_one_event_that_names_all_its_visits() -> None:
    house = House()
    assert house.client.post(*house.course()).status_code == 302
    event = AuditEvent.objects.get(action="course.visits_booked")
    made = Course.objects.get().appointments.order_by("pk")
    assert event.detail["appointments"] == [one.pk for one in made] and len(made) == 12
    assert event.patient_id == made[0].patient_id
    assert [one.changes.get().kind for one in made] == ["booked"] * 12
    assert not AuditEvent.objects.filter(action="appointment.booked").exists()
