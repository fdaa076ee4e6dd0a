"""The conditions of a form beside those the chart knew: counted at once, offered, over only when someone says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import Patient, SafetyFact, User
from intake.actions.answers import submit
from intake.models import IntakeResponse
from intake.presenters.response import summary
from tests.factories.intake import PLAIN, InvitationFactory, ResponseFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
PACEMAKER, DIABETES = "condition.pacemaker", "condition.diabetes_poor"
MAYBE = "condition.maybe_pregnant"


def sent(ana: Patient, **answers: Any) -> IntakeResponse:
    draft = ResponseFactory(
        complete=True,
        invitation=InvitationFactory(patient=ana),
        answers={**PLAIN, **answers},
        started_at=timezone.now(),
    )
    return submit(draft.pk)


def known_before(ana: Patient, facts: dict[str, bool | None], by: User | None) -> None:
    record_safety_facts(patient=ana, facts=facts, by=by)  # type: ignore[arg-type]
    SafetyFact.objects.filter(patient=ana).update(recorded_at=timezone.now() - dt.timedelta(days=90))


def told(response: IntakeResponse) -> dict[str, list[str]]:
    return {kind: [one["finding"] for one in rows] for kind, rows in summary(response)["against_chart"].items() if rows}


def press(client: Client, response: IntakeResponse, finding: str, address: str) -> Any:
    path = f"/patients/{response.patient_id}/safety/{address}/"
    return client.post(path, {"finding": finding, "response": response.pk}, follow=True)


def test_a_new_one_counts_at_once_and_is_offered(ana: Patient, as_petra: Client, petra: User) -> None:
    response = sent(ana, heart=["pacemaker"])
    assert told(response) == {"new": [PACEMAKER]}
    assert safety_facts_of(ana)[PACEMAKER] is True, "before anybody has looked"
    page = page_text(as_petra.get(f"/intakes/{response.pk}/"))
    assert "not in the chart · counts for safety already" in page
    answer = press(as_petra, response, PACEMAKER, "confirm")
    assert answer.request["PATH_INFO"] == f"/intakes/{response.pk}/"
    assert told(response) == {}
    newest = SafetyFact.objects.filter(patient=ana, finding=PACEMAKER).first()
    assert newest is not None and newest.present and newest.recorded_by == petra
    assert AuditEvent.objects.filter(action="safety_facts.recorded", patient_id=ana.pk).count() == 2


def test_one_that_the_chart_had_as_no_is_new(ana: Patient, petra: User, as_petra: Client) -> None:
    known_before(ana, {PACEMAKER: False}, petra)
    response = sent(ana, heart=["pacemaker"])
    assert told(response)["new"] == [PACEMAKER]
    assert "the chart had it as no" in page_text(as_petra.get(f"/intakes/{response.pk}/"))
    press(as_petra, response, PACEMAKER, "end")
    assert safety_facts_of(ana)[PACEMAKER] is False and told(response) == {}


def test_one_no_longer_said_stays_until_someone_says_it_is_over(ana: Patient, petra: User, as_petra: Client) -> None:
    known_before(ana, {PACEMAKER: True, DIABETES: True}, petra)
    response = sent(ana)
    assert sorted(told(response)["no_longer"]) == [DIABETES, PACEMAKER]
    assert safety_facts_of(ana)[PACEMAKER] is True
    assert "still counts" in page_text(as_petra.get(f"/intakes/{response.pk}/"))
    press(as_petra, response, PACEMAKER, "confirm")
    press(as_petra, response, DIABETES, "end")
    assert told(response) == {}
    facts = safety_facts_of(ana)
    assert (facts[PACEMAKER], facts[DIABETES]) == (True, False)


def test_one_said_again_is_the_same(ana: Patient, petra: User) -> None:
    known_before(ana, {PACEMAKER: True}, petra)
    assert told(sent(ana, heart=["pacemaker"])) == {"same": [PACEMAKER]}


def test_one_that_an_earlier_form_told_and_nobody_looked_at_is_not_lost(ana: Patient) -> None:
    known_before(ana, {PACEMAKER: True}, None)
    response = sent(ana)
    assert told(response) == {"no_longer": [PACEMAKER]} and safety_facts_of(ana)[PACEMAKER] is True


def test_a_question_left_open_says_neither(ana: Patient, petra: User) -> None:
    feeds = "condition.breastfeeding"
    known_before(ana, {PACEMAKER: True, feeds: True}, petra)
    assert told(sent(ana)) == {"no_longer": [PACEMAKER]} and safety_facts_of(ana)[feeds] is True


def test_what_is_true_today_only_is_not_taken_for_good(ana: Patient) -> None:
    assert told(sent(ana, heart=["pressure_today"])) == {}


def test_one_that_passes_with_time_says_that_it_no_longer_counts(ana: Patient, petra: User, as_petra: Client) -> None:
    known_before(ana, {MAYBE: True}, petra)
    response = sent(ana, pregnancy="no")
    assert told(response) == {"no_longer": [MAYBE]} and safety_facts_of(ana)[MAYBE] is False
    assert "passes with time" in page_text(as_petra.get(f"/intakes/{response.pk}/"))
    press(as_petra, response, MAYBE, "confirm")
    assert safety_facts_of(ana)[MAYBE] is True


def test_only_the_newest_form_is_compared(ana: Patient) -> None:
    first = sent(ana, heart=["pacemaker"])
    second = sent(ana, heart=["pacemaker"])
    assert told(first) == {} and told(second) == {"same": [PACEMAKER]}


def test_the_desk_may_not_and_no_strange_finding_is_taken(ana: Patient, as_dora: Client, as_petra: Client) -> None:
    response = sent(ana, heart=["pacemaker"])
    assert press(as_dora, response, PACEMAKER, "confirm").status_code == 403
    assert press(as_petra, response, "condition.nonsense", "confirm").status_code == 404
    assert told(response) == {"new": [PACEMAKER]}
