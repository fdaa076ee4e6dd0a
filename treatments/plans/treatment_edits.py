"""Changes to a treatment: each function takes the contract's treatment object and gives a new one.

An address names one thing in it: ``stages.0.points.2``, ``stages.0.electro.0``, ``adjuncts.1``, ``ear.0``,
``home_care.2``, ``stages.1``, ``dose``. Lengths are mm, times minutes.
"""

from __future__ import annotations

import copy
from typing import Any

from treatments.planner.treatment.needles import needles_of

Json = dict[str, Any]
LISTS = ("stages", "points", "electro", "adjuncts", "ear", "home_care")
NOT_OF_PLAN = "That part of the plan is not there any more."


class EditRefused(ValueError):
    """What was asked cannot be done; the message says why in plain words."""


def item_at(treatment: Json, address: str) -> Json:
    """The thing an address names. Raises EditRefused when it is not there."""
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
    return here


def name_of(item: Json) -> str:
    """By what a person recognises the item: code, pair, method and ear, kind, position, the first words of a text."""
    if "leads" in item:
        return ", ".join("-".join(pair) for pair in item["leads"])
    if "method" in item:
        return f"{item['method']} {item.get('side', '')}".strip().replace("_", " ")
    if "text" in item:
        return str(item["text"])[:60].strip()
    return str(item.get("code") or item.get("kind") or item.get("position") or "item")


def _list_of(treatment: Json, address: str) -> tuple[list[Json], int]:
    item_at(treatment, address)
    parent, _, last = address.rpartition(".")
    here: Any = treatment
    for step in parent.split("."):
        here = here[int(step)] if isinstance(here, list) else here[step]
    if not isinstance(here, list):
        raise EditRefused(NOT_OF_PLAN)
    return here, int(last)


def _recounted(treatment: Json) -> Json:
    """Needle counts and the dose's totals follow from their parts."""
    for stage in treatment["stages"]:
        for point in stage["points"]:
            point["needles"] = needles_of(point)
        stage["needles"] = sum(point["needles"] for point in stage["points"])
    treatment["needles"] = sum(stage["needles"] for stage in treatment["stages"])
    dose = treatment["dose"]
    if dose.get("phases"):
        dose["per_week"] = dose["phases"][0]["per_week"]
        dose["weeks"] = sum(phase["weeks"] for phase in dose["phases"])
        dose["sessions"] = sum(phase["per_week"] * phase["weeks"] for phase in dose["phases"])
        dose["review_at"] = sorted({n for n in dose.get("review_at", []) if 1 <= n <= dose["sessions"]})
    return treatment


def changed(treatment: Json, address: str, fields: Json) -> Json:
    """The thing at ``address`` with these fields instead."""
    new = copy.deepcopy(treatment)
    item_at(new, address).update(copy.deepcopy(fields))
    _drop_loose_leads(new)
    return _recounted(new)


def with_principle(treatment: Json, principle: str) -> Json:
    new = copy.deepcopy(treatment)
    new["principle"] = principle
    return new


def added(treatment: Json, list_address: str, item: Json) -> Json:
    """A new item at the end of a list, as in ``stages.0.points`` or ``adjuncts``."""
    new = copy.deepcopy(treatment)
    here: Any = new
    for step in list_address.split("."):
        try:
            here = here[int(step)] if isinstance(here, list) else here[step]
        except (KeyError, IndexError, ValueError) as error:
            raise EditRefused(NOT_OF_PLAN) from error
    if not isinstance(here, list):
        raise EditRefused(NOT_OF_PLAN)
    if list_address.endswith("points"):
        for other in here:
            if _same_place(other, item):
                raise EditRefused(f"{item['code']} is already in this stage: change its side there.")
    here.append(copy.deepcopy(item))
    return _recounted(new)


def removed(treatment: Json, address: str) -> Json:
    """Without the thing at ``address``; electro pairs that hung on a removed point go with it."""
    new = copy.deepcopy(treatment)
    here, index = _list_of(new, address)
    if address.count(".") == 1 and address.startswith("stages.") and len(here) == 1:
        raise EditRefused("A plan needs at least one stage.")
    del here[index]
    _drop_loose_leads(new)
    return _recounted(new)


def moved(treatment: Json, address: str, steps: int) -> Json:
    """One place up (-1) or down (1) in its list; at the end of the list it stays where it is."""
    new = copy.deepcopy(treatment)
    here, index = _list_of(new, address)
    target = index + steps
    if 0 <= target < len(here):
        here.insert(target, here.pop(index))
    return new


def new_stage(position: str, retention_min: int) -> Json:
    return {
        "position": position,
        "side_up": None,
        "retention_min": retention_min,
        "points": [],
        "electro": [],
    }


def _same_place(one: Json, other: Json) -> bool:
    if one["code"] != other["code"] or one.get("where") != other.get("where"):
        return False
    if one.get("levels") and other.get("levels") and not set(one["levels"]) & set(other["levels"]):
        return False
    return "both" in (one["side"], other["side"]) or one["side"] == other["side"]


def _drop_loose_leads(treatment: Json) -> None:
    for stage in treatment["stages"]:
        present = {point["code"] for point in stage["points"]}
        kept = []
        for electro in stage.get("electro", []):
            rows = [
                (pair, (electro.get("lead_levels") or [])[i : i + 1])
                for i, pair in enumerate(electro["leads"])
                if set(pair) <= present
            ]
            if rows:
                electro["leads"] = [pair for pair, _ in rows]
                if electro.get("lead_levels"):
                    electro["lead_levels"] = [levels[0] for _, levels in rows if levels]
                kept.append(electro)
        stage["electro"] = kept
