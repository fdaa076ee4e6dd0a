"""Two courses of one patient as the same visits: proposed, booked, changed, and counted in both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from clinic.scheduling.actions import (
    WantedVisit,
    book_series,
    bring_in_line,
    cancel,
    close_course,
    keep_served,
    move,
    part,
    request_course,
    set_status,
    share,
    undo,
    undo_alignment,
    undo_series,
)
from clinic.scheduling.aligning import alignment_of
from clinic.scheduling.course_dates import propose_course
from clinic.scheduling.day_search import Wish
from clinic.scheduling.differences import difference_of
from clinic.scheduling.errors import AgainstDose, NotOpen, SeriesClash, SlotTaken
from clinic.scheduling.models import Appointment, AppointmentChange, Course
from clinic.scheduling.together import pairs_of, why_apart
from clinic.scheduling.typed_dates import moment_of
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    DeviceFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    at,
    clinic_in,
)

pytestmark = pytest.mark.django_db
NOW = at("2026-11-22 12:00")  # a Sunday
MONDAY = dt.date(2026, 11, 23)
WEEK = dt.timedelta(days=7)


class House:
    """Two courses of one patient: two a week for three weeks, 45 minutes; and one a week for four weeks, 30 minutes."""

    def __init__(self) -> None:
        self.clinic = clinic_in("UTC")
        self.desk = UserFactory(desk=True)
        self.petra = WorkingPractitionerFactory(name="Petra")
        self.rooms = [RoomFactory(), RoomFactory()]
        self.service = ServiceFactory()
        self.patient = PatientFactory()
        self.often = self.course(phases=[{"per_week": 2, "weeks": 3}], sessions=6)
        self.seldom = self.course(phases=[{"per_week": 1, "weeks": 4}], sessions=4, minutes=30)

    def course(self, **fields: Any) -> Course:
        asked = {"patient": self.patient, "practitioner": self.petra, "service": self.service, "minutes": 45}
        return CourseFactory(**{**asked, **fields})

    def rows(self, course: Course | None = None, also: Course | None = None) -> list[Any]:
        lead, other = course or self.often, also or self.seldom
        return propose_course(lead, Wish(), practitioner=None, first_day=MONDAY, now=NOW, also=other)

    def book(self, rows: list[Any] | None = None, **more: Any) -> list[Appointment]:
        wanted = [
            WantedVisit(row.number, moment_of(row, self.clinic.zone), row.practitioner, row.is_shared)
            for row in (self.rows() if rows is None else rows)
        ]
        asked: dict[str, Any] = {
            "course": self.often, "also": self.seldom, "visits": wanted, "by": self.desk, "nonce": "form-of-two",
            "now": NOW,
        }  # fmt: skip
        return list(book_series(**{**asked, **more}).appointments)

    def fresh(self) -> tuple[Course, Course]:
        self.often.refresh_from_db()
        self.seldom.refresh_from_db()
        return self.often, self.seldom


@pytest.fixture
def house(db: Any) -> House:
    return House()


def places(course: Course) -> list[tuple[int, dt.date]]:
    return [(one.number_in(course.pk), one.starts_at.date()) for one in course.visits.active().order_by("starts_at")]


def test_the_rarer_course_is_among_the_visits_of_the_other_one_as_its_rhythm_allows(house: House) -> None:
    visits = house.book()
    assert [(one.number_in_course, one.also_number, one.minutes) for one in visits] == [
        (1, 1, 75), (2, None, 45), (3, 2, 75), (4, None, 45), (5, 3, 75), (6, None, 45)
    ]  # fmt: skip
    often, seldom = house.fresh()
    assert (often.status, often.missing_numbers(), len(places(often))) == ("booked", [], 6)
    assert (seldom.status, seldom.missing_numbers()) == ("to_book", [4])  # one is left: alone, a week after the last
    assert [day - MONDAY for _number, day in places(seldom)] == [dt.timedelta(0), WEEK, 2 * WEEK]
    assert difference_of(often, now=NOW) is None and difference_of(seldom, now=NOW) is None
    (left,) = propose_course(seldom, Wish(), practitioner=None, first_day=MONDAY, now=NOW)
    assert (left.number, left.day) == (4, (MONDAY + 3 * WEEK).isoformat())


def test_of_two_equal_courses_the_shorter_one_runs_out(house: House) -> None:
    short = house.course(phases=[{"per_week": 2, "weeks": 1}], sessions=2)
    rows = house.rows(house.often, short)
    assert [row.is_shared for row in rows] == [True, True, False, False, False, False]
    house.book(rows, also=short)
    short.refresh_from_db()
    assert (short.status, [number for number, _day in places(short)]) == ("booked", [1, 2])


def test_the_course_with_more_visits_a_week_leads(house: House) -> None:
    assert [pairs_of(house.often).ready, pairs_of(house.often).led_by] == [(house.seldom,), ()]
    assert [pairs_of(house.seldom).ready, pairs_of(house.seldom).led_by] == [(), (house.often,)]
    other = PatientFactory()
    house.course(patient=other)
    assert pairs_of(house.often).ready == (house.seldom,)


def test_a_shared_visit_is_only_offered_where_the_longer_time_is_free(house: House) -> None:
    """At nine the room is free for three quarters of an hour, not for both."""
    nine = at("2026-11-23 10:00")
    AppointmentFactory(starts_at=nine, practitioner=house.petra)
    AppointmentFactory(starts_at=nine + dt.timedelta(hours=1), practitioner=house.petra)
    first = house.rows()[0]
    assert first.is_shared and first.clock >= "12:00"
    with pytest.raises(SeriesClash) as refusal:
        house.book([type(first)(1, first.day, "09:00", first.practitioner, "", is_shared=True)])
    (clash,) = refusal.value.clashes
    assert clash.next_fit and (clash.next_fit.ends - clash.next_fit.starts) == dt.timedelta(minutes=75)
    house.book([type(first)(1, first.day, "09:00", first.practitioner, "")])  # alone it fits


def test_both_rhythms_are_kept_unless_the_desk_insists(house: House) -> None:
    rows = [
        type(row)(row.number, row.day, row.clock, row.practitioner, "", is_shared=row.number < 3)
        for row in house.rows()
    ]
    with pytest.raises(SeriesClash) as refusal:
        house.book(rows[:2])
    (clash,) = refusal.value.clashes
    assert clash.is_dose and clash.number == 2 and "In the other course" in clash.words
    assert len(house.book(rows[:2], against_dose=True)) == 2


def test_needs_of_both_are_met_or_they_stay_apart(house: House) -> None:
    device, rows = DeviceFactory(), house.rows()
    needy = house.course(phases=[{"per_week": 1, "weeks": 2}], sessions=2, device_kind="stimulator")
    visits = house.book(house.rows(also=needy), also=needy)
    assert [one.device for one in visits if one.is_shared] == [device, device]
    assert {one.device for one in visits if not one.is_shared} == {None}
    lamp = house.course(device_kind="heat_lamp")
    assert why_apart(needy, lamp) == "They need different devices."
    chair = house.course(service=ServiceFactory(room_kind="chair"))
    assert why_apart(needy, chair) == "They need different kinds of room."
    for also in (lamp, chair):
        with pytest.raises(NotOpen, match="cannot share"):
            house.book(rows, course=needy, also=also, nonce="another-form")
    with pytest.raises(NotOpen, match="two courses of one patient"):
        house.book(rows, also=CourseFactory(service=house.service), nonce="another-form")


def test_moving_missing_and_cancelling_count_in_both(house: House) -> None:
    first, *_rest = house.book()
    later = first.starts_at + dt.timedelta(hours=3)
    move(appointment=first, starts_at=later, practitioner=house.petra, by=house.desk, now=NOW)
    first.refresh_from_db()
    assert (first.starts_at, first.minutes) == (later, 75)
    for status in ("cancelled", "no_show"):
        change = set_status(appointment=first, status=status, by=house.desk, now=NOW)
        often, seldom = house.fresh()
        assert (often.missing_numbers(), seldom.missing_numbers()) == ([1], [1, 4])
        assert (often.status, seldom.status) == ("to_book", "to_book")
        undo(change=change, by=house.desk, now=NOW)
        assert (house.fresh()[0].status, house.seldom.missing_numbers()) == ("booked", [4])


def test_a_number_booked_anew_in_one_course_is_not_taken_back_by_undo(house: House) -> None:
    first, *_rest = house.book()
    change = cancel(appointment=first, by=house.desk, now=NOW)
    AppointmentFactory(patient=house.patient, course=house.seldom, number_in_course=1, starts_at=at("2026-12-28 10:00"))
    with pytest.raises(SlotTaken, match="since been booked"):
        undo(change=change, by=house.desk, now=NOW)


def test_the_whole_booking_is_undone_at_once_and_the_form_books_once(house: House) -> None:
    rows = house.rows()
    made = house.book(rows)
    assert [one.pk for one in house.book(rows)] == [one.pk for one in made]
    undo_series(course=house.often, nonce="form-of-two", by=house.desk, now=NOW)
    assert [one.missing_numbers() for one in house.fresh()] == [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4]]


def test_a_booked_visit_serves_a_second_course_later_and_one_alone_again(house: House) -> None:
    first, second, *_rest = _alone(house)
    change = share(appointment=first, course=house.seldom, by=house.desk, now=NOW)
    first.refresh_from_db()
    assert (first.also_course, first.also_number, first.minutes) == (house.seldom, 1, 75)
    assert house.fresh()[1].missing_numbers() == [2, 3, 4]
    with pytest.raises(AgainstDose, match="In the other course"):
        share(appointment=second, course=house.seldom, by=house.desk, now=NOW)
    undo(change=change, by=house.desk, now=NOW)
    first.refresh_from_db()
    assert (first.is_shared, first.minutes, house.fresh()[1].missing_numbers()) == (False, 45, [1, 2, 3, 4])
    share(appointment=first, course=house.seldom, by=house.desk, now=NOW)
    part(appointment=first, course=house.often, by=house.desk, now=NOW)  # the first of the two: the other stays
    first.refresh_from_db()
    assert (first.course, first.number_in_course, first.is_shared) == (house.seldom, 1, False)
    often, seldom = house.fresh()
    assert (often.missing_numbers(), seldom.missing_numbers()) == ([1], [2, 3, 4])
    said = difference_of(seldom, now=NOW)
    assert said and said.words == ("The plan asks for 30 minutes, visit 1 booked for 75",)


def _alone(house: House) -> list[Appointment]:
    rows = propose_course(house.often, Wish(), practitioner=None, first_day=MONDAY, now=NOW)
    return house.book(rows, also=None)


def test_a_longer_visit_that_has_no_room_is_not_made(house: House) -> None:
    first, *_rest = _alone(house)
    AppointmentFactory(starts_at=first.busy_until, practitioner=house.petra)
    with pytest.raises(SlotTaken) as refusal:
        share(appointment=first, course=house.seldom, by=house.desk, now=NOW)
    assert refusal.value.next_fit
    first.refresh_from_db()
    assert (first.is_shared, first.minutes) == (False, 45)


def test_what_was_served_is_what_counts(house: House) -> None:
    """Booked for both, it served one; booked for one, it served both."""
    first, second, *_rest = house.book()
    keep_served(appointment=first, references=[house.seldom.reference], by=house.desk, now=NOW)
    first.refresh_from_db()
    assert (first.course, first.number_in_course, first.is_shared) == (house.seldom, 1, False)
    assert house.fresh()[0].missing_numbers() == [1]
    keep_served(appointment=second, references=[house.often.reference, house.seldom.reference], by=house.desk, now=NOW)
    second.refresh_from_db()
    assert (second.also_course, second.also_number) == (house.seldom, 4)
    keep_served(appointment=second, references=["plan:of-something-else"], by=house.desk, now=NOW)
    assert Appointment.objects.get(pk=second.pk).is_shared


def test_one_served_beyond_what_was_asked_for_leaves_one_too_many(house: House) -> None:
    _first, second, *_rest = house.book()
    fourth = AppointmentFactory(
        patient=house.patient, course=house.seldom, number_in_course=4, starts_at=at("2026-12-28 10:00"),
        service=house.service, practitioner=house.petra, room=house.rooms[0],
    )  # fmt: skip
    keep_served(appointment=second, references=[house.often.reference, house.seldom.reference], by=house.desk, now=NOW)
    said = difference_of(house.fresh()[1], now=NOW)
    assert said and said.extras == (fourth.pk,)


def test_fewer_visits_part_what_is_shared_and_cancel_what_is_not(house: House) -> None:
    visits = house.book()
    asked: dict[str, Any] = {
        "patient": house.patient, "practitioner": house.petra, "service": house.service, "by": house.desk,
        "phases": [{"per_week": 2, "weeks": 2}], "sessions": 4, "minutes": 45, "now": NOW,
    }  # fmt: skip
    request_course(reference=house.often.reference, **asked)
    steps = alignment_of(house.often, now=NOW)
    house.often.refresh_from_db()
    steps = alignment_of(house.often, now=NOW)
    assert [(step.kind, step.number) for step in steps.steps if step.kind != "kept"] == [
        ("parted", 5),
        ("cancelled", 6),
    ]
    change = bring_in_line(course=house.often, expected=steps.value, nonce="form-of-align", by=house.desk, now=NOW)
    fifth = Appointment.objects.get(pk=visits[4].pk)
    assert (fifth.status, fifth.course, fifth.number_in_course, fifth.is_shared) == ("booked", house.seldom, 3, False)
    assert [one.missing_numbers() for one in house.fresh()] == [[], [4]]
    assert difference_of(house.seldom, now=NOW)  # it is longer than that one asks for
    assert change is not None
    undo_alignment(
        change=AppointmentChange.objects.filter(at=change.at, kind="aligned").first(), by=house.desk, now=NOW
    )
    fifth.refresh_from_db()
    assert (fifth.course, fifth.number_in_course, fifth.also_course, fifth.also_number) == (
        house.often, 5, house.seldom, 3
    )  # fmt: skip
    assert house.fresh()[1].differs_until is None


def test_a_closed_course_leaves_what_is_shared_to_the_other_one(house: House) -> None:
    visits = house.book()
    set_status(appointment=visits[0], status="arrived", by=house.desk, now=NOW)
    close_course(course=house.seldom, by=house.desk, now=NOW)
    often, seldom = house.fresh()
    assert [number for number, _day in places(seldom)] == [1]  # the one under way
    assert [one.is_shared for one in often.visits.active().order_by("starts_at")] == [True, *[False] * 5]
    said = difference_of(often, now=NOW)
    assert said and said.words == ("The plan asks for 45 minutes, visits 3 and 5 booked for 75",)


@pytest.mark.parametrize("which", ["often", "seldom"])
def test_a_new_version_of_either_plan_takes_over_what_is_shared(house: House, which: str) -> None:
    house.book()
    old, kept = (house.often, house.seldom) if which == "often" else (house.seldom, house.often)
    asked: dict[str, Any] = {"phases": old.phases, "sessions": old.sessions, "minutes": old.minutes}
    newer = request_course(
        patient=house.patient, practitioner=house.petra, service=house.service, by=house.desk, now=NOW,
        reference="plan:newer", replaces=old.reference, **asked,
    )  # fmt: skip
    before = places(kept)
    assert (places(old), len(places(newer)), places(kept)) == ([], 6 if which == "often" else 3, before)
    assert sum(one.is_shared for one in newer.visits.active()) == 3
    assert difference_of(newer, now=NOW) is None and difference_of(kept, now=NOW) is None


def test_a_new_pace_is_noticed_in_the_second_course_too(house: House) -> None:
    house.book()
    request_course(
        patient=house.patient, practitioner=house.petra, service=house.service, phases=[{"per_week": 2, "weeks": 2}],
        sessions=4, minutes=30, reference=house.seldom.reference, by=house.desk, now=NOW,
    )  # fmt: skip
    said = difference_of(house.fresh()[1], now=NOW)
    assert said and said.words == ("The plan asks for 2 a week, booked 1 a week",)
    assert difference_of(house.often, now=NOW) is None
    alignment_of(house.seldom, now=NOW)  # the shared ones stay: their time is that of the other course, too
