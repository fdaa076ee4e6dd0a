from django.db import migrations

from clinic.audit.guards import Guard

_FROZEN = (
    "patient_id proposal_id version treatment edits earlier overrides review revision created_by_id created_at "
    "changed_at signed_by_id signed_at course_reference supersedes_id"
).split()
_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FROZEN)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0001_initial")]
    operations = [
        Guard("treatments_proposal", "proposal", "a proposal is kept as it was made"),
        # Of a signed plan only the status may move on, and only to superseded.
        Guard(
            "treatments_treatmentplan",
            "plan_signed",
            "a signed plan is never changed: make a new version",
            when=f"OLD.status <> 'draft' AND (NEW.status <> 'superseded' OR {_CHANGED})",
            verbs=("UPDATE",),
        ),
        Guard(
            "treatments_treatmentplan",
            "plan_kept",
            "a signed plan is never removed",
            when="OLD.status <> 'draft'",
            verbs=("DELETE",),
        ),
        Guard(
            "treatments_visit",
            "visit_signed",
            "a signed visit is never changed or removed: add an amendment",
            when="OLD.status = 'signed'",
        ),
        Guard("treatments_amendment", "amendment", "an amendment is never changed or removed"),
        Guard("treatments_adverseevent", "adverse_event", "an adverse event is never changed or removed"),
    ]
