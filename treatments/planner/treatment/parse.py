"""Reads a plan made by hand for review and merge: lenient about what is missing, strict about what is not a plan.

A missing or null value is None or empty, and the review judges that; a value of the wrong kind is a
fault. Unknown keys are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from intake.assessment.case_parsing import Fault
from treatments.planner.treatment.hand_made import (
    ReadDose,
    ReadElectro,
    ReadItem,
    ReadPlan,
    ReadPoint,
    ReadProtocol,
    ReadRef,
    ReadStage,
)
from treatments.planner.treatment.proposal import Treatment
from treatments.planner.treatment.shapes import TreatmentJson

MAX_FAULTS = 200
MOST = 10_000  # no number in a plan is larger: minutes, millimetres, visits


class PlanError(ValueError):
    """The value is not a plan. `faults`: everything wrong, each with its JSON path."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


def as_plan_json(plan: object) -> TreatmentJson:
    """The plan as JSON of the contract's treatment object; raises PlanError if it is neither."""
    if isinstance(plan, Treatment):
        return plan.as_json()
    if not isinstance(plan, Mapping):
        raise PlanError([Fault("$", "must be a treatment object")])
    return cast(TreatmentJson, dict(plan))  # the shape that read_plan checks


def read_plan(plan: object) -> ReadPlan:
    """A Treatment or its JSON as values to review; raises PlanError naming every fault."""
    data = as_plan_json(plan)
    reader = _Reader()
    stages = tuple(reader.stage(row, path) for row, path in reader.rows(data.get("stages"), "stages"))
    adjuncts = tuple(reader.item(row, p, "kind") for row, p in reader.rows(data.get("adjuncts"), "adjuncts"))
    ear = tuple(reader.item(row, p, "method") for row, p in reader.rows(data.get("ear"), "ear"))
    home = tuple(reader.item(row, p, "kind") for row, p in reader.rows(data.get("home_care"), "home_care"))
    dose = reader.dose(data.get("dose"))
    protocols = tuple(reader.protocol(row, path) for row, path in reader.rows(data.get("protocols"), "protocols"))
    reader.text(data.get("principle"), "principle")
    if reader.faults:
        raise PlanError(reader.faults)
    return ReadPlan(stages, adjuncts, ear, home, dose, protocols)


NUMBERS, LISTS = (int, float), (list, tuple)  # as tuples: a union is made anew at every check


