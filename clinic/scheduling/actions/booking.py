"""Books one visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.people.models import Clinic, Patient, User
from clinic.scheduling.actions.writing import guarded, keep_change
from clinic.scheduling.asked_times import diary_at
from clinic.scheduling.availability import Need, Refusal, Slot, fit, nearest_fit
from clinic.scheduling.diary import diary_around, fields_of, in_order, moment, need_of_service, refused
from clinic.scheduling.errors import BookingRefused, FormUsedTwice, NotOpen, Sought
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import Appointment, AppointmentChange, Service


def slot_for(need: Need, starts_at: dt.datetime, *, now: dt.datetime, moved: int | None = None) -> Slot:
    """The slot at exactly that time with the first suitable practitioner; only that time is read. ``moved``: the visit
    that releases its time. Raises SlotTaken or NotOpen; ``with_next_fit`` searches for what would do.
    """
    ends = starts_at + dt.timedelta(minutes=need.minutes + need.changeover)
    diary = diary_at([(starts_at, ends)], need.practitioners)
    diary = diary.without(moved) if moved else diary
    refusal: Refusal | None = None
    for practitioner in need.practitioners:
        found = fit(diary, need, starts_at, practitioner, now=now)
        if isinstance(found, Slot):
            return found
        refusal = refusal or found
    if refusal is None:
        raise NotOpen("There is nobody to book: no practitioner is set up.")
    error = refused(refusal, need, diary.zone, next_fit=None)
    error.sought = Sought(need, starts_at, moved)
    raise error


@contextmanager
def with_next_fit(*, now: dt.datetime) -> Iterator[None]:
    """Wraps the transaction of a write: a refusal gets the nearest slot that would do. The weeks around are searched
    once the schedule is unlocked again.
    """
    try:
        yield
    except BookingRefused as refusal:
        if refusal.sought is not None:
            need, starts_at, moved = refusal.sought.need, refusal.sought.starts_at, refusal.sought.moved
            diary = diary_around([starts_at], now=now)
            diary = diary.without(moved) if moved else diary
            refusal.next_fit = nearest_fit(diary, need, max(starts_at, now), now=now)
        raise


def visit_in(slot: Slot, *, patient_id: int, service: Service, nonce: str, by: User, **more: Any) -> Appointment:
    return Appointment(patient_id=patient_id, service=service, nonce=nonce, created_by=by, **fields_of(slot), **more)


def book(
    *,
    patient: Patient,
    service: Service,
    practitioner: User | None,
    starts_at: dt.datetime,
    by: User,
    nonce: str,
    now: dt.datetime | None = None,
) -> Appointment:
    """Book one visit. ``practitioner`` None: anyone free. Room and device are chosen here.

    ``nonce``: made with the form; the same form sent again returns the same visit. Raises SlotTaken, NotOpen, or
    FormUsedTwice if that form already booked something else.
    """
    who = practitioner.pk if practitioner else None
    return make_booking(
        patient=patient, service=service, practitioner=who, starts_at=starts_at, by=by, nonce=nonce, now=now
    ).appointment


def make_booking(
    *,
    patient: Patient,
    service: Service,
    practitioner: int | None,
    starts_at: dt.datetime,
    by: User,
    nonce: str,
    now: dt.datetime | None = None,
) -> AppointmentChange:
    """As ``book``, with the practitioner's id; returns the change, for undo."""
    now = now or timezone.now()
    with with_next_fit(now=now), transaction.atomic():
        lock_schedule()
        wanted = in_order(None) if practitioner is None else (practitioner,)
        need = need_of_service(service, wanted, patient=patient.pk)
        try:
            slot = slot_for(need, starts_at, now=now)
            appointment = visit_in(slot, patient_id=patient.pk, service=service, nonce=nonce, by=by)
            with guarded():
                appointment.save(force_insert=True)
        except (BookingRefused, IntegrityError):
            # only now: perhaps the form was sent before, and its own visit is in the way, or its nonce is taken
            made = _made_before(nonce, patient=patient, service=service, practitioner=practitioner, starts_at=starts_at)
            if made is None:
                raise
            return made
        return keep_change(appointment, AppointmentChange.Kind.BOOKED, by=by, now=now, action="appointment.booked")


def _made_before(
    nonce: str, *, patient: Patient, service: Service, practitioner: int | None, starts_at: dt.datetime
) -> AppointmentChange | None:
    """The booking this form has already made, if it asked for the same. Raises FormUsedTwice if not."""
    earlier = Appointment.objects.with_people().filter(nonce=nonce).first()
    if earlier is None:
        return None
    same_person = practitioner is None or earlier.practitioner_id == practitioner
    asked = (patient.pk, service.pk, starts_at)
    if not same_person or asked != (earlier.patient_id, earlier.service_id, earlier.starts_at):
        when = moment(earlier.starts_at, Clinic.current().zone)
        raise FormUsedTwice(f"This form already booked {earlier.patient} for {when}.", booked=earlier)
    change = earlier.changes.order_by("pk").first() or AppointmentChange(appointment=earlier)
    change.appointment = earlier
    return change
