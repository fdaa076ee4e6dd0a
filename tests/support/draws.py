"""How many cases a property test draws: all of them in ``make test``, a few while working.

``@drawn(case)`` calls a test with what ``case(chance)`` makes, 2 000 times or ``cases=`` so many times; what Hypothesis
draws has ``@draws(600)``, or nothing for the usual number. HYPOTHESIS_PROFILE=quick, which ``make quick`` sets, draws a
fortieth of either. Drawn from a fixed seed: what is green here is green in CI.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

THOROUGH = 2000
FEWER = 40
SPECIAL = "<>&\"'%{}[]()\\/:;,.=\0\n\u2028"
T = TypeVar("T")
IS_QUICK = os.environ.get("HYPOTHESIS_PROFILE", "thorough") == "quick"


def how_many(cases: int) -> int:
    return max(10, cases // FEWER) if IS_QUICK else cases


def drawn(*make: Callable[[random.Random], Any], cases: int = THOROUGH) -> Callable[[Callable[..., None]], Any]:
    """The test's last arguments, one of each ``make``, made anew for each call; before them stand its fixtures.

    For whole cases. Hypothesis takes a millisecond for each draw, often longer than the test; it also makes what fails
    smaller. Here what fails is told whole.
    """

    def around(test: Callable[..., None]) -> Callable[..., None]:
        asked = list(inspect.signature(test).parameters.values())
        fixtures, names = asked[: -len(make)], [one.name for one in asked[-len(make) :]]

        @functools.wraps(test)
        def each(**given: Any) -> None:
            for number in range(how_many(cases)):
                chance = random.Random(f"{test.__qualname__} {number}")
                made = {name: one(chance) for name, one in zip(names, make, strict=True)}
                try:
                    test(**given, **made)
                except Exception as fault:
                    fault.add_note(f"Draw {number}: {made}")
                    raise

        each.__signature__ = inspect.Signature(fixtures)  # type: ignore[attr-defined]
        return each

    return around


def all_held(of: T, *promises: Callable[[T], None]) -> None:
    """Every promise is tried on one draw; whichever do not hold are told together, each by its name."""
    broken = []
    for promise in promises:
        try:
            promise(of)
        except Exception as fault:
            fault.add_note(promise.__name__)
            broken.append(fault)
    if broken:
        raise ExceptionGroup(f"{len(broken)} of {len(promises)} promises do not hold", broken)


def draws(cases: int = THOROUGH) -> settings:
    return settings(
        max_examples=how_many(cases),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def seeded(make: Callable[[random.Random], T]) -> st.SearchStrategy[T]:
    """Whole cases made from one drawn number: drawing each of its dozens of parts costs more than the test.

    A fault shows the case whole; it is not made smaller.
    """
    return st.integers(0, 2**64 - 1).map(lambda seed: make(random.Random(seed)))


def some(chance: random.Random, of: Sequence[T], most: int, least: int = 0) -> list[T]:
    """Between ``least`` and ``most`` of them, each once."""
    return chance.sample(of, min(len(of), chance.randint(least, most)))


def text(chance: random.Random, most: int) -> str:
    """Of what is special to HTML, a format or JSON, of plain letters and of everything else that is a character."""
    kinds = chance.choices((SPECIAL, "ab é", ""), (3, 2, 1), k=chance.randint(0, most))
    return "".join(chance.choice(kind) if kind else _any_character(chance) for kind in kinds)


def _any_character(chance: random.Random) -> str:
    place = chance.choice((chance.randrange(0x20), chance.randrange(0x3000), chance.randrange(0x110000 - 0x800)))
    return chr(place if place < 0xD800 else place + 0x800)  # half of a pair is no character


def json_value(chance: random.Random, depth: int = 3) -> Any:
    """Any value that JSON, or Python's reading of it, may hold."""
    kind = chance.randrange(8 if depth else 6)
    if kind < 2:
        return chance.choice((None, True, False))
    if kind == 2:
        return chance.choice((0, 1, -1, 2**31, 2**63, -(2**63) - 1, 10**400, chance.randint(-99, 99)))
    if kind == 3:
        return chance.choice((0.0, -0.0, 0.5, 1e308, 5e-324, math.nan, math.inf, -math.inf, chance.uniform(-9, 9)))
    if kind < 6:
        return text(chance, 12)
    many = range(chance.randint(0, 4))
    if kind == 6:
        return [json_value(chance, depth - 1) for _ in many]
    return {text(chance, 8): json_value(chance, depth - 1) for _ in many}


def usual() -> None:
    """What a property test draws that does not say otherwise."""
    settings.register_profile("usual", draws())
    settings.load_profile("usual")
