"""What went wrong in the work itself, kept until someone has reviewed it: it is reported, never overridden."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.lib.loose import Json


class Incident(models.Model):
    """One incident. Its content never changes; only its review is added, once.

    ``detail``: ids, counts and codes that belong to the kind, as in {"item": "BL60", "rules": [...]}.
    ``due_on``: the day by which someone must have acted, if there is one.
    """

    class Kind(models.TextChoices):
        FORBIDDEN_GIVEN = "forbidden_given", "given although it is ruled out"
        NEEDLE_COUNT = "needle_count", "needle count does not agree"
        OTHER = "other", "other incident"

    class Reason(models.TextChoices):
        NOT_KNOWN = "not_known", "What rules it out was not known then"
        OVERLOOKED = "overlooked", "It was overlooked"
        MIX_UP = "mix_up", "Mix-up: another point, side, device or patient was meant"
        KNOWINGLY = "knowingly", "Done knowingly, on clinical judgement"
        PATIENT_ASKED = "patient_asked", "The patient asked for it"
        COLLEAGUE = "colleague", "Done by someone else, written down here"
        NOT_FOUND = "not_found", "A needle was not found"
        LEFT_IN = "left_in", "A needle stayed in and was found later"
        MISCOUNTED = "miscounted", "The needles were miscounted"
        DISCARDED = "discarded", "A needle was thrown away uncounted"
        OTHER = "other", "Other (say which)"

    kind = models.CharField(max_length=20, choices=Kind)
    reason_code = models.CharField(max_length=20, choices=Reason)
    text = models.TextField()
    detail: models.JSONField[Json, Json] = models.JSONField(default=dict, blank=True)
    due_on = models.DateField(null=True, blank=True)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="incidents")
    visit = models.ForeignKey(
        "treatments.Visit", on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["patient", "-id"], name="incident_newest"),
            models.Index(fields=["due_on"], condition=Q(reviewed_at=None), name="incident_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, review_note="")
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(review_note="")),
                name="incident_reviewed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}: {self.kind} of patient {self.patient_id}"

    @property
    def is_open(self) -> bool:
        return self.reviewed_at is None


# the reasons offered for each kind
REASONS_OF: dict[str, tuple[str, ...]] = {
    Incident.Kind.FORBIDDEN_GIVEN: (
        "not_known",
        "overlooked",
        "mix_up",
        "knowingly",
        "patient_asked",
        "colleague",
        "other",
    ),
    Incident.Kind.NEEDLE_COUNT: ("not_found", "left_in", "miscounted", "discarded", "other"),
    Incident.Kind.OTHER: tuple(Incident.Reason.values),
}


def incident_reasons(kind: str) -> dict[str, str]:
    """Code -> words of the reasons offered for a kind, in order."""
    return {code: Incident.Reason(code).label for code in REASONS_OF[kind]}
