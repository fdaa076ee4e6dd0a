"""The stops of a visit as the page shows them: ruled out, needing a reason, overridden, or happened anyway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from clinic.lib.loose import Context
from intake.assessment import ClinicalPicture
from treatments import planning
from treatments.models import Visit
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.visit_shapes import RuleJson, VisitRecord
from treatments.planner.vocabulary.severity import Severity
from treatments.plans.actions.drafts import alerts_of
from treatments.plans.presenters.proposal import because_words
from treatments.visits import gate
from treatments.visits import record as visit_record
from treatments.visits.actions import charting
from treatments.visits.actions.replanning import newer_plan


def stops_of(visit: Visit, alerts: tuple[ReviewAlert, ...], picture: ClinicalPicture) -> Context:
    """``misfit``: the plan as signed no longer passes; ``barred``: ruled out; ``asks``: needs a reason;
    ``passed`` and ``given``: answered, but still shown; ``cautions``."""
    record = visit.record
    unanswered = charting.unanswered_stops(visit, alerts)
    fresh = _of_the_plan(visit, unanswered, picture)
    single = [alert for alert in unanswered if alert not in fresh]
    reasons = [*visit.plan.overrides, *charting.reasons_of(record)]
    passed = [(alert, alert.passed_by(reasons)) for alert in alerts if alert.level == "needs_reason"]
    seen = set(visit.plan.review.get("seen", []))
    return {
        "misfit": _misfit(visit, fresh) if fresh else None,
        "barred": [*_refused(record), *_barred(record, single)],
        "asks": [alert for alert in single if alert.level == "needs_reason"],
        "passed": [{"alert": alert, "words": _reason_words(one)} for alert, one in passed if one],
        "given": record.get("given", []),
        "cautions": [{"alert": a, "is_seen": a.stamp in seen} for a in alerts if a.level == "caution"],
        "reasons": reasons_for("override"),
        "newer_plan": newer_plan(visit),
    }


def _of_the_plan(visit: Visit, unanswered: list[ReviewAlert], picture: ClinicalPicture) -> list[ReviewAlert]:
    """Stops that the plan itself meets now but did not at signing: something new is known."""
    if not unanswered:
        return []
    signed = {alert.key for alert in alerts_of(visit.plan) if alert.is_stop}
    now = {alert.key for alert in planning.safety_of(visit.plan.treatment, picture) if alert.is_stop}
    return [alert for alert in unanswered if alert.key in now - signed]


def _misfit(visit: Visit, fresh: list[ReviewAlert]) -> Context:
    done = {item["uid"] for item in visit_record.items_of(visit.record) if item["done"] == "done"}
    barred = [alert for alert in fresh if alert.level == "forbidden"]
    happened = sorted(uid for alert in barred for uid in gate.concerned(alert, visit.record) & done)
    return {
        "because": list(dict.fromkeys(word for alert in fresh for word in because_words(alert.because))),
        "barred": barred,
        "asks": [alert for alert in fresh if alert.level == "needs_reason"],
        "count": len(fresh),
        "happened": query_of(happened),
        "can_take": not done,
    }


def query_of(uids: Iterable[str]) -> str:
    """The items that the page "record what happened" is asked for, as named in its URL."""
    return urlencode([("uid", uid) for uid in dict.fromkeys(uids)])


def _refused(record: VisitRecord) -> list[Context]:
    return [
        {
            "names": [gate.name_of(one["item"])],
            "uids": [uid],
            "query": query_of([uid]),
            "rules": one["rules"],
            "is_refused": True,
        }
        for uid, one in record.get("refused", {}).items()
    ]


def _barred(record: VisitRecord, alerts: Iterable[ReviewAlert]) -> list[Context]:
    """One row for all items that the same rules forbid."""
    items = {item["uid"]: item for item in visit_record.items_of(record)}
    rows: dict[tuple[str, ...], list[RuleJson]] = {}
    for alert in alerts:
        if alert.level == "forbidden":
            uids = [uid for uid in sorted(gate.concerned(alert, record)) if uid in items]
            open_ones = tuple(uid for uid in uids if not gate.is_recorded(alert, uid, record))
            rows.setdefault(open_ones, []).append(gate.rule(alert))
    return [
        {
            "names": [gate.name_of(items[uid]) for uid in uids],
            "uids": list(uids),
            "query": query_of(uids),
            "rules": rules,
            "is_done": any(items[uid]["done"] == "done" for uid in uids),
        }
        for uids, rules in rows.items()
    ]


def barred_of(visit: Visit, alerts: tuple[ReviewAlert, ...]) -> list[Context]:
    """Everything ruled out in the visit as charted, including what the misfit of the plan sums up."""
    return _barred(visit.record, charting.unanswered_stops(visit, alerts))


def _reason_words(reason: Mapping[str, Any]) -> str:
    coded = reasons_for("override").get(reason.get("reason_code", ""), "")
    words = ": ".join(part for part in (coded, reason.get("reason", "")) if part)
    return f"{words} ({reason.get('by', '')})"


def note_safety(visit: Visit) -> Context:
    """The safety review of a visit, for its note: as it was at signing, or as it is now. Nothing is dropped."""
    record = visit.record
    reasons = [*visit.plan.overrides, *charting.reasons_of(record)] if "reasons" in record else []
    if "safety" in record:
        found = [
            ReviewAlert(cast(Severity, r["level"]), r["code"], r["text"], r["item"], (), (), r["source"], (r["value"],))
            for r in record["safety"]
        ]
    elif visit.is_draft:
        found = list(charting.safety_of(visit))
    else:
        return {"passed": [{"text": one["text"], "words": _reason_words(one)} for one in charting.reasons_of(record)],
                "given": [], "cautions": []}  # fmt: skip
    passed = [(alert, alert.passed_by(reasons)) for alert in found if alert.level == "needs_reason"]
    return {
        "passed": [{"text": alert.text, "words": _reason_words(one)} for alert, one in passed if one],
        "given": record.get("given", []),
        "cautions": [alert.text for alert in found if alert.level == "caution"],
    }
