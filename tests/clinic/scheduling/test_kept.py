"""What courses and visits keep for the lists is what a recount says, whatever was written in whatever order."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clinic.people.models import Clinic
from clinic.scheduling import kept
from clinic.scheduling.actions import (
    WantedVisit,
    add_absence,
    book,
    book_series,
    bring_in_line,
    close_course,
    keep_served,
    move,
    part,
    remove_absence,
    reopen_course,
    request_course,
    set_status,
    share,
    undo,
    undo_alignment,
)
from clinic.scheduling.actions.changes import TRANSITIONS
from clinic.scheduling.aligning import alignment_of
from clinic.scheduling.closures import stuck, stuck_visits, to_move
from clinic.scheduling.differences import Held, compare, difference_of, differing, differing_courses, judge
from clinic.scheduling.errors import BookingRefused, Changed
from clinic.scheduling.models import MOVABLE, Absence, Appointment, AppointmentChange, Course, Device, Room, Service
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    DeviceFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    clinic_in,
)
from tests.support.draws import drawn, some

DAY = dt.timedelta(days=1)
BEGIN = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
PHASES = (
    [{"per_week": 2, "weeks": 3}],
    [{"per_week": 1, "weeks": 4}],
    [{"per_week": 2, "weeks": 1}, {"per_week": 1, "weeks": 3}],
)


class House:
    def __init__(self, draw: random.Random) -> None:
        clinic_in("America/New_York")
        self.draw, self.now = draw, timezone.now()
        self.desk = UserFactory(desk=True)
        self.who = [
            WorkingPractitionerFactory(working_hours=tuple((day, "00:00", "23:55") for day in range(7)))
            for _ in range(2)
        ]
        self.rooms = [RoomFactory(), RoomFactory(), RoomFactory(kind="chair")]
        self.devices = [DeviceFactory(), DeviceFactory(kind="heat_lamp")]
        self.services = [ServiceFactory(), ServiceFactory(minutes=60), ServiceFactory(room_kind="chair")]
        self.patient, self.turn = PatientFactory(), 0

    def one(self, rows: Any) -> Any:
        """Any of them, or None."""
        found = list(rows.order_by("pk"))
        return self.draw.choice(found) if found else None

    def nonce(self) -> str:
        self.turn += 1
        return f"form-{self.turn:06}"

    def some_time(self) -> dt.datetime:
        minutes = 5 * self.draw.randint(12, 30 * 24 * 12)
        return self.now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(minutes=minutes)


def ask(house: House) -> None:
    draw, service = house.draw, house.draw.choice(house.services)
    before = house.one(Course.objects.all())
    is_new = before is None or draw.random() < 0.3
    house.turn += 1
    request_course(
        patient=house.patient, practitioner=house.who[0], service=service, phases=draw.choice(PHASES),
        sessions=draw.randint(1, 7), minutes=draw.choice([service.minutes, 45]), device_from_visit=draw.randint(1, 3),
        device_kind=draw.choice(["", "stimulator"]), first_visit_number=draw.choice([1, 3]) if is_new else 1,
        reference=f"plan:{house.turn}" if is_new else before.reference,
        replaces=before.reference if is_new and before and draw.random() < 0.5 else "", by=house.desk,
    )  # fmt: skip


def book_all(house: House) -> None:
    course = house.one(Course.objects.exclude(status="closed"))
    if course is None:
        return
    start = house.some_time()
    visits = [
        WantedVisit(number, start + DAY * house.draw.choice([2, 3, 7]) * turn, house.who[turn % 2].pk)
        for turn, number in enumerate(course.missing_numbers())
    ]
    also = (
        house.one(Course.objects.exclude(status="closed").exclude(pk=course.pk)) if house.draw.random() < 0.6 else None
    )
    visits = [replace(one, is_shared=also is not None and house.draw.random() < 0.7) for one in visits]
    book_series(
        course=course, visits=visits, by=house.desk, nonce=house.nonce(), also=also, skip_taken=True, against_dose=True
    )


def share_one(house: House) -> None:
    """One visit serves a second course, or no longer; or it began, and served one or two."""
    visit, other = house.one(Appointment.objects.active()), house.one(Course.objects.all())
    if visit is None or other is None:
        return
    if house.draw.random() < 0.3:
        served = Course.objects.filter(pk__in=[visit.course_id, other.pk]).values_list("reference", flat=True)
        keep_served(appointment=visit, references=list(served), by=house.desk)
    else:
        (share if house.draw.random() < 0.6 else part)(appointment=visit, course=other, by=house.desk)


def book_one(house: House) -> None:
    book(patient=house.patient, service=house.draw.choice(house.services), practitioner=None,
         starts_at=house.some_time(), by=house.desk, nonce=house.nonce())  # fmt: skip


def move_one(house: House) -> None:
    visit = house.one(Appointment.objects.all())
    if visit is not None:
        move(appointment=visit, starts_at=house.some_time(), practitioner=house.draw.choice(house.who), by=house.desk)


def change_status(house: House) -> None:
    visit = house.one(Appointment.objects.all())
    if visit is not None:
        set_status(appointment=visit, status=house.draw.choice(TRANSITIONS[visit.status]), by=house.desk)


def take_back(house: House) -> None:
    change = AppointmentChange.objects.first()
    if change is not None:
        undo(change=change, by=house.desk)


def align(house: House) -> None:
    course = house.one(Course.objects.exclude(status="closed"))
    if course is None:
        return
    only = house.draw.random() < 0.3
    steps = alignment_of(course, now=house.now, extras_only=only)
    made = bring_in_line(course=course, expected=steps.value, nonce=house.nonce(), by=house.desk, extras_only=only)
    if made is not None and house.draw.random() < 0.4:
        check(house)
        undo_alignment(change=made, by=house.desk)


def close_or_open(house: House) -> None:
    course = house.one(Course.objects.all())
    if course is not None:
        (reopen_course if course.status == "closed" else close_course)(course=course, by=house.desk)


def be_away(house: House) -> None:
    away = house.one(Absence.objects.all())
    if away is not None and house.draw.random() < 0.5:
        remove_absence(absence=away, by=house.desk)
        return
    starts = house.some_time()
    add_absence(practitioner=house.draw.choice([None, *house.who]), starts_at=starts, ends_at=starts + 6 * DAY,
                reason="", by=house.desk)  # fmt: skip


def set_up(house: House) -> None:
    """The owner changes a room, a device, a service, hours, an account or the clinic's clock."""
    draw = house.draw
    what = draw.choice(["room", "device", "service", "hours", "person", "clock"])
    if what in ("room", "device"):
        thing: Any = draw.choice(house.rooms if what == "room" else house.devices)
        thing.is_active = draw.random() < 0.6
        thing.kind = draw.choice(["table", "chair"] if what == "room" else ["stimulator", "heat_lamp"])
        thing.save()
    elif what == "service":
        service = draw.choice(house.services)
        service.room_kind, service.device_kind = draw.choice(["table", "chair"]), draw.choice(["", "heat_lamp"])
        service.save()
    elif what == "hours":
        line = draw.choice(list(draw.choice(house.who).working_hours.all()))
        line.starts, line.ends = dt.time(draw.randint(0, 11)), dt.time(draw.randint(12, 23))
        line.save()
    elif what == "person":
        draw.choice(house.who).is_active = True
        someone = draw.choice(house.who)
        someone.is_active = draw.random() < 0.5
        someone.save()
    else:
        clinic_in(draw.choice(["America/New_York", "Asia/Tokyo", "Europe/Berlin"]))


