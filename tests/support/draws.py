"""How many cases a property test draws: all of them in ``make test``, a few while working.

``@draws(600)`` on a test, or nothing for the usual number. HYPOTHESIS_PROFILE=quick, which ``make quick`` sets, draws a
fifteenth of either. Drawn from a fixed seed: what is green here is green in CI.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = 2000
FEWER = 15
IS_QUICK = os.environ.get("HYPOTHESIS_PROFILE", "thorough") == "quick"


def draws(cases: int = THOROUGH) -> settings:
    return settings(
        max_examples=max(10, cases // FEWER) if IS_QUICK else cases,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def usual() -> None:
    """What a property test draws that does not say otherwise."""
    settings.register_profile("usual", draws())
    settings.load_profile("usual")
