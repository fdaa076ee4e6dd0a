"""Changes to a treatment: each function takes the contract's treatment object and returns a new one.

An address names one item in it: ``stages.0.points.2``, ``stages.0.electro.0``, ``adjuncts.1``, ``ear.0``,
``home_care.2``, ``stages.1``, ``dose``. Lengths are mm, times minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from clinic.lib.loose import fresh
from treatments.planner.treatment.due import all_stages
from treatments.planner.treatment.needles import needles_of
from treatments.planner.treatment.shapes import (
    ElectroJson,
    ItemFields,
    ListedItem,
    PlanItem,
    PointJson,
    StageJson,
    TreatmentJson,
)
from treatments.planner.treatment.written import levels_text, pairs_text
from treatments.planner.vocabulary.modalities import adjunct_name

LISTS = ("protocols", "stages", "points", "electro", "adjuncts", "ear", "home_care")
NOT_OF_PLAN = "That part of the plan no longer exists."


class EditRefused(ValueError):
    """The change cannot be made; the message says why in plain words."""


def item_at(treatment: TreatmentJson, address: str) -> PlanItem:
    """The item at an address. Raises EditRefused if there is none."""
    here: Any = treatment
    for step in address.split("."):
        if isinstance(here, list) and step.isascii() and step.isdigit() and len(step) < 4 and int(step) < len(here):
            here = here[int(step)]
        elif isinstance(here, dict) and (step in LISTS or step == "dose") and step in here:
            here = here[step]
        else:
            raise EditRefused(NOT_OF_PLAN)
    if not isinstance(here, dict):
        raise EditRefused(NOT_OF_PLAN)
    return cast(PlanItem, here)


def name_of(item: PlanItem) -> str:
    """What a person knows the item by, told so that two of a list do not read alike: a point's code with its levels,
    place and side, pairs, method and ear with the points, kind and place, position, the first words of a text."""
    if "leads" in item:
        return _told(pairs_text(item["leads"]), _one_side(item["side"]))
    if "method" in item:
        return _told(item["method"].replace("_", " "), item["side"], *(point["code"] for point in item["points"]))
    if "text" in item:
        return item["text"][:60].strip()
    if "code" in item:
        return _told(item["code"], levels_text(item.get("levels")), item.get("where", ""), _one_side(item["side"]))
    if "kind" in item:
        return _told(adjunct_name(item["kind"]), item["where"][:60])
    if "position" in item:
        return item["position"]
    return "item"


def _one_side(side: str) -> str:
    return side if side in ("left", "right") else ""


def _told(*parts: str) -> str:
    return " ".join(part.strip() for part in parts if part.strip())


def _list_at(treatment: TreatmentJson, address: str) -> list[ListedItem]:
    """The list at an address such as ``stages.0.points`` or ``adjuncts``. Raises EditRefused if there is none."""
    here: Any = treatment
    for step in address.split("."):
        try:
            here = here[int(step)] if isinstance(here, list) else here[step]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise EditRefused(NOT_OF_PLAN) from error
    if not isinstance(here, list):
        raise EditRefused(NOT_OF_PLAN)
    return cast(list[ListedItem], here)


def _list_of(treatment: TreatmentJson, address: str) -> tuple[list[ListedItem], int]:
    item_at(treatment, address)
    parent, _, last = address.rpartition(".")
    if not parent:  # the dose is not in a list
        raise EditRefused(NOT_OF_PLAN)
    return _list_at(treatment, parent), int(last)


def _recounted(treatment: TreatmentJson) -> TreatmentJson:
    """Needle counts and the dose's totals follow from their parts."""
    for stage in all_stages(treatment):
        for point in stage["points"]:
            point["needles"] = needles_of(point)
        stage["needles"] = sum(map(needles_of, stage["points"]))
    treatment["needles"] = sum(needles_of(point) for stage in treatment["stages"] for point in stage["points"])
    dose = treatment["dose"]
    if dose.get("phases"):
        dose["per_week"] = dose["phases"][0]["per_week"]
        dose["weeks"] = sum(phase["weeks"] for phase in dose["phases"])
        dose["sessions"] = sum(phase["per_week"] * phase["weeks"] for phase in dose["phases"])
        dose["review_at"] = sorted({n for n in dose.get("review_at", []) if 1 <= n <= dose["sessions"]})
    return treatment