STEPS: dict[str, Callable[[House], None]] = {
    step.__name__: step
    for step in (
        ask,
        book_all,
        book_one,
        share_one,
        move_one,
        change_status,
        take_back,
        align,
        close_or_open,
        be_away,
        set_up,
    )
}


def check(house: House) -> None:
    """The recount agrees, and the lists at any later moment are what comparing every course and visit would give."""
    assert kept.courses_that_differ(house.now) == []
    assert kept.visits_that_differ(house.now) == {}
    for course in Course.objects.exclude(status="closed"):
        numbers = [one.number_in(course.pk) for one in course.visits.active()]
        assert len(numbers) == len(set(numbers)), "a number is held twice"
        assert (course.status == "to_book") == bool(course.missing_numbers())
    for days in (0, 4, 18):
        moment = house.now + days * DAY
        each = {one for one in Course.objects.all() if difference_of(one, now=moment) is not None}
        assert set(differing(now=moment)) == each
        assert {one.course for one in differing_courses(now=moment, at_most=100)} == each
        assert list(stuck(now=moment).values_list("pk", flat=True)) == list(to_move(now=moment))


class Kept(TestCase):
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(sorted(STEPS)), min_size=4, max_size=14), st.randoms(use_true_random=False))
    def test_the_recount_agrees_after_every_step(self, steps: list[str], draw: random.Random) -> None:
        house = House(draw)
        for name in ("ask", "ask", "book_all", *steps):
            try:
                STEPS[name](house)
            except (BookingRefused, Changed):
                continue
            check(house)


@pytest.mark.django_db
def test_a_visit_taken_over_that_goes_back_is_counted_for_both_courses() -> None:
    """Undo gives it back to the course it came from: the newer one no longer differs, and has it to book again."""
    house = House(random.Random(1))
    asked: dict[str, Any] = {
        "patient": house.patient, "practitioner": house.who[0], "service": house.services[0], "phases": PHASES[1],
        "sessions": 1, "by": house.desk,
    }  # fmt: skip
    older = request_course(reference="plan:1", minutes=45, **asked)
    soon = house.now.replace(minute=0, second=0, microsecond=0) + 3 * DAY
    book_series(course=older, visits=[WantedVisit(1, soon, house.who[0].pk)], by=house.desk, nonce="form-of-this")
    newer = request_course(reference="plan:2", replaces="plan:1", minutes=60, **asked)
    assert differing(now=house.now).get() == newer
    undo(change=AppointmentChange.objects.latest("pk"), by=house.desk)
    newer.refresh_from_db()
    assert (newer.status, newer.differs_until) == ("to_book", None)
    check(house)


