"""What was cleared or recorded before an answer says nothing about that answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lib import records
from clinic.people.models import SafetyFact
from intake.actions import answers, assessment_clearance
from intake.actions import assessment as actions
from intake.assessment import assess, load_intake_knowledge
from intake.case_building import build_case
from intake.models import Assessment, Clearance, IntakeResponse
from tests.factories.assessed import assessed, examined
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
EMERGENCY = {"saddle_numbness": "yes", "bladder_retention": "yes"}


def sent(patient: Any, **given: Any) -> IntakeResponse:
    response = ResponseFactory(invitation=InvitationFactory(patient=patient), complete=True)
    response.answers = {**response.answers, **given}
    response.save()
    return answers.submit(response.pk)


def cleared(patient: Any, by: Any, *findings: str, days_ago: int) -> None:
    at = timezone.now() - dt.timedelta(days=days_ago)
    for finding in findings:
        Clearance.objects.create(
            patient=patient, finding=finding, examined_by="Dr Lee", examined_on=at.date(), result="clear",
            cleared_by=by, cleared_at=at,
        )  # fmt: skip


def action_of(patient: Any, assessment: Assessment | None = None) -> str:
    knowledge = load_intake_knowledge()
    return assess(build_case(patient, assessment, today=timezone.localdate()), knowledge).action


def test_a_clearance_of_another_year_does_not_switch_an_emergency_off(ana, petra) -> None:
    cleared(ana, petra, "flag.saddle_numbness", "flag.bladder_retention", days_ago=400)
    sent(ana, **EMERGENCY)
    assert action_of(ana) == "emergency"
    client = Client()
    client.force_login(petra)
    client.post(f"/patients/{ana.pk}/assessment/")
    page = page_text(client.get(f"/assessments/{Assessment.objects.get().pk}/"))
    assert "alert-item" in page and "is-danger" in page


def test_nor_one_that_the_patient_put_in_words(ana, petra) -> None:
    cleared(ana, petra, "flag.saddle_numbness", days_ago=1)
    sent(ana, reason="My back hurts and I am numb between my legs since yesterday.")
    assert action_of(ana) == "emergency"


def test_a_clearance_counts_for_the_answers_it_was_given_for_and_not_for_the_next(ana, petra) -> None:
    sent(ana, **EMERGENCY)
    cleared(ana, petra, "flag.saddle_numbness", "flag.bladder_retention", days_ago=0)
    assert action_of(ana) != "emergency"
    sent(ana, **EMERGENCY)
    assert action_of(ana) == "emergency"


def test_an_older_no_of_the_staff_does_not_take_back_a_newer_yes(ana, petra) -> None:
    old = timezone.now() - dt.timedelta(days=400)
    for finding in ("flag.fever", "condition.pacemaker"):
        SafetyFact.objects.create(patient=ana, finding=finding, present=False, recorded_by=petra, recorded_at=old)
    sent(ana, now=["fever"], heart=["pacemaker"])
    case = build_case(ana, None, today=timezone.localdate())
    assert case.is_present("flag.fever") and case.is_present("condition.pacemaker")


def test_an_emergency_told_after_the_signed_assessment_stops_the_plan_in_force(ana, petra) -> None:
    signed = assessed(ana, petra)
    assert action_of(ana, signed) in ("treat", "caution")
    sent(ana, **EMERGENCY)
    assert action_of(ana, signed) == "emergency"
    cleared(ana, petra, "flag.saddle_numbness", "flag.bladder_retention", days_ago=0)
    assert action_of(ana, signed) != "emergency"


def test_an_open_draft_rests_on_the_intake_that_came_in_meanwhile(ana, petra) -> None:
    draft = examined(ana, petra)  # has "absent" for the flags
    response = sent(ana, **EMERGENCY)
    after = Assessment.objects.get(pk=draft.pk)
    assert after.response == response and after.revision == draft.revision + 1
    assert action_of(ana, after) == "emergency"
    with pytest.raises(records.Stale):
        found = actions.Examination({**draft.findings, "pulse.wiry": True}, [], [], "")
        actions.save(assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=petra)


def test_what_is_found_again_was_not_cleared_before(ana, petra) -> None:
    draft = examined(ana, petra, flag__leg_weakness_progressive=True)
    assessment_clearance.clear_findings(
        patient=ana, findings=["flag.leg_weakness_progressive"], examined_by="Dr Lee",
        examined_on=timezone.localdate(), result="old nerve injury", by=petra,
    )  # fmt: skip
    assert action_of(ana, draft) in ("treat", "caution")
    actions.sign(assessment_id=draft.pk, revision=draft.revision, by=petra)
    again = examined(ana, petra)
    assert action_of(ana, again) in ("treat", "caution")
    again = examined(ana, petra, flag__leg_weakness_progressive=True)
    assert action_of(ana, again) in ("emergency", "refer_before_treating")
    assert AuditEvent.objects.filter(action="redflag.clearance_withdrawn").exists()


def test_taking_a_clearance_back_makes_the_flag_count_again_in_a_later_draft(ana, petra) -> None:
    first = examined(ana, petra, flag__fever=True)
    assessment_clearance.clear_findings(
        patient=ana, findings=["flag.fever"], examined_by="Dr Lee", examined_on=timezone.localdate(), result="flu",
        by=petra,
    )  # fmt: skip
    actions.sign(assessment_id=first.pk, revision=first.revision, by=petra)
    draft = actions.open_draft(patient=ana, by=petra)
    actions.take_back_clearance(assessment=draft, clearance=Clearance.objects.get(), by=petra)
    draft.refresh_from_db()
    assert build_case(ana, draft, today=timezone.localdate()).is_present("flag.fever")
    assert action_of(ana, draft) in ("emergency", "refer_before_treating")


class TestClearingOnThePage:
    """Only what the page raises can be cleared."""

    def form(self, code: str, finding: str, **more: str) -> dict[str, str]:
        filled = {
            "code": code, f"{code}-findings": finding, f"{code}-examined_by": "Dr Lee",
            f"{code}-examined_on": timezone.localdate().isoformat(), f"{code}-result": "clear",
        }  # fmt: skip
        return filled | {f"{code}-{name}": value for name, value in more.items()}

    def code_of(self, client: Client, draft: Assessment, finding: str) -> str:
        alerts = client.get(f"/assessments/{draft.pk}/").context["alerts"]
        return next(alert["code"] for alert in alerts if finding in alert["because"])

    @pytest.mark.parametrize("finding", ["nonsense", "flag.saddle_numbness", "x" * 61, "patient.age"])
    def test_neither_an_unknown_finding_nor_one_that_nobody_raised(self, as_petra, ana, petra, finding) -> None:
        draft = examined(ana, petra, flag__fever=True)
        code = self.code_of(as_petra, draft, "flag.fever")
        assert as_petra.post(f"/assessments/{draft.pk}/clear/", self.form(code, finding)).status_code == 422
        assert as_petra.post(f"/assessments/{draft.pk}/clear/", self.form("other", finding)).status_code == 409
        assert not Clearance.objects.exists()
        assert as_petra.get(f"/patients/{ana.pk}/").status_code == 200

    def test_a_stored_clearance_of_an_id_that_is_gone_breaks_no_page(self, as_petra, ana, petra) -> None:
        draft = examined(ana, petra)
        cleared(ana, petra, "flag.of_an_older_version", days_ago=0)
        for path in (f"/patients/{ana.pk}/", f"/assessments/{draft.pk}/"):
            assert as_petra.get(path).status_code == 200

    def test_an_emergency_is_not_cleared_by_an_examination_before_it_was_told(self, as_petra, ana, petra) -> None:
        sent(ana, **EMERGENCY)
        draft = actions.open_draft(patient=ana, by=petra)
        code = self.code_of(as_petra, draft, "flag.saddle_numbness")
        before = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
        data = self.form(code, "flag.saddle_numbness", examined_on=before)
        answer = as_petra.post(f"/assessments/{draft.pk}/clear/", data)
        assert answer.status_code == 422 and "must be examined again" in page_text(answer)
        assert "Dr Lee" in page_text(answer)
        data = self.form(code, "flag.saddle_numbness")
        assert as_petra.post(f"/assessments/{draft.pk}/clear/", data).status_code == 302

    def test_an_age_is_not_offered_to_be_cleared(self, as_petra, petra) -> None:
        child = PatientFactory(date_of_birth=timezone.localdate() - dt.timedelta(days=9 * 365))
        draft = examined(child, petra)
        alert = next(a for a in as_petra.get(f"/assessments/{draft.pk}/").context["alerts"] if a["code"] == "child")
        assert alert["clearable"] == []
