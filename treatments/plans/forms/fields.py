"""Which form belongs to which item of a plan, by its address, and what the item is called."""

from __future__ import annotations

from typing import Any

from treatments.plans import treatment_edits
from treatments.plans.forms import items
from treatments.plans.treatment_edits import EditRefused

FORMS: dict[str, type[items.ItemForm[Any, Any]]] = {
    "stages": items.StageForm,
    "points": items.PointForm,
    "electro": items.ElectroForm,
    "adjuncts": items.AdjunctForm,
    "ear": items.EarForm,
    "home_care": items.HomeCareForm,
    "dose": items.DoseForm,
    "principle": items.PrincipleForm,
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
    """The kind of item an address names: ``stages.0.points.2`` is "points". Raises EditRefused."""
    words = [word for word in address.split(".") if not word.isdigit()]
    if not words or words[-1] not in FORMS:
        raise EditRefused(treatment_edits.NOT_OF_PLAN)
    return words[-1]
