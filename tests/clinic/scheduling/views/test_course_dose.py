"""The course page keeps the dose: missed and added visits, a closed week, dates typed by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.scheduling.models import Absence, Appointment
from tests.factories.scheduling import AppointmentFactory, CourseFactory, at
from tests.support.scheduling_pages import ZONE, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly(house):
    """One visit a week, Thursdays at nine: 1 and 2 are over, 3 was missed, 4 is booked."""
    course = CourseFactory(
        patient=house.patient,
        practitioner=house.petra,
        service=house.service,
        phases=[{"per_week": 1, "weeks": 4}],
        sessions=4,
    )
    for number, day, status in ((1, 5, "done"), (2, 12, "done"), (3, 19, "no_show"), (4, 26, "booked")):
        AppointmentFactory(
            course=course,
            number_in_course=number,
            patient=house.patient,
            practitioner=house.petra,
            service=house.service,
            room=house.room,
            starts_at=at(f"2026-11-{day:02} 09:00", ZONE),
            status=status,
        )
    return course


def page_of(client, course, **asked):
    return client.get(reverse("scheduling:course", args=[course.pk]), asked)


def dates(answer):
    return [f"{row.weekday} {row.day} {row.clock}" for row in answer.context["rows"]]


def typed(**rows):
    """``visit_3="2026-12-03 09:00"`` as the form sends it."""
    sent = {"nonce": "nonce-of-the-form", "first_day": "2026-11-24", "part_of_day": "any"}
    for name, value in rows.items():
        number = name.removeprefix("visit_")
        sent[f"day-{number}"], sent[f"clock-{number}"] = value.split(" ")
    return sent


def test_missed_visit_is_offered_a_week_after_the_last_on_the_usual_day_and_time(house, client, weekly):
    answer = page_of(client, weekly)
    assert dates(answer) == ["Thu 2026-12-03 09:00"]
    assert "None ticked: as usual, Thu at 09:00." in text(answer)


def test_added_visits_come_after_the_booked_ones(house, client, weekly):
    weekly.sessions = 6
    weekly.save()
    assert dates(page_of(client, weekly)) == ["Thu 2026-12-03 09:00", "Thu 2026-12-10 09:00", "Thu 2026-12-17 09:00"]


def test_closed_week_moves_later_visits_on_and_says_closed(house, client, weekly):
    weekly.sessions = 6
    weekly.save()
    Absence.objects.create(starts_at=at("2026-12-07 00:00", ZONE), ends_at=at("2026-12-17 00:00", ZONE))
    answer = page_of(client, weekly)
    assert dates(answer) == ["Thu 2026-12-03 09:00", "Thu 2026-12-17 09:00", "Thu 2026-12-24 09:00"]
    assert [row.words for row in answer.context["rows"]] == [
        "",
        "Not in its week: Thu 10 Dec to Wed 16 Dec: the clinic is closed.",
        "",
    ]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2026-11-24 09:00", "Only 2 days from visit 4 (Thu 26 Nov): the course asks for 4 at least."),
        ("2026-11-26 14:00", "The same day as visit 4 (Thu 26 Nov)."),
        ("2026-11-30 09:00", "With visit 4 (Thu 26 Nov) that makes more than 1 in seven days."),
        ("2028-12-04 09:00", "weeks after its week: check the date."),
        ("2026-12-03 09:02", "visits begin on full five minutes"),
    ],
)
def test_typed_date_is_judged_by_the_dose_at_the_form_and_at_booking(house, client, weekly, when, words):
    check = reverse("scheduling:check", args=[weekly.pk, 3])
    assert words in text(client.get(check, typed(visit_3=when)))
    answer = client.post(reverse("scheduling:course", args=[weekly.pk]), typed(visit_3=when))
    assert answer.status_code in (409, 422) and words in text(answer)
    assert not Appointment.objects.active().filter(course=weekly, number_in_course=3).exists()


def test_next_fit_keeps_the_dose(house, client, weekly):
    answer = client.post(reverse("scheduling:course", args=[weekly.pk]), typed(visit_3="2026-11-30 09:00"))
    assert "Next fit: Thu 3 Dec, 09:00" in text(answer)


def test_visits_typed_out_of_order_are_told(house, client, weekly):
    weekly.sessions = 5
    weekly.save()
    rows = typed(visit_3="2026-12-10 09:00", visit_5="2026-12-03 09:00")
    check = reverse("scheduling:check", args=[weekly.pk, 5])
    assert "on the wrong side of visit 3" in text(client.get(check, rows))
    answer = client.post(reverse("scheduling:course", args=[weekly.pk]), rows)
    assert answer.status_code == 409 and "on the wrong side of visit 3" in text(answer)


def test_breaking_the_dose_is_only_on_explicit_wish_and_leaves_an_event(house, client, weekly):
    url, rows = reverse("scheduling:course", args=[weekly.pk]), typed(visit_3="2026-11-30 09:00")
    assert "Book these dates anyway" in text(client.post(url, rows))
    assert client.post(url, {**rows, "against_dose": "1"}).status_code == 302
    assert Appointment.objects.get(course=weekly, number_in_course=3, status="booked").starts_at == at(
        "2026-11-30 09:00", ZONE
    )
    assert AuditEvent.objects.get(action="course.dose_overruled").detail == {"visits": [3]}


def test_what_is_taken_cannot_be_booked_against_the_dose(house, client, weekly):
    AppointmentFactory(practitioner=house.petra, room=house.room, starts_at=at("2026-11-30 09:00", ZONE))
    url, rows = reverse("scheduling:course", args=[weekly.pk]), typed(visit_3="2026-11-30 09:00")
    assert "all the same" not in text(client.post(url, rows))
    assert client.post(url, {**rows, "against_dose": "1"}).status_code == 409


def test_first_visit_made_up_for_at_the_end_gets_the_device_of_the_end(house, client, course):
    """The stimulator is asked for from visit 2; the first visit, missed, is the second in time now."""
    course.sessions = 2
    course.save()
    visit = AppointmentFactory(
        course=course,
        number_in_course=2,
        patient=house.patient,
        practitioner=house.petra,
        service=house.service,
        room=house.room,
        starts_at=at("2026-11-24 09:00", ZONE),
    )
    answer = page_of(client, course)
    row = answer.context["rows"][0]
    assert dt.date.fromisoformat(row.day) > visit.starts_at.date() and row.device == "stimulator"
    client.post(reverse("scheduling:course", args=[course.pk]), typed(visit_1=f"{row.day} {row.clock}"))
    assert Appointment.objects.get(course=course, number_in_course=1).device is not None
