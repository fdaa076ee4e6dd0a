"""Booking one visit, or a whole course at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Clinic, Patient, User
from clinic.scheduling.actions.writing import guarded, keep_change, lock_schedule, refresh_course
from clinic.scheduling.availability import Busy, Diary, Need, Refusal, Slot, fit, nearest_fit
from clinic.scheduling.course_dates import fit_visit, held_days
from clinic.scheduling.diary import diary_around, in_order, moment, need_of_service, refused
from clinic.scheduling.errors import AgainstDose, BookingRefused, Clash, FormUsedTwice, NotOpen, SeriesClash, SlotTaken
from clinic.scheduling.models import Appointment, AppointmentChange, Course, Service


def choose(diary: Diary, need: Need, starts_at: dt.datetime, *, now: dt.datetime) -> Slot:
    """The slot at that very time with the first practitioner who fits.

    Raises SlotTaken or NotOpen, with the nearest slot that would do.
    """
    refusal: Refusal | None = None
    for practitioner in need.practitioners:
        found = fit(diary, need, starts_at, practitioner, now=now)
        if isinstance(found, Slot):
            return found
        refusal = refusal or found
    if refusal is None:
        raise NotOpen("There is nobody to book: no practitioner is set up.")
    raise refused(refusal, need, diary.zone, next_fit=nearest_fit(diary, need, max(starts_at, now), now=now))


def _create(slot: Slot, *, patient_id: int, service: Service, nonce: str, by: User, **more: Any) -> Appointment:
    with guarded():
        return Appointment.objects.create(
            patient_id=patient_id,
            service=service,
            practitioner_id=slot.practitioner,
            room_id=slot.room,
            device_id=slot.device,
            starts_at=slot.starts,
            ends_at=slot.ends,
            busy_until=slot.until,
            nonce=nonce,
            created_by=by,
            **more,
        )


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
    """Book one visit. ``practitioner`` None: whoever is free. Room and device are chosen here.

    ``nonce``: made with the form; the same form sent again answers the same visit. Raises SlotTaken, NotOpen, or
    FormUsedTwice when that form already booked something else.
    """
    now = now or timezone.now()
    with transaction.atomic():
        lock_schedule()
        earlier = Appointment.objects.with_people().filter(nonce=nonce).first()
        if earlier is not None:
            same_person = practitioner is None or earlier.practitioner_id == practitioner.pk
            asked = (patient.pk, service.pk, starts_at)
            if same_person and asked == (earlier.patient_id, earlier.service_id, earlier.starts_at):
                return earlier
            when = moment(earlier.starts_at, Clinic.current().zone)
            raise FormUsedTwice(f"This form already booked {earlier.patient} for {when}.", booked=earlier)
        wanted = (practitioner.pk,) if practitioner else in_order(None)
        need = need_of_service(service, wanted, patient=patient.pk)
        diary = diary_around([starts_at], now=now)
        slot = choose(diary, need, starts_at, now=now)
        appointment = _create(slot, patient_id=patient.pk, service=service, nonce=nonce, by=by)
        keep_change(appointment, AppointmentChange.Kind.BOOKED, by=by, now=now, action="appointment.booked")
        return appointment


@dataclass(frozen=True)
class WantedVisit:
    """One date of a series as the desk left it."""

    number: int
    starts_at: dt.datetime
    practitioner: int  # id


@dataclass(frozen=True)
class BookedSeries:
    """``skipped``: visits left out because they clashed and the desk chose to go on without them."""

    appointments: tuple[Appointment, ...]
    skipped: tuple[Clash, ...] = ()


def book_series(
    *,
    course: Course,
    visits: Sequence[WantedVisit],
    by: User,
    nonce: str,
    skip_taken: bool = False,
    against_dose: bool = False,
    now: dt.datetime | None = None,
) -> BookedSeries:
    """Book all visits or none; with ``skip_taken`` all that fit, with ``against_dose`` also what breaks the rhythm of
    the course: each on the desk's explicit wish only, the second noted in the trail.

    Raises SeriesClash naming every visit that does not fit and the nearest slot that would.
    """
    now = now or timezone.now()
    if not visits:
        raise NotOpen("There is no visit to book.")
    with transaction.atomic():
        lock_schedule()
        course = Course.objects.select_related("service", "patient").get(pk=course.pk)
        earlier = Appointment.objects.filter(nonce__startswith=f"{nonce}:", course=course)
        if found := tuple(earlier.order_by("number_in_course")):
            return BookedSeries(found)
        if course.status == Course.Status.CLOSED:
            raise NotOpen("This course was closed; nothing can be booked for it.")
        diary = diary_around([visit.starts_at for visit in visits], now=now)
        slots, clashes = _fit_all(course, visits, diary, now, keep_dose=not against_dose)
        if clashes and (not skip_taken or not slots):
            raise SeriesClash(tuple(clashes))
        booked: list[Appointment] = []
        for number, slot in slots:
            try:
                appointment = _create(
                    slot,
                    patient_id=course.patient_id,
                    service=course.service,
                    nonce=f"{nonce}:{number}",
                    by=by,
                    course=course,
                    number_in_course=number,
                )
            except SlotTaken as taken:  # only past a writer that does not hold the schedule
                raise SeriesClash((Clash(number, taken.words, None),)) from taken
            keep_change(appointment, AppointmentChange.Kind.BOOKED, by=by, now=now, action="appointment.booked")
            booked.append(appointment)
        if against_dose:
            detail = {"visits": [number for number, _slot in slots]}
            trail.record("course.dose_overruled", by=by, patient=course.patient_id, obj=course, detail=detail)
        refresh_course(course)
        return BookedSeries(tuple(booked), tuple(clashes))


def _fit_all(
    course: Course, visits: Sequence[WantedVisit], diary: Diary, now: dt.datetime, *, keep_dose: bool
) -> tuple[list[tuple[int, Slot]], list[Clash]]:
    """Each visit against the diary, the course, and the visits before it in the same series."""
    days = held_days(course)
    held = frozenset(number for number, _day in days)
    wanted = {visit.number: visit.starts_at.astimezone(diary.zone).date() for visit in visits}
    slots: list[tuple[int, Slot]] = []
    clashes: list[Clash] = []
    for visit in sorted(visits, key=lambda one: one.number):
        if visit.number not in course.numbers:
            clashes.append(Clash(visit.number, "is not part of this course.", None))
            continue
        if visit.number in {number for number, _day in days}:
            clashes.append(Clash(visit.number, "has since been booked.", None))
            continue
        own = (visit.number, wanted[visit.number])
        try:
            slot = fit_visit(
                course,
                diary,
                [*days, own],
                visit.number,
                visit.starts_at,
                visit.practitioner,
                held=held,
                later=[one for one in wanted.items() if one[0] > visit.number],
                now=now,
                keep_dose=keep_dose,
            )
        except BookingRefused as refusal:
            is_dose = isinstance(refusal, AgainstDose)
            clashes.append(Clash(visit.number, refusal.words, refusal.next_fit, is_dose))
            continue
        days.append(own)
        slots.append((visit.number, slot))
        diary = diary.with_busy(
            Busy(
                -visit.number,
                slot.practitioner,
                course.patient_id,
                slot.room,
                slot.device,
                slot.starts,
                slot.ends,
                slot.until,
            )
        )
    return slots, clashes
