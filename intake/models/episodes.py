"""A complaint of a patient, from when it is taken up until it is closed: with its own assessments, plans and scores."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.lib.complaints import DEFAULT, complaints
from clinic.people.models import Patient

BY_HAND = {  # what the form offers that there are no rules for: id -> name
    "elsewhere": "Pain elsewhere",
    "not_pain": "Not pain",
}


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def open(self) -> EpisodeQuerySet:
        return self.filter(closed_at=None)


class Episode(models.Model):
    """One complaint of one patient. Several may be open at once; a new one never replaces an older one.

    ``complaint``: id of a pack, one of ``BY_HAND``, or empty: then ``words`` say what it is, or nobody has yet.
    """

    class Closed(models.TextChoices):
        BETTER = "better", "Better: no more treatment needed"
        STOPPED = "stopped", "The patient stopped"
        REFERRED = "referred", "Sent to someone else"
        NO_HELP = "no_help", "It did not help"
        MISTAKE = "mistake", "Opened by mistake"
        OTHER = "other", "Other (say which)"
        EARLIER = "earlier", "An earlier complaint"  # closed by the migration that told complaints apart

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    complaint = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField(db_default=Now())
    # nobody: the patient's own form
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_code = models.CharField(max_length=10, choices=Closed, blank=True)
    closed_note = models.CharField(max_length=300, blank=True)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "complaint"],
                condition=Q(closed_at=None) & ~Q(complaint=""),
                name="episode_open_once_per_complaint",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closed_code="", closed_note="")
                | (Q(closed_at__isnull=False) & ~Q(closed_code="")),
                name="episode_closed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def title(self) -> str:
        """What staff read."""
        if self.words:
            return self.words
        if self.complaint == DEFAULT:  # in the words of the form, which asks for the place later
            return "Back, hip or leg"
        pack = complaints().get(self.complaint)
        return pack.name if pack else BY_HAND.get(self.complaint, "Complaint, not named yet")

    @property
    def closed_words(self) -> str:
        reason = self.get_closed_code_display()
        return f"{reason}: {self.closed_note}" if self.closed_note else str(reason)


class ComplaintTold(models.Model):
    """Answers that were sent are about this complaint, under the name that the form has for it."""

    response = models.ForeignKey("intake.IntakeResponse", on_delete=models.PROTECT, related_name="told")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="told")
    complaint = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "episode"], name="complaint_told_once")]

    def __str__(self) -> str:
        return f"{self.complaint} in intake {self.response_id}"
