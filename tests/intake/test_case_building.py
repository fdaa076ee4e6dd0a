"""One case from all that is stored of a patient."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from clinic.people.actions.patients import record_safety_facts
from intake.actions import answers as actions
from intake.case_building import build_case, case_data
from intake.models import Assessment, Clearance, IntakeResponse, Score
from intake.reading import reading_of
from tests.factories.intake import PLAIN, InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import episode_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)


def sent(**answers: object) -> IntakeResponse:
    """An intake sent on DAY at noon."""
    with time_machine.travel(dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC), tick=False):
        response = ResponseFactory(complete=True)
        response.answers = {**response.answers, **answers}
        response.save()
        return actions.submit(response.pk)


def test_answers_become_findings_numbers_and_words() -> None:
    response = sent()
    case = build_case(response.patient, None, today=DAY)
    assert case.is_present("site.low_back") and case.is_absent("flag.fever")
    assert case.is_unknown("condition.lacks_capacity")  # "mind" is not answered
    assert (case.patient.age, case.patient.sex) == (42, "female")
    assert (case.complaint.duration_days, case.complaint.pain_worst) == (56, 7)
    assert case.texts["reason"] == PLAIN["reason"]
    assert (case.screening.phq2, case.screening.gad2) == (1, 1)


def test_without_an_intake_only_the_patient_is_known() -> None:
    case = build_case(PatientFactory(), None, today=DAY)
    assert case.findings == {} and case.patient.age == 42


def test_time_goes_on() -> None:
    response = sent(pregnancy="yes", pregnancy_weeks=10, pregnancy_bleeding="no", pregnancy_signs=["none"])
    later = build_case(response.patient, None, today=DAY + dt.timedelta(days=21))
    assert later.complaint.duration_days == 56 + 21
    assert later.patient.pregnancy_weeks == 13
    much_later = build_case(response.patient, None, today=DAY + dt.timedelta(days=700))
    assert much_later.patient.pregnancy_weeks == 42


def test_what_was_true_that_day_only_is_not_known_later() -> None:
    response = sent(mind=["intoxicated"])
    assert build_case(response.patient, None, today=DAY).is_present("condition.intoxicated")
    assert build_case(response.patient, None, today=DAY + dt.timedelta(days=1)).is_unknown("condition.intoxicated")


def test_safety_facts_outweigh_answers_and_findings_outweigh_both() -> None:
    response = sent()
    assert build_case(response.patient, None, today=DAY).is_absent("condition.pacemaker")
    record_safety_facts(patient=response.patient, facts={"condition.pacemaker": True}, by=None)
    assert build_case(response.patient, None, today=DAY).is_present("condition.pacemaker")
    assessment = Assessment(
        patient=response.patient,
        episode=episode_of(response.patient),
        response=response,
        findings={"condition.pacemaker": None, "quality.stiff": False, "pulse.wiry": True},
        levels=["L4"],
        ashi=[{"where": "left of L4", "side": "left", "region": "low_back"}],
        confirmed={"class": "stagnation", "reason": "clear"},
        created_by=UserFactory(practitioner=True),
    )
    case = build_case(response.patient, assessment, visit=3, today=DAY)
    assert case.is_unknown("condition.pacemaker") and case.is_absent("quality.stiff")
    assert case.is_present("pulse.wiry") and case.levels == ("L4",) and case.visit == 3
    assert case.palpation[0].where == "left of L4" and case.override.picture_class == "stagnation"


def test_what_the_practitioner_noted_is_not_what_the_patient_told() -> None:
    response = sent(onset=["lifting"], quality=["dull"])
    found = {"onset.lifting": True, "worsened_by.cold_damp": True, "quality.dull": False, "pulse.wiry": True}
    assessment = Assessment(
        patient=response.patient, episode=episode_of(response.patient), response=response, findings=found
    )
    case = build_case(response.patient, assessment, today=DAY)
    assert case.noted == {"worsened_by.cold_damp", "pulse.wiry"}
    assert case.is_told("onset.lifting") and not case.is_told("worsened_by.cold_damp")
    assert not case.is_told("quality.dull")


def test_clearances_count_until_they_are_withdrawn() -> None:
    response = sent()
    cleared = Clearance.objects.create(
        patient=response.patient,
        finding="flag.fever",
        examined_by="Dr Lee",
        examined_on=DAY,
        result="clear",
        cleared_by=UserFactory(practitioner=True),
    )
    assert build_case(response.patient, None, today=DAY).cleared == {"flag.fever"}
    cleared.withdrawn_at = timezone.now()
    cleared.save()
    assert build_case(response.patient, None, today=DAY).cleared == frozenset()


def test_a_later_visit_takes_the_newest_pain() -> None:
    response = sent()
    Score.objects.create(
        patient=response.patient, measure="nrs_now", value=2, occasion="visit", visit_number=2, filled_by="staff"
    )
    assert build_case(response.patient, None, today=DAY).complaint.pain_now == 5
    assert build_case(response.patient, None, visit=3, today=DAY).complaint.pain_now == 2


def test_the_newest_sent_intake_is_used_and_a_draft_is_not() -> None:
    response = sent()
    again = InvitationFactory(patient=response.patient)
    ResponseFactory(invitation=again, answers={"reason": "draft words"})
    assert case_data(response.patient, None, today=DAY)["texts"]["reason"] == PLAIN["reason"]


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        ("Eliquis 5 mg\nvitamin D", "condition.anticoagulant"),
        ("aspirin, ibuprofen", "condition.antiplatelet"),
        ("华法林、维生素", "condition.anticoagulant"),
    ],
)
def test_a_medicine_of_a_known_class_makes_a_no_not_known(words: str, finding: str) -> None:
    response = ResponseFactory(complete=True)
    assert reading_of(response).findings[finding] is False
    response.answers = {**response.answers, "medicines": words}
    reading = reading_of(response)
    assert finding not in reading.findings and finding in reading.doubted
    ticked = {"condition.anticoagulant": "thinner", "condition.antiplatelet": "aspirin"}[finding]
    response.answers = {**response.answers, "blood": [ticked]}
    assert reading_of(response).findings[finding] is True, "a yes stays"
    response.answers = {**response.answers, "medicines": "none at all", "blood": ["none"]}
    assert reading_of(response).findings[finding] is False
