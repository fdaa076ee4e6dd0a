"""A patient's visits as a calendar file (RFC 5545), to keep in their own phone: when and where, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from clinic.people.models import Clinic
from clinic.scheduling.models import Appointment

LONGEST = 73  # bytes of a line, so that the one that goes on after a space stays under 75


def calendar_file(visits: Iterable[Appointment], clinic: Clinic, *, now: dt.datetime) -> str:
    """The file's text. A visit keeps its id, so that a file fetched later moves it instead of doubling it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ashi//visits//EN", "METHOD:PUBLISH"]
    for visit in visits:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{visit.nonce}@ashi",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(visit.starts_at)}",
            f"DTEND:{_utc(visit.ends_at)}",
            f"SUMMARY:{_text(clinic.name)}",
            f"LOCATION:{_text(clinic.address)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return "\\n".join(words.splitlines())


def _folded(line: str) -> str:
    """Long lines go on after a line end and a space; no letter of several bytes is cut."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > LONGEST:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
