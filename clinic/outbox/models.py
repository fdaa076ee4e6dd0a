"""Mail to be sent, and how far it has got."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from clinic.people.models import Patient

URGENT_KINDS = ("red_flag",)


KINDS = {
    "red_flag": "Alert about an intake",
    "invitation": "Intake link",
    "appointment_link": "Link to the appointments",
    "account": "Sign-in mail",
}


class Message(models.Model):
    """One mail to one address. ``body`` is emptied once it has gone: it may contain a link that opens something."""

    class Status(models.TextChoices):
        QUEUED = "queued", "waiting to be sent"
        SENDING = "sending", "being sent"
        SENT = "sent", "sent"
        FAILED = "failed", "not sent"
        WITHDRAWN = "withdrawn", "withdrawn before it was sent"

    kind = models.CharField(max_length=40)
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    body = models.TextField()
    key = models.CharField(max_length=120, unique=True)  # what it is about: the same thing is never sent twice
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # for a row in ``sending``: when its worker counts as dead and another may take over
    next_try_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=250, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)  # someone has seen that it was not sent
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "next_try_at"], name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.status})"

    @property
    def is_urgent(self) -> bool:
        return self.kind in URGENT_KINDS

    @property
    def kind_words(self) -> str:
        return KINDS.get(self.kind, self.kind.replace("_", " ").capitalize())


class Heartbeat(models.Model):
    """When something last showed that it is alive: a small write that proves that writing works at all."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}, {self.at:%Y-%m-%d %H:%M}"
