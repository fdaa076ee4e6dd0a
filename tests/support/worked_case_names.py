"""Every name in a case file exists: a misspelt point under [must_not] would pass for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake.assessment import IntakeKnowledge
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.vocabulary.body import EX_B2_LEVELS, POSITIONS, SIDES
from treatments.planner.vocabulary.facts import CAUSES, CHANNELS, branches, roots
from treatments.planner.vocabulary.modalities import ADJUNCTS

LIMBS = {"left arm", "right arm", "left leg", "right leg"}


COMPUTED_ALERTS = {"two_cautions", "draft_rules"}
ALERT_LEVELS = {"emergency", "refer", "caution", "note"}


def unknown_names(file: object, intake: IntakeKnowledge, planner: PlannerKnowledge) -> Iterator[str]:
    """ "must_not.points: BL255 is unknown" for each; `file` is a WorkedCase."""
    known: dict[str, set[str]] = {
        "points": set(planner.points),
        "ear": set(planner.ear_points),
        "ask": set(intake.order),
        "adjuncts": set(ADJUNCTS),
        "positions": set(POSITIONS),
        "limbs": LIMBS,
        "regions": {point.region for point in planner.points.values()},
        "patterns": set(branches() + roots()),
        "branch": {*branches(), "none"},
        "root": {*roots(), "none"},
        "causes": set(CAUSES),
        "channels": set(CHANNELS),
        "alerts": {
            *(flag.code for flag in intake.flags.flag),
            *(rule.row.code for rule in intake.rules),
            *(row.id for row in planner.contraindications),
            *COMPUTED_ALERTS,
        },
    }
    for part in ("must", "may", "must_not"):
        table = getattr(file, part)
        for key in type(table).model_fields:
            value = getattr(table, key)
            kind = "points" if key in ("techniques", "depth_at_most", "electro", "home_points") else key
            if value is None or kind not in known:
                continue
            for name in _names(key, value):
                if name not in known[kind]:
                    yield f"{part}.{key}: {name} is unknown"


def _names(key: str, value: object) -> Iterator[str]:
    """The bare names of one expectation: choices apart, without side, level or detail."""
    entries: Iterable[str] = (value,) if isinstance(value, str) else value  # type: ignore[assignment]
    for entry in entries:
        if not isinstance(entry, str):
            continue
        for one in entry.split(" or "):
            if key in ("points", "electro", "alerts"):
                first, *rest = one.split()
                allowed = ALERT_LEVELS if key == "alerts" else {*SIDES, *EX_B2_LEVELS}
                yield from (first.split("-") if key == "electro" and not first.startswith("EX-") else (first,))
                yield from (f"“{word}”" for word in rest if word not in allowed)
            elif key == "adjuncts":
                yield one.partition(":")[0]
            else:
                yield one
