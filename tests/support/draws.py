"""How many cases a property test draws: all of them in ``make test``, a few while working.

``@draws(600)`` on a test, or nothing for the usual number. HYPOTHESIS_PROFILE=quick, which ``make quick`` sets, draws a
fifteenth of either. Drawn from a fixed seed: what is green here is green in CI.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

THOROUGH = 2000
FEWER = 15
T = TypeVar("T")
IS_QUICK = os.environ.get("HYPOTHESIS_PROFILE", "thorough") == "quick"


def draws(cases: int = THOROUGH) -> settings:
    return settings(
        max_examples=max(10, cases // FEWER) if IS_QUICK else cases,
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


def usual() -> None:
    """What a property test draws that does not say otherwise."""
    settings.register_profile("usual", draws())
    settings.load_profile("usual")
