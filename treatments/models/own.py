"""A practitioner's own knowledge as rows: point groups, snippets, protocols; a clinic's own points, and the rules it
turned off."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinic.lib.loose import Json


class OwnEntry(models.Model):
    """One thing a practitioner named, to use again. ``body``: a group's ``points``, a snippet's ``text``, a protocol's
    ``treatment``, a favourite's ``code``. What is removed stays as a row, so that the trail can name it."""

    class Kind(models.TextChoices):
        GROUP = "group", "point group"
        SNIPPET = "snippet", "text snippet"
        PROTOCOL = "protocol", "protocol"
        FAVOURITE = "favourite", "favourite point"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="own_entries")
    kind = models.CharField(max_length=9, choices=Kind)
    name = models.CharField(max_length=40)
    body: models.JSONField[Json, Json] = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "name"], condition=Q(removed_at__isnull=True), name="own_name_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("group", "snippet", "protocol", "favourite")), name="own_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class RuleOff(models.Model):
    """A rule of the planner that this clinic does not want; in force until it is turned on again."""

    rule = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    off_at = models.DateTimeField(db_default=Now())
    on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    on_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(on_at__isnull=True), name="rule_off_once"),
            models.CheckConstraint(
                condition=Q(on_at__isnull=True, on_by__isnull=True) | Q(on_at__isnull=False, on_by__isnull=False),
                name="rule_on_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}, off"


class OwnPoint(models.Model):
    """A point of the clinic's own, as it was written once: a change is a new row, and so is taking it out of use.

    ``tables``: what would stand in the clinic's file, `[[point]]` and the `[[source]]` it names (clinic_file.py).
    """

    code = models.CharField(max_length=13)
    tables: models.JSONField[Json, Json] = models.JSONField()
    is_retired = models.BooleanField(default=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)  # by a newer row of the same code

    class Meta:
        ordering = ["code", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(replaced_at__isnull=True), name="own_point_once"),
        ]

    def __str__(self) -> str:
        return f"own point {self.code}"
