"""Address of the caller, scheme of the digest, and the patients of each event. Rows of before keep scheme 1."""

import django.db.models.deletion
from django.db import migrations, models

from clinic.audit.guards import Guard

CHUNK = 2000


def name_patients(apps, schema_editor):
    event_model, named_model = apps.get_model("audit", "AuditEvent"), apps.get_model("audit", "NamedPatient")
    fresh = []
    rows = event_model.objects.order_by("id").values_list("id", "patient_id", "detail")
    for event, patient, detail in rows.iterator(chunk_size=CHUNK):
        everybody = {*(detail.get("patients") or []), *([patient] if patient is not None else [])}
        fresh += [named_model(event_id=event, patient_id=pk) for pk in sorted(everybody)]
        if len(fresh) >= CHUNK:
            named_model.objects.bulk_create(fresh)
            fresh = []
    named_model.objects.bulk_create(fresh)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.AddField("auditevent", "address", models.CharField(blank=True, max_length=45, default=""), preserve_default=False),
        migrations.AddField("auditevent", "scheme", models.PositiveSmallIntegerField(default=1)),
        migrations.CreateModel(
            name="NamedPatient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("patient_id", models.BigIntegerField()),
                ("event", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="named", to="audit.auditevent")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("patient_id", "event"), name="audit_named_once")]},
        ),
        migrations.RunPython(name_patients, migrations.RunPython.noop),
        Guard("audit_auditevent", "audit", "audit events are never changed or removed"),
        Guard("audit_namedpatient", "audit_named", "audit events are never changed or removed"),
    ]
