"""Outcome scores: one row per measure and occasion."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.people.models import Patient
from intake.questionnaire.instruments import load_instruments

from .episodes import Episode


def a_known_measure(measure: str) -> None:
    """Only what the registry knows; a new measure is a file there, not a migration."""
    if measure not in load_instruments():
        raise ValidationError(f"There is no measure “{measure}”.")


class ScoreQuerySet(models.QuerySet["Score"]):
    def counting(self) -> ScoreQuerySet:
        """Without those of a visit entered in error."""
        return self.filter(withdrawn_at=None)

    def of_episode(self, episode: Any) -> ScoreQuerySet:
        """Those of a complaint, and those of the person as a whole."""
        return self.filter(Q(episode=episode) | Q(episode=None))


class Score(models.Model):
    """One value of one measure. The measures: ``intake.questionnaire.instruments``."""

    class Occasion(models.TextChoices):
        INTAKE = "intake", "intake"
        VISIT = "visit", "visit"
        REVIEW = "review", "review"

    class FilledBy(models.TextChoices):
        PATIENT = "patient", "patient"
        STAFF = "staff", "staff"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scores")
    # the complaint it is about; none: the person as a whole
    episode = models.ForeignKey(
        Episode, on_delete=models.PROTECT, null=True, blank=True, related_name="scores", db_index=False
    )
    measure = models.CharField(max_length=12, validators=[a_known_measure])
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
