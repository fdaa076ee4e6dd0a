"""What a practitioner keeps to use again, read for a plan: point groups and protocols, made for the patient at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, cast

from clinic.lib.loose import Json, fresh
from clinic.people.models import User
from treatments.models import OwnEntry, TreatmentPlan
from treatments.own_points import knowledge_with
from treatments.planner.knowledge.point_groups import MIRROR, side_for
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.by_hand import by_hand
from treatments.planner.treatment.shapes import PointJson, TreatmentJson
from treatments.plans import point_search
from treatments.plans.treatment_edits import EditRefused, item_at, name_of, removed

SIGN = ";"  # begins the name of a group or a snippet


def kept(owner: User, kind: str, name: str) -> OwnEntry | None:
    return OwnEntry.objects.filter(owner=owner, kind=kind, name=name.strip().lower(), removed_at__isnull=True).first()


def all_kept(owner: User, kind: str, begins: str = "") -> list[OwnEntry]:
    rows = OwnEntry.objects.filter(owner=owner, kind=kind, removed_at__isnull=True, name__startswith=begins.lower())
    return list(rows.order_by("name"))


def favourites(owner: User) -> list[str]:
    """The codes of the points that somebody uses often, as far as the book still has them."""
    codes = [str(one.body["code"]) for one in all_kept(owner, OwnEntry.Kind.FAVOURITE)]
    points = knowledge_with(codes).points
    return [code for code in codes if code in points and points[code].use != "never"]


def group_points(owner: User, name: str, painful: tuple[str, ...]) -> list[PointJson]:
    """The points of a group for this patient. Raises EditRefused for a group nobody kept."""
    group = kept(owner, OwnEntry.Kind.GROUP, name)
    if group is None:
        near = ", ".join(f"{SIGN}{one.name}" for one in all_kept(owner, OwnEntry.Kind.GROUP)[:4])
        raise EditRefused(f"You keep no group “{name[:40]}”." + (f" There is {near}." if near else ""))
    points = knowledge_with(one["code"] for one in group.body["points"]).points
    found = []
    for kept_point in group.body["points"]:
        point = points.get(kept_point["code"])
        if point is None or point.use == "never":
            raise EditRefused(f"{kept_point['code']} of this group is no longer in the book: change the group.")
        side = side_for(kept_point["side"], painful)
        depth = kept_point.get("depth_mm")
        item = point_search.planned(point, side=side, levels=kept_point["levels"], depth_mm=depth)
        found.append({**item, "because": by_hand(f"Added by the practitioner with the group {group.name}.")})
    return cast(list[PointJson], found)


def protocol_of(plan: TreatmentPlan, painful: tuple[str, ...]) -> Json:
    """What of a plan can be used for another patient: no reason, no caution and no tender place of this one."""
    treatment: Any = fresh(plan.treatment)
    for stage in treatment["stages"]:
        stage["points"] = [_bare(point) for point in stage["points"] if point["code"] != point_search.ASHI]
        held = {point["code"] for point in stage["points"]}
        currents = stage.get("electro", [])
        stage["electro"] = [_bare(item) for item in currents if held.issuperset(chain(*item["leads"]))]
    for part in ("adjuncts", "ear"):
        treatment[part] = [_bare(item) for item in treatment.get(part, [])]
    treatment["home_care"] = []  # written for one person
    treatment.pop("protocols", None)  # how the course goes on follows from the person, too
    treatment["cautions"] = []
    treatment["dose"]["because"] = []
    return {"treatment": treatment, "painful": painful[0] if len(painful) == 1 else ""}


def _bare(item: Mapping[str, Any]) -> Any:
    return {**item, "because": [], "cautions": []}


def from_protocol(entry: OwnEntry, before: TreatmentJson, painful: tuple[str, ...]) -> TreatmentJson:
    """A protocol as the treatment of this patient, mirrored to the side that hurts; home care stays as it was."""
    treatment: Any = fresh(entry.body["treatment"])
    mirrored = len(painful) == 1 and entry.body["painful"] in MIRROR and entry.body["painful"] != painful[0]
    reason = by_hand(f"From the practitioner's protocol {entry.name}.")
    for stage in treatment["stages"]:
        if mirrored:
            stage["side_up"] = MIRROR.get(stage["side_up"], stage["side_up"])
        for item in (*stage["points"], *stage["electro"]):
            _fitted(item, mirrored, reason)
    for item in (*treatment["adjuncts"], *treatment["ear"]):
        _fitted(item, mirrored, reason)
    treatment["dose"]["because"] = reason
    treatment["home_care"] = fresh(before["home_care"])
    return cast(TreatmentJson, treatment)


def what_may_be(
    treatment: TreatmentJson, review: Callable[[TreatmentJson], tuple[ReviewAlert, ...]]
) -> tuple[TreatmentJson, list[str]]:
    """Without the items that must never be done to this patient, and what they are. What is forbidden of the plan as a
    whole stays, for the editor to refuse."""
    left_out: dict[str, None] = {}
    while True:
        stops = [alert for alert in review(treatment) if alert.level == "forbidden"]
        places = {_item_of(place) for alert in stops for place in alert.places} - {""}
        if not places:
            return treatment, list(left_out)
        place = max(places, key=_from_the_end)  # one at a time: a point takes its current with it
        left_out[name_of(item_at(treatment, place))] = None
        treatment = removed(treatment, place)


def _item_of(place: str) -> str:
    """`stages.0.points.2` of `stages.0.points.2.depth_mm`; "" for what is no item of a list."""
    found = re.match(r"(stages\.\d+\.(points|electro)|adjuncts|ear|home_care)\.\d+", place)
    return found[0] if found else ""


def _from_the_end(place: str) -> list[int]:
    return [int(step) for step in place.split(".") if step.isdigit()]


def _fitted(item: dict[str, Any], mirrored: bool, reason: list[Any]) -> None:
    item["because"] = reason
    if mirrored and "side" in item:
        item["side"] = MIRROR.get(item["side"], item["side"])
    if mirrored and "where" in item:
        item["where"] = re.sub(r"\b(left|right)\b", lambda word: MIRROR[word[0]], item["where"])
    for point in item.get("points", []):
        if mirrored and isinstance(point, dict) and "side" in point:
            point["side"] = MIRROR.get(point["side"], point["side"])
