"""Which STRICTA 2010 items a visit's record already covers, and what is missing for the others. What was planned
does not count: only what was observed does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clinic.people.models import User
from treatments.planner.treatment.shapes import TreatmentJson
from treatments.planner.treatment.visit_shapes import ChartedPoint, VisitRecord
from treatments.visits import observed as visit_observed
from treatments.visits import record as visit_record


@dataclass(frozen=True)
class Item:
    """One item of the checklist. ``missing``: what to write, empty if the record covers it."""

    number: str
    name: str
    missing: str = ""

    @property
    def is_complete(self) -> bool:
        return not self.missing


def completeness(record: VisitRecord, plan: TreatmentJson, practitioner: User) -> list[Item]:
    """Items 1 to 5 (item 6 is for trials only), read from the record, the signed plan and the practitioner's title."""
    done = visit_record.done_points(record)
    stages = [s for s in record["stages"] if any(p["done"] == "done" for p in s["points"])]
    currents = [c for s in record["stages"] for c in s["electro"] if c["done"] == "done"]
    others = [a for a in record["adjuncts"] if a["done"] == "done"] + [e for e in record["ear"] if e["done"] == "done"]
    close = record["close"]
    reasons = any(p.get("because") for s in plan["stages"] for p in s["points"])

    def item(number: str, name: str, *gaps: str) -> Item:
        return Item(number, name, "; ".join(gap for gap in gaps if gap))

    nothing = "" if done else "mark the points that were done"
    return [
        item("1", "Rationale", "" if plan.get("principle") else "principle of the plan", "" if reasons else "reasons"),
        item("2a", "Needles inserted", nothing),
        item(
            "2b",
            "Points and sides",
            nothing,
            "where the tender point was found" if any(map(visit_observed.is_to_be_found, done)) else "",
        ),
        item("2c", "Depth", nothing or _without(done, visit_observed.depth_of, "depth reached")),
        item("2d", "Response (deqi)", nothing or _without(done, visit_observed.deqi_of, "deqi")),
        item(
            "2e",
            "Stimulation",
            nothing or _of(done, "technique", "technique"),
            ""
            if all(c["minutes"] and c["felt"] is not None for c in currents)
            else "minutes and strength of the current",
        ),
        item(
            "2f",
            "Retention",
            nothing,
            "" if all(visit_observed.retention_of(s) for s in stages) else "minutes the needles stayed",
            "" if all(s["first_insertion"] for s in stages) else "time of the first needle",
        ),
        item(
            "2g",
            "Needle type",
            nothing or _of(done, "needle", "size"),
            "" if close.get("needle_maker") and close.get("needle_material") else "maker and material",
        ),
        item("3", "Regimen", "" if plan.get("dose", {}).get("sessions") else "course of visits"),
        item(
            "4",
            "Other components",
            "" if others or all(a["done"] for a in record["adjuncts"] + record["ear"]) else "say what else was done",
            "" if close.get("advice") else "advice given",
        ),
        item("5", "Practitioner", "" if practitioner.title else "title and licence in the staff record"),
    ]


def _without(points: list[ChartedPoint], observed: Callable[[ChartedPoint], object], name: str) -> str:
    without = [point["code"] for point in points if not observed(point)]
    return f"{name} of {', '.join(without[:3])}" if without else ""


def _of(points: list[ChartedPoint], key: str, name: str) -> str:
    without = [point["code"] for point in points if not point.get(key)]
    return f"{name} of {', '.join(without[:3])}" if without else ""
