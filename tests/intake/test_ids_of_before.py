"""A sign that two complaints had under two ids has one; what was stored under the other keeps its meaning."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from django.db import models

from clinic.audit import checking
from clinic.lib.complaints import complaints
from clinic.people.actions.patients import record_safety_facts
from intake.actions import assessment as actions
from intake.actions.assessment import Examination
from intake.assessment import assess, load_intake_knowledge, read_case
from intake.case_building import build_case
from intake.models import Assessment, Clearance
from intake.questionnaire.answers import About, read
from intake.questionnaire.load import load_questionnaire
from tests.factories.assessed import assessed

DAY = dt.date(2026, 6, 1)
WAS = {
    "flag.shoulders_stiff_50": "flag.pmr_signs",
    "flag.apex_signs": "flag.pancoast",
    "flag.jaw_scalp": "flag.gca_signs",
}


@pytest.mark.parametrize(("before", "now"), WAS.items())
@pytest.mark.parametrize("complaint", [*complaints()])
def test_a_case_written_under_the_id_of_before_is_read_as_today(before: str, now: str, complaint: str) -> None:
    data = {"patient": {"age": 61}, "complaint": {"id": complaint}}
    old, knowledge = read_case({**data, "findings": {before: True}, "noted": [before]})
    new, _ = read_case({**data, "findings": {now: True}, "noted": [now]})
    assert old == new and assess(old, knowledge).action in ("refer_before_treating", "emergency")
    assert knowledge.label(before) == knowledge.label(now) != now


@pytest.mark.parametrize(("before", "now"), WAS.items())
def test_of_two_answers_to_one_sign_a_yes_outranks(before: str, now: str) -> None:
    for one, other in ((True, False), (False, True)):
        assert read_case({"findings": {before: one, now: other}})[0].is_present(now)
    assert read_case({"findings": {before: False}})[0].is_absent(now)
    assert read_case({"findings": {before: None}})[0].is_unknown(now)


@pytest.mark.parametrize("chosen", [("neck", "shoulder"), ("shoulder", "headache"), ("neck", "headache", "shoulder")])
def test_one_sign_is_asked_once_in_a_form_about_two_complaints(chosen: tuple[str, ...]) -> None:
    reading = read(load_questionnaire(), {"complaint": [*chosen]}, About(61, "male"))
    asked = [f for question in reading.questions for f in {*question.findings} if f in WAS.values()]
    assert sorted(asked) == sorted({*asked}) and "flag.pmr_signs" in asked and "flag.gca_signs" in asked


@pytest.mark.django_db
def test_a_signed_assessment_keeps_its_row_and_its_seal_and_is_read_under_the_id_of_today(ana, petra) -> None:
    draft = actions.open_draft(patient=ana, by=petra)
    Assessment.objects.filter(pk=draft.pk).update(findings={"flag.shoulders_stiff_50": True, "site.neck": True})
    with mock.patch.object(Assessment, "from_db", classmethod(models.Model.from_db.__func__)):  # as it was signed then
        signed = actions.sign(assessment_id=draft.pk, revision=1, by=petra)
    assert Assessment.objects.get(pk=signed.pk).findings == {"flag.pmr_signs": True, "site.neck": True}
    assert "flag.shoulders_stiff_50" in Assessment.objects.values_list("findings", flat=True).get(pk=signed.pk)
    assert list(checking.faults()) == []
    case = build_case(ana, signed, today=DAY)
    assert case.is_present("flag.pmr_signs")


@pytest.mark.django_db
def test_a_clearance_and_a_fact_of_before_count_and_can_be_taken_back(ana, petra) -> None:
    record_safety_facts(patient=ana, facts={"flag.shoulders_stiff_50": True}, by=petra)
    draft = assessed(ana, petra)
    assert build_case(ana, draft, today=DAY).is_present("flag.pmr_signs")
    cleared = Clearance.objects.create(
        patient=ana, finding="flag.shoulders_stiff_50", examined_by="GP", examined_on=DAY, result="ok", cleared_by=petra
    )
    assert "flag.pmr_signs" in build_case(ana, draft, today=DAY).cleared
    found = Examination({"flag.pmr_signs": True}, [], [], "")
    again = actions.open_draft(patient=ana, by=petra)
    actions.save(assessment_id=again.pk, revision=again.revision, found=found, confirmed={}, by=petra)
    cleared.refresh_from_db()
    assert cleared.withdrawn_at is not None  # found again: the examination of before says nothing about it


def test_no_id_of_before_is_used_again() -> None:
    knowledge = load_intake_knowledge()
    assert dict(knowledge.was) == WAS
    assert knowledge.was.keys().isdisjoint(knowledge.order)
