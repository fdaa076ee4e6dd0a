"""What is ruled out stays out of the record until someone says that it happened: then it is an incident.

Beforehand nothing overrides it. What was typed and held back is kept with the record under ``refused`` (uid -> the
item as typed, and the rules against it). What was recorded as having happened is under ``given``: the rules, for the
items as they were done; done differently or again, it is refused again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

from clinic.lib.loose import fresh
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.alert_key import key_of_reason
from treatments.planner.treatment.visit_shapes import ChartedItem, RefusedJson, RuleJson, VisitRecord
from treatments.planner.treatment.written import pairs_text
from treatments.planner.vocabulary.modalities import adjunct_name
from treatments.visits import observed
from treatments.visits import record as visit_record

# what makes it a different item for safety
JUDGED = ("side", "levels", "depth_mm", "found", "leads", "frequency_hz", "minutes", "where", "method", "done")


def uids_at(record: VisitRecord) -> dict[str, str]:
    """Address in ``record.as_treatment`` -> uid of the item there."""
    found: dict[str, str] = {}
    lists: dict[str, Sequence[ChartedItem]] = {"adjuncts": record["adjuncts"], "ear": record["ear"]}
    for i, stage in enumerate(record["stages"]):
        lists |= {f"stages.{i}.points": stage["points"], f"stages.{i}.electro": stage["electro"]}
    for at, items in lists.items():
        kept = [item["uid"] for item in items if item["done"] != "not_done"]
        found |= {f"{at}.{place}": uid for place, uid in enumerate(kept)}
    return found


def concerned(alert: ReviewAlert, record: VisitRecord) -> set[str]:
    """The items an alert is about; all of them if it is about the whole plan or a position."""
    uids = uids_at(record)
    found: set[str] = set()
    for place in alert.places:
        if place in ("", "plan", "stages"):
            return set(uids.values())
        parts = place.split(".")
        stage = ".".join(parts[:2]) if parts[0] == "stages" and (len(parts) < 3 or not parts[-1].isdigit()) else ""
        for address, uid in uids.items():
            whole_stage = stage and len(parts) <= 3 and address.startswith(f"{stage}.")
            if place == address or place.startswith(f"{address}.") or whole_stage:
                found.add(uid)
    return found


def manner(item: ChartedItem) -> str:
    return json.dumps({key: item.get(key) for key in JUDGED}, sort_keys=True)


def is_recorded(alert: ReviewAlert, uid: str, record: VisitRecord) -> bool:
    """Whether an incident for this rule was recorded for this item as it was done."""
    item = next(one for one in visit_record.items_of(record) if one["uid"] == uid)
    return any(
        key_of_reason(one) == alert.key and one["uids"].get(uid) == manner(item) for one in record.get("given", [])
    )


def ruled_out(alerts: Iterable[ReviewAlert], record: VisitRecord) -> dict[str, list[ReviewAlert]]:
    """uid -> the alerts that forbid the item and were not recorded as an incident."""
    found: dict[str, list[ReviewAlert]] = {}
    for alert in alerts:
        if alert.level == "forbidden":
            for uid in concerned(alert, record):
                if not is_recorded(alert, uid, record):
                    found.setdefault(uid, []).append(alert)
    return found


def held_back(
    record: VisitRecord, before: VisitRecord, *, alerts: Iterable[ReviewAlert], known: Iterable[ReviewAlert]
) -> VisitRecord:
    """The record without what is ruled out and newly done or changed. ``alerts``: the review of ``record``,
    ``known``: that of ``before``. What is held back is kept under ``refused``."""
    was = {item["uid"]: item for item in visit_record.items_of(before)}
    old = {uid: {(a.key, a.text) for a in found} for uid, found in ruled_out(known, before).items()}
    new = fresh(record)
    refused: dict[str, RefusedJson] = {}
    stops = ruled_out(alerts, record)
    for item in visit_record.items_of(new):
        uid = item["uid"]
        earlier = was.get(uid)
        if earlier is None or uid not in stops or manner(item) == manner(earlier):
            continue
        is_newly_done = item["done"] == "done" and earlier["done"] != "done"
        newly = [a for a in stops[uid] if is_newly_done or (a.key, a.text) not in old.get(uid, ())]
        if newly:
            refused[uid] = {"item": fresh(item), "rules": [rule(alert) for alert in newly]}
            note = item["note"]
            put(earlier, item)
            item["note"] = note
    new.pop("refused", None)
    if refused:
        new["refused"] = refused
    return new


def put(source: ChartedItem, into: ChartedItem) -> None:
    """Replaces one item by another, which is of the same kind because it has the same uid."""
    held = cast(dict[str, Any], into)
    held.clear()
    held.update(fresh(source))


def rule(alert: ReviewAlert) -> RuleJson:
    return {"code": alert.code, "item": alert.item, "value": alert.value, "text": alert.text, "source": alert.source}


def as_typed(record: VisitRecord) -> VisitRecord:
    """The record including what was held back: what the page shows in its fields."""
    refused = record.get("refused")
    if not refused:
        return record
    new = fresh(record)
    for item in visit_record.items_of(new):
        if item["uid"] in refused:
            put(refused[item["uid"]]["item"], item)
    return new


def name_of(item: ChartedItem) -> str:
    """An item in words."""
    if "code" in item:
        return item["code"] if item["code"] != observed.ASHI else f"Tender point, {item.get('found') or item['where']}"
    if "leads" in item:
        return f"Current {pairs_text(item['leads'], '–')}"
    if "kind" in item:
        return adjunct_name(item["kind"])
    return "Ear " + ", ".join(point["code"] for point in item["points"])
