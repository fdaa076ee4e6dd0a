"""The treatments before the last edits of a draft, a row each: an edit writes one of them, not all twenty anew."""

from __future__ import annotations

from django.db import connection, models

from treatments.models.plan import TreatmentPlan
from treatments.planner.treatment.shapes import TreatmentJson

UNDO_STEPS = 20
# the database takes the document over: it is neither read nor sent
_REMEMBER = """
    INSERT INTO treatments_undostep (plan_id, treatment)
    SELECT id, treatment FROM treatments_treatmentplan WHERE id = %s
"""
_FORGET = """
    DELETE FROM treatments_undostep WHERE plan_id = %s AND id <= (
        SELECT id FROM treatments_undostep WHERE plan_id = %s ORDER BY id DESC LIMIT 1 OFFSET %s
    )
"""


class UndoStep(models.Model):
    """What a draft was before an edit; the newest has the highest number. None is left once the plan is signed."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.CASCADE, related_name="undo_steps", db_index=False)
    treatment: models.JSONField[TreatmentJson, TreatmentJson] = models.JSONField()

    class Meta:
        ordering = ["plan", "-id"]
        indexes = [models.Index(fields=["plan", "-id"], name="undo_step_newest")]

    def __str__(self) -> str:
        return f"step {self.pk} of plan {self.plan_id}"


def remember(plan_id: int) -> None:
    """The treatment that the row has until now; of too many the oldest go. The plan's row is locked by the caller."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [plan_id])
        cursor.execute(_FORGET, [plan_id, plan_id, UNDO_STEPS])


def taken_back(plan_id: int) -> TreatmentJson | None:
    """The newest of them, which is then gone; None if there is none."""
    step = UndoStep.objects.filter(plan=plan_id).order_by("-id").first()
    if step is None:
        return None
    step.delete()
    return step.treatment
