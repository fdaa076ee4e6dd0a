"""What holds of every group of points and of every choice of rules to turn off, whoever keeps it."""

from __future__ import annotations

import random

from tests.support.draws import drawn, some
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.point_groups import GroupError, read_group, write_group
from treatments.planner.knowledge.switching import may_be_off, without

KNOWLEDGE = load_planner_knowledge()
CODES = sorted(KNOWLEDGE.points)
RULES = sorted(rule.id for rule in KNOWLEDGE.every_rule())
SIDES, DEPTHS = ("", " left", " both", " painful", " opposite"), ("", " 5", " 10-20", " 90")


def group_from(chance: random.Random) -> str:
    return "\n".join(f"{code}{chance.choice(SIDES)}{chance.choice(DEPTHS)}" for code in some(chance, CODES, 8, 1))


def group_that_fits(chance: random.Random) -> str:
    """No needle too deep and none that is barred: almost every one is a group."""
    codes = [code for code in some(chance, CODES, 8, 1) if KNOWLEDGE.points[code].use != "never"]
    return "\n".join(f"{code}{chance.choice(SIDES)}{chance.choice(('', ' 3', ' 2-4'))}" for code in codes or ["BL40"])


@drawn(lambda chance: chance.choice((group_from, group_that_fits))(chance))
def test_a_group_reads_back_and_is_never_deeper_than_the_book(text: str) -> None:
    try:
        group = read_group(text, KNOWLEDGE)
    except GroupError:
        return
    assert read_group(write_group(group), KNOWLEDGE) == group
    for point in group:
        known = KNOWLEDGE.points[point["code"]]
        assert known.use != "never" and max(point.get("depth_mm", [0])) <= known.cap_mm


@drawn(lambda chance: frozenset(some(chance, RULES, 20)))
def test_whatever_is_turned_off_the_safety_is_the_same_tables(ids: frozenset[str]) -> None:
    less = without(KNOWLEDGE, ids)
    for table in ("contraindications", "limits", "persons", "depths", "exclusions", "points", "doses", "goals"):
        assert getattr(less, table) == getattr(KNOWLEDGE, table)
    assert {rule.id for rule in less.switched_off} == {
        rule.id for rule in KNOWLEDGE.every_rule() if rule.id in ids and may_be_off(rule)
    }
