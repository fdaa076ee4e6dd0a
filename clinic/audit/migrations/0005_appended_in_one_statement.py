"""SQLite: an event and the patients it names are added by one statement, as PostgreSQL's function does it.

The view holds nothing; adding to it adds to both tables. A migration that alters one of them drops the view first:
SQLite renames no table while a trigger names one that is not there.
"""

from django.db import migrations

COLUMNS = (
    "chain at actor_kind actor_id actor_name address action patient_id object_type object_id detail outcome scheme "
    "previous digest"
).split()
VIEW = f"CREATE VIEW audit_append AS SELECT {', '.join(f'NULL AS {name}' for name in [*COLUMNS, 'patients'])}"
TRIGGER = f"""
CREATE TRIGGER audit_append_row INSTEAD OF INSERT ON audit_append BEGIN
    INSERT INTO audit_auditevent ({', '.join(COLUMNS)}) VALUES ({', '.join(f'NEW.{name}' for name in COLUMNS)});
    INSERT INTO audit_namedpatient (event_id, patient_id)
        SELECT last_insert_rowid(), value FROM json_each(NEW.patients);
END
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(VIEW)
        schema_editor.execute(TRIGGER)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP VIEW audit_append")


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_chain_of_a_location")]
    operations = [migrations.RunPython(make, drop)]
