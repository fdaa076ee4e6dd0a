"""The practitioner's judgement: assessments, and red flags examined and cleared."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from clinic.lib.records import Signable
from clinic.people.models import Patient
from clinic.people.set_aside import SetAside, consistent
from intake.assessment import load_intake_knowledge
from intake.assessment.shapes import AssessmentRecord

from .episodes import Episode
from .responses import IntakeResponse


class Clearance(models.Model):
    """A red flag or condition that was examined: by whom, when, result. Withdrawn, never deleted."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="clearances")
    finding = models.CharField(max_length=60)
    examined_by = models.CharField(max_length=160)  # a doctor, a hospital, or the practitioner
    examined_on = models.DateField()
    result = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "finding"], name="clearance_of_patient")]

    def __str__(self) -> str:
        return f"{self.finding} cleared on {self.examined_on}"


class Assessment(Signable, SetAside):
    """What the practitioner found and decided. A draft can be edited; a signed one is frozen by the database.

    A draft may be set aside: then it is no longer read.

    ``findings``: finding id -> true or false: the practitioner's own, and corrections of answers. ``levels``: spinal
    levels tender to touch, as in ``["L4"]``. ``ashi``: list of ``{"where", "side", "region"}``. ``confirmed``:
    ``{"class", "branch", "root", "reason"}``, each optional. ``result``: ``Assessment.as_json()`` of
    ``intake.assessment`` at signing.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        SIGNED = "signed", "signed"
        SUPERSEDED = "superseded", "superseded"
        SET_ASIDE = "set_aside", "discarded"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    response = models.ForeignKey(
        IntakeResponse, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    findings: models.JSONField[dict[str, bool | None], dict[str, bool | None]] = models.JSONField(default=dict)
    levels: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    ashi: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(default=list)
    notes = models.TextField(blank=True)
    confirmed: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    result: models.JSONField[AssessmentRecord, AssessmentRecord] = models.JSONField(default=dict)
    knowledge_version = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["created_by", "-id"], condition=models.Q(status="draft"), name="assessment_draft_of")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=models.Q(status="draft"), name="one_open_assessment_per_episode"
            ),
            models.UniqueConstraint(
                fields=["episode"], condition=models.Q(status="signed"), name="assessment_one_in_force"
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft")
                | models.Q(status="set_aside", signed_by__isnull=True, signed_at__isnull=True)
                | models.Q(status__in=("signed", "superseded"), signed_by__isnull=False, signed_at__isnull=False),
                name="signed_assessment_has_signer",
            ),
            consistent("assessment_set_aside_by_somebody"),
        ]

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **how: Any) -> Self:
        """Read under the ids of today; the row keeps those that it was signed with, and so does its seal."""
        row = super().from_db(db, field_names, values, **how)
        if told := row.__dict__.get("findings"):
            row.findings = load_intake_knowledge().now_called(told)
        return row

    def __str__(self) -> str:
        return f"assessment {self.pk} of {self.patient} ({self.status})"
