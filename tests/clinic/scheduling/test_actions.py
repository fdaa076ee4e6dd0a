"""Booking, moving, following through the day, undoing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from clinic.audit import trail
from clinic.audit.models import AuditEvent
from clinic.scheduling.actions import (
    WantedVisit,
    book,
    book_series,
    cancel,
    close_course,
    make_link,
    move,
    patient_of_link,
    request_course,
    set_status,
    undo,
)
from clinic.scheduling.actions.changes import TRANSITIONS, UNDO_FOR
from clinic.scheduling.errors import CannotUndo, Changed, FormUsedTwice, NotOpen, SeriesClash, SlotTaken
from clinic.scheduling.models import Appointment, AppointmentStatus, Course
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
MONDAY_TEN = at("2026-11-23 10:00")


@pytest.fixture
def house(db):
    """One practitioner, one room with a table, a front desk, a 45-minute service with 10 minutes' changeover."""

    class House:
        clinic = clinic_in("UTC")
        desk = UserFactory(desk=True)
        petra = WorkingPractitionerFactory(name="Petra")
        room = RoomFactory()
        service = ServiceFactory()
        patient = PatientFactory()

        def book(self, starts_at=MONDAY_TEN, nonce="n1", **more):
            asked = {
                "patient": self.patient,
                "service": self.service,
                "practitioner": self.petra,
                "starts_at": starts_at,
                "by": self.desk,
                "nonce": nonce,
                "now": NOW,
            }
            return book(**{**asked, **more})

    return House()


def test_booking_chooses_room_and_keeps_changeover(house):
    visit = house.book()
    assert (visit.room, visit.ends_at, visit.busy_until) == (
        house.room,
        at("2026-11-23 10:45"),
        at("2026-11-23 10:55"),
    )
    event = AuditEvent.objects.get(action="appointment.booked")
    assert (event.patient_id, event.actor_id) == (house.patient.pk, str(house.desk.pk))


def test_double_click_books_once(house):
    assert house.book().pk == house.book().pk
    assert Appointment.objects.count() == 1
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 1


def test_same_form_for_something_else_books_nothing_unasked(house):
    first = house.book()
    with pytest.raises(FormUsedTwice) as used:
        house.book(starts_at=at("2026-11-24 10:00"))
    assert used.value.booked == first
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("taken", "what"),
    [("practitioner", "practitioner"), ("room", "room"), ("patient", "patient")],
)
def test_taken_slot_names_what_is_taken_and_the_next_fit(house, taken, what):
    mine = {"practitioner": house.petra, "room": house.room, "patient": house.patient}
    if taken != "room":
        RoomFactory()  # another one is free
    AppointmentFactory(starts_at=MONDAY_TEN, service=house.service, **{taken: mine[taken]})
    with pytest.raises(SlotTaken) as refusal:
        house.book()
    assert refusal.value.what == what
    assert refusal.value.next_fit is not None
    again = house.book(starts_at=refusal.value.next_fit.starts, nonce="n2")
    assert again.pk


def test_device_is_booked_or_refused(house):
    service = ServiceFactory(device_kind="stimulator")
    with pytest.raises(SlotTaken) as refusal:
        house.book(service=service)
    assert (refusal.value.what, refusal.value.next_fit) == ("device", None)
    device = DeviceFactory()
    assert house.book(service=service).device == device


@pytest.mark.parametrize("starts_at", ["2026-11-22 10:00", "2026-11-23 08:00", "2026-11-23 16:30", "2026-11-21 10:00"])
def test_closed_hours_and_the_past_are_refused(house, starts_at):
    with pytest.raises(NotOpen):
        house.book(starts_at=at(starts_at))


def test_any_practitioner_takes_whoever_is_free(house):
    RoomFactory()
    quinn = WorkingPractitionerFactory(name="Quinn")
    assert house.book(practitioner=None).practitioner == house.petra
    second = house.book(practitioner=None, nonce="n2", patient=PatientFactory())
    assert second.practitioner == quinn


def test_audit_and_booking_fall_together(house, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("no audit")

    monkeypatch.setattr(trail, "record", broken)
    with pytest.raises(RuntimeError):
        house.book()
    assert not Appointment.objects.exists()


def test_move_keeps_length_and_is_undone(house):
    visit = house.book()
    change = move(
        appointment=visit,
        starts_at=at("2026-11-23 10:15"),  # over its own old time
        practitioner=house.petra,
        by=house.desk,
        version=1,
        now=NOW,
    )
    visit.refresh_from_db()
    assert (visit.starts_at, visit.minutes, visit.version) == (at("2026-11-23 10:15"), 45, 2)
    undo(change=change, by=house.desk, now=NOW)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.busy_until) == (MONDAY_TEN, at("2026-11-23 10:55"))
    assert [kept.kind for kept in visit.changes.all()] == ["undone", "moved", "booked"]


