"""No visit is longer than ``LONGEST_STAY`` with its changeover: what is read of a time needs no older visits.

PostgreSQL: a check. SQLite: triggers that say the same, as in 0002 (a migration that remakes the table must run
``make_guards`` of both again).
"""

from django.db import migrations

TABLE = "scheduling_appointment"
MINUTES = 600  # as LONGEST_STAY; tests/clinic/scheduling/test_guards.py holds them together


def make_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT appointment_length "
            f"CHECK (busy_until - starts_at <= interval '{MINUTES} minutes')",
            params=None,
        )
        return
    for verb in ("INSERT", "UPDATE"):
        schema_editor.execute(
            f"CREATE TRIGGER appointment_length_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"WHEN NEW.busy_until > strftime('%Y-%m-%d %H:%M:%S', NEW.starts_at, '+{MINUTES} minutes') "
            "BEGIN SELECT RAISE(ABORT, 'appointment_length'); END",
            params=None,
        )


def drop_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS appointment_length", params=None)
        return
    for verb in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS appointment_length_{verb}", params=None)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0006_plain_words")]
    operations = [migrations.RunPython(make_guards, drop_guards)]
