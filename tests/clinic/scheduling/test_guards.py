"""The database itself refuses two visits at one time, whoever writes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.scheduling.models import LONGEST_STAY, Appointment, AppointmentChange
from tests.factories.scheduling import AppointmentFactory, DeviceFactory, at

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
