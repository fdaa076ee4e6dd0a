"""What a closer look can do to a draft: another point in the place of one, the whole plan in another style."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from intake.assessment import ClinicalPicture
from treatments import planning
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import TreatmentPlan
from treatments.planner.closer.swap import Swap
from treatments.planner.treatment.by_hand import by_hand
from treatments.planner.treatment.shapes import PointJson, TreatmentJson
from treatments.plans import treatment_edits
from treatments.plans.treatment_edits import EditRefused


@dataclass(frozen=True)
class Subject:
    """Whose plan is looked at; ``plan`` is None where the planner proposed none."""

    picture: ClinicalPicture
    plan: TreatmentPlan | None


def swap_of(plan: TreatmentPlan, address: str) -> Swap:
    """What could stand in for the point at ``address``. Raises EditRefused if there is no point."""
    kind, _, rest = address.partition(".")
    stage, _, last = rest.partition(".points.")
    if kind != "stages" or not last.isdecimal():
        raise EditRefused("Only a point can be swapped.")
    treatment_edits.item_at(plan.treatment, address)
    change = partial(_swapped, address=address)
    picture = planning.picture_of(plan, today=timezone.localdate())
    return planning.substitutes(plan.treatment, int(stage), int(last), change, picture)


def _swapped(treatment: TreatmentJson, item: PointJson, *, address: str) -> TreatmentJson:
    return treatment_edits.swapped(treatment, address, item)


def substitute(plan: TreatmentPlan, address: str, key: str, was: str) -> PointJson:
    """One of the offered substitutes as an item of the plan. Raises EditRefused for one that is not offered."""
    for best in swap_of(plan, address).best:
        if best.key == key:
            reason = by_hand(f"Taken by the practitioner in place of {was}.")
            return {**best.point, "because": [*reason, *best.point["because"]]}
    raise EditRefused(f"{key[:40]} is no longer among the substitutes: look again.")


def in_every_style(picture: ClinicalPicture) -> list[tuple[str, TreatmentJson]]:
    """The plan of this patient in each style; none where nothing may be planned."""
    found = [(style, planning.in_style(picture, style)) for style in planner_knowledge().styles]
    return [(style, treatment) for style, treatment in found if treatment is not None]


@dataclass(frozen=True)
class Taking:
    """A change of a draft to another style: three ways, from the style that the draft is nearest to."""

    text: str
    bases: tuple[TreatmentJson, ...]
    new: TreatmentJson

    def __call__(self, treatment: TreatmentJson) -> TreatmentJson:
        nearest = min(self.bases, key=lambda base: len(planning.compared(base, treatment)))
        return planning.merged(nearest, treatment, self.new)[0]


def taking(style: str, picture: ClinicalPicture, plan: TreatmentPlan) -> Taking:
    """The change to one of the styles. Raises EditRefused if it is none of them, or nothing is proposed now."""
    known = planner_knowledge().styles
    all_styles = dict(in_every_style(picture))
    usual = plan.proposal.treatment
    if style not in known or style not in all_styles or usual is None:
        raise EditRefused("There is no such plan to choose.")
    bases = (usual, *all_styles.values())
    return Taking(f"Plan chosen: {known[style].name[:1].lower()}{known[style].name[1:]}", bases, all_styles[style])
