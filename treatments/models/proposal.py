"""The planner's answers, stored as given."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from clinic.lib.loose import Json
from treatments.planner.treatment.shapes import ProposalJson, TreatmentJson


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
