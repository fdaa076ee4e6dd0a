"""What a patient tells of new medicines at a visit is read, warns at that visit and counts in the next proposal."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clinic.people.actions.patients import record_safety_facts
from intake.case_building import build_case
from tests.factories.assessed import assessed
from tests.support.page_text import page_text
from tests.support.visit_pages import posted, url
from treatments import planning
from treatments.models import Visit
from treatments.plans.actions import drafts
from treatments.visits.actions import charting
from treatments.visits.actions.medicines import read

pytestmark = pytest.mark.django_db
THINNER = "condition.anticoagulant"


@pytest.mark.parametrize(
    ("text", "finding", "present"),
    [
        ("started warfarin last week", THINNER, True),
        ("Eliquis 5 mg twice a day", THINNER, True),
        ("Marcumar seit Montag", THINNER, True),
        ("prednisolone 40 mg since Monday", "condition.long_term_steroids", True),
        ("stopped warfarin in May", THINNER, None),
        ("a pacemaker was put in", "condition.pacemaker", None),
        ("metformin", "condition.diabetes_poor", None),
    ],
)
def test_a_text_names_conditions(text: str, finding: str, present: bool | None) -> None:
    assert {one.finding: one.present for one in read(text)}[finding] is present


@pytest.mark.parametrize("text", ["", "none", "nothing new", "her mother takes warfarin", "no blood thinner"])
def test_what_is_not_said_of_the_patient_is_not_read(text: str) -> None:
    assert read(text) == []


def told(client: Any, visit: Visit, text: str) -> None:
    answer = client.post(url("save", visit), posted(visit, **{"start-medicines": text}))
    assert answer.status_code in (200, 302), page_text(answer)
    visit.refresh_from_db()
    assert visit.record["start"]["medicines"] == text


def known(patient: Any, visit: Visit) -> Any:
    case = build_case(patient, visit.plan.proposal.assessment, today=timezone.localdate())
    return case.findings.get(THINNER)


def test_started_warfarin_warns_at_this_visit_and_stands_in_the_record(as_petra, visit, patient) -> None:
    assert known(patient, visit) is False
    before = {alert.key for alert in charting.safety_of(visit)}
    told(as_petra, visit, "started warfarin last week")
    assert known(patient, visit) is True
    fresh = [alert for alert in charting.safety_of(visit) if alert.key not in before]
    assert any(THINNER in alert.because for alert in fresh), fresh
    text = page_text(as_petra.get(url("visit", visit)))
    assert "blood thinner" in text and "“warfarin”" in text
    chart = page_text(as_petra.get(f"/patients/{patient.pk}/"))
    assert "new medicines: “warfarin”" in chart


def test_the_next_proposal_counts_with_it(as_petra, visit, patient, petra) -> None:
    assessment = assessed(patient, petra)
    told(as_petra, visit, "started warfarin last week")
    made = drafts.propose(assessment=assessment, by=petra)
    assert made.proposal.case["findings"][THINNER] is True and made.plan is not None
    picture = planning.picture_of(made.plan, today=timezone.localdate())
    assert picture.case.findings[THINNER] is True


def test_a_slip_that_is_corrected_leaves_what_was_known_before(as_petra, visit, patient, petra) -> None:
    told(as_petra, visit, "warfarin")
    assert known(patient, visit) is True
    told(as_petra, visit, "vitamin D")
    assert known(patient, visit) is False, "as it was examined"
    record_safety_facts(patient=patient, facts={THINNER: True}, by=petra)
    told(as_petra, visit, "stopped warfarin")
    assert known(patient, visit) is True, "a question takes no known condition away"
