"""Outcome scores: one row for each measure and occasion."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from clinic.people.models import Patient


class ScoreQuerySet(models.QuerySet["Score"]):
    def counting(self) -> ScoreQuerySet:
        """Without those of a visit that was entered in error."""
        return self.filter(withdrawn_at=None)


class Score(models.Model):
    """One value of one measure. Scoring: ``intake.questionnaire.answers`` and its instrument files."""

    class Measure(models.TextChoices):
        NRS_NOW = "nrs_now", "pain now (0-10)"
        NRS_AVERAGE = "nrs_average", "pain on average, last 7 days (0-10)"
        NRS_WORST = "nrs_worst", "worst pain, last 7 days (0-10)"
        RMDQ = "rmdq", "Roland-Morris (0-24)"
        IMPACT = "impact", "pain impact, 3 questions (0-10)"
        ACTIVITIES = "activities", "my activities (0-10, high is better)"
        PGIC = "pgic", "overall change (1-7, low is better)"
        PHQ2 = "phq2", "PHQ-2 (0-6)"
        GAD2 = "gad2", "GAD-2 (0-6)"

    class Occasion(models.TextChoices):
        INTAKE = "intake", "intake"
        VISIT = "visit", "visit"
        REVIEW = "review", "review"

    class FilledBy(models.TextChoices):
        PATIENT = "patient", "patient"
        STAFF = "staff", "staff"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scores")
    measure = models.CharField(max_length=12, choices=Measure)
    value = models.DecimalField(max_digits=5, decimal_places=2)
    taken_at = models.DateTimeField(db_default=Now())
    occasion = models.CharField(max_length=8, choices=Occasion)
    visit_number = models.PositiveSmallIntegerField(null=True, blank=True)
    filled_by = models.CharField(max_length=8, choices=FilledBy)
    language = models.CharField(max_length=8, default="en")
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # its visit was set aside as entered in error

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["taken_at", "id"]
        indexes = [models.Index(fields=["patient", "measure", "taken_at"], name="score_curve")]

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"
