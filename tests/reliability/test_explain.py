"""The questions that hot pages ask never read a big table from end to end, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit import writing
from clinic.audit.chain import Draft
from clinic.audit.fetch import events_of
from clinic.audit.models import AuditEvent
from clinic.people import search
from clinic.people.models import Patient, PatientWord, User
from clinic.people.words import asked_ways
from clinic.scheduling.asked_times import diary_at
from clinic.scheduling.closures import stuck
from clinic.scheduling.models import Appointment, Course
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import CourseFactory, RoomFactory, ServiceFactory, WorkingPractitionerFactory

pytestmark = pytest.mark.django_db
STUCK_FIRST = (["appointment_stuck"], ["appointment_stuck_of"])  # the index by which a search begins
DAYS = 400  # of visits, a few each day: enough that an engine prefers an index


def plan_of(rows: QuerySet[Any, Any]) -> str:
    """What the engine means to do, in its words; statistics are fresh."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return rows.explain()


def read_whole(plan: str) -> set[str]:
    """Tables that a plan reads from end to end."""
    if connection.vendor == "postgresql":
        return set(re.findall(r"Seq Scan on (\w+)", plan))
    return set(re.findall(r"\bSCAN (\w+)", plan))


@pytest.fixture(scope="class")
def history(stands: None) -> dt.datetime:
    """Ten visits on each of many days, some to come; the moment that is now."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    house = {"service": ServiceFactory(), "practitioner": WorkingPractitionerFactory(), "room": RoomFactory()}
    patients, desk = [PatientFactory() for _ in range(20)], UserFactory(desk=True)
    asked = {name: house[name] for name in ("service", "practitioner")} | {"phases": [{"per_week": 1, "weeks": 10}]}
    courses = Course.objects.bulk_create(
        Course(patient=who, **asked, sessions=10, minutes=45, requested_by=desk, reference=f"explain:{turn}:{who.pk}")
        for turn in range(DAYS // 20)
        for who in patients
    )
    rows = []
    for number in range(DAYS * 10):
        starts = now + dt.timedelta(days=30 - number // 10, hours=number % 10)
        until = starts + dt.timedelta(minutes=45)
        who = patients[number % len(patients)]
        nonce = f"explain:{number}"
        more = {"starts_at": starts, "ends_at": until, "busy_until": until, "nonce": nonce, "created_by": desk}
        turn, place = divmod(number // len(patients), 10)
        course = courses[turn * len(patients) + number % len(patients)]
        rows.append(Appointment(patient=who, **house, **more, course=course, number_in_course=place + 1))
    Appointment.objects.bulk_create(rows, batch_size=500)
    return now


# what the day board and the desk's list ask, too
HOT: dict[str, Callable[[dt.datetime], QuerySet[Any, Any]]] = {
    "visits of a day": lambda now: Appointment.objects.active().between(now, now + dt.timedelta(days=1)),
    "day board": lambda now: Appointment.objects.filter(starts_at__gte=now, starts_at__lt=now + dt.timedelta(days=1)),
    "visits of a week": lambda now: Appointment.objects.active().between(now, now + dt.timedelta(days=7)),
}


class TestVisits:
    @pytest.mark.parametrize("question", HOT)
    def test_no_big_table_is_read_whole(self, question: str, history: dt.datetime) -> None:
        plan = plan_of(HOT[question](history))
        assert "scheduling_appointment" not in read_whole(plan), plan
        assert re.search(r"starts_at>\? AND starts_at<\?|starts_at >=? .* AND \(starts_at < ", plan), plan

    def test_booking_reads_the_asked_times_by_an_index(self, history: dt.datetime) -> None:
        days = [history + dt.timedelta(days=day) for day in range(12)]
        with CaptureQueriesContext(connection) as asked:
            diary_at([(day, day + dt.timedelta(hours=1)) for day in days], [1])
        [question] = [one["sql"] for one in asked if "scheduling_" in one["sql"]]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute(f"{'EXPLAIN' if connection.vendor == 'postgresql' else 'EXPLAIN QUERY PLAN'} {question}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        assert "scheduling_appointment" not in read_whole(plan), plan
        assert "scheduling_appointment" in plan

    def test_what_is_stuck_of_one_practitioner_is_found_by_its_index(self, history: dt.datetime) -> None:
        """Once SQLite took the index of the practitioner: half of a home page at a hundred thousand patients."""
        practitioner = User.objects.get(appointments__pk=Appointment.objects.values_list("pk", flat=True)[0])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            if connection.vendor == "sqlite":  # as if there were fifty practitioners and a million visits
                visits = "UPDATE sqlite_stat1 SET stat = '1000000 20000 1' WHERE tbl = 'scheduling_appointment'"
                cursor.execute(visits)
                cursor.execute("ANALYZE sqlite_schema")
        for question in (stuck(now=history, practitioner=practitioner)[:5], stuck(now=history)[:5]):
            plan = question.explain()
            assert re.findall(r"(?:INDEX|using) (appointment_\w+)", plan)[:1] in STUCK_FIRST, plan

    def test_visits_of_courses_come_by_index_also_shared_ones(self, history: dt.datetime) -> None:
        """Of one and of several; and by the reference of a course, as charts ask."""
        patient = Patient.objects.order_by("pk").values_list("pk", flat=True)[0]
        asked = (
            Appointment.objects.active()
            .of_courses([1, 2, 3])
            .filter(number_in_course__isnull=False)
            .order_by("starts_at"),
            Course(pk=7).visits.active(),
            Appointment.objects.active().filter(
                Q(course__reference="x") | Q(also_course__reference="x"), patient=patient
            ),
        )
        for question in asked:
            plan = plan_of(question)
            assert "scheduling_appointment" not in read_whole(plan), plan

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has constraints and needs no such trigger")
    @pytest.mark.parametrize("verb", ["insert", "update"])
    def test_the_guards_of_a_visit_cost_the_same_in_a_long_history(self, verb: str, history: dt.datetime) -> None:
        """Once each booking and each click on the board read all visits ever made: a guard looked through them."""
        last = Appointment.objects.order_by("-starts_at").first()
        assert last is not None
        course = CourseFactory(patient=last.patient)  # with which its number is looked for in both columns
        steps = [0]

        def count() -> int:
            steps[0] += 1
            return 0

        connection.connection.set_progress_handler(count, 10)
        try:
            if verb == "insert":
                last.pk, last.nonce = None, "another"
                last.starts_at, last.ends_at = (one + dt.timedelta(days=9) for one in (last.starts_at, last.ends_at))
                last.busy_until = last.ends_at
                last.course, last.number_in_course = course, 1
                last.save(force_insert=True)
            else:
                Appointment.objects.filter(pk=last.pk).update(
                    status="arrived", version=2, course=course, number_in_course=1
                )
        finally:
            connection.connection.set_progress_handler(None, 0)
        assert steps[0] < DAYS, f"{steps[0] * 10} steps for {DAYS * 10} visits"

    def test_a_query_without_bounds_would_be_found(self, history: dt.datetime) -> None:
        plan = plan_of(Appointment.objects.filter(version__gt=7))
        assert read_whole(plan) == {"scheduling_appointment"}, plan


# --- the trail, and whom a search finds ------------------------------------------------------------------------------
def event(number: int) -> Draft:
    who = ("staff", "7", "Petra", "", "chart.read")
    return Draft(1, timezone.now(), *who, number % 1000, "", "", {}, "done")


@pytest.fixture(scope="class")
def many(stands: None) -> None:
    """A long trail, many patients and their words."""
    with transaction.atomic():
        writing.append(connection, [event(number) for number in range(3000)])  # type: ignore[arg-type]
    people = Patient.objects.bulk_create(
        Patient(given_name=f"Given{number}", family_name=f"Family{number:04}") for number in range(3000)
    )
    PatientWord.objects.bulk_create(
        PatientWord(patient=one, word=word)
        for number, one in enumerate(people)
        for word in (f"given{number}", f"family{number:04}", f"55501{number:05}", f"@19{number % 90 + 10}0327")
    )


def first_of(asked: str, most: int) -> QuerySet[Any, Any]:
    ways = asked_ways(asked, region="DE")
    return Patient.objects.filter(pk__in=search._first_of(ways, most)).defer(*search.NOT_SHOWN)


FOUND: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "three letters": lambda: first_of("giv", 8),
    "two words": lambda: first_of("given1 family1", 8),
    "digits of a phone": lambda: first_of("5550102", 8),
    "date of birth": lambda: first_of("27.3.1984", 8),
    "same date of birth": lambda: PatientWord.objects.filter(word="@19840327").values("patient_id"),
    "the filter of a list": lambda: search.find_patients("given123").values("pk"),
    "events before one": lambda: events_of(patient=None, action="").filter(pk__lt=2000)[:61],
    "events after one": lambda: events_of(patient=None, action="").filter(pk__gt=2000).order_by("pk")[:61],
    "events about a patient": lambda: events_of(patient=17, action="")[:61],
    "end of a chain": lambda: AuditEvent.objects.filter(chain=1).values_list("digest")[:1],
    "another chain": lambda: AuditEvent.objects.filter(chain=9).values_list("digest")[:1],
}
BIG = {"audit_auditevent", "audit_namedpatient", "people_patient", "people_patientword", "w", "o"}  # w, o: words


class TestWhoIsFound:
    @pytest.mark.parametrize("question", FOUND)
    def test_nobody_is_looked_for_in_all_rows(self, question: str, many: None) -> None:
        plan = plan_of(FOUND[question]())
        assert not read_whole(plan) & BIG, plan

    def test_a_list_by_name_comes_in_the_order_of_its_index(self, many: None) -> None:
        plan = plan_of(search.list_patients("")[:31])
        assert "patient_by_name" in plan and "TEMP B-TREE" not in plan and "Sort" not in plan, plan

    def test_common_letters_read_no_more_than_the_first(self, many: None) -> None:
        """All 3000 begin so: the index is read from where they begin, and no further than needed, by either engine."""
        assert len(search.first_patients("fam")) == search.SHOWN
        assert [one.family_name for one in search.first_patients("fam")] == [
            f"Family{n:04}" for n in range(search.SHOWN)
        ]
        listed = list(search.list_patients("fam"))
        assert [one.family_name for one in listed] == [f"Family{n:04}" for n in range(search.MOST_LISTED)]


def test_indexes_nobody_asks_are_gone(db: None) -> None:
    """An event costs each of them; the unique digest and the words' own order stay."""
    with connection.cursor() as cursor:
        kept = {
            table: {
                tuple(one["columns"])
                for one in connection.introspection.get_constraints(cursor, table).values()
                if one["index"] or one["unique"] or one["primary_key"]
            }
            for table in ("audit_auditevent", "people_patientword")
        }
        like = "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%\\_like' AND tablename = ANY(%s)"
        if connection.vendor == "postgresql":
            cursor.execute(like, [list(kept)])
            assert cursor.fetchall() == []
    assert kept["audit_auditevent"] == {("id",), ("at",), ("digest",), ("chain", "id")}
    assert kept["people_patientword"] == {("id",), ("patient_id", "word"), ("word", "patient_id")}
