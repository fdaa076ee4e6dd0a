"""The words of the rules other than findings: kinds of computed facts with all their values, and groups of them.

`kind:value` (`branch:cold_damp`) is a fact; planner/facts.py says when it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from clinic.lib.complaints import complaints, folders

CHANNELS = (
    "bladder", "gallbladder", "governor_vessel", "belt_vessel", "small_intestine", "kidney", "liver", "stomach",
    "spleen", "lung", "large_intestine", "heart", "pericardium", "triple_energizer", "conception_vessel",
    "yang_heel_vessel",
)  # fmt: skip
CAUSES = (
    "accident", "lifting", "sport", "stress", "overwork", "gradual", "cold_damp", "illness_or_birth", "recurrent",
    "sudden", "pregnancy", "sitting_posture",
)  # fmt: skip
_FIXED: dict[str, tuple[str, ...]] = {
    "side": ("left", "right", "both", "central", "unknown"),
    "channel": CHANNELS,
    "also": CHANNELS,
    "class": ("stagnation", "deficiency", "mixed", "undetermined"),
    "cause": CAUSES,
    "stage": ("acute", "subacute", "chronic", "unknown"),
    "strain": ("acute",),
    "injury": ("first_72h",),
    "training": ("exhausted",),
    "sciatica": ("bladder", "gallbladder", "unknown"),
    "visit": ("first", "later"),
    "course": ("second", "eased"),
    "age": ("under_16", "over_65", "over_75"),
    "pregnancy": ("weeks_1_12", "weeks_13_36", "week_37", "possible", "weeks_unknown", "any", "can_be"),
    "person": ("pregnant", "lying"),
    "pain": ("severe", "severe_now"),
    "sign": ("heat", "heat_unclear", "cold", "empty_heat", "stress", "anxiety"),
    "needles": ("none", "fewer"),
    "sport": ("running", "cycling", "swimming", "throwing", "lifting", "ball", "dance", "rowing"),
    "places": ("front_and_back", "front"),
}
# what differs between the visits of one course
OF_VISIT = frozenset(f"{kind}:{value}" for kind in ("visit", "course", "pain") for value in _FIXED[kind])
# Those who might faint or must not be hurried are treated lying down, never seated with a strong point.
LYING_ONLY = frozenset({"condition.fainter", "condition.frail", "age:over_75", "age:under_16", "person:pregnant"})
# who gets little of everything, also on later visits
WEAK = ("class:deficiency", "condition.frail", "age:over_75", "age:under_16", "condition.postpartum", "person:pregnant")
# who is needled with fine needles
FINE_FACTS = frozenset(
    {
        "condition.very_thin", "condition.frail", "age:over_75", "age:under_16", "body.anxious",
        "condition.anticoagulant", "condition.unknown_medication", "condition.low_platelets",
        "condition.liver_kidney_disease",
    }
)  # fmt: skip
SCIATICA = frozenset(f"sciatica:{path}" for path in _FIXED["sciatica"])
PHASES = {"t1": "in weeks 1 to 12", "t2": "in weeks 13 to 36", "t3": "from week 37"}  # of a pregnancy


def sites() -> tuple[str, ...]:
    """Every place that a complaint is about, in the order of the complaints."""
    return kinds()["site"]


def branches() -> tuple[str, ...]:
    """The patterns of what blocks now, of every complaint."""
    return kinds()["branch"]


def roots() -> tuple[str, ...]:
    """The patterns of what is weak, of every complaint."""
    return kinds()["root"]


def kinds() -> Mapping[str, tuple[str, ...]]:
    """Every kind of computed fact, with its values."""
    return _kinds(folders())


@lru_cache(maxsize=16)
def _kinds(where: tuple[Path, ...]) -> Mapping[str, tuple[str, ...]]:
    packs = complaints().values()
    branch = tuple(dict.fromkeys(one for pack in packs for one in pack.branches))
    root = tuple(dict.fromkeys(one for pack in packs for one in pack.roots))
    site = tuple(dict.fromkeys(one for pack in packs for one in pack.sites))
    return MappingProxyType(_FIXED | {"site": site, "branch": branch, "root": root, "pattern": branch + root})
