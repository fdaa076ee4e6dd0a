"""Booking a whole course at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Clinic, User
from clinic.scheduling.actions.booking import visit_in
from clinic.scheduling.actions.new_rows import add_appointments, add_booked
from clinic.scheduling.actions.writing import guarded, refresh_course
from clinic.scheduling.asked_times import diary_at
from clinic.scheduling.availability import Diary, Slot
from clinic.scheduling.course_days import Day, held_days
from clinic.scheduling.diary import diary_around
from clinic.scheduling.errors import AgainstDose, BookingRefused, Clash, NotOpen, SeriesClash, SlotTaken
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import FREES_THE_SLOT, Appointment, Course
from clinic.scheduling.together import Second, Shared, longest_of, second_of, why_apart
from clinic.scheduling.typed_dates import fit_visit


@dataclass(frozen=True)
class WantedVisit:
    """One date of a series, as left by the desk."""

    number: int
    starts_at: dt.datetime
    practitioner: int  # id
    is_shared: bool = False  # with the second course of the booking


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
    also: Course | None = None,
    skip_taken: bool = False,
    against_dose: bool = False,
    now: dt.datetime | None = None,
) -> BookedSeries:
    """Book all visits or none; with ``skip_taken`` all that fit, with ``against_dose`` also what breaks the rhythm of
    the course: either only at the desk's explicit wish, the second recorded in the trail. ``also``: a second course of
    the patient, which the shared ones of these visits serve, too: they are long enough for both.

    Raises SeriesClash naming every visit that does not fit, and the nearest slot that would.
    """
    now = now or timezone.now()
    try:
        return _book_series(
            course, visits, by=by, nonce=nonce, also=also, now=now, skip_taken=skip_taken, against_dose=against_dose
        )
    except SeriesClash as refusal:  # only now, with the schedule unlocked again: what would fit instead
        found = _alternatives(course, visits, now, also=also, keep_dose=not against_dose)
        raise SeriesClash(
            tuple(found.get(clash.number, clash) for clash in refusal.clashes) or tuple(found.values())
        ) from refusal


def _book_series(
    course: Course,
    visits: Sequence[WantedVisit],
    *,
    by: User,
    nonce: str,
    also: Course | None,
    now: dt.datetime,
    skip_taken: bool,
    against_dose: bool,
) -> BookedSeries:
    if not visits:
        raise NotOpen("There is no visit to book.")
    with transaction.atomic():
        lock_schedule()
        course = _course(course)
        made = _made(course.pk)
        if any(one_nonce.startswith(f"{nonce}:") for *_rest, one_nonce in made):
            earlier = course.appointments.filter(nonce__startswith=f"{nonce}:")
            return BookedSeries(tuple(earlier.order_by("number_in_course")))
        if course.status == Course.Status.CLOSED:
            raise NotOpen("This course was closed; nothing can be booked for it.")
        second = _second(course, also)
        zone = Clinic.current().zone
        held = [
            (number, starts.astimezone(zone).date())
            for number, starts, status, _nonce in made
            if number is not None and status not in FREES_THE_SLOT
        ]
        length = dt.timedelta(minutes=longest_of(course, second))
        spans = [(visit.starts_at, visit.starts_at + length) for visit in visits]
        diary = diary_at(spans, {visit.practitioner for visit in visits})
        keep_dose = not against_dose
        slots, clashes = _fit_all(
            course, held, visits, diary, now, second=second, keep_dose=keep_dose, alternatives=False
        )
        if clashes and (not skip_taken or not slots):
            raise SeriesClash(tuple(clashes))
        booked = [
            visit_in(
                slot,
                patient_id=course.patient_id,
                service=course.service,
                nonce=f"{nonce}:{number}",
                by=by,
                course=course,
                number_in_course=number,
                also_course=also if shared else None,
                also_number=shared.number if shared else None,
            )
            for number, slot, shared in slots
        ]
        try:
            with guarded():
                add_appointments(booked)
        except SlotTaken as taken:  # only past a writer that does not hold the schedule
            raise SeriesClash(tuple(Clash(number, taken.words, None) for number, *_rest in slots)) from taken
        add_booked(booked, by=by, now=now)
        refresh_course(course)
        refresh_course(second.course if second else None)
        if against_dose:
            detail = {"visits": [number for number, *_rest in slots]}
            trail.record("course.dose_overruled", by=by, patient=course.patient_id, obj=course, detail=detail)
        trail.record(
            "course.visits_booked",
            by=by,
            patient=course.patient_id,
            obj=course,
            detail={
                "appointments": [one.pk for one in booked],
                "service": course.service_id,
                **({"also_course": also.pk, "shared": len([one for one in booked if one.is_shared])} if also else {}),
            },
        )
        return BookedSeries(tuple(booked), tuple(clashes))


def _course(course: Course) -> Course:
    """As it is now."""
    found = next(iter(_with_service(course.pk)), None)
    if found is None:
        raise Course.DoesNotExist
    return found


@KeptQuery
def _with_service(pk: int) -> QuerySet[Course]:
    return Course.objects.filter(pk=pk).select_related("service").order_by()


@KeptQuery
def _made(course: int) -> QuerySet[Appointment, tuple[int | None, dt.datetime, str, str]]:
    """(number here, start, status, nonce) of its visits, alone or with another course."""
    number = Case(When(course=course, then="number_in_course"), default="also_number")
    rows = Appointment.objects.filter(Q(course=course) | Q(also_course=course)).annotate(number=number)
    return rows.order_by("starts_at").values_list("number", "starts_at", "status", "nonce")


def _second(course: Course, also: Course | None) -> Second | None:
    """The second course as it is now. Raises NotOpen if no visit can serve both."""
    if also is None:
        return None
    other = _course(also)
    if other.status == Course.Status.CLOSED:
        raise NotOpen("The other course was closed; nothing can be booked for it.")
    if reason := why_apart(course, other):
        raise NotOpen(f"The two courses cannot share visits. {reason}")
    return second_of(other)


def _alternatives(
    course: Course, visits: Sequence[WantedVisit], now: dt.datetime, *, also: Course | None, keep_dose: bool
) -> dict[int, Clash]:
    """The clashes as they are now by the number of the visit, each with the nearest slot that would do."""
    course = _course(course)
    diary = diary_around([visit.starts_at for visit in visits], now=now)
    _slots, clashes = _fit_all(
        course, held_days(course), visits, diary, now,
        second=_second(course, also), keep_dose=keep_dose, alternatives=True,
    )  # fmt: skip
    return {clash.number: clash for clash in clashes}


def _fit_all(
    course: Course,
    booked: Sequence[Day],
    visits: Sequence[WantedVisit],
    diary: Diary,
    now: dt.datetime,
    *,
    second: Second | None,
    keep_dose: bool,
    alternatives: bool,
) -> tuple[list[tuple[int, Slot, Shared | None]], list[Clash]]:
    """Each visit checked against the diary, the course, and the previous visits of the same series."""
    days = list(booked)
    held = frozenset(number for number, _day in days)
    wanted = {visit.number: visit.starts_at.astimezone(diary.zone).date() for visit in visits}
    slots: list[tuple[int, Slot, Shared | None]] = []
    both: list[Day] = []
    clashes: list[Clash] = []
    for visit in sorted(visits, key=lambda one: one.number):
        if visit.number not in course.numbers:
            clashes.append(Clash(visit.number, "is not part of this course.", None))
            continue
        if visit.number in {number for number, _day in days}:
            clashes.append(Clash(visit.number, "has since been booked.", None))
            continue
        own = (visit.number, wanted[visit.number])
        shared: Shared | None = None
        try:
            if second is not None and visit.is_shared:
                shared = second.shared([*both, own], visit.number)
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
                shared=shared,
            )
        except BookingRefused as refusal:
            is_dose = isinstance(refusal, AgainstDose)
            clashes.append(Clash(visit.number, refusal.words, refusal.next_fit, is_dose))
            continue
        days.append(own)
        both += [own] if shared else []
        slots.append((visit.number, slot, shared))
        diary = diary.with_busy(slot.taken_by(-visit.number, course.patient_id))
    return slots, clashes
