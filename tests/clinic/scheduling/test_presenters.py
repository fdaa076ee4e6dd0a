"""Words and lists that other pages use."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.scheduling.models import Course
from clinic.scheduling.presenters.board import board
from clinic.scheduling.presenters.pages import day_for, upcoming_for
from clinic.scheduling.reason_words import course_words
from tests.factories.people import PatientFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    at,
    clinic_in,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "2 a week for 4 weeks, then 1 a week for 2; 45 minutes; room with table"),
        (
            {"device_kind": "stimulator", "device_from_visit": 2},
            "2 a week for 4 weeks, then 1 a week for 2; 45 minutes; room with table; stimulator from visit 2",
        ),
        (
            {"device_kind": "stimulator", "phases": [{"per_week": 1, "weeks": 1}], "sessions": 1},
            "1 a week for 1 week; 45 minutes; room with table; stimulator",
        ),
        ({"sessions": 8}, "2 a week for 4 weeks, then 1 a week for 2; 8 visits in all; 45 minutes; room with table"),
        (
            {"device_kind": "stimulator", "device_from_visit": 2, "first_visit_number": 5},
            "2 a week for 4 weeks, then 1 a week for 2; 45 minutes; room with table; stimulator",
        ),
    ],
)
def test_course_in_words(fields, words):
    assert course_words(CourseFactory.build(service=ServiceFactory.build(), **fields)) == words


def test_device_is_asked_for_from_its_visit_on():
    course = Course(device_kind="stimulator", device_from_visit=3)
    assert [course.device_kind_at(number) for number in (1, 2, 3, 4)] == ["", "", "stimulator", "stimulator"]


def test_upcoming_visits_are_active_and_not_over():
    patient = PatientFactory()
    practitioner = WorkingPractitionerFactory()
    times = [at("2026-11-20 10:00"), at("2026-11-23 10:00"), at("2026-11-25 10:00"), at("2026-11-27 10:00")]
    visits = [AppointmentFactory(patient=patient, practitioner=practitioner, starts_at=when) for when in times]
    AppointmentFactory(starts_at=times[2])  # somebody else's
    visits[3].status = "cancelled"
    visits[3].save()
    assert upcoming_for(patient, now=at("2026-11-23 10:30")) == visits[1:3]


def test_a_day_is_the_clinics_day():
    clinic_in("Pacific/Auckland")  # 13 hours ahead: its Monday begins on Sunday in UTC
    practitioner = WorkingPractitionerFactory()
    early = AppointmentFactory(starts_at=at("2026-11-23 08:00", "Pacific/Auckland"), practitioner=practitioner)
    AppointmentFactory(starts_at=at("2026-11-24 08:00", "Pacific/Auckland"), practitioner=practitioner)
    assert [line.row.pk for line in day_for(practitioner, dt.date(2026, 11, 23))] == [early.pk]
    assert day_for(WorkingPractitionerFactory(), dt.date(2026, 11, 23)) == []


def test_board_says_who_is_late_and_how_long_somebody_waits(django_assert_max_num_queries):
    clinic_in("UTC")
    practitioner = WorkingPractitionerFactory()
    ten = at("2026-11-23 10:00")
    AppointmentFactory(starts_at=ten, practitioner=practitioner)
    AppointmentFactory(
        starts_at=ten + dt.timedelta(hours=2), practitioner=practitioner, status="arrived", arrived_at=ten
    )
    AppointmentFactory(starts_at=ten + dt.timedelta(hours=4), practitioner=practitioner, status="no_show")
    with django_assert_max_num_queries(4):  # one of them: whose consent is open
        shown = board(dt.date(2026, 11, 23), practitioner=None, now=ten + dt.timedelta(minutes=12))
        booked, arrived, in_room, done = shown.columns
        assert booked.cards[0].note == "12 min late"
        assert (arrived.cards[0].note, arrived.cards[0].next_status) == ("waiting 12 min", "in_room")
        assert not in_room.cards and not done.cards
        assert [card.pill[2] for card in shown.off if card.pill] == ["No-show"]