def changed(treatment: TreatmentJson, address: str, fields: ItemFields) -> TreatmentJson:
    """The treatment with these fields set at ``address``."""
    new = fresh(treatment)
    item: Any = item_at(new, address)  # fields and address were read for the same kind of item
    item.update(fresh(fields))
    _drop_loose_leads(new)
    return _recounted(new)


def with_principle(treatment: TreatmentJson, principle: str) -> TreatmentJson:
    new = fresh(treatment)
    new["principle"] = principle
    return new


def added(treatment: TreatmentJson, list_address: str, item: ListedItem) -> TreatmentJson:
    """With a new item at the end of a list such as ``stages.0.points`` or ``adjuncts``."""
    new = fresh(treatment)
    here = _list_at(new, list_address)
    if "code" in item:
        for other in here:
            if "code" in other and _same_place(other, item):
                raise EditRefused(f"{item['code']} is already in this stage: change its side there.")
    here.append(fresh(item))
    return _recounted(new)


def added_all(treatment: TreatmentJson, list_address: str, items: Sequence[PointJson]) -> TreatmentJson:
    """With those of the points that the stage does not have yet. Raises EditRefused if it has them all."""
    new = treatment
    for item in items:
        with suppress(EditRefused):
            new = added(new, list_address, item)
    if new is treatment:
        _list_at(treatment, list_address)
        raise EditRefused("All of these points are already in this stage.")
    return new


def removed(treatment: TreatmentJson, address: str) -> TreatmentJson:
    """Without the item at ``address``; electro pairs of a removed point go with it."""
    new = fresh(treatment)
    here, index = _list_of(new, address)
    if address.split(".")[-2] == "stages" and len(here) == 1:
        raise EditRefused("A plan needs at least one stage.")
    del here[index]
    _drop_loose_leads(new)
    return _recounted(new)


def swapped(treatment: TreatmentJson, address: str, item: PointJson) -> TreatmentJson:
    """With another point in the place of the one at ``address``; electro pairs of the old one go with it."""
    new = fresh(treatment)
    here, index = _list_of(new, address)
    others = [other for place, other in enumerate(here) if place != index]
    if any("code" in other and _same_place(other, item) for other in others):
        raise EditRefused(f"{item['code']} is already in this stage: change its side there.")
    here[index] = fresh(item)
    _drop_loose_leads(new)
    return _recounted(new)


def moved(treatment: TreatmentJson, address: str, steps: int) -> TreatmentJson:
    """Moved one place up (-1) or down (1) in its list; at either end it stays where it is."""
    new = fresh(treatment)
    here, index = _list_of(new, address)
    target = index + steps
    if 0 <= target < len(here):
        here.insert(target, here.pop(index))
    return new


def new_stage(position: str, retention_min: int, side_up: str | None = None) -> StageJson:
    return {
        "position": position,
        "side_up": side_up,
        "retention_min": retention_min,
        "points": [],
        "electro": [],
    }


def _same_place(one: PointJson, other: PointJson) -> bool:
    if one["code"] != other["code"] or one.get("where") != other.get("where"):
        return False
    if one.get("levels") and other.get("levels") and not set(one["levels"]) & set(other["levels"]):
        return False
    return "both" in (one["side"], other["side"]) or one["side"] == other["side"]


def _drop_loose_leads(treatment: TreatmentJson) -> None:
    for stage in all_stages(treatment):
        present = {point["code"] for point in stage["points"]}
        kept: list[ElectroJson] = []
        for electro in stage.get("electro", []):
            held = [i for i, pair in enumerate(electro["leads"]) if set(pair) <= present]
            if held:
                electro["leads"] = _at(electro["leads"], held)
                if levels := electro.get("lead_levels"):
                    electro["lead_levels"] = _at(levels, held)
                kept.append(electro)
        stage["electro"] = kept


def _at(rows: Sequence[list[str]], places: Sequence[int]) -> list[list[str]]:
    return [rows[i] for i in places if i < len(rows)]
