"""Many book at once: exactly one wins, the others are told."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from clinic.scheduling.actions import WantedVisit, book, book_series, cancel, move
from clinic.scheduling.errors import BookingRefused, SeriesClash, SlotTaken
from clinic.scheduling.models import Appointment
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    at,
    clinic_in,
)
from tests.support.on_disk import on_disk as database_on_disk
from tests.support.on_disk import together

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at("2026-11-22 12:00")
TEN = at("2026-11-23 10:00")
MANY = 24


def overlapping_pairs():
    """Asked of the table itself: pairs of active visits that share somebody or something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id"
            " AND a.starts_at < b.busy_until AND b.starts_at < a.busy_until"
            " AND (a.practitioner_id = b.practitioner_id OR a.room_id = b.room_id OR a.device_id = b.device_id"
            "      OR (a.patient_id = b.patient_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at))"
            " WHERE a.status NOT IN ('cancelled','no_show') AND b.status NOT IN ('cancelled','no_show')"
        )
        return cursor.fetchone()[0]


@pytest.fixture
def on_disk(transactional_db, tmp_path):
    with database_on_disk(tmp_path):
        yield


@pytest.fixture
def house(on_disk):
    class House:
        clinic = clinic_in("UTC")
        desk = UserFactory(desk=True)
        petra = WorkingPractitionerFactory()
        quinn = WorkingPractitionerFactory()
        room = RoomFactory()
        service = ServiceFactory()

        def booking(self, **more):
            asked = {
                "patient": None,
                "service": self.service,
                "practitioner": self.petra,
                "starts_at": TEN,
                "by": self.desk,
                "now": NOW,
            }
            asked.update(more)
            asked["patient"] = asked["patient"] or PatientFactory()
            return lambda: book(**asked)

    return House()


def test_one_of_many_bookers_wins_and_the_others_are_told(house):
    answers = together(*[house.booking(nonce=f"n{number}") for number in range(MANY)])
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"Appointment": 1, "SlotTaken": MANY - 1}, kinds
    assert Appointment.objects.active().count() == 1


def test_room_is_shared_by_practitioners_but_not_at_one_time(house):
    answers = together(
        *[
            house.booking(nonce=f"n{number}", practitioner=(house.petra, house.quinn)[number % 2])
            for number in range(20)
        ]
    )
    assert sum(isinstance(answer, Appointment) for answer in answers) == 1
    assert all(isinstance(answer, Appointment | SlotTaken) for answer in answers)


def test_partial_overlaps_never_share(house):
    RoomFactory()
    starts = [at(f"2026-11-23 {hour}:{minute:02}") for hour in (10, 11) for minute in range(0, 60, 5)]
    answers = together(*[house.booking(nonce=f"n{number}", starts_at=start) for number, start in enumerate(starts)])
    assert all(isinstance(answer, Appointment | SlotTaken) for answer in answers)
    assert 1 <= Appointment.objects.active().count() <= 3
    assert overlapping_pairs() == 0


def test_same_form_sent_many_times_books_once(house):
    patient = PatientFactory()
    answers = together(*[house.booking(nonce="same", patient=patient) for _ in range(20)])
    assert {answer.pk for answer in answers} == {Appointment.objects.get().pk}


def test_move_against_booking_and_cancel_against_rebooking(house):
    visit = AppointmentFactory(starts_at=at("2026-11-23 13:00"), practitioner=house.petra, room=house.room)
    held = AppointmentFactory(starts_at=TEN, practitioner=house.petra, room=house.room)
    answers = together(
        lambda: cancel(appointment=held, by=house.desk, now=NOW),
        *[
            lambda: move(appointment=visit, starts_at=TEN, practitioner=house.petra, by=house.desk, now=NOW)
            for _ in range(5)
        ],
        *[house.booking(nonce=f"n{number}") for number in range(15)],
    )
    unexpected = [a for a in answers if isinstance(a, Exception) and not isinstance(a, BookingRefused)]
    assert not unexpected
    assert overlapping_pairs() == 0
    assert Appointment.objects.active().filter(starts_at=TEN).count() <= 1


def test_series_on_the_same_hours_are_booked_whole_or_not_at_all(house):
    courses = [
        CourseFactory(
            practitioner=house.petra,
            service=house.service,
            phases=[{"per_week": 5, "weeks": 1}],
            sessions=5,
        )
        for _ in range(20)
    ]

    def booking(course):
        visits = [WantedVisit(day + 1, at(f"2026-11-{23 + day} 10:00"), house.petra.pk) for day in range(5)]
        return lambda: book_series(course=course, visits=visits, by=house.desk, nonce=f"c{course.pk}", now=NOW)

    answers = together(*[booking(course) for course in courses])
    assert sum(isinstance(answer, SeriesClash) for answer in answers) == 19, answers
    assert sorted(course.appointments.count() for course in courses) == [0] * 19 + [5]
    assert overlapping_pairs() == 0
