"""Consent told at the clinic: withdrawn, it stops what is planned; given, it lifts the stop. Each is on the record."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.audit import trail
from clinic.audit.models import AuditEvent
from clinic.people.actions import safety
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import SafetyFact
from intake.questionnaire.consent import load_consent
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


def tell(client: Client, patient: Any, method: str, state: str) -> Any:
    path = f"/patients/{patient.pk}/safety/consent/"
    return client.post(path, {"method": method, "state": state}, follow=True)


def test_needles_withdrawn_stop_the_plan_in_force_and_agreed_again_lift_it(
    as_petra: Client, ana: Any, petra: Any
) -> None:
    signed_plan(ana, petra)
    text = page_text(tell(as_petra, ana, "needles", "withdrawn"))
    assert "It stops the plan in force" in text and "consent withdrawn" in text
    assert safety_facts_of(ana) == {"wish.no_needles": True}
    assert AuditEvent.objects.filter(action="consent.withdrawn").count() == 1
    text = page_text(tell(as_petra, ana, "needles", "agreed"))
    assert "It lifts" in text and "agreed at the clinic" in text
    assert safety_facts_of(ana) == {"wish.no_needles": False}


def test_agreeing_ends_an_entry_that_says_otherwise(as_petra: Client, ana: Any, petra: Any) -> None:
    safety.add_entry(patient=ana, kind="condition", name="no cups please", finding="wish.no_cups", by=petra)
    tell(as_petra, ana, "cups", "agreed")
    assert safety_facts_of(ana) == {"wish.no_cups": False}
    assert "no cups please" in page_text(as_petra.get(f"/patients/{ana.pk}/safety/"))  # among what no longer holds


@pytest.mark.parametrize(("method", "state"), [("laser", "agreed"), ("cups", "perhaps"), ("", "")])
def test_anything_else_is_refused(as_petra: Client, ana: Any, method: str, state: str) -> None:
    assert tell(as_petra, ana, method, state).status_code == 404
    assert not SafetyFact.objects.exists()


def test_the_desk_neither_reads_nor_records(as_dora: Client, ana: Any) -> None:
    assert tell(as_dora, ana, "cups", "agreed").status_code == 403


def test_every_method_forbids_what_it_names(as_petra: Client, ana: Any) -> None:
    page = page_text(as_petra.get(f"/patients/{ana.pk}/safety/"))
    for method in load_consent().method:
        assert method.name in page
    assert page.count("not asked") == len(load_consent().method)


def test_no_wish_against_it_is_not_yet_consent(as_petra: Client, ana: Any) -> None:
    by = trail.patient_actor(ana)
    record_safety_facts(patient=ana, facts={"wish.no_electricity": False}, by=by, note="from the intake form")
    page = page_text(as_petra.get(f"/patients/{ana.pk}/safety/"))
    assert page.count("not asked") == len(load_consent().method)
