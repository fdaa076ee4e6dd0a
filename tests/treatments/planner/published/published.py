"""How the planner answers published cases: class, pattern, and the points that were needled there.

`python -m tests.treatments.planner.published.published` prints each case.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.lib.complaints import DEFAULT
from intake.assessment import load_intake_knowledge
from tests.support.worked_cases import proposal_of

FOLDER = Path(__file__).parent
ASKED = ("flag", "condition", "wish")  # everything asked and denied, but for what the case says


@dataclass(frozen=True)
class Answer:
    """One case and what was proposed. Class and pattern are None where the source says nothing of them."""

    id: str
    is_class_right: bool | None
    is_pattern_right: bool | None
    wanted: tuple[str, ...]
    found: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class Figures:
    classes: tuple[int, int]  # right, of
    patterns: tuple[int, int]
    points: tuple[int, int]


def _case(row: dict[str, Any]) -> dict[str, Any]:
    about = row.get("complaint", DEFAULT)
    order = load_intake_knowledge(complaint=about).order
    no = {finding: False for finding in order if finding.partition(".")[0] in ASKED}
    return {
        "case": row["id"],
        "patient": {"age": row["age"], "sex": row.get("sex"), "pregnancy_weeks": None},
        "complaint": {"id": about, "duration_days": row["days"], "pain_now": 5},
        "findings": {**no, **dict.fromkeys(row["yes"], True)},
        "visit": 2,
    }


def answers(file: str) -> list[Answer]:
    rows = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))["case"]
    return [_answer(row) for row in rows]


def _answer(row: dict[str, Any]) -> Answer:
    proposal = proposal_of(_case(row))
    assessment = proposal["assessment"]
    stages = proposal["treatment"]["stages"] if proposal["treatment"] else []
    codes = {point["code"] for stage in stages for point in stage["points"]}
    wanted = tuple(row.get("points", ()))
    roles = [assessment[role] in row[role] for role in ("branch", "root") if role in row]
    return Answer(
        id=row["id"],
        is_class_right=assessment["class"] in row["class"] if "class" in row else None,
        is_pattern_right=all(roles) if roles else None,
        wanted=wanted,
        found=tuple(point for point in wanted if codes & {*point.split(" or ")}),
        told=f"{assessment['class']}, {assessment['branch']}, {assessment['root']}: {', '.join(sorted(codes))}",
    )


def figures(file: str) -> Figures:
    told = answers(file)
    classes = [one.is_class_right for one in told if one.is_class_right is not None]
    patterns = [one.is_pattern_right for one in told if one.is_pattern_right is not None]
    return Figures(
        (sum(classes), len(classes)),
        (sum(patterns), len(patterns)),
        (sum(len(one.found) for one in told), sum(len(one.wanted) for one in told)),
    )


def main() -> None:
    lines = []
    for file in ("cases.toml", "untouched.toml"):
        lines.append(f"{file}: {figures(file)}")
        if file == "cases.toml":  # the others are not looked at one by one
            for one in answers(file):
                got = f"{len(one.found)} of {len(one.wanted)} points"
                lines.append(
                    f"  {one.id}: class {one.is_class_right}, pattern {one.is_pattern_right}, {got}; {one.told}"
                )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
