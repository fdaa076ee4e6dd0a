"""``seed_scale``: the right number of rows, twice the same, none of which a check or a page finds fault with."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.models import Patient, SafetyFact, User
from clinic.scheduling.differences import differing_courses
from clinic.scheduling.models import MOVABLE, Appointment, Course
from intake.models import IntakeResponse, Score
from treatments.demo.scale import templates, timetable
from treatments.demo.scale.bulk import Bulk
from treatments.models import Proposal, TreatmentPlan, Visit

PATIENTS = 60
SHORT = (("accident", "female", 6), ("runner", "male", 6), ("accident", "female", 8))


def seed(patients: int = PATIENTS) -> str:
    out = StringIO()
    call_command("seed_scale", patients=patients, today=timezone.localdate(), stdout=out)
    return out.getvalue()


def told_of_all() -> list[list[Any]]:
    """Without the keys that a database gives out anew."""
    return [
        list(
            Patient.objects.order_by("pk").values_list("given_name", "family_name", "date_of_birth", "phone", "email")
        ),
        list(
            Appointment.objects.order_by("pk").values_list(
                "patient", "starts_at", "status", "number_in_course", "device__name"
            )
        ),
        list(SafetyFact.objects.order_by("pk").values_list("patient", "finding", "present", "recorded_at")),
        list(IntakeResponse.objects.order_by("pk").values_list("patient", "started_at", "submitted_at", "answers")),
        list(Proposal.objects.order_by("pk").values_list("patient", "created_at", "knowledge_version")),
        list(TreatmentPlan.objects.order_by("pk").values_list("patient", "created_at", "signed_at", "treatment")),
        list(Visit.objects.order_by("pk").values_list("patient", "started_at", "number", "record")),
        list(Score.objects.order_by("pk").values_list("patient", "measure", "value", "taken_at")),
        list(AuditEvent.objects.order_by("pk").values_list("at", "action", "patient_id", "actor_name")),
    ]


@pytest.mark.django_db
def test_a_small_one_is_whole(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "COURSES", SHORT)  # ninety visits are walked for the real one
    point = transaction.savepoint()
    begun = time.monotonic()
    seed()
    first = told_of_all()
    time.sleep(max(0.0, begun + 2.1 - time.monotonic()))  # what the database's clock stamps would differ
    transaction.savepoint_rollback(point)
    assert "100 %" in seed()
    for now, before in zip(told_of_all(), first, strict=True):
        assert [pair for pair in zip(now, before, strict=True) if pair[0] != pair[1]][:2] == []
    assert Patient.objects.count() == PATIENTS
    assert Appointment.objects.count() == 10 * PATIENTS
    assert Visit.objects.filter(status="signed").count() == 3 * PATIENTS
    assert Score.objects.count() == 6 * PATIENTS
    assert 20 * PATIENTS <= AuditEvent.objects.count() < 24 * PATIENTS  # so small a one has many intakes for its notes
    assert not AuditEvent.objects.filter(at__gt=timezone.now() + dt.timedelta(days=1)).exists()
    call_command("verify_audit", stdout=StringIO())
    call_command("check_summaries", stdout=StringIO())
    assert Appointment.objects.update(version=F("version")) == 10 * PATIENTS  # what looks at each row finds no fault
    assert _share_that_differs() < 0.1
    _pages_open(client)
    with pytest.raises(CommandError, match="people already"):
        seed()


def _share_that_differs() -> float:
    """Of the courses with visits to come: some, not most, are booked otherwise than their plan asks."""
    now = timezone.now()
    coming = Course.objects.filter(appointments__starts_at__gt=now, appointments__status__in=MOVABLE).distinct()
    assert coming.exclude(device_kind="").exists()
    return len(differing_courses(now=now, at_most=1000)) / coming.count()


def _pages_open(client: Client) -> None:
    busiest = Counter(Visit.objects.values_list("patient_id", flat=True)).most_common(1)[0][0]
    plan = TreatmentPlan.objects.filter(patient=busiest, status="signed").get()
    draft = TreatmentPlan.objects.filter(status="draft").first()
    visit = Visit.objects.filter(plan=plan).first()
    course = Course.objects.filter(status="to_book").first()
    assert draft and visit and course
    paths = [
        "/", "/patients/", f"/patients/{busiest}/", f"/plans/{plan.pk}/", f"/plans/{draft.pk}/", f"/visits/{visit.pk}/",
        f"/assessments/{plan.proposal.assessment_id}/", f"/outcomes/{busiest}/", "/today/", "/schedule/",
        "/followups/", "/intakes/",
    ]  # fmt: skip
    client.force_login(User.objects.get(email="practitioner3@demo.ashi"))
    for path in paths:
        assert client.get(path).status_code == 200, path


def _triggers_awake() -> int:
    """Those of the project, of all its tables."""
    awake = {
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(awake[connection.vendor])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_no_trigger_looks_at_rows_while_the_indexes_are_down() -> None:
    """Once one of PostgreSQL did, and read the whole table for each of a million visits."""
    before, bulk = _triggers_awake(), Bulk(lambda count: None)
    bulk.take_down()
    assert before and not _triggers_awake()
    bulk.put_back()
    bulk.rest()
    assert _triggers_awake() == before


def test_it_refuses_what_it_cannot_do() -> None:
    with pytest.raises(CommandError, match="--patients"):
        seed(3)


def test_a_course_never_meets_itself() -> None:
    size = timetable.Size(1000, 600)
    found = timetable.stays(size, [10, 6, 12, 30], ["female", "male", "female", "male"], random.Random(3))
    assert sum(stay.length for stay in found) == size.appointments
    weeks = Counter(stay.first_week + n for stay in found for n in range(stay.length))
    assert {weeks[week] for week in range(-timetable.AROUND, timetable.AHEAD + 1)} == {600}
    until: dict[int, int] = {}
    for stay in found:
        assert until.get(stay.patient, -999) < stay.first_week
        until[stay.patient] = stay.first_week + stay.length - 1
    assert max(until) < size.patients
