"""The audit trail: one row for every write and every read of a patient's record, chained by hash."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """What was done, to whom, by whom, when. Rows hold no foreign keys: they outlive what they speak of.

    Rows are only ever added (database triggers refuse update and delete). Each row's ``digest`` covers its
    own fields and the digest before it, so a changed, missing or moved row shows (see ``trail.verify``).
    """

    class Outcome(models.TextChoices):
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=12)  # staff, patient or system
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60, db_index=True)  # noun.verb, as in "plan.signed"
    patient_id = models.BigIntegerField(null=True, db_index=True)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)  # ids and counts, never clinical text
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient_id", "-id"], name="audit_patient_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"
