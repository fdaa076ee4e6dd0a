"""The clinic's own questions in the form."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class OwnQuestions(models.Model):
    """All of them, one row per version; the newest counts, and an intake is read by the one it was asked with.

    ``questions``: ``intake.questionnaire.own.OwnQuestion`` as JSON, those retired among them. ``token``: names what is
    asked; part of the version of every form begun with it, "" if nothing is.
    """

    questions = models.JSONField()
    token = models.CharField(max_length=10)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"own questions {self.pk}"
