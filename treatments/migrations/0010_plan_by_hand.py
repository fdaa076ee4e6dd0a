"""A plan says whether it was made by hand; a signed one never changes that either."""

from django.db import migrations, models

from clinic.audit.guards import Guard, Lift

_FROZEN = (
    "patient_id proposal_id version treatment edits earlier overrides review revision created_by_id created_at "
    "changed_at signed_by_id signed_at course_reference supersedes_id"
).split()


def _guards(frozen: list[str]) -> list[dict]:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in frozen)
    return [
        {
            "table": "treatments_treatmentplan",
            "name": "plan_signed",
            "message": "a signed plan is never changed: make a new version",
            "when": f"OLD.status <> 'draft' AND (NEW.status <> 'superseded' OR {changed})",
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
    dependencies = [("treatments", "0009_reviews_due")]

    operations = [
        *[Lift(**guard) for guard in _guards(_FROZEN)],
        migrations.AddField(
            model_name="treatmentplan",
            name="is_by_hand",
            field=models.BooleanField(default=False),
        ),
        *[Guard(**guard) for guard in _guards([*_FROZEN, "is_by_hand"])],
    ]
