"""The database itself refuses two visits at one time, whoever writes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from clinic.scheduling.models import LONGEST_STAY, Appointment, AppointmentChange
from tests.factories.people import PatientFactory
from tests.factories.scheduling import AppointmentFactory, CourseFactory, DeviceFactory, at

pytestmark = pytest.mark.django_db
TEN = at("2026-11-23 10:00")


def _refused(**fields: object) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        AppointmentFactory(**fields)
    return str(refusal.value)


@pytest.mark.parametrize("what", ["practitioner", "room", "device", "patient"])
def test_nothing_is_taken_twice(what):
    first = AppointmentFactory(starts_at=TEN, device=DeviceFactory())
    assert f"appointment_{what}_free" in _refused(starts_at=TEN, **{what: getattr(first, what)})


@pytest.mark.parametrize(
    ("minutes", "is_free"),
    [
        (-45, False),  # its changeover would reach into the visit
        (-55, True),
        (-1, False),
        (1, False),
        (44, False),
        (54, False),  # inside the changeover
        (55, True),
    ],
)
def test_room_is_taken_until_the_changeover_is_over(minutes, is_free):
    first = AppointmentFactory(starts_at=TEN)
    starts = TEN + dt.timedelta(minutes=minutes)
    if is_free:
        assert AppointmentFactory(starts_at=starts, room=first.room).pk
    else:
        assert "appointment_room_free" in _refused(starts_at=starts, room=first.room)


def test_patient_is_free_when_the_visit_ends():
    first = AppointmentFactory(starts_at=TEN)
    assert AppointmentFactory(starts_at=first.ends_at, patient=first.patient).pk


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_cancelled_and_missed_visits_free_their_time(status):
    first = AppointmentFactory(starts_at=TEN, status=status)
    assert AppointmentFactory(starts_at=TEN, practitioner=first.practitioner, room=first.room).pk
    with pytest.raises(IntegrityError), transaction.atomic():  # and cannot take it back
        Appointment.objects.filter(pk=first.pk).update(status="booked")


def test_moving_onto_another_visit_is_refused():
    first = AppointmentFactory(starts_at=TEN)
    second = AppointmentFactory(starts_at=TEN + dt.timedelta(hours=3), practitioner=first.practitioner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=second.pk).update(
            starts_at=TEN, ends_at=first.ends_at, busy_until=first.busy_until
        )


def test_raw_insert_is_refused_too():
    first = AppointmentFactory(starts_at=TEN)
    names = [field.column for field in Appointment._meta.concrete_fields if field.column != "id"]
    columns = ", ".join(names)
    copied = ", ".join("'another'" if name == "nonce" else name for name in names)
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(
            f"INSERT INTO scheduling_appointment ({columns}) SELECT {copied} FROM scheduling_appointment WHERE id = %s",
            [first.pk],
        )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has real times")
def test_sqlite_refuses_times_that_do_not_sort():
    first = AppointmentFactory(starts_at=TEN)
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE scheduling_appointment SET starts_at = '2026-11-23T10:00:00Z' WHERE id = %s", [first.pk])


def test_visit_cannot_end_before_it_starts():
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentFactory(starts_at=TEN, ends_at=TEN, busy_until=TEN)


def test_no_visit_is_longer_than_what_queries_look_back():
    longest = AppointmentFactory(starts_at=TEN, ends_at=TEN + LONGEST_STAY, busy_until=TEN + LONGEST_STAY)
    until = TEN + LONGEST_STAY
    assert list(Appointment.objects.between(until - dt.timedelta(seconds=1), until)) == [longest]
    later = TEN + dt.timedelta(days=3)
    for more in (dt.timedelta(seconds=1), dt.timedelta(days=1)):
        assert "appointment_length" in _refused(starts_at=later, busy_until=later + LONGEST_STAY + more)
    with pytest.raises(IntegrityError, match="appointment_length"), transaction.atomic():
        Appointment.objects.filter(pk=longest.pk).update(busy_until=until + dt.timedelta(seconds=1))


def test_visits_are_not_deleted_and_their_history_only_grows():
    visit = AppointmentFactory(starts_at=TEN)
    change = AppointmentChange.objects.create(appointment=visit, kind="booked", by=visit.created_by, at=TEN)
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        AppointmentChange.objects.filter(pk=change.pk).update(kind="moved")
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        AppointmentChange.objects.filter(pk=change.pk)._raw_delete("default")
    with pytest.raises(IntegrityError, match="not deleted"), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk)._raw_delete("default")


def _two_courses():
    patient = PatientFactory()
    one, other = CourseFactory(patient=patient), CourseFactory(patient=patient)
    shared = AppointmentFactory(
        starts_at=TEN, patient=patient, course=one, number_in_course=1, also_course=other, also_number=1
    )
    return one, other, shared


@pytest.mark.parametrize(
    "place", ["own of the first", "own of the second", "shared of the first", "shared of the second"]
)
def test_no_number_of_a_course_is_held_twice_whichever_column_holds_it(place):
    one, other, shared = _two_courses()
    third = CourseFactory(patient=shared.patient)
    fields = {
        "own of the first": {"course": one, "number_in_course": 1},
        "own of the second": {"course": other, "number_in_course": 1},
        "shared of the first": {"course": third, "number_in_course": 5, "also_course": one, "also_number": 1},
        "shared of the second": {"course": third, "number_in_course": 5, "also_course": other, "also_number": 1},
    }[place]
    later = {"starts_at": TEN + dt.timedelta(days=1), "patient": shared.patient}
    words = _refused(**later, **fields)
    assert any(name in words for name in ("course_visit_", "number_in_course", "also_number", "not deleted"))
    freed = AppointmentFactory(
        status="cancelled", **later, **fields
    )  # what is cancelled holds none, and takes none back
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=freed.pk).update(status="booked")
    Appointment.objects.filter(pk=shared.pk).update(status="no_show")
    Appointment.objects.filter(pk=freed.pk).update(status="booked")


def test_second_course_is_whole_another_one_and_of_the_same_patient():
    one, other, shared = _two_courses()
    rows = Appointment.objects.filter(pk=shared.pk)
    for change in (
        {"also_number": None},
        {"also_course": None},
        {"also_course": one},
        {"course": None},
        {"also_course": CourseFactory()},  # someone else's
    ):
        with pytest.raises(IntegrityError, match="appointment_shared"), transaction.atomic():
            rows.update(**change)
    rows.update(also_course=None, also_number=None)
    assert list(other.visits) == [] and list(one.visits) == [shared]


@pytest.mark.django_db(transaction=True)
def test_guards_of_the_table_are_there_again_after_going_back_and_forth():
    """Going back remakes the table on SQLite."""
    before = _guards()
    try:
        call_command("migrate", "scheduling", "0008", verbosity=0)
        assert [name for name in before if "shared" not in name and "also" not in name] == _guards()
    finally:
        call_command("migrate", "scheduling", verbosity=0)
    assert _guards() == before


def _guards() -> list[str]:
    """The triggers and exclusion constraints of the table, by name."""
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'scheduling_appointment'",
        "postgresql": "SELECT conname FROM pg_constraint WHERE conrelid = 'scheduling_appointment'::regclass "
        "AND contype IN ('x', 'c') UNION SELECT tgname FROM pg_trigger "
        "WHERE tgrelid = 'scheduling_appointment'::regclass AND NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(names)
        return sorted(name for (name,) in cursor.fetchall())
