"""Answers to the stops of a visit: a coded reason where one may override, an incident if what is ruled out happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from clinic.lib.loose import fresh
from clinic.lib.records import NotReady
from clinic.lib.wording import says_something
from clinic.people.models import User
from treatments.models import Visit
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.alert_key import key_of_reason
from treatments.planner.treatment.visit_shapes import GivenJson, VisitReason, VisitRecord
from treatments.visits import gate
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, red_flags
from treatments.visits.actions.incidents import open_incident

Said = tuple[str, str]  # code of the reason, and its words


class AddRefused(Exception):
    """The addition meets an unanswered stop; nothing was changed. ``barred``: stops that no reason overrides."""

    def __init__(self, what: str, barred: list[ReviewAlert], asks: list[ReviewAlert]) -> None:
        super().__init__(" ".join(alert.text for alert in [*barred, *asks]))
        self.what, self.barred, self.asks = what, barred, asks


@transaction.atomic
def add(
    *,
    visit_id: int,
    revision: int | None,
    add_to_record: Callable[[VisitRecord], VisitRecord],
    what: str,
    by: User,
    answers: Mapping[str, Said] | None = None,
    given: Said | None = None,
) -> Visit:
    """Record something that was not planned, after the same safety review as for a plan.

    ``add_to_record``: returns the record with it, as ``additions.with_point`` does. ``what``: its code or kind.
    ``answers``: stamp of a stop -> the reason for it. What is ruled out is refused whatever the reason
    (AddRefused), unless ``given`` says that it was already done and why: then an incident is opened. Raises NotReady,
    Stale, NotADraft, KeyError for an unknown stage, ValueError for an invalid reason.
    """
    visit = charting.draft_at(visit_id, revision)
    if red_flags.open_flags(visit):
        raise NotReady(visit, ["A red flag is open: nothing is added until it is examined."])
    picture = charting.picture_of(visit)
    known = {alert.stamp for alert in charting.safety_of(visit, picture)}
    was = {item["uid"] for item in visit_record.items_of(visit.record)}
    visit.record = add_to_record(visit.record)
    new = [item["uid"] for item in visit_record.items_of(visit.record) if item["uid"] not in was]
    alerts = charting.safety_of(visit, picture)
    barred = [a for a in alerts if a.level == "forbidden" and gate.concerned(a, visit.record) & set(new)]
    if barred and given:
        _keep_given(visit, new, given, by=by)
    else:
        passed = [*visit.plan.overrides, *charting.reasons_of(visit.record)]
        asks = [a for a in alerts if a.level == "needs_reason" and a.stamp not in known and not a.passed_by(passed)]
        told = answers or {}
        if barred or any(alert.stamp not in told for alert in asks):
            raise AddRefused(what, barred, asks)
        reasons = [_reason(alert, told[alert.stamp], by) for alert in asks]
        visit.record["reasons"] = [*visit.record["reasons"], *reasons]
    return charting.keep(visit, by=by, verb="visit.item_added", detail={"item": what})


@transaction.atomic
def give_reason(*, visit_id: int, revision: int | None, key: str, reason_code: str, reason: str, by: User) -> Visit:
    """Override one stop that may be overridden, for this item and value. Raises Stale, NotADraft, ValueError."""
    visit = charting.draft_at(visit_id, revision)
    alert = next((one for one in charting.safety_of(visit) if one.key == key and one.level == "needs_reason"), None)
    if alert is None:
        raise ValueError("Nothing here can be overridden with a reason.")
    others = [one for one in charting.reasons_of(visit.record) if key_of_reason(one) != key]
    visit.record["reasons"] = [*others, _reason(alert, (reason_code, reason), by)]
    return charting.keep(visit, by=by, verb="visit.reason_given", detail={"code": alert.code, "reason": reason_code})


def _reason(alert: ReviewAlert, said: Said, by: User) -> VisitReason:
    code, words = said
    if code not in reasons_for("override"):
        raise ValueError("Choose a reason.")
    if not says_something(words):
        raise ValueError("Say the reason in a few words.")
    at = timezone.now().isoformat(timespec="seconds")
    return {
        "code": alert.code,
        "item": alert.item,
        "value": alert.value,
        "text": alert.text,
        "source": alert.source,
        "reason_code": code,
        "reason": words.strip()[:300],
        "by": str(by),
        "at": at,
    }


@transaction.atomic
def record_given(
    *, visit_id: int, revision: int | None, uids: Iterable[str], reason_code: str, text: str, by: User
) -> Visit:
    """Something ruled out was done: it is recorded as it was done, and an incident is opened.

    ``uids``: the items; what was typed for them and held back is taken over now. Raises ValueError if nothing
    rules them out or the reason is invalid, Stale, NotADraft.
    """
    visit = charting.draft_at(visit_id, revision)
    asked = set(uids)
    record = fresh(visit.record)
    refused = record.get("refused", {})
    for item in visit_record.items_of(record):
        if item["uid"] in asked:
            if typed := refused.pop(item["uid"], None):
                gate.put(typed["item"], item)
            item["done"] = "done"
    visit.record = record
    _keep_given(visit, asked, (reason_code, text), by=by)
    return charting.keep(visit, by=by, verb="visit.given_recorded", detail={"items": len(asked)})


def _keep_given(visit: Visit, uids: Iterable[str], said: Said, *, by: User) -> None:
    """Open the incident and keep with the record which rules it is about, for which items, done in which way."""
    items = {item["uid"]: item for item in visit_record.items_of(visit.record) if item["uid"] in set(uids)}
    met = [a for a in charting.safety_of(visit) if a.is_stop and gate.concerned(a, visit.record) & set(items)]
    if not any(alert.level == "forbidden" for alert in met):
        raise ValueError("Nothing rules this out: mark it as done.")
    names = [gate.name_of(item) for item in items.values()]
    incident = open_incident(
        kind="forbidden_given",
        patient=visit.patient,
        visit=visit,
        reason_code=said[0],
        text=said[1],
        detail={"items": names, "rules": [gate.rule(alert) for alert in met]},
        by=by,
    )
    at = timezone.now().isoformat(timespec="seconds")
    rows: list[GivenJson] = [
        {
            **gate.rule(alert),
            "uids": {uid: gate.manner(items[uid]) for uid in gate.concerned(alert, visit.record) if uid in items},
            "incident": incident.pk,
            "by": str(by),
            "at": at,
        }
        for alert in met
    ]
    visit.record["given"] = [*visit.record.get("given", []), *rows]
