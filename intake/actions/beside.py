"""What else there is to know when a page saves into a draft. Run it only with the draft's row locked: then it sees what
other pages have saved since, and nothing can follow. Or lock the row and ask for all of it in one statement.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from intake.actions import limits
from intake.models import IntakeResponse

_BESIDE = """
    (SELECT seq FROM intake_openedpage WHERE response_id = %(response)s AND page = %(page)s),
    (SELECT told FROM intake_openedpage WHERE response_id = %(response)s AND page = %(page)s),
    EXISTS (SELECT 1 FROM intake_clash WHERE response_id = %(response)s),
    EXISTS (SELECT 1 FROM intake_redflagalert WHERE response_id = %(response)s AND taken_back_at IS NULL),
    EXISTS (SELECT 1 FROM intake_phonecall WHERE response_id = %(response)s)
"""
_ASKED = f"SELECT {_BESIDE}"
# Whoever changes a draft's answers, or what stands beside them, gives it another ``saved_at``. PostgreSQL takes all
# parts as they were when the statement began, but the locked row as it is now: if another one has saved while this one
# waited, ``saved_at`` differs, and everything is asked for again.
_AS_SEEN = """
    SELECT draft.saved_at = %(saved_at)s AND draft.submitted_at IS NULL AND link.is_unfinished
        AND link.failed_birth_checks = %(failed)s
    FROM intake_intakeresponse draft JOIN intake_invitation link ON link.id = draft.invitation_id
    WHERE draft.id = %(response)s AND link.id = %(link)s
"""
_LOCKS = {"postgresql": "FOR UPDATE OF draft"}  # on SQLite a transaction is the only one that writes


@dataclass(frozen=True, slots=True)
class Beside:
    """``seq``, ``told``: what this page has saved so far. ``has_clashes``, ``has_alerts``, ``has_calls``: any?"""

    seq: int
    told: dict[str, Any]
    has_clashes: bool
    has_alerts: bool
    has_calls: bool


_LEFT = """
    SELECT
        EXISTS (SELECT 1 FROM intake_clash WHERE response_id = %(response)s),
        EXISTS (SELECT 1 FROM intake_redflagalert WHERE response_id = %(response)s AND taken_back_at IS NULL),
        EXISTS (SELECT 1 FROM intake_attachment WHERE response_id = %(response)s),
        EXISTS (SELECT 1 FROM intake_openedpage WHERE response_id = %(response)s)
"""


@dataclass(frozen=True, slots=True)
class Left:
    """What there is, or is not, of a draft that is about to be sent."""

    has_clashes: bool
    has_alerts: bool
    has_attachments: bool
    has_pages: bool


def left_behind(response_id: int) -> Left:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"response": response_id})
        [row] = cursor.fetchall()
    return Left(*map(bool, row))


def beside(response_id: int, page: str = "") -> Beside:
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"response": response_id, "page": page})
        [row] = cursor.fetchall()
    return _made(*row)


def locked_as_seen(seen: IntakeResponse, page: str, limit: limits.Limit) -> Beside | None:
    """Lock the draft, counting this save; None if it, or its link, is not any more as it was read: it may be locked
    then, and must be read again. Raises `limits.TooMany`.
    """
    asked = {
        **limits.row_of(limit),
        "response": seen.pk,
        "page": page,
        "link": seen.invitation.pk,
        "failed": seen.invitation.failed_birth_checks,
        "saved_at": connection.ops.adapt_datetimefield_value(seen.saved_at),
    }
    with connection.cursor() as cursor:
        cursor.execute(_counted_and_locked(connection.vendor), asked)
        [(count, is_as_seen, *row)] = cursor.fetchall()
    if count > limit.most:
        raise limits.TooMany
    return _made(*row) if is_as_seen else None


@lru_cache
def _counted_and_locked(vendor: str) -> str:
    return f"{limits.ONE_MORE}, ({_AS_SEEN} {_LOCKS.get(vendor, '')}), {_BESIDE}"


def _made(seq: int | None, told: str | None, has_clashes: bool, has_alerts: bool, has_calls: bool) -> Beside:
    kept = json.loads(told) if told else {}
    return Beside(seq or 0, kept, bool(has_clashes), bool(has_alerts), bool(has_calls))
