"""One visit may serve the plans of two complaints: it counts in both courses, with a number in each."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from clinic.audit.guards import Guard, Lift

_FROZEN = (
    "patient_id plan_id number appointment_id practitioner_id started_at record needles_in needles_out revision "
    "signed_by_id signed_at"
).split()
_TABLE = "treatments_visit"


def _guards(frozen: list[str]) -> list[dict]:
    # json has no equality on PostgreSQL; as text both databases compare it
    changed = " OR ".join(f"CAST(NEW.{name} AS text) IS DISTINCT FROM CAST(OLD.{name} AS text)" for name in frozen)
    return [
        {
            "table": _TABLE,
            "name": "visit_signed",
            "message": "a signed visit is never changed: add an amendment, or set it aside as entered in error",
            "when": f"OLD.status <> 'draft' AND (OLD.status <> 'signed' OR NEW.status <> 'set_aside' OR {changed})",
            "verbs": ("UPDATE",),
        },
        {
            "table": _TABLE,
            "name": "visit_kept",
            "message": "a signed visit is never removed",
            "when": "OLD.status <> 'draft'",
            "verbs": ("DELETE",),
        },
    ]


class Migration(migrations.Migration):
    dependencies = [("treatments", "0014_episodes")]

    operations = [
        *[Lift(**guard) for guard in _guards(_FROZEN)],
        migrations.AddField(
            "visit",
            "also_plan",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="also_visits",
                to="treatments.treatmentplan",
            ),
        ),
        migrations.AddField("visit", "also_number", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddConstraint(
            "visit",
            models.UniqueConstraint(
                condition=Q(also_plan__isnull=False) & ~Q(status="set_aside"),
                fields=("also_plan", "also_number"),
                name="visit_also_number_once",
            ),
        ),
        migrations.AddConstraint(
            "visit",
            models.CheckConstraint(
                condition=Q(also_plan=None, also_number=None)
                | (Q(also_plan__isnull=False, also_number__isnull=False) & ~Q(also_plan=F("plan"))),
                name="visit_for_two_with_a_number",
            ),
        ),
        *[Guard(**guard) for guard in _guards([*_FROZEN, "also_plan_id", "also_number"])],
    ]
