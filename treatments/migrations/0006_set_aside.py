"""A draft may be set aside: kept, with who, when and why. The guards stand as before, set-aside rows included."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from clinic.audit.guards import Guard, Lift

_FROZEN = (
    "patient_id proposal_id version treatment edits earlier overrides review revision created_by_id created_at "
    "changed_at signed_by_id signed_at course_reference supersedes_id"
).split()
_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FROZEN)
GUARDS = [
    {
        "table": "treatments_treatmentplan",
        "name": "plan_signed",
        "message": "a signed plan is never changed: make a new version",
        "when": f"OLD.status <> 'draft' AND (NEW.status <> 'superseded' OR {_CHANGED})",
        "verbs": ("UPDATE",),
    },
    {
        "table": "treatments_treatmentplan",
        "name": "plan_kept",
        "message": "a signed plan is never removed",
        "when": "OLD.status <> 'draft'",
        "verbs": ("DELETE",),
    },
]


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_shared_counts"),
        ("treatments", "0005_incidents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *[Lift(**guard) for guard in GUARDS],
        migrations.RemoveConstraint(
            model_name="treatmentplan",
            name="plan_signed_by_somebody",
        ),
        migrations.AddField(
            model_name="treatmentplan",
            name="set_aside_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="treatmentplan",
            name="set_aside_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="treatmentplan",
            name="set_aside_code",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="treatmentplan",
            name="set_aside_note",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name="treatmentplan",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("signed", "signed"),
                    ("superseded", "replaced by a newer version"),
                    ("set_aside", "discarded"),
                ],
                default="draft",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signed_at__isnull", True), ("signed_by__isnull", True), ("status__in", ("draft", "set_aside"))
                    ),
                    models.Q(
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("status__in", ("signed", "superseded")),
                    ),
                    _connector="OR",
                ),
                name="plan_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "set_aside"),
                        ("set_aside_at__isnull", False),
                        ("set_aside_by__isnull", False),
                        models.Q(("set_aside_code", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("status", "set_aside"), _negated=True),
                        ("set_aside_at__isnull", True),
                        ("set_aside_by__isnull", True),
                        ("set_aside_code", ""),
                        ("set_aside_note", ""),
                    ),
                    _connector="OR",
                ),
                name="plan_set_aside_by_somebody",
            ),
        ),
        *[Guard(**guard) for guard in GUARDS],
    ]
