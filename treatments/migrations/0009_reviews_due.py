"""A planned review keeps whose it is while it is due; drafts are found without reading what was signed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# as treatments.models.kept counts it
_FILL = """
UPDATE treatments_plannedvisit SET due_from_id = (
    SELECT p.signed_by_id FROM treatments_treatmentplan p WHERE p.id = treatments_plannedvisit.plan_id)
WHERE is_review AND EXISTS (
    SELECT 1 FROM treatments_treatmentplan p
    WHERE p.id = treatments_plannedvisit.plan_id AND p.status = 'signed'
    AND treatments_plannedvisit.number <= 1 + COALESCE((
        SELECT MAX(v.number) FROM treatments_visit v JOIN treatments_treatmentplan of_visit ON of_visit.id = v.plan_id
        WHERE v.status <> 'set_aside' AND v.patient_id = p.patient_id
        AND of_visit.course_reference = p.course_reference), 0)
    AND NOT EXISTS (
        SELECT 1 FROM intake_score s
        WHERE s.withdrawn_at IS NULL AND s.patient_id = p.patient_id AND s.occasion = 'review'
        AND s.visit_number >= treatments_plannedvisit.number AND s.taken_at >= p.created_at))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0011_kept_on_the_link"),
        ("people", "0007_plain_words"),
        ("scheduling", "0006_plain_words"),
        ("treatments", "0008_plain_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "plannedvisit",
            "due_from",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            "plannedvisit",
            models.Index(
                fields=["due_from", "-plan", "number"], condition=Q(due_from__isnull=False), name="planned_visit_due"
            ),
        ),
        migrations.AddIndex(
            "treatmentplan",
            models.Index(fields=["created_by", "-id"], condition=Q(status="draft"), name="plan_draft_of"),
        ),
        migrations.AddIndex(
            "visit",
            models.Index(fields=["practitioner", "-started_at"], condition=Q(status="draft"), name="visit_draft_of"),
        ),
        migrations.AddIndex(
            "visit", models.Index(fields=["started_at"], condition=Q(status="draft"), name="visit_draft_since")
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
