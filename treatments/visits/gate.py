"""What is ruled out stays out of the record until somebody says that it has happened: then it is an incident.

Before the needle nothing opens it. What was typed and not taken over is kept beside the record under ``refused`` (uid
-> the item as typed, and the rules it meets). What was recorded as having happened stands under ``given``: the rules,
for the items in the manner in which they were done; done otherwise or once more it is refused again.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from treatments.planner.treatment.alert_key import key_of_reason
from treatments.planner.vocabulary.modalities import adjunct_name
from treatments.planning import SafetyAlert
from treatments.visits import record as visit_record

Json = dict[str, Any]
# what makes an item another one for safety
JUDGED = ("side", "levels", "depth_mm", "found", "leads", "frequency_hz", "minutes", "where", "method", "done")


def uids_at(record: Json) -> dict[str, str]:
    """Address in ``visit_record.as_treatment`` -> uid of the item that stands there."""
    found: dict[str, str] = {}
    for i, stage in enumerate(record["stages"]):
        for name in ("points", "electro"):
            kept = [item["uid"] for item in stage[name] if item["done"] != "not_done"]
            found |= {f"stages.{i}.{name}.{place}": uid for place, uid in enumerate(kept)}
    for name in ("adjuncts", "ear"):
        kept = [item["uid"] for item in record[name] if item["done"] != "not_done"]
        found |= {f"{name}.{place}": uid for place, uid in enumerate(kept)}
    return found


def concerned(alert: SafetyAlert, record: Json) -> set[str]:
    """The items an alert speaks of; all of them where it speaks of the whole plan or of a position."""
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


def manner(item: Json) -> str:
    return json.dumps({key: item.get(key) for key in JUDGED}, sort_keys=True)


def is_recorded(alert: SafetyAlert, uid: str, record: Json) -> bool:
    """Whether this rule was recorded as an incident for this item as it was done."""
    item = next(one for one in visit_record.items_of(record) if one["uid"] == uid)
    return any(
        key_of_reason(one) == alert.key and one["uids"].get(uid) == manner(item) for one in record.get("given", [])
    )


def ruled_out(alerts: Iterable[SafetyAlert], record: Json) -> dict[str, list[SafetyAlert]]:
    """uid -> what forbids the item and was not recorded as an incident."""
    found: dict[str, list[SafetyAlert]] = {}
    for alert in alerts:
        if alert.level == "forbidden":
            for uid in concerned(alert, record):
                if not is_recorded(alert, uid, record):
                    found.setdefault(uid, []).append(alert)
    return found


def held_back(record: Json, before: Json, *, alerts: Iterable[SafetyAlert], known: Iterable[SafetyAlert]) -> Json:
    """The record without what is ruled out and newly done, or newly so. ``alerts``: the review of ``record``,
    ``known``: of ``before``. What is held back is kept under ``refused``."""
    was = {item["uid"]: item for item in visit_record.items_of(before)}
    old = {uid: {(a.key, a.text) for a in found} for uid, found in ruled_out(known, before).items()}
    new = copy.deepcopy(record)
    refused: Json = {}
    stops = ruled_out(alerts, record)
    for item in visit_record.items_of(new):
        uid = item["uid"]
        earlier = was.get(uid)
        if earlier is None or uid not in stops or manner(item) == manner(earlier):
            continue
        is_newly_done = item["done"] == "done" and earlier["done"] != "done"
        fresh = [a for a in stops[uid] if is_newly_done or (a.key, a.text) not in old.get(uid, ())]
        if fresh:
            refused[uid] = {"item": copy.deepcopy(item), "rules": [rule(alert) for alert in fresh]}
            kept = {**earlier, "note": item.get("note", "")}
            item.clear()
            item.update(kept)
    new.pop("refused", None)
    return {**new, "refused": refused} if refused else new


def rule(alert: SafetyAlert) -> Json:
    return {"code": alert.code, "item": alert.item, "value": alert.value, "text": alert.text, "source": alert.source}


def as_typed(record: Json) -> Json:
    """The record with what was typed and not taken over: what the page shows in its fields."""
    if not record.get("refused"):
        return record
    new = copy.deepcopy(record)
    for item in visit_record.items_of(new):
        if item["uid"] in record["refused"]:
            item.update(record["refused"][item["uid"]]["item"])
    return new


def name_of(item: Json) -> str:
    """An item as a reader knows it."""
    if "code" in item:
        return str(item["code"]) if item["code"] != "ASHI" else f"Tender point, {item.get('found') or item['where']}"
    if "leads" in item:
        return "Current " + ", ".join("–".join(pair) for pair in item["leads"])
    if "kind" in item:
        return adjunct_name(item["kind"])
    return "Ear " + ", ".join(point["code"] for point in item.get("points", []))
