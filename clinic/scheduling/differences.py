"""Differences between what is booked and what the course now asks for: a changed dose must not go unnoticed.

Nothing here knows about plans: a course asks for a number of visits, how often, how long, with a room and a device.
"Plan" is the word the desk reads for it.

Time alone only ever ends a difference: the visits in it pass, one by one, and nothing else about them changes. So a
course keeps the start of the last one (``differs_until``, see ``kept``), and the lists need not compare each course.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Clinic, User
from clinic.scheduling.course_days import phases_of
from clinic.scheduling.models import MOVABLE, Appointment, Course, DeviceKind, RoomKind
from clinic.scheduling.reason_words import numbers_in_words
from clinic.scheduling.rhythm import Dated, all_too_near, in_time


class Held(NamedTuple):
    """One visit of a course that holds a time."""

    id: int
    number: int
    starts: dt.datetime
    minutes: int
    service: int
    room_kind: str
    device_kind: str
    earlier_pace: int | None
    is_movable: bool  # coming, if it is not over
    is_shared: bool = False  # with another course: then longer than this one asks for, and of either's service


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


MINUTE = dt.timedelta(minutes=1)
FEW = 12  # courses whose visits are asked for by SQL that is kept
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
    "also_course_id",
    "also_number",
    "also_earlier_pace",
)


def differing(*, now: dt.datetime, practitioner: User | None = None) -> QuerySet[Course]:
    """Open courses whose coming visits differ, as they keep it."""
    courses = Course.objects.filter(differs_until__gt=now)
    return courses.filter(practitioner=practitioner) if practitioner is not None else courses


@cache
def _first_differing(at_most: int, *, is_of_one: bool) -> KeptQuery[Course]:
    def build(now: dt.datetime, practitioner: int = 0) -> QuerySet[Course]:
        coming = Appointment.objects.filter(
            Q(course=OuterRef("pk")) | Q(also_course=OuterRef("pk")),
            status__in=MOVABLE,
            starts_at__gt=now,
            number_in_course__isnull=False,
        )
        soonest = Subquery(coming.order_by("starts_at").values("starts_at")[:1])
        courses = differing(now=now).order_by(soonest, "pk").select_related("service", "patient", "practitioner")
        return (courses.filter(practitioner=practitioner) if is_of_one else courses)[:at_most]

    return KeptQuery(build)


def differing_courses(*, now: dt.datetime, practitioner: User | None = None, at_most: int) -> list[Differing]:
    """The first of them, soonest next visit first, with their people and in words."""
    found_by = _first_differing(at_most, is_of_one=practitioner is not None)
    found = found_by(now) if practitioner is None else found_by(now, practitioner.pk)
    visits = held_of([course.pk for course in found]) if found else {}
    return [one for course in found if (one := compare(course, visits[course.pk], now=now)) is not None]


def difference_of(course: Course, *, now: dt.datetime) -> Differing | None:
    """What differs in one course, or None."""
    if course.status == Course.Status.CLOSED:
        return None
    return compare(course, held_of([course.pk])[course.pk], now=now)


def held_of(courses: Iterable[int]) -> dict[int, list[Held]]:
    """The visits of courses that hold a time, in chronological order."""
    wanted = list(courses)
    few = len(wanted) in range(1, FEW + 1)
    return in_courses(_held_of_few(*wanted, *[wanted[0]] * (FEW - len(wanted))) if few else _held(wanted))


def _held(courses: Sequence[int]) -> QuerySet[Appointment, tuple[Any, ...]]:
    rows = Appointment.objects.active().of_courses(courses).filter(number_in_course__isnull=False)
    return rows.order_by("starts_at", "id").values_list(*FIELDS)


@KeptQuery
def _held_of_few(*courses: int) -> QuerySet[Appointment, tuple[Any, ...]]:
    return _held(courses)


def in_courses(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Held]]:
    """Rows of ``FIELDS`` by their course: a visit that serves two is with each."""
    visits: dict[int, list[Held]] = defaultdict(list)
    for course, pk, number, starts, ends, service, room, device, pace, status, also, *shared in rows:
        minutes = (ends - starts) // MINUTE
        held = Held(pk, number, starts, minutes, service, room, device or "", pace, status in MOVABLE, also is not None)
        visits[course].append(held)
        if also is not None:
            visits[also].append(held._replace(number=shared[0], earlier_pace=shared[1]))
    return visits


@dataclass(frozen=True)
class Judged:
    """The coming visits of a course that are not what it asks for, by what is wrong. ``extras``: those in excess."""

    extras: Sequence[Held]
    minutes: Sequence[Held]
    service: Sequence[Held]
    room: Sequence[Held]
    lacking: Sequence[Held]  # a device
    idle: Sequence[Held]  # a device nobody needs
    paced: Sequence[tuple[int, Held]]  # booked for another number of visits a week than the first
    near: Sequence[Dated]  # too close to another one
    device_of: Mapping[int, str]  # kind of device each visit needs, by its number

    def until(self, visits: Sequence[Held]) -> dt.datetime | None:
        """When the last of them begins: from then on nothing differs any more."""
        near = {one.number for one in self.near}
        wrong = [*self.extras, *self.minutes, *self.service, *self.room, *self.lacking, *self.idle]
        wrong += [one for _pace, one in self.paced] + [one for one in visits if one.number in near]
        return max((one.starts for one in wrong), default=None)


def judge(course: Course, visits: Sequence[Held], zone: dt.tzinfo, *, now: dt.datetime | None = None) -> Judged:
    """``visits``: all that hold a time, in chronological order. ``now`` None: whatever the time is."""
    coming = [one for one in visits if one.is_movable and (now is None or one.starts > now)]
    many = min(max(0, len(visits) - course.sessions), len(coming))
    kept, extras = coming[: len(coming) - many], coming[len(coming) - many :]
    ordered = in_time(phases_of(course), [(one.number, one.starts.astimezone(zone).date()) for one in visits])
    pace_of = {one.number: one.per_week for one in ordered}
    numbers = {one.number for one in kept}
    device_of = _devices(course, ordered)
    asked = {course.device_kind, course.service.device_kind}
    return Judged(
        extras=extras,
        minutes=[one for one in kept if _is_wrong_length(one, course)],
        service=[one for one in kept if one.service != course.service_id and not one.is_shared],
        room=[one for one in kept if one.room_kind != course.service.room_kind],
        lacking=[one for one in kept if device_of[one.number] and one.device_kind != device_of[one.number]],
        idle=[one for one in kept if one.device_kind and one.device_kind not in asked and not one.is_shared],
        paced=[(pace_of[one.number], one) for one in kept if one.earlier_pace],
        near=[one for place in all_too_near(ordered) if (one := ordered[place]).number in numbers],
        device_of=device_of,
    )


def _is_wrong_length(one: Held, course: Course) -> bool:
    """A visit that serves two courses is long enough for both: not shorter than this one asks for."""
    return one.minutes < course.minutes if one.is_shared else one.minutes != course.minutes


def _devices(course: Course, ordered: Sequence[Dated]) -> dict[int, str]:
    """The kind of device each visit of a course needs, by its number or its position in time, whichever is later
    (``course_dates.number_in_time``)."""
    begins = course.device_from_visit or 1
    found = {}
    for later, one in enumerate(ordered, start=course.first_visit_number):
        is_needed = course.device_kind and max(one.number, later) >= begins
        found[one.number] = (course.device_kind if is_needed else "") or course.service.device_kind
    return found


def compare(course: Course, visits: Sequence[Held], *, now: dt.datetime) -> Differing | None:
    """``visits``: all that hold a time, in chronological order."""
    found = judge(course, visits, Clinic.current().zone, now=now)
    words = []
    if many := len(found.extras):
        words.append(f"The plan asks for {course.sessions} visits, {len(visits)} are booked: {many} too many")
    pace = _pace_words(found)
    words += [*pace, *_service_words(course, found), *_device_words(course, found)]
    if not words:
        return None
    return Differing(course, tuple(words), tuple(one.id for one in found.extras), is_pace=bool(pace))


def _which(visits: Sequence[Held | Dated]) -> str:
    return f"visit{'' if len(visits) == 1 else 's'} {numbers_in_words([one.number for one in visits])}"


def _service_words(course: Course, found: Judged) -> list[str]:
    words = []
    if wrong := found.minutes:
        lengths = " or ".join(str(minutes) for minutes in sorted({one.minutes for one in wrong}))
        words.append(f"The plan asks for {course.minutes} minutes, {_which(wrong)} booked for {lengths}")
    elif wrong := found.service:
        words.append(f"The plan asks for “{course.service}”, {_which(wrong)} booked as another service")
    if wrong := found.room:
        kind = RoomKind(course.service.room_kind).label
        words.append(f"The plan asks for a {kind}, not reserved for {_which(wrong)}")
    return words


def _device_words(course: Course, found: Judged) -> list[str]:
    words = []
    if lacking := found.lacking:
        name = DeviceKind(found.device_of[lacking[0].number]).label.capitalize()
        start = course.device_from_visit if course.device_kind else None
        words.append(f"{name} needed{f' from visit {start}' if start else ''}, not reserved for {_which(lacking)}")
    if idle := found.idle:
        name = DeviceKind(idle[0].device_kind).label.capitalize()
        words.append(f"{name} reserved for {_which(idle)}, no longer needed")
    return words


def _pace_words(found: Judged) -> list[str]:
    changed = sorted({(pace, one.earlier_pace or 0) for pace, one in found.paced})
    words = [f"The plan asks for {now} a week, booked {before} a week" for now, before in changed]
    if found.near and not words:
        words.append(f"The plan asks for {found.near[0].per_week} a week: {_which(found.near)} too close to another")
    return words
