"""What decides about visits in just the asked times, read in one question: enough to say yes, and why not.

What would fit instead is looked for in the weeks around (``diary.diary_around``); this is what every booking waits for,
with the schedule held, so it is written for the database by hand. A test holds it to what ``load_diary`` reads.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from clinic.people.models import Clinic, User
from clinic.scheduling.availability import Away, Busy, Diary, Hours, Resource
from clinic.scheduling.models import (
    FREES_THE_SLOT,
    LONGEST_STAY,
    Absence,
    Appointment,
    Device,
    Room,
    WorkingHours,
)

# one shape for all: what it is, id, practitioner, patient, room, device, from, until, busy until; a word, two clocks
_VISIT = (
    "SELECT 'visit', id, practitioner_id, patient_id, room_id, device_id, starts_at, ends_at, busy_until, "
    "CAST(NULL AS text), CAST(NULL AS text), CAST(NULL AS text) "
    "FROM {visits} WHERE status NOT IN ({frees}) AND ({then})"
)
_AWAY = (
    "SELECT 'away', id, practitioner_id, NULL, NULL, NULL, starts_at, ends_at, NULL, NULL, NULL, NULL "
    "FROM {absences} WHERE {away_then}"
)
_HOURS = (
    "SELECT 'hours', h.weekday, h.practitioner_id, NULL, h.room_id, NULL, NULL, NULL, NULL, NULL, "
    "CAST(h.starts AS text), CAST(h.ends AS text) FROM {hours} h JOIN {users} u ON u.id = h.practitioner_id "
    "WHERE u.is_active AND u.is_practitioner AND h.practitioner_id IN ({who})"
)
_THING = "SELECT '{what}', id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, kind, NULL, NULL FROM {table} WHERE is_active"


def diary_at(spans: Sequence[tuple[dt.datetime, dt.datetime]], practitioners: Iterable[int]) -> Diary:
    """A diary that knows no more than these times with these practitioners. ``spans``: from the start of a visit until
    its changeover is over.
    """
    adapt = connection.ops.adapt_datetimefield_value
    who = sorted(set(practitioners)) or [0]
    edges = [(adapt(starts - LONGEST_STAY), adapt(starts), adapt(ends)) for starts, ends in spans]
    sql = " UNION ALL ".join([_VISIT, _AWAY, _HOURS, *(_THING.format(what=w, table=t) for w, t in _things())]).format(
        visits=Appointment._meta.db_table,
        absences=Absence._meta.db_table,
        hours=WorkingHours._meta.db_table,
        users=User._meta.db_table,
        frees=", ".join(["%s"] * len(FREES_THE_SLOT)),
        then=" OR ".join(["(starts_at > %s AND starts_at < %s AND busy_until > %s)"] * len(edges)),
        away_then=" OR ".join(["(starts_at < %s AND ends_at > %s)"] * len(edges)),
        who=", ".join(["%s"] * len(who)),
    )
    params = [
        *(str(status) for status in FREES_THE_SLOT),
        *(edge for before, starts, ends in edges for edge in (before, ends, starts)),
        *(edge for _before, starts, ends in edges for edge in (ends, starts)),
        *who,
    ]
    found: dict[str, list[Any]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for what, pk, practitioner, patient, room, device, *times, kind, opens, closes in cursor.fetchall():
            starts, ends, until = map(_moment, times)
            one: Busy | Away | Hours | Resource
            if what == "visit":
                one = Busy(pk, practitioner, patient, room, device, starts, ends, until)
            elif what == "away":
                one = Away(practitioner, starts, ends)
            elif what == "hours":
                one = Hours(practitioner, pk, dt.time.fromisoformat(opens), dt.time.fromisoformat(closes), room)
            else:
                one = Resource(pk, kind)
            found[what].append(one)
    return Diary(
        zone=Clinic.current().zone,
        hours=tuple(found["hours"]),
        away=tuple(found["away"]),
        busy=tuple(sorted(found["visit"], key=lambda one: one.id)),
        rooms=tuple(found["room"]),
        devices=tuple(found["device"]),
    )


def _things() -> tuple[tuple[str, str], ...]:
    return ("room", Room._meta.db_table), ("device", Device._meta.db_table)


def _moment(value: Any) -> Any:
    """A time of a row, or None. SQLite gives the text or the clock that is stored, in UTC."""
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment
