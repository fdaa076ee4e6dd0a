"""The planner's answers, stored as given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Now

from clinic.lib.loose import Json
from intake.assessment.shapes import AlertJson
from treatments.planner.treatment.shapes import ProposalJson, QuestionJson, TreatmentJson, WithheldJson

if TYPE_CHECKING:
    from treatments.models.plan import TreatmentPlan


class Proposal(models.Model):
    """One run of the planner: its inputs, its knowledge version and its complete answer. Rows never change."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="proposals")
    assessment = models.ForeignKey("intake.Assessment", on_delete=models.PROTECT, related_name="proposals")
    # the contract's input object: same case and knowledge, same result
    case: models.JSONField[Json, Json] = models.JSONField()
    result: models.JSONField[ProposalJson, ProposalJson] = models.JSONField()  # the contract's output object
    knowledge_version = models.CharField(max_length=120)  # ours, the complaint's, the clinic's, what is off
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-id"], name="proposal_newest")]

    def __str__(self) -> str:
        return f"proposal {self.pk}: {self.action}"

    @property
    def action(self) -> str:
        return str(self.result.get("action", ""))

    @property
    def treatment(self) -> TreatmentJson | None:
        return self.result.get("treatment")


@dataclass(frozen=True)
class Said:
    """What the page of a plan tells of its proposal: a small part of it, beside whole treatments."""

    alerts: list[AlertJson]
    withheld: list[WithheldJson]
    ask: list[QuestionJson]


# for a queryset of plans: the database takes these out of the document
_PARTS = ("alerts", "withheld", "ask")
SAID: dict[str, Any] = {
    **{f"said_{name}": KeyTransform(name, "proposal__result") for name in _PARTS},
    "said_by": models.F("proposal_id"),
}


def said(plan: TreatmentPlan) -> Said:
    """From the row if it was fetched with ``SAID`` and has had no other proposal since, else from the whole answer."""
    if getattr(plan, "said_by", None) == plan.proposal_id:
        return Said(*(getattr(plan, f"said_{name}") or [] for name in _PARTS))
    result = plan.proposal.result
    return Said(result.get("alerts", []), result.get("withheld", []), result.get("ask", []))
