"""A form asked and written down by phone: its consent may be open when it is sent."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from clinic.audit.guards import Guard, Lift

FROZEN = {
    "table": "intake_intakeresponse",
    "name": "intake_response",
    "message": "a submitted intake is never changed or removed",
    "when": "OLD.submitted_at IS NOT NULL",
}


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0018_response_language"),
        ("people", "0010_safety_entries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "checked",
                    models.CharField(
                        choices=[("birth", "date of birth"), ("phone", "called on the number we know")], max_length=5
                    ),
                ),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("questions", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        Lift(**FROZEN),
        migrations.RemoveConstraint(
            model_name="intakeresponse",
            name="submitted_with_consent",
        ),
        migrations.AddField(
            model_name="intakeresponse",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeresponse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("submitted_at", None), ("consent_at__isnull", False), ("sent_by__isnull", False), _connector="OR"
                ),
                name="submitted_with_consent_or_by_phone",
            ),
        ),
        Guard(**FROZEN),
        migrations.AddField(
            model_name="phonecall",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="phonecall",
            name="response",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="intake.intakeresponse"
            ),
        ),
        Guard("intake_phonecall", "phone_call_kept", "a call is never removed", verbs=("DELETE",)),
    ]
