"""`manage.py verify_proposals`: what is stored can be made again, and what cannot is said."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.assessed import assessed
from tests.factories.people import PatientFactory, UserFactory
from treatments import planning
from treatments.models import Proposal
from treatments.plans.actions import drafts

pytestmark = pytest.mark.django_db

PATIENTS = (
    {},
    {"condition__pacemaker": True, "condition__anticoagulant": None},
    {"flag__saddle_numbness": True},
    {"flag__fever": None},
    {"onset__accident": False, "onset__cold_damp": True, "eased_by__heat": True, "worsened_by__cold_damp": True},
    {"site__neck": True, "side__right": False, "side__left": True, "body__anxious": True},
)


@pytest.fixture
def stored(db: None) -> list[Proposal]:
    """Proposals by the real actions: treated, stopped, not enough known."""
    petra = UserFactory(practitioner=True)
    return [
        drafts.propose(assessment=assessed(PatientFactory(), petra, **findings), by=petra).proposal
        for findings in PATIENTS
    ]


def verify(**options: Any) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_proposals", stdout=out, **options)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def altered(proposal: Proposal, **fields: Any) -> None:
    """A copy that says something else: rows themselves never change."""
    Proposal.objects.create(
        **{
            "patient": proposal.patient,
            "assessment": proposal.assessment,
            "case": proposal.case,
            "result": proposal.result,
            "knowledge_version": proposal.knowledge_version,
            "created_by": proposal.created_by,
            **fields,
        }
    )


def test_stored_proposals_are_made_again_as_they_were(stored: list[Proposal]) -> None:
    assert {proposal.action for proposal in stored} >= {"emergency", "need_information", "caution"}
    code, text = verify()
    assert (code, text.count("\n")) == (0, 1)
    assert f"{len(stored)} the same, 0 different, 0 of another version" in text, connection.vendor


def test_both_versions_are_kept_with_a_proposal(stored: list[Proposal]) -> None:
    for proposal in Proposal.objects.all():
        kept = (proposal.knowledge_version, proposal.result["assessment"]["knowledge_version"])
        assert kept == planning.versions(proposal.case)


def test_a_difference_is_printed_with_its_path_and_no_patient_data(stored: list[Proposal]) -> None:
    result = {**stored[0].result, "principle": "x"}
    result["treatment"] = {**result["treatment"], "principle": "Secret words"}
    altered(stored[0], result=result)
    code, text = verify()
    assert code == 1 and "1 different" in text
    assert "$.treatment.principle\n" in text and "Secret words" not in text
    assert "Secret words" in verify(values=True)[1]


def test_another_version_is_counted_and_left(stored: list[Proposal]) -> None:
    altered(stored[0], knowledge_version="2019.01", result={"action": "treat"})
    code, text = verify()
    assert code == 0 and "1 of another version" in text


def test_inputs_that_are_no_longer_accepted_are_said(stored: list[Proposal]) -> None:
    altered(stored[0], case={**stored[0].case, "findings": {"site.elsewhere": True}})
    code, text = verify()
    assert code == 1 and "case.findings.site.elsewhere" in text
