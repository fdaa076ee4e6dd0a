"""A chain for each location; on PostgreSQL the function that adds to it in one trip; no index that nobody asks.

By hand where Django would make the whole table anew on SQLite: a column with a constant default and the end of an
index need no copy of some million events.
"""

import django.db.models.deletion
from django.db import migrations, models

EVENTS, NAMED = "audit_auditevent", "audit_namedpatient"

# The lock's number is the same as in older versions, where it was taken by the program: both can run side by side.
APPEND = """
CREATE OR REPLACE FUNCTION audit_append(
    chain_ integer, at_ timestamptz, actor_kind_ text, actor_id_ text, actor_name_ text, address_ text, action_ text,
    patient_id_ bigint, object_type_ text, object_id_ text, detail_ jsonb, outcome_ text, scheme_ integer,
    start_ text, tail_ text, patients_ bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last_ text;
    made_ bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(718281828 + chain_ - 1);
    SELECT digest INTO last_ FROM audit_auditevent WHERE chain = chain_ ORDER BY id DESC LIMIT 1;
    last_ := coalesce(last_, start_);
    INSERT INTO audit_auditevent (
        chain, at, actor_kind, actor_id, actor_name, address, action, patient_id, object_type, object_id, detail,
        outcome, scheme, previous, digest
    ) VALUES (
        chain_, at_, actor_kind_, actor_id_, actor_name_, address_, action_, patient_id_, object_type_, object_id_,
        detail_, outcome_, scheme_, last_, encode(sha256(convert_to('["' || last_ || '",' || tail_, 'UTF8')), 'hex')
    ) RETURNING id INTO made_;
    INSERT INTO audit_namedpatient (event_id, patient_id) SELECT made_, unnest(patients_);
    RETURN made_;
END $$
"""


def add_chain(apps, schema_editor):
    schema_editor.execute(f"ALTER TABLE {EVENTS} ADD COLUMN chain smallint DEFAULT 1 NOT NULL CHECK (chain >= 0)")


def drop_chain(apps, schema_editor):
    schema_editor.execute(f"ALTER TABLE {EVENTS} DROP COLUMN chain")


def drop_unused(apps, schema_editor):
    """Indexes on one column that no query uses, and on PostgreSQL the check of each named patient's event."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        events = connection.introspection.get_constraints(cursor, EVENTS)
        named = connection.introspection.get_constraints(cursor, NAMED)
    for name, one in events.items():
        if one["index"] and not one["unique"] and one["columns"] in (["digest"], ["action"], ["patient_id"]):
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")
    if connection.vendor == "postgresql":
        for name, one in named.items():
            if one["foreign_key"]:
                schema_editor.execute(f"ALTER TABLE {NAMED} DROP CONSTRAINT {schema_editor.quote_name(name)}")


def bring_back(apps, schema_editor):
    ways = {"action": [""], "patient_id": [""]}
    if schema_editor.connection.vendor == "postgresql":
        ways = {"action": ["", " varchar_pattern_ops"], "patient_id": [""], "digest": [" varchar_pattern_ops"]}
        schema_editor.execute(
            f"ALTER TABLE {NAMED} ADD CONSTRAINT audit_namedpatient_event_id_fk FOREIGN KEY (event_id) "
            f"REFERENCES {EVENTS} (id) DEFERRABLE INITIALLY DEFERRED"
        )
    for column, kinds in ways.items():
        for kind in kinds:
            name = f"{EVENTS}_{column}{'_like' if kind else ''}"
            schema_editor.execute(f"CREATE INDEX {name} ON {EVENTS} ({column}{kind})")


def make_append(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(APPEND, params=None)


def drop_append(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS audit_append")


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_address_and_names")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(add_chain, drop_chain),
                migrations.RunPython(drop_unused, bring_back),
            ],
            state_operations=[
                migrations.AddField("auditevent", "chain", models.PositiveSmallIntegerField(default=1, db_default=1)),
                migrations.AlterField("auditevent", "action", models.CharField(max_length=60)),
                migrations.AlterField("auditevent", "patient_id", models.BigIntegerField(null=True)),
                migrations.AlterField(
                    "namedpatient",
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="named",
                        to="audit.auditevent",
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex("auditevent", "audit_patient_newest"),
        migrations.AddIndex("auditevent", models.Index(fields=["chain", "-id"], name="audit_end_of_chain")),
        migrations.RunPython(make_append, drop_append),
    ]
