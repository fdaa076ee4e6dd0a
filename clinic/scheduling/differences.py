"""Differences between what is booked and what the course now asks for: a changed dose must not go unnoticed.

Nothing here knows about plans: a course asks for a number of visits, how often, how long, with a room and a device.
"Plan" is the word the desk reads for it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from clinic.people.models import Clinic, User
from clinic.scheduling.course_dates import number_in_time, phases_of
from clinic.scheduling.models import MOVABLE, Appointment, Course, DeviceKind, RoomKind
from clinic.scheduling.reason_words import numbers_in_words
from clinic.scheduling.rhythm import in_time, too_near


@dataclass(frozen=True)
class Held:
    """One visit of a course that holds a time."""

    id: int
    number: int
    starts: dt.datetime
    minutes: int
    service: int
    room_kind: str
    device_kind: str
    earlier_pace: int | None
    is_coming: bool


@dataclass(frozen=True)
class Differing:
    """A course whose bookings are not what it asks for. ``extras``: ids of coming visits in excess of the number."""

    course: Course
    words: tuple[str, ...]
    extras: tuple[int, ...]
    is_pace: bool

    @property
    def extras_value(self) -> str:
        """How a form says which visits to cancel."""
        return ",".join(str(one) for one in self.extras)


FIELDS = (
    "course_id",
    "id",
    "number_in_course",
    "starts_at",
    "ends_at",
    "service_id",
    "room__kind",
    "device__kind",
    "earlier_pace",
    "status",
)


def differing_courses(*, now: dt.datetime, practitioner: User | None = None) -> list[Differing]:
    """Open courses whose coming visits differ, soonest next visit first. Only what is to
    come is looked through, and only the people of courses that differ are loaded.
    """
    coming = Appointment.objects.filter(status__in=MOVABLE, starts_at__gt=now, number_in_course__isnull=False)
    courses = Course.objects.exclude(status=Course.Status.CLOSED).select_related("service")
    if practitioner is not None:
        courses = courses.filter(practitioner=practitioner)
    known = {course.pk: course for course in courses.filter(pk__in=coming.values("course_id"))}
    visits = _held(known.keys(), now=now)
    found = [one for pk, course in known.items() if (one := compare(course, visits[pk])) is not None]
    prefetch_related_objects([one.course for one in found], "patient", "practitioner")
    return sorted(found, key=lambda one: min(held.starts for held in visits[one.course.pk] if held.is_coming))


def difference_of(course: Course, *, now: dt.datetime) -> Differing | None:
    """What differs in one course, or None."""
    return None if course.status == Course.Status.CLOSED else compare(course, _held([course.pk], now=now)[course.pk])


def _held(courses: Iterable[int], *, now: dt.datetime) -> dict[int, list[Held]]:
    rows = Appointment.objects.active().filter(course__in=list(courses), number_in_course__isnull=False)
    visits: dict[int, list[Held]] = defaultdict(list)
    for course, pk, number, starts, ends, service, room, device, pace, status in rows.order_by(
        "starts_at", "id"
    ).values_list(*FIELDS):
        is_coming = starts > now and status in MOVABLE
        minutes = int((ends - starts).total_seconds() // 60)
        visits[course].append(Held(pk, number, starts, minutes, service, room, device or "", pace, is_coming))
    return visits


def compare(course: Course, visits: Sequence[Held]) -> Differing | None:
    """``visits``: all that hold a time, in chronological order."""
    coming = [one for one in visits if one.is_coming]
    many = min(max(0, len(visits) - course.sessions), len(coming))
    kept, extras = coming[: len(coming) - many], coming[len(coming) - many :]
    words = [f"The plan asks for {course.sessions} visits, {len(visits)} are booked: {many} too many"] if many else []
    pace = _pace_words(course, visits, kept)
    words += [*pace, *_service_words(course, kept), *_device_words(course, visits, kept)]
    if not words:
        return None
    return Differing(course, tuple(words), tuple(one.id for one in extras), is_pace=bool(pace))


def _which(visits: Sequence[Held]) -> str:
    return f"visit{'' if len(visits) == 1 else 's'} {numbers_in_words([one.number for one in visits])}"


def _service_words(course: Course, kept: Sequence[Held]) -> list[str]:
    words = []
    if wrong := [one for one in kept if one.minutes != course.minutes]:
        lengths = " or ".join(str(minutes) for minutes in sorted({one.minutes for one in wrong}))
        words.append(f"The plan asks for {course.minutes} minutes, {_which(wrong)} booked for {lengths}")
    elif wrong := [one for one in kept if one.service != course.service_id]:
        words.append(f"The plan asks for “{course.service}”, {_which(wrong)} booked as another service")
    if wrong := [one for one in kept if one.room_kind != course.service.room_kind]:
        kind = RoomKind(course.service.room_kind).label
        words.append(f"The plan asks for a {kind}, not reserved for {_which(wrong)}")
    return words


def needed_device(course: Course, visits: Sequence[Held]) -> Callable[[Held], str]:
    """The kind of device each visit of a course needs, by its number or its position in time, whichever is later."""
    zone = Clinic.current().zone
    days = [(one.number, one.starts.astimezone(zone).date()) for one in visits]
    return lambda one: course.device_kind_at(number_in_time(course, days, one.number)) or course.service.device_kind


def _device_words(course: Course, visits: Sequence[Held], kept: Sequence[Held]) -> list[str]:
    need = needed_device(course, visits)
    words = []
    if lacking := [one for one in kept if need(one) and one.device_kind != need(one)]:
        name = DeviceKind(need(lacking[0])).label.capitalize()
        start = course.device_from_visit if course.device_kind else None
        words.append(f"{name} needed{f' from visit {start}' if start else ''}, not reserved for {_which(lacking)}")
    asked = {course.device_kind, course.service.device_kind}
    if idle := [one for one in kept if one.device_kind and one.device_kind not in asked]:
        name = DeviceKind(idle[0].device_kind).label.capitalize()
        words.append(f"{name} reserved for {_which(idle)}, no longer needed")
    return words


def _pace_words(course: Course, visits: Sequence[Held], kept: Sequence[Held]) -> list[str]:
    zone = Clinic.current().zone
    ordered = in_time(phases_of(course), [(one.number, one.starts.astimezone(zone).date()) for one in visits])
    asked = {one.number: one.per_week for one in ordered}
    changed = sorted({(asked[one.number], one.earlier_pace) for one in kept if one.earlier_pace})
    words = [f"The plan asks for {now} a week, booked {before} a week" for now, before in changed]
    numbers = {one.number for one in kept}
    near = [one for place, one in enumerate(ordered) if one.number in numbers and too_near(ordered, place)]
    if near and not words:
        which = f"visit{'' if len(near) == 1 else 's'} {numbers_in_words([one.number for one in near])}"
        words.append(f"The plan asks for {near[0].per_week} a week: {which} too close to another")
    return words
