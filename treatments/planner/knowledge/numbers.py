"""The numbers of composition.toml: how needles are weighed against one another, each with a sentence that says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reviewed, Text

FILE = "composition.toml"
NumberId = Literal[
    "next", "next_root", "next_branch", "next_distal", "debt", "next_owed", "price", "also_covers", "pair_rank",
    "pair_first_end", "root_first", "whole_course", "side_turn", "usual_turn", "turned", "other_side", "owed_within",
    "tender_first", "tender_next_found", "tender_next_place", "tender_next_there", "tender_most_found",
    "tender_most_there", "level_next", "level_most", "owed_power", "turn_needles", "first_stage_parts",
    "stage_step_min", "with_movement_min", "ear_site", "ear_next_site", "places_named", "pressed_at_home",
]  # fmt: skip
WHOLE = frozenset(
    {"whole_course", "tender_most_found", "tender_most_there", "level_most", "turn_needles", "stage_step_min",
     "with_movement_min", "places_named", "pressed_at_home"}
)  # fmt: skip  # counted, not weighed
OF_100 = frozenset(
    {"pair_rank", "side_turn", "usual_turn", "owed_within", "tender_first", "tender_next_found", "tender_next_place",
     "tender_next_there", "level_next", "ear_site", "ear_next_site"}
)  # fmt: skip
# how many times, parts or powers; all others are shares
ABOVE_ONE = frozenset({"root_first", "pair_first_end", "owed_power", "first_stage_parts"})


class Number(Reviewed):
    """One number, what it means, and where it is from."""

    id: NumberId
    value: Annotated[float, Field(ge=0, le=100)]
    text: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Numbers:
    """Their values by name. What each means is said in composition.toml, and only there."""

    next: float
    next_root: float
    next_branch: float
    next_distal: float
    debt: float
    next_owed: float
    price: float
    also_covers: float
    pair_rank: float
    pair_first_end: float
    root_first: float
    whole_course: int
    side_turn: float
    usual_turn: float
    turned: float
    other_side: float
    owed_within: float
    tender_first: float
    tender_next_found: float
    tender_next_place: float
    tender_next_there: float
    tender_most_found: int
    tender_most_there: int
    level_next: float
    level_most: int
    owed_power: float
    turn_needles: int
    first_stage_parts: float
    stage_step_min: int
    with_movement_min: int
    ear_site: float
    ear_next_site: float
    places_named: int
    pressed_at_home: int


def numbers_of(rows: Mapping[NumberId, Number]) -> Numbers:
    """Raises KeyError when one is missing; `number_faults` says which."""
    weighed: dict[str, float] = {name: rows[name].value for name in get_args(NumberId) if name not in WHOLE}
    counted: dict[str, int] = {name: int(rows[name].value) for name in get_args(NumberId) if name in WHOLE}
    return Numbers(**weighed, **counted)  # type: ignore[arg-type]  # which is which, WHOLE says


def number_faults(rows: Mapping[NumberId, Number], most_needles: int) -> Iterator[Fault]:
    """What is missing or cannot be meant. `most_needles`: that any kind of patient gets in one visit."""
    for name in get_args(NumberId):
        if name not in rows:
            yield Fault(FILE, f"number[{name}]", "missing")
            continue
        value = rows[name].value
        if name in WHOLE and (value != int(value) or value < 1):
            yield Fault(FILE, f"number[{name}]", "must be a whole number, at least 1")
        elif name in ABOVE_ONE and value < 1:
            yield Fault(FILE, f"number[{name}]", "must be at least 1")
        elif name not in WHOLE | OF_100 | ABOVE_ONE and value > 1:
            yield Fault(FILE, f"number[{name}]", "is a share: between 0 and 1")
    whole = rows.get("whole_course")
    if whole is not None and whole.value < most_needles:
        text = f"must be at least {most_needles}, the most needles of a visit: else fewer needles change the plan"
        yield Fault(FILE, "number[whole_course]", text)
