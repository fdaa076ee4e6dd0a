from django.db import migrations

from clinic.audit.guards import Guard

_FROZEN = (
    "patient_id response_id findings levels ashi notes confirmed result knowledge_version revision "
    "created_by_id created_at signed_by_id signed_at supersedes_id"
).split()
_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FROZEN)


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [
        Guard(
            "intake_intakeresponse",
            "intake_response",
            "a submitted intake is never changed or removed",
            when="OLD.submitted_at IS NOT NULL",
        ),
        # Of a signed assessment only the status may move on, and only to superseded.
        Guard(
            "intake_assessment",
            "assessment_signed",
            "a signed assessment is never changed: sign a new one",
            when=f"OLD.status <> 'draft' AND (NEW.status <> 'superseded' OR {_CHANGED})",
            verbs=("UPDATE",),
        ),
        Guard(
            "intake_assessment",
            "assessment_kept",
            "a signed assessment is never removed",
            when="OLD.status <> 'draft'",
            verbs=("DELETE",),
        ),
        Guard("intake_redflagalert", "red_flag_kept", "a red flag alert is never removed", verbs=("DELETE",)),
        Guard("intake_clearance", "clearance_kept", "a clearance is withdrawn, never removed", verbs=("DELETE",)),
        Guard("intake_score", "score_kept", "a score is never removed", verbs=("DELETE",)),
    ]
