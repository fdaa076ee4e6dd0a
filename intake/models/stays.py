"""How long a screen of the form was looked at. No answer: which screen, how many seconds."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from .responses import IntakeResponse


class ScreenStay(models.Model):
    """One screen of one form: come to, and, once it was left with Next, for how long (all stays together)."""

    response = models.ForeignKey(IntakeResponse, on_delete=models.CASCADE, related_name="stays", db_index=False)
    screen = models.CharField(max_length=60)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    came_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "screen"], name="screen_stay_once")]

    def __str__(self) -> str:
        return f"{self.screen}: {self.seconds}"