def test_second_editor_is_told(house):
    visit = house.book()
    moved = {"practitioner": house.petra, "by": house.desk, "now": NOW, "version": 1}
    move(appointment=visit, starts_at=at("2026-11-23 12:00"), **moved)
    with pytest.raises(Changed):
        move(appointment=visit, starts_at=at("2026-11-23 14:00"), **moved)
    with pytest.raises(Changed):
        cancel(appointment=visit, by=house.desk, version=1, now=NOW)


def test_visit_of_somebody_who_is_here_does_not_move(house):
    visit = house.book()
    set_status(appointment=visit, status="arrived", by=house.desk, now=NOW)
    with pytest.raises(NotOpen, match="arrived"):
        move(
            appointment=visit,
            starts_at=at("2026-11-23 12:00"),
            practitioner=house.petra,
            by=house.desk,
            now=NOW,
        )


def test_every_status_has_its_ways_on_and_every_way_can_be_undone(house):
    assert set(TRANSITIONS) == set(AppointmentStatus.values)
    number = 0
    for start, ends in TRANSITIONS.items():
        for end in ends:
            number += 1
            visit = AppointmentFactory(starts_at=MONDAY_TEN + dt.timedelta(days=number), room=house.room, status=start)
            change = set_status(appointment=visit, status=end, by=house.desk, now=NOW)
            visit.refresh_from_db()
            assert visit.status == end
            undo(change=change, by=house.desk, now=NOW)
            visit.refresh_from_db()
            assert visit.status == start


def test_impossible_step_is_refused_and_repeating_is_harmless(house):
    visit = house.book()
    with pytest.raises(NotOpen):
        set_status(appointment=visit, status="done", by=house.desk, now=NOW)
    assert set_status(appointment=visit, status="arrived", by=house.desk, now=NOW)
    assert set_status(appointment=visit, status="arrived", by=house.desk, version=1, now=NOW) is None
    visit.refresh_from_db()
    assert visit.arrived_at == NOW


def test_cancel_frees_and_undo_comes_too_late_when_the_time_is_given_away(house):
    visit = house.book()
    change = cancel(appointment=visit, by=house.desk, now=NOW)
    other = house.book(nonce="n2", patient=PatientFactory())
    assert other.starts_at == MONDAY_TEN
    with pytest.raises(SlotTaken):
        undo(change=change, by=house.desk, now=NOW)
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_undo_ends_after_some_minutes_and_with_the_next_change(house):
    visit = house.book()
    change = cancel(appointment=visit, by=house.desk, now=NOW)
    with pytest.raises(CannotUndo):
        undo(change=change, by=house.desk, now=NOW + UNDO_FOR + dt.timedelta(seconds=1))
    undo(change=change, by=house.desk, now=NOW + UNDO_FOR)
    with pytest.raises(CannotUndo):
        undo(change=change, by=house.desk, now=NOW + UNDO_FOR)


def _course(house, **fields):
    return CourseFactory(practitioner=house.petra, service=house.service, patient=house.patient, **fields)


def _ten_dates(course, hour=11):
    monday = at(f"2026-11-23 {hour}:00")
    days = [0, 3, 7, 10, 14, 17, 21, 24, 28, 35]
    return [
        WantedVisit(number, monday + dt.timedelta(days=day), course.practitioner_id)
        for number, day in zip(course.numbers, days, strict=True)
    ]


def test_series_is_booked_whole_and_once(house):
    course = _course(house)
    wanted = _ten_dates(course)
    first = book_series(course=course, visits=wanted, by=house.desk, nonce="s", now=NOW)
    again = book_series(course=course, visits=wanted, by=house.desk, nonce="s", now=NOW)
    assert [visit.pk for visit in first.appointments] == [visit.pk for visit in again.appointments]
    course.refresh_from_db()
    assert (Appointment.objects.count(), course.status) == (10, "booked")


def test_the_rows_of_a_series_are_those_that_django_would_write(house):
    """They are written by hand: each column is what the object says, and the database says when."""
    course = _course(house)
    made = book_series(course=course, visits=_ten_dates(course), by=house.desk, nonce="by-hand", now=NOW)
    for one in made.appointments:
        row = Appointment.objects.get(pk=one.pk)
        for field in Appointment._meta.concrete_fields:
            assert getattr(row, field.attname) == getattr(one, field.attname), field.name
        assert one.created_at is not None and one.nonce == f"by-hand:{one.number_in_course}"
        [change] = row.changes.all()
        assert (change.kind, change.before, change.after, change.by) == ("booked", {}, {}, house.desk)
        assert change.at == NOW


