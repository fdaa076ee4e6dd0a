"""The words that patients are found by, in one order on either database, with whom they find: one index for both.

By hand where Django would make the table anew on SQLite. PostgreSQL's own order of letters varies by where it was set
up, so the column gets the plain one, that of SQLite: then a range of words is a range of the index.
"""

import django.db.models.deletion
from django.db import migrations, models

WORDS = "people_patientword"


def drop_unused(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, WORDS)
    for name, one in known.items():
        if one["index"] and not one["unique"] and one["columns"] in (["word"], ["patient_id"]):
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def bring_back(apps, schema_editor):
    schema_editor.execute(f"CREATE INDEX {WORDS}_patient_id ON {WORDS} (patient_id)")
    schema_editor.execute(f"CREATE INDEX {WORDS}_word ON {WORDS} (word)")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE INDEX {WORDS}_word_like ON {WORDS} (word varchar_pattern_ops)")


def plain_order(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'ALTER TABLE {WORDS} ALTER COLUMN word TYPE varchar(80) COLLATE "C"')


def usual_order(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'ALTER TABLE {WORDS} ALTER COLUMN word TYPE varchar(80) COLLATE "default"')


class Migration(migrations.Migration):
    dependencies = [("people", "0007_plain_words")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(drop_unused, bring_back),
                migrations.RunPython(plain_order, usual_order),
            ],
            state_operations=[
                migrations.AlterField("patientword", "word", models.CharField(max_length=80)),
                migrations.AlterField(
                    "patientword",
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to="people.patient",
                    ),
                ),
            ],
        ),
        migrations.AddIndex("patientword", models.Index(fields=["word", "patient"], name="patient_word_first")),
    ]
