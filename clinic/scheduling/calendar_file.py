"""A patient's visits as a calendar file (RFC 5545), for their own phone: when and where, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from clinic.people.models import Clinic
from clinic.scheduling.models import Appointment


def calendar_file(visits: Iterable[Appointment], clinic: Clinic, *, now: dt.datetime) -> bytes:
    """The file in UTF-8. A visit keeps its id, so that a later file moves it instead of duplicating it."""
    from icalendar import Calendar, Event  # 80 modules, 5 MB: loaded by the first who asks for a file

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Ashi//visits//EN")
    calendar.add("method", "PUBLISH")
    for visit in visits:
        event = Event()
        event.add("uid", f"{visit.nonce}@ashi")
        event.add("dtstamp", now)
        event.add("dtstart", visit.starts_at.astimezone(dt.UTC))
        event.add("dtend", visit.ends_at.astimezone(dt.UTC))
        event.add("summary", clinic.name)
        event.add("location", "\n".join(clinic.address.splitlines()))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
