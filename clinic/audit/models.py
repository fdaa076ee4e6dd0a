"""The audit trail: one row for every write and every read of a patient's record, chained by hash."""

from __future__ import annotations

from django.db import models

from clinic.audit.chain import patients_in


class AuditEvent(models.Model):
    """What was done, to whom, by whom, when, from where. Rows hold no foreign keys: they outlive what they refer to.

    Rows are only ever added (database triggers refuse update and delete). Each row's ``digest`` covers its
    own fields and the previous digest, so a changed, missing or moved row shows (see ``checking.faults``).
    """

    class Outcome(models.TextChoices):
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    # the chain it belongs to: each location has its own (decision 0024)
    chain = models.PositiveSmallIntegerField(default=1, db_default=1)
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=12)  # staff, patient, system, or nobody: not signed in
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=200)
    address = models.CharField(max_length=45, blank=True)  # of the client, if there was one
    action = models.CharField(max_length=60)  # noun.verb, as in "plan.signed"
    patient_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)  # ids, counts and seals, never clinical text
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)
    scheme = models.PositiveSmallIntegerField(
        default=1
    )  # what the digest covers; 1: rows older than addresses and seals
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["chain", "-id"], name="audit_end_of_chain")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"

    @property
    def patients(self) -> set[int]:
        """Everyone this event is about: the one patient, or all on a list."""
        return patients_in(self.patient_id, self.detail)


class NamedPatient(models.Model):
    """One patient an event is about, so that "who looked at me" finds lists too. Derived from the event alone."""

    event = models.ForeignKey(AuditEvent, on_delete=models.DO_NOTHING, related_name="named", db_constraint=False)
    patient_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient_id", "event"], name="audit_named_once")]

    def __str__(self) -> str:
        return f"patient {self.patient_id} in event {self.event_id}"
