"""Signing is a permission apart from writing: who writes without it saves all the same, and is offered no signature."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clinic.people import access
from clinic.people.access import ADDRESSES, ROLES, Permission
from clinic.people.models import User
from intake.models import Assessment
from tests.factories.assessed import examined
from tests.factories.people import PatientFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.models import TreatmentPlan, Visit
from treatments.plans.actions import drafts
from treatments.visits.actions import starting

SIGNING = {"intake:assessment_sign", "plans:sign", "visits:sign"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(petra: User) -> dict[str, str]:
    """Each address that signs, with its page: an open assessment, a draft plan, an open visit."""
    assessment = examined(PatientFactory(), petra)
    plan = drafts.new_version(plan=signed_plan(PatientFactory(), petra), by=petra)
    patient = PatientFactory()
    signed_plan(patient, petra)
    visit = starting.start_visit(patient=patient, by=petra)
    return {
        reverse("intake:assessment_sign", args=[assessment.pk]): reverse("intake:assessment", args=[assessment.pk]),
        reverse("plans:sign", args=[plan.pk]): reverse("plans:plan", args=[plan.pk]),
        reverse("visits:sign", args=[visit.pk]): reverse("visits:visit", args=[visit.pk]),
    }


def test_the_one_table_says_which_addresses_sign_and_practitioners_may() -> None:
    assert {name for name, needed in ADDRESSES.items() if needed is Permission.SIGN} == SIGNING
    assert [role for role in ROLES if Permission.SIGN in ROLES[role]] == ["practitioner"]


def test_a_practitioner_is_offered_the_signature_and_may_give_it(as_petra: Client, addresses: dict[str, str]) -> None:
    for sign, page in addresses.items():
        assert f'action="{sign}"' in page_text(as_petra.get(page))
        assert as_petra.post(sign).status_code != 403


def test_who_writes_without_it_signs_nothing_and_saves(
    as_petra: Client, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = ROLES["practitioner"] - {Permission.SIGN}
    monkeypatch.setitem(access.ROLES, "practitioner", fewer)
    for sign, page in addresses.items():
        assert sign not in page_text(as_petra.get(page))
        assert as_petra.post(sign).status_code == 403
    draft = Assessment.objects.get(status="draft")
    kept = as_petra.post(
        reverse("intake:assessment_save", args=[draft.pk]), {"revision": draft.revision, "notes": "mine", "sign": "1"}
    )
    assert kept.status_code == 302
    draft.refresh_from_db()
    assert (draft.notes, draft.status) == ("mine", "draft")  # saving does not sign, whatever is sent
    assert TreatmentPlan.objects.filter(status="draft").exists() and Visit.objects.get().is_draft
