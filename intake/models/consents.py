"""A consent signed without a form, and the clinic's own words in the consent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from clinic.people.models import Patient

from .invitations import Invitation


class ConsentSigned(models.Model):
    """Signed again between forms, because the text had changed or it was still open. Fields as of a response; never
    changed or removed.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="consent")
    consent_name = models.CharField(max_length=160)
    consent_guardian = models.CharField(max_length=160, blank=True)
    consent_relation = models.CharField(max_length=80, blank=True)
    consent_signature = models.TextField(blank=True)
    consent_text_version = models.CharField(max_length=20)
    consent_given = models.JSONField()
    consent_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"consent {self.pk} of {self.patient}"


class OwnConsent(models.Model):
    """The clinic's own words beside ours, one row per version; the newest counts. ``words``: language ->
    {"intro" or the id of a method: text}. The risks with their figures come from the file and stay.
    """

    words = models.JSONField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"own consent text {self.pk}"
