"""The consent signed again without a form, and the clinic's own words in it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from clinic.audit.guards import Guard


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0019_by_phone"),
        ("people", "0011_patient_language"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="purpose",
            field=models.CharField(
                choices=[("form", "form"), ("consent", "consent")], db_default="form", default="form", max_length=7
            ),
        ),
        migrations.CreateModel(
            name="OwnConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField()),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ConsentSigned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("consent_name", models.CharField(max_length=160)),
                ("consent_guardian", models.CharField(blank=True, max_length=160)),
                ("consent_relation", models.CharField(blank=True, max_length=80)),
                ("consent_signature", models.TextField(blank=True)),
                ("consent_text_version", models.CharField(max_length=20)),
                ("consent_given", models.JSONField()),
                ("consent_at", models.DateTimeField()),
                (
                    "invitation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consent", to="intake.invitation"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="people.patient"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["patient", "-id"], name="consent_newest")],
            },
        ),
        Guard("intake_consentsigned", "consent_signed", "a signed consent is never changed or removed"),
        Guard("intake_ownconsent", "own_consent_kept", "a version of the own consent text is never changed or removed"),
    ]
