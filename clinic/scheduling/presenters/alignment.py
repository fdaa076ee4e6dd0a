"""The steps that bring a course in line, in words, and the bar shown after them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clinic.lib.numbers import whole_number
from clinic.scheduling.actions import aligned_together
from clinic.scheduling.aligning import Alignment, Step
from clinic.scheduling.diary import moment
from clinic.scheduling.models import AppointmentChange

GROUPS = {
    "cancelled": "Cancelled",
    "parted": "Only for the patient's other course",
    "moved": "Moved",
    "changed": "Changed, same time",
    "added": "Added",
    "stuck": "Left as they are",
    "open": "No date found",
    "kept": "Kept",
}


def alignment_words(alignment: Alignment, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """The steps by kind: ``title`` and ``rows`` of (number, words)."""
    groups = [(title, alignment.of(kind)) for kind, title in GROUPS.items()]
    return [
        {"title": title, "rows": [(step.number, step_words(step, zone)) for step in steps]}
        for title, steps in groups
        if steps
    ]


def aligned_offer(change_id: str | None, *, now: dt.datetime) -> dict[str, Any] | None:
    """What the bar on Follow-ups says after the action a change belongs to, with its Undo; None if it is too late."""
    number = whole_number(change_id)
    if number is None:
        return None
    change = AppointmentChange.objects.select_related("appointment__course__patient").filter(pk=number).first()
    together = aligned_together(change, now=now) if change else []
    if change is None or change.appointment.course is None or not together:
        return None
    course = change.appointment.course
    count = len(together)
    words = f"{count} visit{'' if count == 1 else 's'} of {course.patient} brought in line with the plan."
    if all("status" in one.after for one in together):
        words = f"{count} visit{'' if count == 1 else 's'} of {course.patient} cancelled."
    return {"course": course, "words": words, "aligned": change.pk}


def step_words(step: Step, zone: dt.tzinfo) -> str:
    """“Visit 4: Thu 10 Dec, 10:00, moves to Mon 14 Dec, 10:00”."""
    one, slot = step.appointment, step.slot
    before = moment(one.starts_at, zone) if one else ""
    after = moment(slot.starts, zone) if slot else ""
    return {
        "kept": before,
        "stuck": f"{before}: stays as it is, nothing that would do is free near it",
        "open": "no date found; it stays on the list to book",
        "added": after,
        "cancelled": before,
        "parted": before,
        "moved": f"{before} moves to {after}",
        "changed": f"{before}: {_changed_words(step)}",
    }[step.kind]


def _changed_words(step: Step) -> str:
    one, slot = step.appointment, step.slot
    if one is None or slot is None:
        return ""
    parts = []
    minutes = int((slot.ends - slot.starts).total_seconds() // 60)
    if minutes != one.minutes:
        parts.append(f"{minutes} minutes instead of {one.minutes}")
    if slot.device and not one.device_id:
        parts.append("device reserved")
    if one.device_id and not slot.device:
        parts.append("device freed")
    if slot.room != one.room_id:
        parts.append("another room")
    return ", ".join(parts) or "changeover as the service asks"
