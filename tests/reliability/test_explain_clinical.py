"""Home, chart, inbox and outcomes of a clinic with a long past: none of their questions reads a big table whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from clinic.people.models import Clinic, Patient, SafetyFact, User
from clinic.scheduling.models import Appointment
from intake.models import Assessment, Episode, IntakeResponse, Invitation, Score
from intake.models.kept import links_that_differ, mend_links
from intake.presenters import inbox
from tests.factories.people import UserFactory
from tests.factories.scheduling import RoomFactory, ServiceFactory
from tests.factories.treatments import TREATMENT
from tests.reliability.test_explain import read_whole
from treatments.front.presenters import chart, home
from treatments.models import PlannedVisit, Proposal, TreatmentPlan, Visit
from treatments.models.kept import mend_reviews, reviews_that_differ
from treatments.outcomes.presenters import outcomes_of

PEOPLE = 1500
BIG = {
    model._meta.db_table
    for model in (Patient, SafetyFact, Appointment, Invitation, IntakeResponse, Assessment, Score, Proposal,
                  TreatmentPlan, PlannedVisit, Visit)
}  # fmt: skip
# a partial index holds only what is open: reading it in its order is not reading the table
PARTIAL = {
    index.name for model in apps.get_models() for index in model._meta.indexes if index.condition is not None
}  # fmt: skip


def plans_of(work: Callable[[], Any]) -> list[tuple[str, str]]:
    """(question, what the engine means to do) of all that ``work`` asks."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    word = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    found = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a few pages are quickest read whole: what is there beside that?
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in asked:
            cursor.execute(f"{word} {sql}", params)
            lines = [str(row[-1]) for row in cursor.fetchall()]
            found.append((sql, "\n".join(line for line in lines if not any(name in line for name in PARTIAL))))
    return found


def long_past() -> User:
    """Everybody was invited, answered, was assessed and treated; every tenth has a link that was never answered."""
    by, desk, now = UserFactory(practitioner=True), UserFactory(desk=True), timezone.now()
    room, service = RoomFactory(), ServiceFactory()
    day = [now - dt.timedelta(days=60 + number) for number in range(PEOPLE)]
    patients = Patient.objects.bulk_create(Patient(given_name="A", family_name=f"F{n}") for n in range(PEOPLE))
    links = Invitation.objects.bulk_create(
        Invitation(patient=one, token_hash=f"a{n}", created_by=desk, created_at=day[n], expires_at=day[n])
        for n, one in enumerate(patients)
    )
    Invitation.objects.bulk_create(
        Invitation(patient=one, token_hash=f"b{n}", created_by=desk, created_at=day[n], expires_at=day[n])
        for n, one in enumerate(patients) if n % 10 == 0
    )  # fmt: skip
    responses = IntakeResponse.objects.bulk_create(
        IntakeResponse(patient=link.patient, invitation=link, questionnaire_version="1", submitted_at=link.created_at,
                       consent_at=link.created_at)
        for link in links
    )  # fmt: skip
    signed = {"status": "signed", "created_by": by, "signed_by": by}
    episodes = Episode.objects.bulk_create(Episode(patient=one, complaint="back") for one in patients)
    of = {one.patient_id: one for one in episodes}
    assessments = Assessment.objects.bulk_create(
        Assessment(patient=one.patient, episode=of[one.patient_id], response=one, signed_at=one.submitted_at,
                   created_at=one.submitted_at, **signed)
        for one in responses if one.pk % 50
    )  # fmt: skip
    proposals = Proposal.objects.bulk_create(
        Proposal(patient=one.patient, assessment=one, case={}, result={}, knowledge_version="1", created_by=by)
        for one in assessments
    )
    plans = TreatmentPlan.objects.bulk_create(
        TreatmentPlan(patient=one.patient, episode=one.assessment.episode, proposal=one, treatment=TREATMENT,
                      signed_at=one.assessment.signed_at,
                      created_at=one.assessment.signed_at, course_reference=f"plan:{one.pk}", **signed)
        for one in proposals
    )  # fmt: skip
    PlannedVisit.objects.bulk_create(
        PlannedVisit(plan=plan, number=number, is_review=number == 3) for plan in plans for number in (1, 2, 3)
    )
    Visit.objects.bulk_create(
        Visit(patient=plan.patient, plan=plan, number=1 + plan.pk % 2, practitioner=by, started_at=plan.signed_at,
              status="signed", signed_by=by, signed_at=plan.signed_at)
        for plan in plans
    )  # fmt: skip
    Score.objects.bulk_create(
        Score(patient=plan.patient, measure="nrs_average", value=5, occasion="visit", taken_at=plan.signed_at,
              filled_by="staff") for plan in plans
    )  # fmt: skip
    SafetyFact.objects.bulk_create(
        SafetyFact(patient=one, finding="condition.pacemaker", present=False) for one in patients
    )
    Appointment.objects.bulk_create(
        Appointment(patient=one, practitioner=by, room=room, service=service, created_by=desk, nonce=f"n{n}",
                    starts_at=(at := now + dt.timedelta(hours=200 - n)), ends_at=at + dt.timedelta(minutes=30),
                    busy_until=at + dt.timedelta(minutes=40))
        for n, one in enumerate(patients)
    )  # fmt: skip
    _count_rows()  # tables filled a moment ago look empty to PostgreSQL, which then goes through them row by row
    mend_links(links_that_differ())
    mend_reviews(reviews_that_differ())
    _count_rows()
    return by


def _count_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _patient() -> Patient:
    return Patient.objects.get(family_name=f"F{PEOPLE // 2}")


PAGES: dict[str, Callable[[User], Any]] = {
    "home, practitioner": lambda by: home.page_of(
        by, clinic=Clinic.current(), now=timezone.now(), today=timezone.localdate()
    ),
    "home, front desk": lambda by: home.unfinished_intakes(timezone.now()),
    "chart": lambda by: chart.page_of(_patient(), is_clinical=True, now=timezone.now()),
    "inbox": lambda by: inbox.inbox({}, is_clinical=True),
    "outcomes": lambda by: outcomes_of(_patient()),
}


class Questions(TestCase):
    by: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.by = long_past()

    def test_no_page_reads_a_big_table_whole(self) -> None:
        for page, work in PAGES.items():
            with self.subTest(page):
                found = plans_of(lambda work=work: work(self.by))  # type: ignore[misc]
                bad = [f"{sql[:200]}\n{plan}" for sql, plan in found if read_whole(plan) & BIG]
                assert not bad, "\n\n".join(bad)

    def test_what_the_pages_keep_can_be_found(self) -> None:
        """The pages above have something to show: an empty list would be quick by any plan."""
        shown = home.page_of(self.by, clinic=Clinic.current(), now=timezone.now(), today=timezone.localdate())
        assert len(shown["practitioner"]["intakes"]) == home.SHOWN == len(shown["practitioner"]["reviews"])
        assert len(home.unfinished_intakes(timezone.now())) == home.SHOWN

    def test_a_question_that_reads_all_history_would_be_found(self) -> None:
        plans = plans_of(lambda: list(IntakeResponse.objects.filter(progress=7).order_by()))
        assert [read_whole(plan) for _, plan in plans] == [{"intake_intakeresponse"}]
