"""Laws of merging that hold for any three plans."""

from __future__ import annotations

import copy
import itertools
import json
import random
from typing import Any

from tests.support.draws import drawn, some
from tests.support.merge_plans import Json, base, cups, current, plan, point, stage
from treatments.planner.merge.merge import compare, merge

CODES = ("BL23", "BL25", "BL40", "ST36", "LR3")
PLACES = tuple(itertools.product(["low back", "mid back"], ["cupping_dry", "gua_sha"]))


def _point(chance: random.Random, code: str) -> Json:
    return point(
        code,
        chance.choice(["left", "right", "both"]),
        technique=chance.choice(["even", "reducing"]),
        depth_mm=chance.choice([[5, 10], [15, 25]]),
        levels=chance.choice([[], ["L4"], ["L4", "L5"]]),
    )


def _plan(chance: random.Random) -> Json:
    """A plan in which no place is needled twice."""
    needled = [_point(chance, code) for code in some(chance, CODES, 6)]
    positions = some(chance, ["prone", "supine", "side_lying"], 2, least=1)
    where = [chance.choice(positions) for _ in needled]
    stages = []
    for position in positions:
        own = [p for p, at in zip(needled, where, strict=True) if at == position]
        leads = [(a["code"], b["code"]) for a, b in itertools.pairwise(own)][:1]
        electro = tuple(current(*leads, minutes=chance.choice([15, 20])) for _ in leads)
        stages.append(stage(position, *own, electro=electro, retention=chance.choice([10, 20])))
    return plan(
        *stages,
        principle=chance.choice(["Move.", "Warm."]),
        adjuncts=[cups(place, kind=kind, minutes=chance.randint(3, 5)) for place, kind in some(chance, PLACES, 3)],
        ear=chance.choice([[], base()["ear"]]),
    )


def _two_plans(chance: random.Random) -> tuple[Json, Json]:
    """Any two, or two that differ in little, or in nothing."""
    if chance.random() < 0.5:
        return _plan(chance), _plan(chance)
    first = _plan(chance)
    second = copy.deepcopy(first)
    match chance.randrange(5):
        case 0:
            second["principle"] = "Move." if first["principle"] == "Warm." else "Warm."
        case 1:
            second["stages"].reverse()
        case 2:
            second["adjuncts"] = second["adjuncts"][1:]
        case 3:
            for needled in second["stages"][0]["points"][:1]:
                needled["technique"] = "even" if needled["technique"] == "reducing" else "reducing"
    return first, second


def flat(treatment: Json) -> dict[str, tuple[str, Json]]:
    return {p["code"]: (row["position"], p) for row in treatment["stages"] for p in row["points"]}


@drawn(_plan, _plan, _plan)
def test_whatever_three_plans_are_merged(before, edited, after):
    copies = tuple(json.loads(json.dumps(made)) for made in (before, edited, after))

    untouched = merge(before, before, after)
    assert untouched.treatment == after, "what was not edited follows the new proposal"
    assert not untouched.kept and not untouched.conflicts
    as_before = merge(before, edited, before)
    assert as_before.treatment == edited, "proposed as before leaves the edited plan alone"
    assert not as_before.taken and not as_before.conflicts
    as_proposed = merge(before, after, after)
    assert as_proposed.treatment == after, "edited to what is now proposed has nothing to tell"
    assert not as_proposed.taken and not as_proposed.conflicts

    result = merge(before, edited, after)
    every_edit_survives_and_nothing_stands_twice(before, edited, result)
    assert (before, edited, after) == copies, "the inputs are left alone"
    assert json.loads(json.dumps(result.as_json())) == result.as_json()
    assert merge(*(json.loads(json.dumps(made)) for made in copies)) == result
    emptied(result.treatment)
    assert (before, edited, after) == copies, "and nothing of them is in the result"


def emptied(value: Any) -> None:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            emptied(inner)
        value.clear()


def every_edit_survives_and_nothing_stands_twice(before, edited, result):
    was, mine, merged = flat(before), flat(edited), flat(result.treatment)
    for code, (position, row) in mine.items():
        if code not in was:
            assert merged[code][0] == position
            assert {k: merged[code][1][k] for k in ("side", "technique", "depth_mm", "levels")} == {
                k: row[k] for k in ("side", "technique", "depth_mm", "levels")
            }
            continue
        changed = [k for k in ("side", "technique", "depth_mm", "levels") if row[k] != was[code][1][k]]
        for k in changed:
            assert merged[code][1][k] == row[k]
        if position != was[code][0]:
            assert merged[code][0] == position
    for code in was.keys() - mine.keys():
        assert code not in merged
    codes = [p["code"] for row in result.treatment["stages"] for p in row["points"]]
    assert len(codes) == len(set(codes))
    positions = [row["position"] for row in result.treatment["stages"]]
    assert len(positions) == len(set(positions))
    kinds = [(a["kind"], a["where"]) for a in result.treatment["adjuncts"]]
    assert len(kinds) == len(set(kinds))
    for row in result.treatment["stages"]:
        assert row["needles"] == sum(p["needles"] for p in row["points"])


def without_reasons(treatment: Any) -> Any:
    """A treatment without its reasons, what is counted from it, and the order of what is done beside the needles."""
    if isinstance(treatment, dict):
        rest = {name: without_reasons(v) for name, v in treatment.items() if name not in ("because", "needles")}
        return rest | {name: sorted(rest[name], key=str) for name in ("adjuncts", "ear", "home_care") if name in rest}
    return [without_reasons(v) for v in treatment] if isinstance(treatment, list) else treatment


@drawn(_two_plans)
def test_a_comparison_is_silent_only_where_nothing_differs(both: tuple[Json, Json]) -> None:
    before, after = both
    told = compare(before, after)
    assert bool(told) == (without_reasons(before) != without_reasons(after))
    assert all(note.text.endswith(".") for note in told)
    assert compare(before, copy.deepcopy(before)) == ()
