"""The steps of Undo are rows of their own. The old column stays, always empty: seals of signed plans cover it."""

import django.db.models.deletion
from django.db import migrations, models


def to_rows(apps, schema_editor):
    plan_model, step_model = apps.get_model("treatments", "TreatmentPlan"), apps.get_model("treatments", "UndoStep")
    for plan in plan_model.objects.filter(status="draft").exclude(earlier=[]).only("earlier").iterator(chunk_size=20):
        step_model.objects.bulk_create(step_model(plan=plan, treatment=one) for one in plan.earlier)
    plan_model.objects.filter(status="draft").exclude(earlier=[]).update(earlier=[])


def to_column(apps, schema_editor):
    plan_model, step_model = apps.get_model("treatments", "TreatmentPlan"), apps.get_model("treatments", "UndoStep")
    for pk in step_model.objects.order_by().values_list("plan", flat=True).distinct():
        steps = list(step_model.objects.filter(plan=pk).order_by("id").values_list("treatment", flat=True))
        plan_model.objects.filter(pk=pk, status="draft").update(earlier=steps)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0012_longer_knowledge_version")]

    operations = [
        migrations.CreateModel(
            name="UndoStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("treatment", models.JSONField()),
                ("plan", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="undo_steps", to="treatments.treatmentplan")),
            ],
            options={
                "ordering": ["plan", "-id"],
                "indexes": [models.Index(fields=["plan", "-id"], name="undo_step_newest")],
            },
        ),
        migrations.RunPython(to_rows, to_column),
    ]
