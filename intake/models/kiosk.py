"""The clinic's tablet in a patient's hands: one form, for as long as somebody touches it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .invitations import Invitation


class Kiosk(models.Model):
    """One handing over. The browser holds its number in a signed cookie; once ``ended_at`` is set it opens nothing."""

    class Ended(models.TextChoices):
        SENT = "sent", "sent"
        STOPPED = "stopped", "given back"
        IDLE = "idle", "not touched for two minutes"
        STRANGER = "stranger", "someone else had it"

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="kiosks")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField()  # the last time the tablet asked for anything
    ended_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=8, choices=Ended, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"tablet {self.pk} for {self.invitation}"