def _course_and_visits(chance: random.Random) -> tuple[Course, list[Held]]:
    kinds, rooms = ["", "stimulator", "heat_lamp"], ["table", "chair"]
    service = Service(pk=1, name="One", minutes=45, room_kind=chance.choice(rooms), device_kind=chance.choice(kinds))
    course = Course(
        service=service, phases=chance.choice(PHASES), sessions=chance.randint(1, 6), minutes=45,
        device_kind=chance.choice(kinds), device_from_visit=chance.choice([None, 1, 3]),
        first_visit_number=chance.choice([1, 3]),
    )  # fmt: skip
    hours = sorted(some(chance, range(901), 8))
    numbers = chance.sample(range(course.first_visit_number, course.first_visit_number + len(hours)), len(hours))
    visits = [
        Held(
            number, number, BEGIN + dt.timedelta(hours=hour), chance.choice([45, 45, 60]), chance.choice([1, 1, 2]),
            chance.choice(rooms), chance.choice(kinds), chance.choice([None, None, 3]), chance.choice([True, False]),
            chance.choice([False, False, True]),
        )
        for number, hour in zip(numbers, hours, strict=True)
    ]  # fmt: skip
    return course, visits


@drawn(_course_and_visits)
def test_time_alone_only_ends_a_difference_and_when_is_known(both: tuple[Course, list[Held]]) -> None:
    """At any moment a course differs exactly until the moment it keeps; no database, no clock."""
    course, visits = both
    until = judge(course, visits, ZoneInfo("UTC")).until(visits)
    clinic = Clinic(time_zone="UTC")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clinic, "current", lambda: clinic)
        for hour in range(-1, 910, 7):
            now = BEGIN + dt.timedelta(hours=hour)
            differs = compare(course, visits, now=now) is not None
            assert differs == (until is not None and until > now)


@pytest.mark.django_db
def test_the_command_finds_and_mends_what_was_written_past_the_actions() -> None:
    clinic_in("UTC")
    soon = timezone.now().replace(minute=0, second=0, microsecond=0) + 3 * DAY
    course = CourseFactory(sessions=1, minutes=60, status="booked")
    visit = AppointmentFactory(course=course, number_in_course=1, patient=course.patient, starts_at=soon)
    Room.objects.filter(pk=visit.room_id).update(is_active=False)
    said: list[Any] = [StringIO(), StringIO()]
    with pytest.raises(SystemExit):
        call_command("check_summaries", stdout=said[0])
    assert "courses: 1 differ\nbooked visits: 1 differ\n" in said[0].getvalue()
    call_command("check_summaries", "--mend", stdout=StringIO())
    call_command("check_summaries", stdout=said[1])
    assert "courses: 0 differ\nbooked visits: 0 differ\n" in said[1].getvalue()
    course.refresh_from_db()
    assert course.differs_until == soon
    assert [one.visit for one in stuck_visits(now=timezone.now())] == [visit] and visit.status in MOVABLE


@pytest.mark.django_db
def test_a_device_is_told_apart_from_the_one_that_is_needed() -> None:
    """A device of another kind set up in the place of the first: the courses that hold it differ at once."""
    clinic_in("UTC")
    soon = timezone.now().replace(minute=0, second=0, microsecond=0) + 3 * DAY
    device: Device = DeviceFactory()
    course = CourseFactory(sessions=1, device_kind="stimulator", device_from_visit=1, status="booked")
    AppointmentFactory(course=course, number_in_course=1, patient=course.patient, starts_at=soon,
                       service=course.service, device=device)  # fmt: skip
    kept.mend(timezone.now())
    assert not differing(now=timezone.now()).exists()
    device.kind = "heat_lamp"
    device.save()
    assert differing(now=timezone.now()).get() == course
    assert not differing(now=soon).exists()


@pytest.mark.django_db
def test_another_time_zone_set_on_the_clinics_page_counts_at_once(client: Client) -> None:
    """The page was asked for under the old clock; what is recounted with its answer goes by the new one."""
    clinic_in("UTC")
    soon = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) + 2 * DAY
    visit = AppointmentFactory(
        starts_at=soon, practitioner__working_hours=tuple((n, "09:00", "17:00") for n in range(7))
    )
    client.force_login(UserFactory(owner=True))
    for zone, is_stuck in (("Pacific/Auckland", True), ("Europe/London", False)):
        said = {"name": "Elm", "time_zone": zone, "emergency_number": "112", "age_of_consent": "18"}
        assert client.post("/clinic/", said).status_code == 302
        assert [one.visit for one in stuck_visits(now=timezone.now())] == ([visit] if is_stuck else []), zone
        assert kept.visits_that_differ(timezone.now()) == {}
