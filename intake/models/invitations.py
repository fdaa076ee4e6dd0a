"""A link that lets one patient fill in one intake, without an account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from clinic.outbox.models import Message
from clinic.people.models import Patient

# what ``Invitation.state`` reads, for lists that load no answers: ``select_related("response").only(*STATE)``
STATE = (
    "purpose",
    "answered_at",
    "expires_at",
    "revoked_at",
    "replaced_by",
    "failed_birth_checks",
    "response__submitted_at",
    "response__continues",
    "response__progress",
)
BIRTH_TRIES = 5  # wrong dates of birth before a link locks (DESIGN)


class InvitationState(models.TextChoices):
    """The state of a link. Only ``invited`` and ``started`` open the form."""

    INVITED = "invited", "invited"
    STARTED = "started", "started"
    SUBMITTED = "submitted", "submitted"
    EXPIRED = "expired", "expired"
    REVOKED = "revoked", "revoked"
    REPLACED = "replaced", "replaced"
    LOCKED = "locked", "locked"


class Invitation(models.Model):
    """One link. The token is never stored. A new link replaces the old one; its answers carry over only for someone
    who proves to be the patient (``intake.actions.resuming``).
    """

    State = InvitationState

    class Purpose(models.TextChoices):
        FORM = "form", "form"
        CONSENT = "consent", "consent"  # to sign today's text, without a form

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    purpose = models.CharField(max_length=7, choices=Purpose, default=Purpose.FORM, db_default=Purpose.FORM)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    # the link of a second part: nobody holds its token, the first part's link and page lead to it
    second_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="second_links",
        editable=False,
        db_index=False,
    )
    second_closed_at = models.DateTimeField(null=True, blank=True)  # of a first part: the second is asked no more
    sent_to = models.EmailField(blank=True)
    mail = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # False only if it was mailed to the patient's stored address and never shown on a screen
    shown_to_staff = models.BooleanField(default=True)
    opened_at = models.DateTimeField(null=True, blank=True)  # "Start" was pressed; viewing is not enough
    failed_birth_checks = models.PositiveSmallIntegerField(default=0)
    # Kept for the lists, which would otherwise read everything ever submitted; ``intake.models.kept`` recounts both
    answered_at = models.DateTimeField(null=True, blank=True)  # when its answers were sent
    is_assessed = models.BooleanField(default=False, db_default=False)  # an assessment that counts is based on them
    # open or expired unused, with nothing newer; a column, so that both databases choose the right index for it
    is_unfinished = models.GeneratedField(
        expression=models.Q(answered_at=None, revoked_at=None, replaced_by=None),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["patient", "-id"], name="invitation_of_patient"),
            models.Index(fields=["created_at"], name="invitation_newest"),
            models.Index(
                fields=["-answered_at"],
                condition=models.Q(answered_at__isnull=False, is_assessed=False),
                name="invitation_to_assess",
            ),
            models.Index(fields=["created_at"], condition=models.Q(is_unfinished=True), name="invitation_unfinished"),
            models.Index(fields=["patient"], condition=models.Q(is_unfinished=True), name="invitation_unfinished_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["second_of"], condition=models.Q(second_of__isnull=False), name="one_second_link"
            )
        ]

    def __str__(self) -> str:
        return f"intake link {self.pk} of {self.patient}"

    @property
    def state(self) -> InvitationState:
        """Reads ``self.response`` (use ``select_related``) and the clock."""
        response = getattr(self, "response", None)
        if response is not None and response.submitted_at is not None:
            return InvitationState.SUBMITTED
        if self.purpose == self.Purpose.CONSENT and self.answered_at is not None:
            return InvitationState.SUBMITTED
        if self.replaced_by_id is not None:
            return InvitationState.REPLACED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        if self.failed_birth_checks >= BIRTH_TRIES:
            return InvitationState.LOCKED
        if timezone.now() >= self.expires_at:
            return InvitationState.EXPIRED
        return InvitationState.STARTED if response is not None else InvitationState.INVITED

    @property
    def is_open(self) -> bool:
        return self.state in (InvitationState.INVITED, InvitationState.STARTED)


class ResumeCode(models.Model):
    """Six digits mailed to the patient, to open what was begun elsewhere under a link; or four that the patient chose
    on the clinic's tablet. Stored as a keyed hash.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="codes")
    response = models.ForeignKey("intake.IntakeResponse", on_delete=models.PROTECT, related_name="codes")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    is_chosen = models.BooleanField(default=False, db_default=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"code {self.pk} for {self.response}"


class RateCount(models.Model):
    """How often something happened in one window; in the database, so that all workers count together."""

    key = models.CharField(max_length=80)  # what and who, the who as a hash
    window = models.DateTimeField()  # when the window began
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_count_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