def test_one_clash_books_nothing_and_names_the_next_fit(house):
    course = _course(house)
    wanted = _ten_dates(course)
    RoomFactory()
    AppointmentFactory(starts_at=wanted[6].starts_at, practitioner=house.petra, service=house.service)
    with pytest.raises(SeriesClash) as refusal:
        book_series(course=course, visits=wanted, by=house.desk, nonce="s", now=NOW)
    (clash,) = refusal.value.clashes
    assert (clash.number, Appointment.objects.filter(course=course).count()) == (7, 0)
    assert clash.next_fit.starts.date() == wanted[6].starts_at.date()
    skipped = book_series(course=course, visits=wanted, by=house.desk, nonce="s", skip_taken=True, now=NOW)
    course.refresh_from_db()
    assert ([one.number for one in skipped.skipped], len(skipped.appointments)) == ([7], 9)
    assert course.status == "to_book"  # visit 7 still waits for a date


def test_series_visits_do_not_overlap_each_other(house):
    course = _course(house, phases=[{"per_week": 2, "weeks": 1}], sessions=2)
    same = [WantedVisit(number, MONDAY_TEN, house.petra.pk) for number in (1, 2)]
    with pytest.raises(SeriesClash) as refusal:
        book_series(course=course, visits=same, by=house.desk, nonce="s", now=NOW)
    assert [clash.number for clash in refusal.value.clashes] == [2]


def test_stimulator_is_taken_from_its_visit_on(house):
    device = DeviceFactory()
    course = _course(
        house, phases=[{"per_week": 2, "weeks": 1}], sessions=2, device_kind="stimulator", device_from_visit=2
    )
    visits = [
        WantedVisit(1, MONDAY_TEN, house.petra.pk),
        WantedVisit(2, MONDAY_TEN + dt.timedelta(days=3), house.petra.pk),
    ]
    booked = book_series(course=course, visits=visits, by=house.desk, nonce="s", now=NOW)
    assert [visit.device for visit in booked.appointments] == [None, device]


def test_cancelled_visit_puts_the_course_back_on_the_list(house):
    course = _course(house)
    booked = book_series(course=course, visits=_ten_dates(course), by=house.desk, nonce="s", now=NOW)
    change = cancel(appointment=booked.appointments[2], by=house.desk, now=NOW)
    course.refresh_from_db()
    assert course.status == "to_book"
    undo(change=change, by=house.desk, now=NOW)
    course.refresh_from_db()
    assert course.status == "booked"


def _request(house, **fields):
    asked = {
        "patient": house.patient,
        "practitioner": house.petra,
        "service": house.service,
        "phases": [{"per_week": 2, "weeks": 4}],
        "sessions": 8,
        "minutes": 45,
        "reference": "plan:1",
        "by": house.petra,
    }
    return request_course(**{**asked, **fields})


def test_asking_again_updates_the_same_course(house):
    first = _request(house)
    second = _request(house, sessions=6, phases=[{"per_week": 1, "weeks": 6}])
    assert first.pk == second.pk and Course.objects.get().sessions == 6
    with pytest.raises(ValueError, match="another patient"):
        _request(house, patient=PatientFactory())


def test_closed_course_cannot_be_booked_until_asked_for_again(house):
    course = _request(house)
    close_course(course=course, by=house.desk)
    wanted = [WantedVisit(1, MONDAY_TEN, house.petra.pk)]
    with pytest.raises(NotOpen):
        book_series(course=course, visits=wanted, by=house.desk, nonce="s", now=NOW)
    assert _request(house).status == "to_book"


@pytest.mark.parametrize(
    "fields", [{"phases": []}, {"sessions": 0}, {"phases": [{"per_week": 9, "weeks": 1}]}, {"minutes": 1}]
)
def test_what_cannot_be_a_course_is_refused(house, fields):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError), transaction.atomic():
        _request(house, **fields)
    assert not Course.objects.exists()


def test_newer_link_replaces_the_older_and_links_grow_old(house):
    old = make_link(patient=house.patient, by=house.desk, now=NOW)
    new = make_link(patient=house.patient, by=house.desk, now=NOW)
    assert patient_of_link(old, now=NOW) is None
    assert patient_of_link(new, now=NOW) == house.patient
    assert AuditEvent.objects.filter(action="appointments.read", actor_kind="patient").count() == 1
    assert patient_of_link(new, now=NOW + dt.timedelta(days=200)) is None
    assert patient_of_link("nonsense", now=NOW) is None
