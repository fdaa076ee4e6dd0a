"""The patient's answers, and the red flags raised while they were given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from clinic.outbox.models import Message
from clinic.people.models import Patient

from .invitations import Invitation

if TYPE_CHECKING:
    from .calls import PhoneCall


_KEEP = "UPDATE intake_intakeresponse SET answers = %s, saved_at = %s, progress = %s WHERE id = %s"
_KEEP_SENT = (
    "UPDATE intake_intakeresponse SET submitted_at = %s, saved_at = %s, progress = %s, sent_by_id = %s WHERE id = %s"
)
_KEEP_ANSWERED = "UPDATE intake_invitation SET answered_at = %s WHERE id = %s"


class IntakeResponse(models.Model):
    """The answers of one intake: saved after every answer, frozen by the database once submitted.

    ``answers``: question id -> value, as ``intake.questionnaire.answers`` reads it. ``red_flags_shown``: list of
    ``{"flag", "message", "at"}``, what the patient was shown and when it was confirmed as read.
    """

    class FilledBy(models.TextChoices):
        GUARDIAN = "guardian", gettext_lazy("The adult")
        TOGETHER = "together", gettext_lazy("Both together")
        PATIENT = "patient", gettext_lazy("The child")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intake_responses")
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="response")
    questionnaire_version = models.CharField(max_length=20)
    # The patient's address when they began: codes go nowhere else, whatever the desk changes later. (NULL, not empty:
    # SQLite copies the table for anything else, and a copy loses the guards.)
    code_to = models.EmailField(null=True, blank=True)  # noqa: DJ001
    set_aside_at = models.DateTimeField(null=True, blank=True)  # begun again under a newer link; kept for reading
    # A second part: the sent first part that it continues, whose answers and consent it begins with, and when that was
    # sent: what it told was true on that day.
    continues = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="second_parts",
        editable=False,
        db_index=False,
    )
    first_sent_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict)
    started_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent of the screens answered
    consent_name = models.CharField(max_length=160, blank=True)
    # who signed for a minor, what they are to the child, and who answered (NULL: see above)
    consent_guardian = models.CharField(max_length=160, null=True, blank=True)  # noqa: DJ001
    consent_relation = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001
    language = models.CharField(max_length=10, null=True, blank=True)  # noqa: DJ001  # in which it was read and answered
    filled_by = models.CharField(max_length=8, choices=FilledBy, null=True, blank=True)  # noqa: DJ001
    consent_signature = models.TextField(blank=True)  # data:image/png;base64,... of at most 100 kB, or empty
    consent_text_version = models.CharField(max_length=20, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    # the text as it was read, with the tick of each method (``ConsentGiven``); NULL: signed before methods had ticks
    consent_given = models.JSONField(null=True, blank=True)
    red_flags_shown = models.JSONField(default=list)
    # who sent it after asking by phone; then the consent may still be open
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    has_clashes = True  # False once no question is known to have two answers
    call: PhoneCall | None = None  # in which what is being changed is asked and written down

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(submitted_at=None)
                | models.Q(consent_at__isnull=False)
                | models.Q(sent_by__isnull=False),
                name="submitted_with_consent_or_by_phone",
            ),
            models.UniqueConstraint(
                fields=["continues"], condition=models.Q(continues__isnull=False), name="one_second_part"
            ),
        ]

    def __str__(self) -> str:
        return f"intake {self.pk} of {self.patient}"

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None

    def keep(self) -> None:
        """Write the answers, with when and how far: after every answer, so by hand, as Django takes three times as
        long. The row is locked by whoever calls.
        """
        at = connection.ops.adapt_datetimefield_value(self.saved_at)
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [json.dumps(self.answers), at, self.progress, self.pk])

    def keep_sent(self) -> None:
        """Write that it was sent, here and at its link. The row is locked by whoever calls."""
        sent, saved = map(connection.ops.adapt_datetimefield_value, (self.submitted_at, self.saved_at))
        with connection.cursor() as cursor:
            cursor.execute(_KEEP_SENT, [sent, saved, self.progress, self.sent_by_id, self.pk])
            cursor.execute(_KEEP_ANSWERED, [sent, self.invitation_id])


class RedFlagAlert(models.Model):
    """A red flag in an intake: shown to the patient at once, and to the clinic until someone answers it."""

    class Level(models.TextChoices):
        EMERGENCY = "emergency", "emergency"
        REFER = "refer", "doctor first"

    class Source(models.TextChoices):
        ANSWER = "answer", "an answer"
        TEXT = "text", "the patient's own words"
        UNSURE = "unsure", "an “I don’t know” that counts as yes"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="red_flag_alerts")
    response = models.ForeignKey(IntakeResponse, on_delete=models.PROTECT, related_name="alerts")
    flag = models.CharField(max_length=60)  # finding id, or the code of a combination of findings
    level = models.CharField(max_length=12, choices=Level)
    source = models.CharField(max_length=8, choices=Source, default=Source.ANSWER)
    raised_at = models.DateTimeField(db_default=Now())
    # the mail that informed the clinic; none if it has no address for alerts
    mail = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)  # the answer has since changed; staff still make sure
    message_shown_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # one while it is open: a sign reported again after it was answered or taken back is a new alert
            models.UniqueConstraint(
                fields=["response", "flag"],
                condition=models.Q(acknowledged_at=None, taken_back_at=None),
                name="red_flag_stands_once_per_intake",
            )
        ]
        indexes = [models.Index(fields=["acknowledged_at", "-id"], name="red_flag_open")]

    def __str__(self) -> str:
        return f"{self.flag} ({self.level})"
