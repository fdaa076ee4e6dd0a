"""A changed dose is work on the desk's list; it is brought in line in one act and undone as one."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from clinic.audit.models import AuditEvent
from clinic.scheduling.actions import bring_in_line, cancel, request_course, set_status, undo_alignment
from clinic.scheduling.aligning import alignment_of
from clinic.scheduling.differences import difference_of, differing_courses
from clinic.scheduling.errors import Changed
from clinic.scheduling.models import Appointment, Course
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    DeviceFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    at,
    clinic_in,
)

pytestmark = pytest.mark.django_db
NOW = at("2026-11-22 12:00")  # a Sunday
TWO_A_WEEK = [{"per_week": 2, "weeks": 5}]
ONE_A_WEEK = [{"per_week": 1, "weeks": 6}]


@pytest.fixture
def house(db):
    """Ten visits of 45 minutes with a stimulator, Mondays and Thursdays at ten, all booked."""

    class House:
        clinic = clinic_in("UTC")
        desk = UserFactory(desk=True)
        petra = WorkingPractitionerFactory(name="Petra")
        room = RoomFactory()
        device = DeviceFactory()
        service = ServiceFactory(name="Follow-up")
        longer = ServiceFactory(name="Long follow-up", minutes=60)
        patient = PatientFactory(given_name="Ana", family_name="Torres")

        def ask(self, **more):
            asked = {
                "patient": self.patient,
                "practitioner": self.petra,
                "service": self.service,
                "phases": TWO_A_WEEK,
                "sessions": 10,
                "minutes": 45,
                "device_kind": "stimulator",
                "device_from_visit": 1,
                "reference": "plan:1",
                "by": self.petra,
                "now": NOW,
            }
            return request_course(**{**asked, **more})

        def days(self):
            visits = Appointment.objects.active().filter(patient=self.patient).order_by("starts_at")
            return [f"{visit.starts_at:%a %d %b %H:%M}" for visit in visits]

        def numbers(self):
            visits = Appointment.objects.active().filter(patient=self.patient).order_by("starts_at")
            return [visit.number_in_course for visit in visits]

        def align(self, course, **more):
            steps = alignment_of(course, now=NOW, **more)
            return bring_in_line(course=course, expected=steps.value, nonce="nonce-1", by=self.desk, now=NOW, **more)

    house = House()
    house.course = house.ask()
    for number in range(1, 11):
        day = dt.timedelta(days=7 * ((number - 1) // 2) + 3 * ((number - 1) % 2))
        AppointmentFactory(
            course=house.course,
            number_in_course=number,
            patient=house.patient,
            practitioner=house.petra,
            service=house.service,
            room=house.room,
            device=house.device,
            starts_at=at("2026-11-23 10:00") + day,
        )
    house.course = house.ask()
    return house


def words(course):
    found = difference_of(course, now=NOW)
    return list(found.words) if found else []


def test_what_is_booked_as_asked_differs_in_nothing(house):
    assert words(house.course) == [] and differing_courses(at_most=9, now=NOW) == []
    assert house.course.status == "booked"


def test_the_receptionists_case_is_told_in_every_part(house):
    """Ten of 45 minutes with a stimulator become six of 60, one a week, without."""
    course = house.ask(
        service=house.longer, minutes=60, sessions=6, phases=ONE_A_WEEK, device_kind="", device_from_visit=None
    )
    assert words(course) == [
        "The plan asks for 6 visits, 10 are booked: 4 too many",
        "The plan asks for 1 a week, booked 2 a week",
        "The plan asks for 60 minutes, visits 1 to 6 booked for 45",
        "Stimulator reserved for visits 1 to 6, no longer needed",
    ]
    assert [one.course for one in differing_courses(at_most=9, now=NOW)] == [course]
    assert [one.course for one in differing_courses(at_most=9, now=NOW, practitioner=house.petra)] == [course]
    assert differing_courses(at_most=9, now=NOW, practitioner=house.desk) == []


def test_device_that_came_into_the_plan_is_told_and_reserved(house):
    Appointment.objects.update(device=None)
    course = house.ask(device_from_visit=3)
    assert words(course) == ["Stimulator needed from visit 3, not reserved for visits 3 to 10"]
    house.align(course)
    assert words(course) == []
    held = Appointment.objects.order_by("number_in_course").values_list("device", flat=True)
    assert list(held) == [None, None, *[house.device.pk] * 8]


def test_all_is_brought_in_line_in_one_act_with_one_event_and_undone_as_one(house):
    course = house.ask(service=house.longer, minutes=60, sessions=6, phases=ONE_A_WEEK, device_kind="")
    before = list(Appointment.objects.order_by("pk").values("pk", "starts_at", "ends_at", "status", "number_in_course"))
    events = AuditEvent.objects.count()
    change = house.align(course)
    assert AuditEvent.objects.count() == events + 1
    assert AuditEvent.objects.latest("pk").action == "course.aligned"
    assert words(course) == []
    assert house.numbers() == [1, 2, 3, 4, 5, 6]
    assert house.days() == [f"Mon {day} 10:00" for day in ("23 Nov", "30 Nov", "07 Dec", "14 Dec", "21 Dec", "28 Dec")]
    for visit in Appointment.objects.active():
        assert (visit.minutes, visit.device, visit.service) == (60, None, house.longer)
    undo_alignment(change=change, by=house.desk, now=NOW)
    after = list(Appointment.objects.order_by("pk").values("pk", "starts_at", "ends_at", "status", "number_in_course"))
    assert [row for row in after if row["pk"] in {row["pk"] for row in before}] == before
    assert len(words(course)) == 4  # the difference is back as well
    assert house.numbers() == list(range(1, 11))


def test_faster_pace_is_told_and_laid_anew_at_the_usual_time(house):
    weekly = house.ask(phases=ONE_A_WEEK, sessions=5)
    house.align(weekly)
    faster = house.ask(phases=[{"per_week": 2, "weeks": 4}], sessions=8)
    assert words(faster) == ["The plan asks for 2 a week, booked 1 a week"]
    house.align(faster)
    assert words(faster) == [] and house.numbers() == list(range(1, 9))
    starts = list(Appointment.objects.active().order_by("starts_at").values_list("starts_at", flat=True))
    assert all(2 <= (later - sooner).days <= 5 for sooner, later in pairwise(starts))
    assert {f"{start:%H:%M}" for start in starts} == {"10:00"}


def test_extras_alone_are_cancelled_and_nothing_else(house):
    course = house.ask(sessions=6, minutes=60, service=house.longer)
    change = house.align(course, extras_only=True)
    assert house.numbers() == [1, 2, 3, 4, 5, 6]
    assert words(course) == ["The plan asks for 60 minutes, visits 1 to 6 booked for 45"]
    assert AuditEvent.objects.latest("pk").action == "course.extras_cancelled"
    undo_alignment(change=change, by=house.desk, now=NOW)
    assert house.numbers() == list(range(1, 11))


def test_visits_that_are_over_are_not_cancelled(house):
    done = Appointment.objects.filter(number_in_course__lte=8)
    later = at("2026-12-19 12:00")
    done.update(status="done")
    course = house.ask(sessions=6, now=later)
    assert list(difference_of(course, now=later).words) == ["The plan asks for 6 visits, 10 are booked: 2 too many"]
    steps = alignment_of(course, now=later)
    bring_in_line(course=course, expected=steps.value, nonce="nonce-1", by=house.desk, now=later)
    assert Appointment.objects.filter(status="done").count() == 8
    assert difference_of(course, now=later) is None


def test_extra_visit_makes_up_for_a_missed_one(house):
    missed = Appointment.objects.get(number_in_course=4)
    set_status(appointment=missed, status="no_show", by=house.desk, now=NOW)
    course = house.ask(sessions=9)
    assert words(course) == [] and course.status == "booked"
    assert sorted(house.numbers()) == list(range(1, 10))


def test_longer_visit_that_does_not_fit_at_its_time_moves_near_it(house):
    first = Appointment.objects.get(number_in_course=1)
    AppointmentFactory(
        practitioner=house.petra, room=house.room, service=house.service, starts_at=at("2026-11-23 11:00")
    )
    course = house.ask(service=house.longer, minutes=60)
    steps = alignment_of(course, now=NOW)
    assert [step.appointment for step in steps.of("moved")] == [first]
    house.align(course)
    first.refresh_from_db()
    assert first.starts_at.date() == dt.date(2026, 11, 23) and first.minutes == 60


def test_what_was_not_shown_is_not_done(house):
    course = house.ask(sessions=6)
    steps = alignment_of(course, now=NOW)
    cancel(appointment=Appointment.objects.get(number_in_course=9), by=house.desk, now=NOW)
    with pytest.raises(Changed):
        bring_in_line(course=course, expected=steps.value, nonce="nonce-1", by=house.desk, now=NOW)
    assert Appointment.objects.active().count() == 9


def test_dragging_a_visit_against_the_dose_is_told(house):
    Appointment.objects.filter(number_in_course=3).update(
        starts_at=at("2026-11-27 10:00"), ends_at=at("2026-11-27 10:45"), busy_until=at("2026-11-27 10:55")
    )
    assert words(house.course) == ["The plan asks for 2 a week: visits 1 to 3 too close to another"]


def test_course_that_takes_the_place_of_another_brings_its_visits_over(house):
    newer = house.ask(reference="plan:2", replaces="plan:1", sessions=4, phases=ONE_A_WEEK)
    house.course.refresh_from_db()
    assert house.course.status == "closed" and not house.course.appointments.exists()
    assert house.numbers() == list(range(1, 11))
    assert words(newer)[:2] == [
        "The plan asks for 4 visits, 10 are booked: 6 too many",
        "The plan asks for 1 a week, booked 2 a week",
    ]
    house.align(newer)
    assert house.numbers() == [1, 2, 3, 4] and words(newer) == []
    assert Course.objects.exclude(status="closed").get() == newer
