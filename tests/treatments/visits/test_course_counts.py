"""How many visits of a course are done, and the number of its last: one answer for chart, scores and signing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import episode_of, signed_plan, signed_visit
from treatments.front.presenters import chart
from treatments.models import TreatmentPlan, Visit
from treatments.outcomes.actions import latest_visit_number
from treatments.outcomes.presenters import outcomes_of
from treatments.plans.actions.signing import is_finished
from treatments.visits.actions import starting

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> tuple[Any, Any, TreatmentPlan]:
    """Two visits signed, a third begun; an earlier course of the same patient with one visit."""
    petra, ana = UserFactory(practitioner=True), PatientFactory()
    plan = signed_plan(ana, petra)
    then = timezone.now() - dt.timedelta(days=90)
    signed = {"signed_by": petra, "signed_at": then}
    earlier = TreatmentPlan.objects.create(
        patient=ana, episode=plan.episode, proposal=plan.proposal, version=7, treatment=plan.treatment,
        created_by=petra, status=TreatmentPlan.Status.SUPERSEDED, course_reference="plan:earlier", **signed,
    )  # fmt: skip
    Visit.objects.create(
        patient=ana, plan=earlier, number=9, practitioner=petra, started_at=then, status=Visit.Status.SIGNED, **signed
    )
    signed_visit(ana, petra, days_ago=9)
    signed_visit(ana, petra, days_ago=2)
    starting.start_visit(patient=ana, by=petra, is_sure=True)
    return petra, ana, plan


def test_only_signed_visits_of_this_course_are_done(course: tuple[Any, Any, TreatmentPlan]) -> None:
    _, ana, plan = course
    assert chart.page_of(ana, is_clinical=True, now=timezone.now())["clinical"]["episodes"][0]["visits_done"] == 2
    assert outcomes_of(ana)["pacing"]["done"] == 2
    assert Visit.objects.of_course(plan).done().count() == 2


def test_the_last_number_counts_what_was_begun(course: tuple[Any, Any, TreatmentPlan]) -> None:
    _, _, plan = course
    assert Visit.objects.of_course(plan).last_number() == latest_visit_number(plan.episode) == 3
    assert not is_finished(plan)


def test_nothing_is_done_without_a_plan_in_force() -> None:
    ana = PatientFactory()
    assert chart.page_of(ana, is_clinical=True, now=timezone.now())["clinical"]["episodes"] == []
    assert latest_visit_number(episode_of(ana)) is None
