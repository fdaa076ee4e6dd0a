"""A visit entered in error may be set aside, signed or not. Nothing else of a signed one changes, as before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from clinic.audit.guards import Guard, Lift

_FROZEN = (
    "patient_id plan_id number appointment_id practitioner_id started_at record needles_in needles_out revision "
    "signed_by_id signed_at"
).split()
_TABLE = "treatments_visit"
_CHANGED = " OR ".join(
    # json has no equality on PostgreSQL; as text both databases compare it
    f"CAST(NEW.{name} AS text) IS DISTINCT FROM CAST(OLD.{name} AS text)" for name in _FROZEN
)
OLD_GUARD = {
    "table": _TABLE,
    "name": "visit_signed",
    "message": "a signed visit is never changed or removed: add an amendment",
    "when": "OLD.status = 'signed'",
}
NEW_GUARDS = [
    {
        "table": _TABLE,
        "name": "visit_signed",
        "message": "a signed visit is never changed: add an amendment, or set it aside as entered in error",
        "when": f"OLD.status <> 'draft' AND (OLD.status <> 'signed' OR NEW.status <> 'set_aside' OR {_CHANGED})",
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
    dependencies = [
        ("treatments", "0006_set_aside"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Lift(**OLD_GUARD),
        migrations.RemoveConstraint(model_name="visit", name="visit_number_once"),
        migrations.RemoveConstraint(model_name="visit", name="visit_signed_by_somebody"),
        migrations.AddField(
            model_name="visit", name="set_aside_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="visit",
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
            model_name="visit", name="set_aside_code", field=models.CharField(blank=True, max_length=20)
        ),
        migrations.AddField(
            model_name="visit", name="set_aside_note", field=models.CharField(blank=True, max_length=300)
        ),
        migrations.AlterField(
            model_name="visit",
            name="status",
            field=models.CharField(
                choices=[("draft", "draft"), ("signed", "signed"), ("set_aside", "entered in error")],
                default="draft",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                condition=~Q(status="set_aside"), fields=("plan", "number"), name="visit_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=Q(status__in=("draft", "set_aside"), signed_by__isnull=True, signed_at__isnull=True)
                | Q(status__in=("signed", "set_aside"), signed_by__isnull=False, signed_at__isnull=False),
                name="visit_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
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
                name="visit_set_aside_by_somebody",
            ),
        ),
        *[Guard(**guard) for guard in NEW_GUARDS],
    ]
