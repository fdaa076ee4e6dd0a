"""Booking one visit, or a whole course at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Clinic, Patient, User
from clinic.scheduling.actions.writing import guarded, keep_change, lock_schedule, refresh_course
from clinic.scheduling.availability import Busy, Diary, Need, Refusal, Slot, fit, nearest_fit
from clinic.scheduling.course_dates import Day, fit_visit
from clinic.scheduling.diary import diary_around, diary_at, in_order, moment, need_of_service, refused
from clinic.scheduling.errors import AgainstDose, BookingRefused, Clash, FormUsedTwice, NotOpen, SeriesClash, SlotTaken
from clinic.scheduling.models import FREES_THE_SLOT, Appointment, AppointmentChange, Course, Service


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


def slot_for(need: Need, starts_at: dt.datetime, *, now: dt.datetime, moved: int | None = None) -> Slot:
    """As ``choose``: only the asked time is read; the weeks around it when it must be refused. ``moved``: the visit
    that lets go of its time.
    """
    ends = starts_at + dt.timedelta(minutes=need.minutes + need.changeover)
    there = diary_at([(starts_at, ends)], need.practitioners)
    there = there.without(moved) if moved else there
    for practitioner in need.practitioners:
        found = fit(there, need, starts_at, practitioner, now=now)
        if isinstance(found, Slot):
            return found
    around = diary_around([starts_at], now=now)
    return choose(around.without(moved) if moved else around, need, starts_at, now=now)


def _visit(slot: Slot, *, patient_id: int, service: Service, nonce: str, by: User, **more: Any) -> Appointment:
    return Appointment(
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
    """As ``book``, with the practitioner's id; answers the change, by which it is undone."""
    now = now or timezone.now()
    with transaction.atomic():
        lock_schedule()
        wanted = in_order(None) if practitioner is None else (practitioner,)
        need = need_of_service(service, wanted, patient=patient.pk)
        try:
            slot = slot_for(need, starts_at, now=now)
            appointment = _visit(slot, patient_id=patient.pk, service=service, nonce=nonce, by=by)
            with guarded():
                appointment.save(force_insert=True)
        except (BookingRefused, IntegrityError):
            # only now: the form was sent before, perhaps, and its own visit is in the way, or its nonce is taken
            made = _made_before(nonce, patient=patient, service=service, practitioner=practitioner, starts_at=starts_at)
            if made is None:
                raise
            return made
        return keep_change(appointment, AppointmentChange.Kind.BOOKED, by=by, now=now, action="appointment.booked")


def _made_before(
    nonce: str, *, patient: Patient, service: Service, practitioner: int | None, starts_at: dt.datetime
) -> AppointmentChange | None:
    """The booking that this form made already, if it asked for the same. Raises FormUsedTwice if it did not."""
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
        course = Course.objects.select_related("service").get(pk=course.pk)
        made = list(
            course.appointments.order_by("starts_at").values_list("number_in_course", "starts_at", "status", "nonce")
        )
        if any(one_nonce.startswith(f"{nonce}:") for *_rest, one_nonce in made):
            earlier = course.appointments.filter(nonce__startswith=f"{nonce}:")
            return BookedSeries(tuple(earlier.order_by("number_in_course")))
        if course.status == Course.Status.CLOSED:
            raise NotOpen("This course was closed; nothing can be booked for it.")
        zone = Clinic.current().zone
        held = [
            (number, starts.astimezone(zone).date())
            for number, starts, status, _nonce in made
            if number is not None and status not in FREES_THE_SLOT
        ]
        length = dt.timedelta(minutes=course.minutes + course.service.changeover_minutes)
        spans = [(visit.starts_at, visit.starts_at + length) for visit in visits]
        diary = diary_at(spans, {visit.practitioner for visit in visits})
        keep_dose = not against_dose
        slots, clashes = _fit_all(course, held, visits, diary, now, keep_dose=keep_dose, alternatives=False)
        if clashes:  # only now: the weeks around, to say what would fit instead
            slots, clashes = _fit_around(course, held, visits, now, keep_dose=keep_dose)
        if clashes and (not skip_taken or not slots):
            raise SeriesClash(tuple(clashes))
        booked = [
            _visit(
                slot,
                patient_id=course.patient_id,
                service=course.service,
                nonce=f"{nonce}:{number}",
                by=by,
                course=course,
                number_in_course=number,
            )
            for number, slot in slots
        ]
        try:
            with guarded():
                booked = Appointment.objects.bulk_create(booked)
        except SlotTaken as taken:  # only past a writer that does not hold the schedule
            _slots, clashes = _fit_around(course, held, visits, now, keep_dose=keep_dose)
            found = clashes or [Clash(number, taken.words, None) for number, _slot in slots]
            raise SeriesClash(tuple(found)) from taken
        Kind = AppointmentChange.Kind
        AppointmentChange.objects.bulk_create(
            AppointmentChange(appointment=one, kind=Kind.BOOKED, by=by, at=now) for one in booked
        )
        refresh_course(course, held={number for number, _day in held} | {number for number, _slot in slots})
        if against_dose:
            detail = {"visits": [number for number, _slot in slots]}
            trail.record("course.dose_overruled", by=by, patient=course.patient_id, obj=course, detail=detail)
        trail.record(
            "course.visits_booked",
            by=by,
            patient=course.patient_id,
            obj=course,
            detail={"appointments": [one.pk for one in booked], "service": course.service_id},
        )
        return BookedSeries(tuple(booked), tuple(clashes))


def _fit_around(
    course: Course, held: Sequence[Day], visits: Sequence[WantedVisit], now: dt.datetime, *, keep_dose: bool
) -> tuple[list[tuple[int, Slot]], list[Clash]]:
    diary = diary_around([visit.starts_at for visit in visits], now=now)
    return _fit_all(course, held, visits, diary, now, keep_dose=keep_dose, alternatives=True)


def _fit_all(
    course: Course,
    booked: Sequence[Day],
    visits: Sequence[WantedVisit],
    diary: Diary,
    now: dt.datetime,
    *,
    keep_dose: bool,
    alternatives: bool,
) -> tuple[list[tuple[int, Slot]], list[Clash]]:
    """Each visit against the diary, the course, and the visits before it in the same series."""
    days = list(booked)
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
                alternatives=alternatives,
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
