"""A letter or a picture that the patient adds to an intake."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from .responses import IntakeResponse


class Attachment(models.Model):
    """The file itself lies in the database: what copies, backs up or moves a clinic carries it along.

    ``sent_at``: set when the intake is sent; from then on the database keeps the row as it is.
    """

    class Kind(models.TextChoices):
        JPEG = "image/jpeg", "picture"
        PNG = "image/png", "picture (PNG)"
        PDF = "application/pdf", "PDF"

    response = models.ForeignKey(IntakeResponse, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=120)  # as the patient's device calls it; only ever shown as text
    size = models.PositiveIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # SHA-256, hexadecimal; also in the trail
    data = models.BinaryField()
    added_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["response", "digest"], name="attachment_once")]

    def __str__(self) -> str:
        return f"attachment {self.pk} of intake {self.response_id}"
