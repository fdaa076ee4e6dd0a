"""One appointment may serve two courses of its patient.

The columns are nullable, so SQLite adds them without remaking the table (which would drop its guards). What the guards
say, whoever writes: both columns or neither, beside a first course that is another one; the second course is the
patient's own; and no number of a course is held twice, whichever of the two pairs of columns holds it (two unique
indexes see one pair each). On PostgreSQL the rows of the courses are locked first, so that of two writers one waits.
Backwards SQLite does remake the table: the guards of earlier migrations are put back.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLE = "scheduling_appointment"
FREES = "('cancelled', 'no_show')"
IS_WHOLE = (
    "{0}also_course_id IS NULL AND {0}also_number IS NULL OR {0}also_course_id IS NOT NULL "
    "AND {0}also_number IS NOT NULL AND {0}course_id IS NOT NULL AND {0}also_course_id <> {0}course_id"
)
HELD_ELSEWHERE = (
    f"EXISTS (SELECT 1 FROM {TABLE} AS other WHERE other.also_course_id = NEW.course_id AND other.also_number = "
    f"NEW.number_in_course AND other.status NOT IN {FREES} AND other.id <> NEW.id) OR EXISTS (SELECT 1 FROM {TABLE} "
    "AS other WHERE other.course_id = NEW.also_course_id AND other.number_in_course = NEW.also_number "
    f"AND other.status NOT IN {FREES} AND other.id <> NEW.id)"
)
OF_ANOTHER = (
    "NEW.also_course_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM scheduling_course AS c "
    "WHERE c.id = NEW.also_course_id AND c.patient_id = NEW.patient_id)"
)
POSTGRESQL = (
    f"ALTER TABLE {TABLE} ADD CONSTRAINT appointment_shared_whole CHECK ({IS_WHOLE.format('')})",
    f"""CREATE FUNCTION appointment_shared() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM 1 FROM scheduling_course WHERE id IN (NEW.course_id, NEW.also_course_id) ORDER BY id FOR NO KEY UPDATE;
    IF {OF_ANOTHER} THEN
        RAISE EXCEPTION 'appointment_shared_patient' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.status NOT IN {FREES} AND ({HELD_ELSEWHERE}) THEN
        RAISE EXCEPTION 'course_visit_shared_once' USING ERRCODE = 'unique_violation'; END IF;
    RETURN NEW; END $$""",
    "CREATE TRIGGER appointment_shared BEFORE INSERT OR UPDATE OF patient_id, course_id, number_in_course, "
    f"also_course_id, also_number, status ON {TABLE} FOR EACH ROW WHEN (NEW.course_id IS NOT NULL) "
    "EXECUTE FUNCTION appointment_shared()",
)


def _sqlite():
    for verb in ("INSERT", "UPDATE"):
        head = f"CREATE TRIGGER appointment_{{0}}_{verb.lower()} AFTER {verb} ON {TABLE}"
        yield (
            f"{head.format('shared_whole')} WHEN NOT ({IS_WHOLE.format('NEW.')}) "
            "BEGIN SELECT RAISE(ABORT, 'appointment_shared_whole'); END"
        )
        yield (
            f"{head.format('shared_patient')} WHEN {OF_ANOTHER} "
            "BEGIN SELECT RAISE(ABORT, 'appointment_shared_patient'); END"
        )
        yield (
            f"{head.format('shared_once')} WHEN NEW.course_id IS NOT NULL AND NEW.status NOT IN {FREES} "
            f"BEGIN SELECT RAISE(ABORT, 'course_visit_shared_once') WHERE {HELD_ELSEWHERE}; END"
        )


def make_guards(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _sqlite()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def drop_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in (
            f"DROP TRIGGER IF EXISTS appointment_shared ON {TABLE}",
            "DROP FUNCTION IF EXISTS appointment_shared()",
            f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS appointment_shared_whole",
        ):
            schema_editor.execute(statement, params=None)
        return
    for verb in ("insert", "update"):
        for name in ("whole", "patient", "once"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS appointment_shared_{name}_{verb}", params=None)
    earlier.update(_triggers(schema_editor))
    for name in earlier:
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)


earlier: dict[str, str] = {}


def _triggers(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'")
        return dict(cursor.fetchall())


def put_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in earlier.values():
            if "also_number" not in statement:  # made from the unique indexes: clinic.audit.guards makes it anew
                schema_editor.execute(statement, params=None)
        earlier.clear()


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0008_kept_for_the_lists")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, put_back),
        migrations.AddField(
            "appointment",
            "also_course",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shared_appointments",
                to="scheduling.course",
            ),
        ),
        migrations.AddField("appointment", "also_number", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("appointment", "also_earlier_pace", models.PositiveSmallIntegerField(null=True)),
        migrations.AddIndex(
            "appointment",
            models.Index(
                condition=models.Q(("also_course__isnull", False)),
                fields=["also_course"],
                name="appointment_also_course",
            ),
        ),
        migrations.AddConstraint(
            "appointment",
            models.UniqueConstraint(
                condition=models.Q(("status__in", ["cancelled", "no_show"]), _negated=True),
                fields=("also_course", "also_number"),
                name="course_visit_shared_once",
            ),
        ),
        migrations.AlterField(
            "appointmentchange",
            "kind",
            models.CharField(
                choices=[
                    ("booked", "booked"),
                    ("moved", "moved"),
                    ("status", "status"),
                    ("undone", "undone"),
                    ("aligned", "brought in line with the plan"),
                    ("shared", "for other courses"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunPython(make_guards, drop_guards),
    ]
