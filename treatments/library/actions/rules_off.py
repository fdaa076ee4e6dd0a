"""Rules of the planner turned off and on by the clinic. Audited."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.complaints import complaints
from clinic.people.models import User
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import RuleOff
from treatments.planner.knowledge.switching import why_protected


class MustStay(ValueError):
    """The rule cannot be turned off; the message says why."""


@transaction.atomic
def turn_off(*, rule: str, reason: str, by: User) -> RuleOff:
    """From the next proposal on nobody in the clinic gets this rule. Raises MustStay for what protects a patient, and
    for what is no rule. Idempotent."""
    why = [why_protected(rule, planner_knowledge(complaint)) for complaint in complaints()]
    if all(why):
        raise MustStay(f"{rule}: {why[0]}.")
    row, is_new = RuleOff.objects.get_or_create(rule=rule, on_at=None, defaults={"reason": reason, "off_by": by})
    if is_new:
        trail.record("rule.off", by=by, obj=row, detail={"rule": rule})
    return row


@transaction.atomic
def turn_on(*, row: RuleOff, by: User) -> None:
    row = RuleOff.objects.select_for_update().get(pk=row.pk)
    if row.on_at is None:
        row.on_at, row.on_by = timezone.now(), by
        row.save(update_fields=["on_at", "on_by"])
        trail.record("rule.on", by=by, obj=row, detail={"rule": row.rule})
