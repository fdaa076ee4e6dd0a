"""Marking everything open as done in one click, and undoing exactly that."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.lib.loose import fresh
from clinic.people.models import User
from treatments.models import Visit
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, red_flags


@transaction.atomic
def mark_all(*, visit_id: int, revision: int | None, by: User) -> Visit:
    """Everything not yet answered was done as planned; what this click marked is remembered until it is undone.

    While a red flag is open nothing is marked. Raises Stale, NotADraft.
    """
    visit = charting.draft_at(visit_id, revision)
    before, record = visit.record, visit_record.all_done(visit.record)
    if red_flags.open_flags(visit) or record == before:
        return visit
    visit.record = record
    charting.hold_back(visit, before)
    held = {**before.get("refused", {}), **visit.record.get("refused", {})}
    record = visit.record.copy()
    if held:
        record["refused"] = held
    was = {item["uid"]: item["done"] for item in visit_record.items_of(before)}
    newly = [item["uid"] for item in visit_record.items_of(record) if item["done"] != was[item["uid"]]]
    earlier = before["marked"]["uids"] if "marked" in before else []
    at = timezone.localtime().isoformat(timespec="seconds")
    record["marked"] = {"uids": [*earlier, *newly], "by": str(by), "at": at}
    visit.record = record
    return charting.keep(visit, by=by, verb="visit.all_marked", detail={"items": len(newly)})


@transaction.atomic
def unmark_all(*, visit_id: int, revision: int | None, by: User) -> Visit:
    """Undo what ``mark_all`` marked, unless it has been changed since. Raises Stale, NotADraft."""
    visit = charting.draft_at(visit_id, revision)
    record = fresh(visit.record)
    mark = record.pop("marked", None)
    marked = set(mark["uids"]) if mark else set()
    for item in visit_record.items_of(record):
        if item["uid"] in marked and item["done"] == "done":
            item["done"] = ""
    if record == visit.record:
        return visit
    visit.record = record
    return charting.keep(visit, by=by, verb="visit.all_unmarked", detail={"items": len(marked)})
