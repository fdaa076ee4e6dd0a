"""A record entered in error: it is kept, says who set it aside, when and why, and is no longer open work."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinic.people.models import User

STATUS = "set_aside"
REASONS = {
    "mistake": "Started by mistake",
    "wrong_patient": "Wrong patient",
    "twice": "Entered twice",
    "not_needed": "No longer needed",
    "start_over": "Starting over",
    "other": "Other (say which)",
}


class ReasonMissing(ValueError):
    """Set aside without a known code, or "other" without an explanation."""


def set_aside_words(code: str, note: str) -> str:
    """ "Started by mistake", and what was written with it."""
    reason = REASONS.get(code, code)
    return f"{reason}: {note}" if note else reason


class SetAside(models.Model):
    """Fields of a record that can be set aside. ``status`` is STATUS if, and only if, it was."""

    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_code = models.CharField(max_length=20, blank=True)
    set_aside_note = models.CharField(max_length=300, blank=True)

    FIELDS: ClassVar[tuple[str, ...]] = ("set_aside_by", "set_aside_at", "set_aside_code", "set_aside_note")

    class Meta:
        abstract = True

    @property
    def is_set_aside(self) -> bool:
        return self.set_aside_at is not None

    @property
    def set_aside_words(self) -> str:
        return set_aside_words(self.set_aside_code, self.set_aside_note)

    def mark_set_aside(self, *, code: str, note: str, by: User) -> None:
        """Fill in the fields; the caller saves them and writes the audit row. Raises ReasonMissing."""
        if code not in REASONS:
            raise ReasonMissing("Choose a reason.")
        if code == "other" and not note.strip():
            raise ReasonMissing("Say which other reason.")
        self.status = STATUS
        self.set_aside_by, self.set_aside_at = by, timezone.now()
        self.set_aside_code, self.set_aside_note = code, note.strip()[:300]


def consistent(name: str) -> models.CheckConstraint:
    """Set aside with who, when and why; and none of these on a record that still counts."""
    given = Q(set_aside_by__isnull=False, set_aside_at__isnull=False) & ~Q(set_aside_code="")
    absent = Q(set_aside_by__isnull=True, set_aside_at__isnull=True, set_aside_code="", set_aside_note="")
    return models.CheckConstraint(condition=(Q(status=STATUS) & given) | (~Q(status=STATUS) & absent), name=name)
