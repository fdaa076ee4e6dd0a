"""A visit that changed practitioner or room: who and where, before and after, in words; and who is informed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Clinic, User
from clinic.scheduling.diary import moment
from clinic.scheduling.models import AppointmentChange, MoveNotice, Room

Names = dict[str, dict[int, str]]  # "practitioner_id" or "room_id" -> id -> name
WHO, WHERE = "practitioner_id", "room_id"


def _differs(change: AppointmentChange, field: str) -> bool:
    return field in change.before and change.before[field] != change.after.get(field)


def handed_over(change: AppointmentChange) -> bool:
    """Whether this change gave the visit another practitioner."""
    return _differs(change, WHO)


def moved_rooms(change: AppointmentChange) -> bool:
    return _differs(change, WHERE)


def names_in(changes: Iterable[AppointmentChange]) -> Names:
    """The names of all practitioners and rooms in these changes: two queries."""
    ids: dict[str, set[int]] = {WHO: set(), WHERE: set()}
    for change in changes:
        for field, known in ids.items():
            known |= {side[field] for side in (change.before, change.after) if side.get(field)}
    return {
        WHO: dict(User.objects.filter(pk__in=ids[WHO]).values_list("pk", "name")) if ids[WHO] else {},
        WHERE: dict(Room.objects.filter(pk__in=ids[WHERE]).values_list("pk", "name")) if ids[WHERE] else {},
    }


def from_to(change: AppointmentChange, names: Names) -> str:
    """“from Petra in Room 1 to Jonas in Room 2”, only the rooms, or nothing if neither changed."""
    fields = [field for field in (WHO, WHERE) if field in change.before]
    if not any(_differs(change, field) for field in fields):
        return ""
    told = fields if handed_over(change) else [WHERE]
    sides = [
        " in ".join(names[field].get(side[field], "?") for field in told) for side in (change.before, change.after)
    ]
    return f"from {sides[0]} to {sides[1]}"


def who_and_where(change: AppointmentChange) -> dict[str, Any]:
    """For the audit event: practitioner and room before and after, by name."""
    names = names_in([change])
    sides = {"from": change.before, "to": change.after}
    return {
        name: {field.removesuffix("_id"): names[field].get(side[field], "") for field in (WHO, WHERE) if field in side}
        for name, side in sides.items()
    }


def moved_words(change: AppointmentChange) -> str:
    """What the bar after a move says: the time, and who and where if that changed too."""
    visit = change.appointment
    when = moment(visit.starts_at, Clinic.current().zone)
    given = from_to(change, names_in([change]))
    if given and change.before.get("starts_at") == change.after.get("starts_at"):
        return f"{visit.patient}, {when}: given {given}."
    return f"{visit.patient} was moved to {when}{f', {given}' if given else ''}."


def tell_practitioners(change: AppointmentChange, *, by: User, now: dt.datetime) -> None:
    """Shown on the home pages of both practitioners, except whoever did it. Undone before anyone saw it: not shown."""
    readers = {change.before[WHO], change.after[WHO]} - {by.pk}
    if change.kind == AppointmentChange.Kind.UNDONE:
        undone = AppointmentChange.objects.filter(appointment=change.appointment_id, pk__lt=change.pk).first()
        unread = MoveNotice.objects.filter(change=undone, dismissed_at=None, reader__in=readers)
        readers -= set(unread.values_list("reader_id", flat=True))
        unread.update(dismissed_at=now)
    active = User.objects.filter(pk__in=readers, is_active=True)
    MoveNotice.objects.bulk_create(MoveNotice(change=change, reader=one) for one in active)


@KeptQuery
def _not_dismissed(reader: int) -> QuerySet[MoveNotice]:
    rows = MoveNotice.objects.filter(reader=reader, dismissed_at=None)
    return rows.select_related("change__appointment__patient", "change__by")[:20]


def told(reader: User) -> list[dict[str, Any]]:
    """What was moved to or away from this practitioner and not dismissed yet, newest first."""
    rows = _not_dismissed(reader.pk)
    if not rows:
        return []
    names = names_in(row.change for row in rows)
    zone = Clinic.current().zone
    found = []
    for row in rows:
        change = row.change
        before, after = (names[WHO].get(side[WHO], "?") for side in (change.before, change.after))
        times = [
            moment(dt.datetime.fromisoformat(side["starts_at"]), zone) if side.get("starts_at") else ""
            for side in (change.before, change.after)
        ]
        when = times[0] if times[0] == times[1] else f"{times[0]}, now {times[1]}"
        room = names[WHERE].get(change.after.get(WHERE, 0), "")
        is_mine = change.after[WHO] == reader.pk
        words = f"was given to you from {before}: {when}" if is_mine else f"was given from you to {after}: {when}"
        where = f", {room}" if room else ""
        found.append(
            {
                "notice": row,
                "visit": change.appointment,
                "patient": change.appointment.patient,
                "words": f"{words}{where}",
                "by": change.by,
                "at": change.at,
            }
        )
    return found
