"""Which form belongs to which thing of a plan, by its address; how the thing is called."""

from __future__ import annotations

from typing import Any

from treatments.actions import plan_edits
from treatments.actions.plan_edits import EditRefused
from treatments.forms import plan_items

FORMS: dict[str, Any] = {
    "stages": plan_items.StageForm,
    "points": plan_items.PointForm,
    "electro": plan_items.ElectroForm,
    "adjuncts": plan_items.AdjunctForm,
    "ear": plan_items.EarForm,
    "home_care": plan_items.HomeCareForm,
    "dose": plan_items.DoseForm,
    "principle": plan_items.PrincipleForm,
}
NAMES = {
    "stages": "stage",
    "points": "point",
    "electro": "current",
    "adjuncts": "cupping, moxa, heat or hand work",
    "ear": "ear points",
    "home_care": "home care",
    "dose": "dose and reviews",
    "principle": "treatment principle",
}


def kind_of(address: str) -> str:
    """The kind of thing an address names: ``stages.0.points.2`` is "points". Raises EditRefused."""
    words = [word for word in address.split(".") if not word.isdigit()]
    if not words or words[-1] not in FORMS:
        raise EditRefused(plan_edits.NOT_OF_PLAN)
    return words[-1]
