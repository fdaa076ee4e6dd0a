"""Filling in the form with the patient by phone: who asked, and which answers are of that call."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .responses import IntakeResponse


class PhoneCall(models.Model):
    """One call, after the caller named the date of birth or the number that we know.

    ``questions``: ids of those whose answers were written down in it and have not been changed by the patient since.
    """

    class Checked(models.TextChoices):
        BIRTH = "birth", "date of birth"
        PHONE = "phone", "called on the number we know"

    response = models.ForeignKey(IntakeResponse, on_delete=models.PROTECT, related_name="calls")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked = models.CharField(max_length=5, choices=Checked)
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    questions = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"call {self.pk} about {self.response}"
