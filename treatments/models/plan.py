"""The plan a practitioner edits and signs, and the visits it plans."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.lib.records import Signable
from clinic.people.set_aside import SetAside, consistent
from treatments.planner.treatment.shapes import OverrideJson, PlanEditJson, PlanReviewJson, TreatmentJson

SINGLE = "single:"  # begins the reference of a plan that is for one visit


class TreatmentPlan(Signable, SetAside):
    """One version of the plan for one complaint. A draft can be edited; a signed one is locked by the database.

    A draft does not block the plan in force, which applies until the draft is signed. A draft may be set aside.

    ``treatment``: the contract's treatment object. ``edits``: the log. ``earlier``: always empty, but seals of
    signed plans cover it (what Undo needs is in ``UndoStep``). ``overrides``: reasons, each only for its rule, item
    and value.
    ``review``: the safety review as last computed, and what has been read of it.
    ``course_reference``: identifies the course for the desk; changing a running plan keeps it.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        SIGNED = "signed", "signed"
        SUPERSEDED = "superseded", "replaced by a newer version"
        ENDED = "ended", "ended with its complaint"
        SET_ASIDE = "set_aside", "discarded"

    WAS_IN_FORCE = (Status.SIGNED, Status.SUPERSEDED, Status.ENDED)

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="plans")
    episode = models.ForeignKey("intake.Episode", on_delete=models.PROTECT, related_name="plans")
    proposal = models.ForeignKey("treatments.Proposal", on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField(default=1)  # 1, 2, 3 of this complaint
    treatment: models.JSONField[TreatmentJson, TreatmentJson] = models.JSONField()
    edits: models.JSONField[list[PlanEditJson], list[PlanEditJson]] = models.JSONField(default=list, blank=True)
    earlier: models.JSONField[list[TreatmentJson], list[TreatmentJson]] = models.JSONField(default=list, blank=True)
    overrides: models.JSONField[list[OverrideJson], list[OverrideJson]] = models.JSONField(default=list, blank=True)
    review: models.JSONField[PlanReviewJson, PlanReviewJson] = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    course_reference = models.CharField(max_length=40, blank=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_by_hand = models.BooleanField(
        default=False
    )  # its proposal has no treatment: there are no rules for the complaint

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["patient", "-id"], name="plan_newest"),
            models.Index(fields=["created_by", "-id"], condition=Q(status="draft"), name="plan_draft_of"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["episode", "version"], name="plan_version_once"),
            models.UniqueConstraint(fields=["episode"], condition=Q(status="draft"), name="plan_one_draft"),
            models.UniqueConstraint(fields=["episode"], condition=Q(status="signed"), name="plan_one_in_force"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "set_aside"), signed_by__isnull=True, signed_at__isnull=True)
                | Q(status__in=("signed", "superseded", "ended"), signed_by__isnull=False, signed_at__isnull=False),
                name="plan_signed_by_somebody",
            ),
            consistent("plan_set_aside_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}, version {self.version}, {self.status}"

    @property
    def is_single(self) -> bool:
        """One visit by hand for someone who is here: a walk-in, first aid, a trial. There is no course to book."""
        return self.course_reference.startswith(SINGLE) and self.treatment["dose"]["sessions"] == 1

    @property
    def was_in_force(self) -> bool:
        return self.status in self.WAS_IN_FORCE


class PlannedVisit(models.Model):
    """One visit asked for by a signed plan. Its appointment is the one with this number in the plan's course."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="planned_visits")
    number = models.PositiveSmallIntegerField()
    needs_device = models.BooleanField(default=False)
    is_review = models.BooleanField(default=False)
    # Whose review this is while it is due, for the home page; ``treatments.models.kept`` defines and recounts it
    due_from = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["plan", "number"]
        indexes = [
            models.Index(
                fields=["due_from", "-plan", "number"], condition=Q(due_from__isnull=False), name="planned_visit_due"
            )
        ]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="planned_visit_once")]

    def __str__(self) -> str:
        return f"visit {self.number} of plan {self.plan_id}"
