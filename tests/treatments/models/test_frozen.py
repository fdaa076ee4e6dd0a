"""Promises the database keeps by itself: signed plans and visits, proposals, amendments, adverse events."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from tests.factories.people import PatientFactory
from tests.factories.treatments import signed_plan
from treatments.models import AdverseEvent, Amendment, Proposal, TreatmentPlan, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(petra: Any) -> TreatmentPlan:
    return signed_plan(PatientFactory(), petra)


def refused(work: Any) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        work()


@pytest.mark.parametrize(
    "change",
    [
        {"treatment": {"stages": []}},
        {"overrides": [{"item": "LI4"}]},
        {"status": "draft", "signed_by": None, "signed_at": None},
        {"status": "superseded", "version": 9},
        {"revision": 99},
    ],
    ids=str,
)
def test_a_signed_plan_never_changes(plan: TreatmentPlan, change: dict[str, Any]) -> None:
    refused(lambda: TreatmentPlan.objects.filter(pk=plan.pk).update(**change))
    refused(lambda: TreatmentPlan.objects.filter(pk=plan.pk).delete())


def test_a_signed_plan_may_only_be_superseded(plan: TreatmentPlan) -> None:
    TreatmentPlan.objects.filter(pk=plan.pk).update(status="superseded")
    refused(lambda: TreatmentPlan.objects.filter(pk=plan.pk).update(status="signed"))


def test_a_complaint_has_one_draft_and_one_plan_in_force(plan: TreatmentPlan, petra: Any) -> None:
    def another(status: str, **more: Any) -> None:
        TreatmentPlan.objects.create(
            patient=plan.patient, episode=plan.episode, proposal=plan.proposal, version=plan.version + 1,
            treatment={}, status=status, created_by=petra, **more,
        )  # fmt: skip

    refused(lambda: another("signed", signed_by=petra, signed_at=timezone.now()))
    another("draft")
    refused(lambda: another("draft"))


def test_a_plan_cannot_be_signed_by_nobody(plan: TreatmentPlan, petra: Any) -> None:
    refused(
        lambda: TreatmentPlan.objects.create(
            patient=plan.patient,
            episode=plan.episode,
            proposal=plan.proposal,
            version=7,
            treatment={},
            status="superseded",
            created_by=petra,
        )
    )


def test_a_proposal_is_kept_as_it_was_made(plan: TreatmentPlan) -> None:
    refused(lambda: Proposal.objects.filter(pk=plan.proposal_id).update(knowledge_version="other"))
    refused(lambda: Proposal.objects.filter(pk=plan.proposal_id).delete())


def test_a_signed_visit_is_amended_and_never_edited(plan: TreatmentPlan, petra: Any) -> None:
    now = timezone.now()
    visit = Visit.objects.create(patient=plan.patient, plan=plan, number=1, practitioner=petra, started_at=now)
    Visit.objects.filter(pk=visit.pk).update(needles_in=4)  # a draft is free
    Visit.objects.filter(pk=visit.pk).update(status="signed", signed_by=petra, signed_at=now)
    refused(lambda: Visit.objects.filter(pk=visit.pk).update(needles_out=4))
    refused(lambda: Visit.objects.filter(pk=visit.pk).delete())
    amendment = Amendment.objects.create(visit=visit, text="left out: moxa", by=petra)
    refused(lambda: Amendment.objects.filter(pk=amendment.pk).update(text="other"))


def test_an_adverse_event_is_never_changed(plan: TreatmentPlan, petra: Any) -> None:
    event = AdverseEvent.objects.create(
        patient=plan.patient, code="bruise", severity="mild", relation="certain", recorded_by=petra
    )
    refused(lambda: AdverseEvent.objects.filter(pk=event.pk).update(severity="severe"))
    refused(lambda: AdverseEvent.objects.filter(pk=event.pk).delete())
