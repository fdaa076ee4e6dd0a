"""Why a date is not as requested, or not as the course asks, in words for the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from clinic.scheduling.availability import Need, Reason
from clinic.scheduling.models import Course, DeviceKind, RoomKind
from clinic.scheduling.rhythm import Disorder, Misfit, TooLate, TooNear
from clinic.scheduling.series import Hindrance, Offer

IN_ORDER = tuple(Reason)


def day_words(day: dt.date) -> str:
    """“Thu 26 Nov”."""
    return f"{day:%a} {day.day} {day:%b}"


def days_words(days: Sequence[dt.date]) -> str:
    """“Thu 26 Nov”, “Mon 30 Nov and Tue 1 Dec”, “Tue 22 Dec to Mon 28 Dec”."""
    if len(days) > 2 and (days[-1] - days[0]).days == len(days) - 1:
        return f"{day_words(days[0])} to {day_words(days[-1])}"
    words = [day_words(day) for day in days]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def offer_words(offer: Offer, need: Need, names: Mapping[int, str]) -> str:
    """The note next to an offered date; empty if it is as requested."""
    merged: dict[Hindrance, list[dt.date]] = {}
    for one in offer.why:
        same = Hindrance((), one.reasons, one.at, one.practitioner, one.near, one.costs, one.is_early)
        merged.setdefault(same, []).extend(one.days)
    parts = []
    for one, days in merged.items():
        reason = _reason(one, offer.number, need, names)
        if one.at:
            parts.append(f"{one.at:%H:%M}: {reason}")
        elif one.practitioner:
            parts.append(reason)
        else:
            parts.append(f"{days_words(days)}: {reason}")
    if offer.slot is None:
        why = f" ({'; '.join(parts)})" if parts else ""
        return f"No free time nearby{why}. Choose another practitioner or ask the owner for hours."
    words = "; ".join(parts)
    words = words if offer.in_its_week else f"Not in its week: {words}"
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _reason(why: Hindrance, number: int, need: Need, names: Mapping[int, str]) -> str:
    if why.is_early:
        return "before the day to start on"
    if why.near is not None:
        return f"too close to visit {why.near}"
    if why.costs is not None:
        return "too late for its week" if why.costs == number else f"visit {why.costs} would lose its week"
    only = why.practitioner or (need.practitioners[0] if len(need.practitioners) == 1 else None)
    name = names.get(only, "the practitioner") if only else ""
    found = [_say(reason, name, need) for reason in IN_ORDER if reason in why.reasons]
    return " or ".join(found)


def _say(reason: Reason, name: str, need: Need) -> str:
    room = RoomKind(need.room_kind).label if need.room_kind in RoomKind.values else need.room_kind
    device = DeviceKind(need.device_kind).label if need.device_kind in DeviceKind.values else need.device_kind
    return {
        Reason.PAST: "over",
        Reason.CLOSED: f"{name} does not work then" if name else "a practitioner does not work then",
        Reason.CLINIC: "the clinic is closed",
        Reason.AWAY: f"{name} is away" if name else "a practitioner is away",
        Reason.PRACTITIONER: f"{name} is booked" if name else "a practitioner is booked",
        Reason.PATIENT: "the patient has another visit",
        Reason.ROOM: f"no {room} is free",
        Reason.DEVICE: f"no {device} is free",
    }[reason]


def numbers_in_words(numbers: Sequence[int]) -> str:
    """As "3", "3 and 5", "3, 5 and 7 to 9"; empty without numbers."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = []
    for run in runs:
        parts += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(number) for number in run]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def misfit_words(found: Misfit, own: dt.date) -> str:
    """Why the course rules out a day typed by hand."""
    if isinstance(found, TooLate):
        weeks = (own - found.due).days // 7
        return f"{day_words(own)} is {weeks} weeks after its week: check the date."
    other = f"visit {found.other.number} ({day_words(found.other.day)})"
    if isinstance(found, Disorder):
        return f"{day_words(own)} is on the wrong side of {other}: visits are booked in their order."
    return _near_words(found, own, other)


def _near_words(found: TooNear, own: dt.date, other: str) -> str:
    if found.per_week:
        return f"With {other} that makes more than {found.per_week} in seven days."
    apart = abs((own - found.other.day).days)
    if not apart:
        return f"The same day as {other}."
    return f"Only {apart} day{'' if apart == 1 else 's'} from {other}: the course asks for {found.least_gap} at least."


def course_words(course: Course) -> str:
    """“2 a week for 4 weeks, then 1 a week for 2; 45 minutes; room with table; stimulator from visit 2”."""
    parts = []
    for index, phase in enumerate(course.phases):
        weeks = f"{phase['weeks']} week{'' if phase['weeks'] == 1 else 's'}"
        parts.append(f"{phase['per_week']} a week for {weeks if index == 0 else phase['weeks']}")
    words = [", then ".join(parts)]
    if sum(phase["per_week"] * phase["weeks"] for phase in course.phases) != course.sessions:
        words.append(f"{course.sessions} visits in all")
    words.append(f"{course.minutes} minutes")
    words.append(RoomKind(course.service.room_kind).label)
    if course.device_kind:
        start = course.device_from_visit or 1
        device = DeviceKind(course.device_kind).label
        words.append(f"{device} from visit {start}" if start > course.first_visit_number else device)
    return "; ".join(words)
