"""The measures of a complaint are asked of whoever has it, kept, judged and shown; what has no licence is left out."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.lib import complaints as packs
from clinic.lib.complaints import Measure, complaints
from clinic.people.models import Patient, User
from intake.models import Score
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About
from tests.factories.people import UserFactory
from tests.support.page_text import page_text
from tests.treatments.plans.test_complaints import KNEE, signed
from treatments.outcomes.asked_measures import asked_of, left_out_of
from treatments.planner.checking import knowledge as checking
from treatments.planner.outcomes.reevaluation import progress
from treatments.plans.actions import drafts

PAIN = {"nrs_now", "nrs_average", "nrs_worst"}


def asked(complaint: str | None) -> set[str]:
    return {measure.id for measure in asked_of(complaint) if measure.review is not None}


def test_each_complaint_is_asked_its_own_measures_and_those_of_no_complaint() -> None:
    assert asked("back") == PAIN | {"rmdq", "activities", "pgic"}
    assert asked("knee") == asked("shoulder") == asked("neck") == PAIN | {"impact", "activities", "pgic"}
    assert asked("sleep_stress") == {"sleep_impact", "gad7", "activities", "pgic"}
    everything = asked(None)
    assert everything == asked("elsewhere") >= asked("back") | asked("knee") | asked("sleep_stress")


@pytest.mark.parametrize("complaint", list(complaints()))
def test_what_may_not_be_shown_is_left_out_and_said_so(complaint: str) -> None:
    told = {one.name: one for one in left_out_of(complaint)}
    assert len(told) == sum(measure.use != "yes" for measure in complaints()[complaint].measures) > 0
    assert all(one.why and one.licence for one in told.values())
    assert not {measure.id for measure in asked_of(complaint)} & {
        measure.id for measure in complaints()[complaint].measures if measure.use != "yes" and measure.id not in LISTED
    }


LISTED = {"peg", "odi", "startback"}  # the registry knows their scores and prints none of their questions


@pytest.mark.parametrize(
    ("measure", "use", "says"),
    [
        ("impct", "yes", "no such measure; the nearest is 'impact'"),
        ("odi", "yes", "the measure's own file says that it may not be shown"),
        ("pgic", "no", "the measure's own file says that it may be shown"),
        ("spadi", "ask_first", ""),
    ],
)
def test_a_pack_and_the_registry_agree(monkeypatch: pytest.MonkeyPatch, measure: str, use: str, says: str) -> None:
    row = Measure.model_validate({"id": measure, "use": use, "licence": "x", "source": "KNOWN"})
    pack = complaints()["knee"].model_copy(update={"measures": (row,)})
    monkeypatch.setattr(checking, "complaints", lambda: {"knee": pack})
    faults = [str(fault) for fault in checking._measure_faults("knee")]
    assert (says == "" and faults == []) or any(says in fault for fault in faults), faults
    assert packs.complaints()["knee"].measures != (row,)


def test_whoever_cannot_sleep_tells_it_in_numbers_and_whoever_has_a_sore_knee_too() -> None:
    form, about = load_questionnaire(), About(40, "male")
    nights = {"sleep_impact_1": 8, "sleep_impact_2": 6, "sleep_impact_3": 4}
    assert read(form, {"complaint": "sleep_stress", **nights}, about).measures["sleep_impact"] == 6.0
    assert "sleep_impact" not in read(form, {"complaint": "knee", **nights}, about).measures
    week = {"impact_1": 5, "impact_2": 4, "impact_3": 6}
    assert read(form, {"complaint": "shoulder", **week}, about).measures["impact"] == 5.0
    for part in ({"impact_1": 5}, {"impact_1": 5, "impact_2": 4}):
        assert "impact" not in read(form, {"complaint": "knee", **part}, about).measures
    assert "impact" not in read(form, {"complaint": "place", **week}, about).measures


def test_the_nights_decide_about_the_course() -> None:
    done = {"stage": "chronic", "sessions_done": 5, "sessions_planned": 10}
    assert progress({"sleep_impact": [8.0, 5.0]}, **done).kind == "continue"  # type: ignore[arg-type]
    assert progress({"sleep_impact": [8.0, 8.0]}, **done).kind == "change_once"  # type: ignore[arg-type]


@pytest.fixture
def knee_patient() -> tuple[Patient, User]:
    by = UserFactory(practitioner=True)
    plan = drafts.propose(assessment=signed(KNEE, by), by=by).plan
    assert plan is not None
    plan.mark_signed(by=by)
    plan.save()
    return plan.patient, by


@pytest.mark.django_db
def test_the_page_of_a_knee_asks_keeps_judges_and_shows(knee_patient: tuple[Patient, User], client: Client) -> None:
    patient, by = knee_patient
    client.force_login(by)
    page = reverse("outcomes:patient", args=[patient.pk])
    text = unescape(page_text(client.get(page)))
    assert "How strong was your pain on average in the last week?" in text and "Roland" not in text
    assert "KOOS 12: permission is asked for first" in text and "WOMAC: its licence does not allow it" in text
    assert client.post(page, {"rmdq": "9", "filled_by": "staff"}).status_code == 422  # not asked of a knee
    rows = {f"impact_{n}": "6" for n in (1, 2, 3)}
    assert client.post(page, {**rows, "filled_by": "patient"}).status_code == 302
    Score.objects.update(taken_at=timezone.now() - dt.timedelta(days=30))
    rows = {f"impact_{n}": "4" for n in (1, 2, 3)}
    assert client.post(page, {**rows, "filled_by": "patient"}).status_code == 302
    assert [float(row.value) for row in Score.objects.filter(measure="impact").order_by("taken_at")] == [6.0, 4.0]
    assert "Pain impact 6 to 4" in page_text(client.get(page))
