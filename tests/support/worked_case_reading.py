"""A proposal laid out for the checks of the worked cases: needles by side and level, current, adjuncts, words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WARM = ("moxa_indirect", "warm_needle", "heat_lamp")
WORN_EAR = {"seeds": "seeds", "magnets": "magnets", "press_tacks": "tacks", "needles": "ear_needles"}


@dataclass(frozen=True)
class Needle:
    """One needled place on one side."""

    code: str
    level: str
    side: str
    role: str
    position: str
    row: dict[str, Any]

    def fits(self, wanted: str, both: frozenset[tuple[str, str]]) -> bool:
        """`wanted`: "BL25", "BL25 right", "BL25 both", "EX-B2 L4", "EX-B2 L4 right"."""
        code, *rest = wanted.split()
        for word in rest:
            if word == "both":
                if (self.code, self.level) not in both:
                    return False
            elif word not in (self.side, self.level):
                return False
        return code == self.code


def needles_of(plan: dict[str, Any] | None) -> list[Needle]:
    """Every needle of every stage, one entry for each side and level."""
    found = []
    for stage in plan["stages"] if plan else ():
        for row in stage["points"]:
            for side in ("left", "right") if row["side"] == "both" else (row["side"],):
                for level in row["levels"] or [""]:
                    found.append(Needle(row["code"], level, side, row["role"], stage["position"], row))
    return found


class Reading:
    """A proposal, read once for all checks."""

    def __init__(self, proposal: dict[str, Any]):
        self.proposal = proposal
        self.plan: dict[str, Any] | None = proposal["treatment"]
        plan = self.plan or {"stages": [], "adjuncts": [], "ear": [], "home_care": []}
        self.stages: list[dict[str, Any]] = plan["stages"]
        self.adjuncts: list[dict[str, Any]] = plan["adjuncts"]
        self.ear: list[dict[str, Any]] = plan["ear"]
        self.home: list[dict[str, Any]] = plan["home_care"]
        self.needles = needles_of(self.plan)
        sides: dict[tuple[str, str], set[str]] = {}
        for needle in self.needles:
            sides.setdefault((needle.code, needle.level), set()).add(needle.side)
        self.both = frozenset(place for place, on in sides.items() if {"left", "right"} <= on)
        self.pairs = [
            f"{a}-{b} {current['side']}"
            for stage in self.stages
            for current in stage["electro"]
            for a, b in current["leads"]
        ]
        self.currents = [current for stage in self.stages for current in stage["electro"]]
        self.zones = [point["code"] for item in self.ear for point in item["points"]]
        self.words = "\n".join(_texts(proposal)).lower()

    def has_needle(self, wanted: str) -> bool:
        return any(needle.fits(one, self.both) for one in wanted.split(" or ") for needle in self.needles)

    def has_adjunct(self, wanted: str) -> bool:
        return any(is_adjunct(item, one) for one in wanted.split(" or ") for item in self.adjuncts)

    def has_alert(self, wanted: str) -> bool:
        code, *level = wanted.split()
        return any(a["code"] == code and (not level or a["level"] == level[0]) for a in self.proposal["alerts"])

    def has_withheld(self, wanted: str) -> bool:
        return any(is_withheld(item, wanted) for item in self.proposal["withheld"])

    def uses(self, modality: str) -> bool:
        kinds = {item["kind"] for item in self.adjuncts}
        methods = {WORN_EAR[item["method"]] for item in self.ear}
        home = {item["kind"] for item in self.home}
        found = {
            "needles": bool(self.needles) or "ear_needles" in methods,
            "electro": bool(self.currents),
            "cupping": "cupping_dry" in kinds,
            "gua_sha": "gua_sha" in kinds,
            "moxa": not kinds.isdisjoint(("moxa_indirect", "warm_needle")),
            "heat": not kinds.isdisjoint(WARM) or "heat" in home,
            "acupressure": "acupressure" in kinds | home,
        }
        return found.get(modality, modality in methods)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def is_adjunct(item: dict[str, Any], wanted: str) -> bool:
    kind, _, detail = wanted.partition(":")
    return item["kind"] == kind and detail.strip() in f"{item['detail']} {item['where']}"


def is_withheld(item: dict[str, Any], wanted: str) -> bool:
    """`wanted`: the item, then perhaps level and reason: "LI4", "electro forbidden condition.pacemaker"."""
    words = wanted.split()
    tail = [word for word in words if word in ("forbidden", "needs_override") or "." in word or ":" in word]
    name = " ".join(word for word in words if word not in tail)
    return item["item"] == name and all(word in (item["level"], item["because"]) for word in tail)
