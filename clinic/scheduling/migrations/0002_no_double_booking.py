"""No practitioner, room, device or patient is booked twice at one time: kept by the database, whoever writes.

PostgreSQL: exclusion constraints; an id is written as a range of one, so no extension is needed.
SQLite: triggers that say the same. Remaking the table (AlterField on SQLite) drops triggers: a later migration that
changes ``scheduling_appointment`` must run ``make_guards`` again. tests/clinic/scheduling/test_guards.py watches it.
"""

from django.db import migrations

TABLE = "scheduling_appointment"
# what is taken -> the column until which it is taken: the changeover does not keep the patient
TAKEN = {"practitioner": "busy_until", "room": "busy_until", "device": "busy_until", "patient": "ends_at"}
FREES = "('cancelled', 'no_show')"
STAMP = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"  # so that text sorts as time


def _postgresql():
    for what, until in TAKEN.items():
        yield (
            f"ALTER TABLE {TABLE} ADD CONSTRAINT appointment_{what}_free EXCLUDE USING gist ("
            f"int8range({what}_id, {what}_id, '[]') WITH &&, tstzrange(starts_at, {until}, '[)') WITH &&) "
            f"WHERE (status NOT IN {FREES}" + (" AND device_id IS NOT NULL)" if what == "device" else ")")
        )


def _sqlite():
    for verb in ("INSERT", "UPDATE"):
        yield (
            f"CREATE TRIGGER appointment_times_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"WHEN NOT (NEW.starts_at GLOB '{STAMP}' AND NEW.ends_at GLOB '{STAMP}' AND NEW.busy_until GLOB '{STAMP}') "
            "BEGIN SELECT RAISE(ABORT, 'appointment times must be written as Django writes them'); END"
        )
        for what, until in TAKEN.items():
            yield (
                f"CREATE TRIGGER appointment_{what}_free_{verb.lower()} BEFORE {verb} ON {TABLE} "
                f"WHEN NEW.status NOT IN {FREES} BEGIN SELECT RAISE(ABORT, 'appointment_{what}_free') "
                f"WHERE EXISTS (SELECT 1 FROM {TABLE} AS other WHERE other.{what}_id = NEW.{what}_id "
                f"AND other.{until} > NEW.starts_at AND other.starts_at < NEW.{until} "
                f"AND other.status NOT IN {FREES} AND other.id IS NOT NEW.id); END"
            )


def make_guards(apps, schema_editor):
    statements = _postgresql() if schema_editor.connection.vendor == "postgresql" else _sqlite()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def drop_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for what in TAKEN:
            schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS appointment_{what}_free", params=None)
        return
    for verb in ("insert", "update"):
        for name in ("times", *(f"{what}_free" for what in TAKEN)):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS appointment_{name}_{verb}", params=None)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]
    operations = [migrations.RunPython(make_guards, drop_guards)]