class _Reader:
    """Collects faults instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, path: str, text: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(path, text))

    # Of a plan that is well made no path is told: it is put together only where something is to be said.

    def text_at(self, row: Mapping[str, Any], key: str, path: str) -> str:
        value = row.get(key)
        if value is None:
            return ""
        return value.strip() if type(value) is str else self.text(value, f"{path}.{key}")

    def texts_at(self, row: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
        value = row.get(key)
        return () if value is None or value == [] else self.texts(value, f"{path}.{key}")

    def code_at(self, row: Mapping[str, Any], key: str, path: str) -> str:
        value = row.get(key)
        return (value.strip() if type(value) is str else "") or self.code(value, f"{path}.{key}")

    def number_at(self, row: Mapping[str, Any], key: str, path: str, of: str = "") -> float | None:
        value = row.get(key)
        if value is None or (type(value) in NUMBERS and 0 <= value <= MOST):
            return value
        return self.number(value, f"{path}.{of}{key}")

    def items(self, value: object, path: str) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, LISTS):
            self.fault(path, "must be a list")
            return []
        return list(value)

    def rows(self, value: object, path: str) -> list[tuple[Mapping[str, Any], str]]:
        """The objects of a list, each with its path."""
        found: list[tuple[Mapping[str, Any], str]] = []
        for i, row in enumerate(self.items(value, path)):
            if isinstance(row, (dict, Mapping)):
                found.append((row, f"{path}[{i}]"))
            else:
                self.fault(f"{path}[{i}]", "must be an object")
        return found

    def text(self, value: object, path: str) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(path, "must be a string")
            return ""
        return value.strip()

    def text_or_number(self, value: object, path: str) -> str:
        """`2/100` or 100; `mild` or 4."""
        if isinstance(value, NUMBERS):
            number = self.number(value, path)
            return "" if number is None else f"{number:g}"
        return self.text(value, path)

    def texts(self, value: object, path: str) -> tuple[str, ...]:
        return tuple(self.text(row, f"{path}[{i}]") for i, row in enumerate(self.items(value, path)))

    def code(self, value: object, path: str) -> str:
        code = self.text(value, path)
        if not code and not (self.faults and self.faults[-1].path == path):
            self.fault(path, "must name a point")
        return code

    def number(self, value: object, path: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, NUMBERS) or value != value:
            self.fault(path, "must be a number")
            return None
        if not 0 <= value <= MOST:
            self.fault(path, f"must be 0 to {MOST}")
            return None
        return value

    def whole(self, value: object, path: str) -> int | None:
        number = self.number(value, path)
        if number is None:
            return None
        if number != int(number):
            self.fault(path, "must be a whole number")
            return None
        return int(number)

    def depth(self, value: object, path: str) -> tuple[float, float] | None:
        """[least, most] in mm, or one number for both."""
        if value is None or value == [] or value == ():
            return None
        if type(value) is list and len(value) == 2:
            least, most = value
            if type(least) is int and type(most) is int and 0 <= least <= most <= MOST:
                return (least, most)
        ends = value if isinstance(value, LISTS) else [value]
        numbers = [self.number(end, f"{path}[{i}]") for i, end in enumerate(ends)]
        known = [number for number in numbers if number is not None]
        if len(known) != len(numbers) or len(known) > 2:
            self.fault(path, "must be the least and the most depth in mm")
            return None
        return (min(known), max(known))

    def point(self, row: Mapping[str, Any], path: str) -> ReadPoint:
        needle = row.get("needle")
        if needle is not None and not isinstance(needle, Mapping):
            self.fault(f"{path}.needle", "must be an object")
        size = needle if isinstance(needle, Mapping) else {}
        return ReadPoint(
            path=path,
            code=self.code_at(row, "code", path),
            side=self.text_at(row, "side", path) or None,
            levels=self.texts_at(row, "levels", path),
            where=self.text_at(row, "where", path),
            technique=self.text_at(row, "technique", path),
            diameter_mm=self.number_at(size, "diameter_mm", path, "needle."),
            length_mm=self.number_at(size, "length_mm", path, "needle."),
            depth_mm=self.depth(row.get("depth_mm"), f"{path}.depth_mm"),
            angle=self.text_at(row, "angle", path),
            with_movement=row.get("with_movement") is True,
        )

    def pairs(self, value: object, path: str, empty: bool = False) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for i, pair in enumerate(self.items(value, path)):
            at = f"{path}[{i}]"
            ends = self.items(pair, at)
            if len(ends) != 2:
                self.fault(at, "must join two points")
                continue
            read = self.text if empty else self.code
            found.append((read(ends[0], f"{at}[0]"), read(ends[1], f"{at}[1]")))
        return tuple(found)

    def electro(self, row: Mapping[str, Any], path: str) -> ReadElectro:
        return ReadElectro(
            path=path,
            leads=self.pairs(row.get("leads"), f"{path}.leads"),
            lead_levels=self.pairs(row.get("lead_levels"), f"{path}.lead_levels", empty=True),
            side=self.text_at(row, "side", path) or None,
            frequency_hz=self.text_or_number(row.get("frequency_hz"), f"{path}.frequency_hz"),
            felt_strength=self.text_or_number(row.get("felt_strength"), f"{path}.felt_strength"),
            minutes=self.number_at(row, "minutes", path),
            from_visit=self.whole(row.get("from_visit"), f"{path}.from_visit") or 1,
        )

    def stage(self, row: Mapping[str, Any], path: str) -> ReadStage:
        points = self.rows(row.get("points"), f"{path}.points")
        electro = self.rows(row.get("electro"), f"{path}.electro")
        return ReadStage(
            path=path,
            position=self.text_at(row, "position", path) or None,
            side_up=self.text_at(row, "side_up", path) or None,
            retention_min=self.number_at(row, "retention_min", path),
            points=tuple(self.point(point, at) for point, at in points),
            electro=tuple(self.electro(current, at) for current, at in electro),
        )

    def protocol(self, row: Mapping[str, Any], path: str) -> ReadProtocol:
        stages = self.rows(row.get("stages"), f"{path}.stages")
        self.text_at(row, "name", path)
        self.whole(row.get("every"), f"{path}.every")
        self.whole(row.get("pain_at_most"), f"{path}.pain_at_most")
        return ReadProtocol(
            from_visit=self.whole(row.get("from_visit"), f"{path}.from_visit") or 2,
            stages=tuple(self.stage(stage, at) for stage, at in stages),
        )

    def item(self, row: Mapping[str, Any], path: str, kind: str) -> ReadItem:
        points = self.rows(row.get("points"), f"{path}.points")
        return ReadItem(
            path=path,
            kind=self.text(row.get(kind), f"{path}.{kind}"),
            detail=self.text(row.get("detail") or row.get("text"), f"{path}.detail"),
            where=self.text_at(row, "where", path),
            side=self.text_at(row, "side", path) or None,
            minutes=self.number_at(row, "minutes", path),
            from_visit=self.whole(row.get("from_visit"), f"{path}.from_visit") or 1,
            keep_days=self.number_at(row, "keep_days", path),
            order=self.text_at(row, "order", path),
            points=tuple(
                ReadRef(
                    at,
                    self.code_at(ref, "code", at),
                    self.text_at(ref, "side", at) or None,
                )
                for ref, at in points
            ),
        )

    def dose(self, value: object) -> ReadDose | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.fault("dose", "must be an object")
            return None
        phases = self.rows(value.get("phases"), "dose.phases")
        counted = [
            (self.whole(row.get("per_week"), f"{at}.per_week"), self.whole(row.get("weeks"), f"{at}.weeks"))
            for row, at in phases
        ]
        sessions = self.whole(value.get("sessions"), "dose.sessions")
        if sessions is None and counted:
            sessions = sum((per_week or 0) * (weeks or 0) for per_week, weeks in counted)
        reviews = (
            self.whole(number, f"dose.review_at[{i}]")
            for i, number in enumerate(self.items(value.get("review_at"), "dose.review_at"))
        )
        return ReadDose(
            sessions=sessions,
            review_at=tuple(number for number in reviews if number is not None),
            per_week=self.number(value.get("per_week"), "dose.per_week"),
        )
