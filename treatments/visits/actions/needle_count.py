"""Counts of needles in and out that differ: what is asked before signing, and the dated task that remains after."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from clinic.lib.wording import says_something
from clinic.people.models import User
from treatments.models import Incident, Visit
from treatments.models.incident import incident_reasons
from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.visits.actions.incidents import open_incident
from treatments.visits.ledger import LedgerRow, ledger

KIND = Incident.Kind.NEEDLE_COUNT
ACT_WITHIN = dt.timedelta(days=1)  # DESIGN: a missing needle is followed up by the next day


def reasons() -> dict[str, str]:
    """Code -> words: what is known of the needles that are missing or too many."""
    return incident_reasons(KIND)


def uneven(record: VisitRecord) -> list[LedgerRow]:
    """Rows of the ledger that were counted and do not match."""
    return [row for row in ledger(record) if row["is_counted"] and not row["is_even"]]


def missing_of(record: VisitRecord) -> list[str]:
    """What still has to be said about a difference, in words: what is known, the place, the person."""
    rows, close = uneven(record), record["close"]
    if not rows:
        return []
    asked = []
    if close.get("mismatch_code") not in reasons():
        asked.append("what is known of them")
    if not says_something(close.get("mismatch_where", "")):
        asked.append("where they were found or looked for, in a few words")
    if not close.get("mismatch_by"):
        asked.append("who counted")
    if not asked:
        return []
    counts = "; ".join(f"{row['name']}: {row['in']} needles in, {row['out']} out" for row in rows)
    told = asked[0] if len(asked) == 1 else f"{', '.join(asked[:-1])} and {asked[-1]}"
    return [f"{counts}. Search and count again. If they still differ, say {told}."]


def open_task(visit: Visit, *, by: User) -> Incident | None:
    """A signed difference stays on the home pages as a dated task until it is reviewed."""
    rows, close = uneven(visit.record), visit.record["close"]
    if not rows:
        return None
    counts = "; ".join(f"{row['name']}: {row['in']} in, {row['out']} out" for row in rows)
    words = [f"{counts}.", f"Place: {close['mismatch_where']}.", f"Counted by {close['mismatch_by']}."]
    if close.get("mismatch_reason"):
        words.append(close["mismatch_reason"])
    return open_incident(
        kind=KIND,
        patient=visit.patient,
        visit=visit,
        reason_code=close["mismatch_code"],
        text=" ".join(words),
        detail={"rows": [{"uid": row["uid"], "in": row["in"], "out": row["out"]} for row in rows]},
        due_on=timezone.localdate() + ACT_WITHIN,
        by=by,
    )
