"""What links and planned visits keep for the lists is what a recount says, whatever happened in whatever order."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clinic.people.models import Patient, User
from intake.actions import answers, invitations
from intake.actions import assessment as assessing
from intake.models import Assessment, IntakeResponse, Invitation
from intake.models.kept import links_that_differ
from tests.factories.assessed import draft_plan
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import ServiceFactory
from tests.factories.treatments import episode_of, signed_plan, signed_visit
from treatments.models import PlannedVisit, Visit
from treatments.models.kept import due_reviews, reviews_that_differ
from treatments.outcomes.actions import latest_visit_number, record_scores
from treatments.plans.actions.signing import sign_plan
from treatments.visits.actions import starting
from treatments.visits.actions.set_aside import set_aside


def invite(patient: Patient, by: User, draw: random.Random) -> None:
    invitations.invite(patient=patient, by=by)


def send(patient: Patient, by: User, draw: random.Random) -> None:
    """The newest open link is filled in and sent."""
    link = Invitation.objects.filter(patient=patient, replaced_by=None, revoked_at=None, answered_at=None).first()
    if link is not None and link.is_open:
        answers.submit(ResponseFactory(complete=True, invitation=link).pk)


def revoke(patient: Patient, by: User, draw: random.Random) -> None:
    link = Invitation.objects.filter(patient=patient, replaced_by=None, revoked_at=None).first()
    if link is not None:
        invitations.revoke(link.pk, by=by)


def assess(patient: Patient, by: User, draw: random.Random) -> None:
    assessing.open_draft(patient=patient, by=by)


def discard(patient: Patient, by: User, draw: random.Random) -> None:
    draft = Assessment.objects.filter(patient=patient, status="draft").first()
    if draft is not None:
        assessing.set_aside(assessment_id=draft.pk, code="mistake", note="", by=by)


def treat(patient: Patient, by: User, draw: random.Random) -> None:
    signed_visit(patient, by)


def begin(patient: Patient, by: User, draw: random.Random) -> None:
    starting.start_visit(patient=patient, by=by, is_sure=True)


def take_back(patient: Patient, by: User, draw: random.Random) -> None:
    visits = list(Visit.objects.counting().filter(patient=patient))
    if visits:
        set_aside(visit_id=draw.choice(visits).pk, code="mistake", note="", by=by)


def review(patient: Patient, by: User, draw: random.Random) -> None:
    record_scores(
        patient=patient, episode=(about := episode_of(patient)), values={"nrs_average": 4},
        visit_number=latest_visit_number(about), filled_by="staff", by=by,
    )  # fmt: skip


STEPS: dict[str, Callable[[Patient, User, random.Random], None]] = {
    step.__name__: step for step in (invite, send, revoke, assess, discard, treat, begin, take_back, review)
}


class Kept(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 1)), min_size=5, max_size=16),
        st.randoms(use_true_random=False),
    )
    def test_the_recount_agrees_after_every_step(self, steps: list[tuple[str, int]], draw: random.Random) -> None:
        by = UserFactory(practitioner=True)
        patients = [PatientFactory(date_of_birth=dt.date(1980, 5, 5), sex="female") for _ in range(2)]
        for patient in patients:
            plan = signed_plan(patient, by)
            PlannedVisit.objects.filter(plan=plan).update(is_review=False)
            PlannedVisit.objects.filter(plan=plan, number__in=(2, 4)).update(is_review=True)
        for name, whose in steps:
            STEPS[name](patients[whose], by, draw)
            assert not links_that_differ().exists(), name
            assert not reviews_that_differ().exists(), name


@pytest.mark.django_db
def test_a_new_version_of_the_plan_takes_the_reviews_over() -> None:
    petra, ana = UserFactory(practitioner=True), PatientFactory(date_of_birth=dt.date(1980, 5, 5), sex="female")
    plan = draft_plan(ana, petra)
    plan.treatment["dose"]["review_at"] = [1]
    plan.save(update_fields=["treatment"])
    signed = sign_plan(plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(), practitioner=petra, by=petra)
    assert [row.number for row in PlannedVisit.objects.filter(due_from=petra, plan=signed)] == [1]
    assert due_reviews().count() == 1 and not reviews_that_differ().exists()


@pytest.mark.django_db
def test_the_command_finds_and_mends_what_was_written_past_the_actions() -> None:
    petra = UserFactory(practitioner=True)
    now = timezone.now()
    link = InvitationFactory()
    IntakeResponse.objects.create(
        patient=link.patient, invitation=link, questionnaire_version="1", submitted_at=now, consent_at=now
    )
    plan = signed_plan(link.patient, petra)
    PlannedVisit.objects.filter(plan=plan, number=1).update(is_review=True)
    said: list[Any] = [StringIO(), StringIO()]
    with pytest.raises(SystemExit):
        call_command("check_summaries", stdout=said[0])
    assert (
        said[0].getvalue()
        == "intake links: 1 differ\nplanned visits: 1 differ\ncourses: 0 differ\nbooked visits: 0 differ\n"
    )
    call_command("check_summaries", "--mend", stdout=StringIO())
    call_command("check_summaries", stdout=said[1])
    assert (
        said[1].getvalue()
        == "intake links: 0 differ\nplanned visits: 0 differ\ncourses: 0 differ\nbooked visits: 0 differ\n"
    )
    link.refresh_from_db()
    assert (link.answered_at, link.is_assessed) == (now, False)
