"""A link keeps when its answers were sent and whether they are assessed: home and inbox need not look at all of them."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# as intake.models.kept counts it
_FILL = """
UPDATE intake_invitation SET
  answered_at = (SELECT r.submitted_at FROM intake_intakeresponse r WHERE r.invitation_id = intake_invitation.id),
  is_assessed = EXISTS (
    SELECT 1 FROM intake_intakeresponse r JOIN intake_assessment a ON a.response_id = r.id
    WHERE r.invitation_id = intake_invitation.id AND a.status <> 'set_aside')
"""
_UNFINISHED = Q(answered_at=None, revoked_at=None, replaced_by=None)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0010_measures_from_the_registry"),
        ("outbox", "0002_trouble"),
        ("people", "0007_plain_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("invitation", "answered_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("invitation", "is_assessed", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "assessment",
            models.Index(fields=["created_by", "-id"], condition=Q(status="draft"), name="assessment_draft_of"),
        ),
        migrations.AddIndex(
            "invitation",
            models.Index(
                fields=["-answered_at"],
                condition=Q(answered_at__isnull=False, is_assessed=False),
                name="invitation_to_assess",
            ),
        ),
        migrations.AddIndex(
            "invitation", models.Index(fields=["created_at"], condition=_UNFINISHED, name="invitation_unfinished")
        ),
        migrations.AddIndex(
            "invitation", models.Index(fields=["patient"], condition=_UNFINISHED, name="invitation_unfinished_of")
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
