"""What the desk can choose from: the free times of a day for one visit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clinic.lib.numbers import whole_number
from clinic.people.models import Clinic
from clinic.scheduling.availability import Need, Slot, day_starts, free_slots, instant, next_fit
from clinic.scheduling.diary import load_diary, moment, practitioners

SEARCH_DAYS = 42


def slot_value(slot: Slot) -> str:
    """How a form encodes a slot: the moment in UTC, and the practitioner."""
    return f"{slot.starts:%Y-%m-%dT%H:%M}Z|{slot.practitioner}"


def read_slot_value(value: str) -> tuple[dt.datetime, int]:
    """The moment and the practitioner's id of a ``slot_value``. Raises ValueError for anything else."""
    moment_text, _, practitioner = value.partition("|")
    starts = dt.datetime.strptime(moment_text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=dt.UTC)
    number = whole_number(practitioner)
    if number is None:
        raise ValueError("no practitioner")
    return starts, number


def slot_from_wall(day: str, clock: str, practitioner: int) -> str:
    """The slot value of a time clicked in the calendar; empty if it is not a time."""
    try:
        starts = instant(dt.date.fromisoformat(day), dt.time.fromisoformat(clock), Clinic.current().zone)
    except (ValueError, OverflowError):
        return ""
    return f"{starts:%Y-%m-%dT%H:%M}Z|{practitioner}"


def free_times(
    need: Need, day: dt.date, *, chosen: str = "", now: dt.datetime, ignore: int | None = None
) -> dict[str, Any]:
    """Free times of one day grouped by practitioner, and the next free slot if there are none.

    ``chosen``: the ticked slot value. ``ignore``: the appointment being moved.
    """
    zone = Clinic.current().zone
    midnight = day_starts(day, zone)
    diary = load_diary(midnight, midnight + dt.timedelta(days=1))
    if ignore:
        diary = diary.without(ignore)
    slots = free_slots(diary, need, day, now=now)
    names = {user.pk: user.name for user in practitioners()}
    groups: list[dict[str, Any]] = []
    for practitioner in need.practitioners:
        times = [
            {
                "value": slot_value(slot),
                "clock": f"{slot.starts.astimezone(zone):%H:%M}",
                "chosen": slot_value(slot) == chosen,
            }
            for slot in slots
            if slot.practitioner == practitioner
        ]
        if times:
            groups.append({"name": names.get(practitioner, ""), "times": times})
    later = None
    if not slots:  # only now the weeks after it
        diary = load_diary(midnight, midnight + dt.timedelta(days=SEARCH_DAYS + 1))
        diary = diary.without(ignore) if ignore else diary
        found = next_fit(diary, need, max(midnight, now), now=now, days=SEARCH_DAYS)
        if found:
            local = found.starts.astimezone(zone)
            later = {"day": local.date(), "words": moment(found.starts, zone), "value": slot_value(found)}
    is_offered = any(time["chosen"] for group in groups for time in group["times"])
    return {"groups": groups, "day": day, "later": later, "chosen_is_gone": bool(chosen) and not is_offered}
