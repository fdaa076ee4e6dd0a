"""Every complaint with rules of its own, from its form to a signed plan; a grave answer stops it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from clinic.lib.complaints import complaints
from clinic.people.models import Patient, User
from intake.actions.answers import submit
from intake.models import Assessment, IntakeResponse
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import DONE, About
from tests.factories.intake import ResponseFactory
from tests.factories.scheduling import ServiceFactory
from tests.support.page_text import page_text
from treatments.demo.answers import Persona, answers_of
from treatments.models import Proposal, TreatmentPlan
from treatments.own_points import codes_in
from treatments.plans.actions import drafts

pytestmark = pytest.mark.django_db
# what somebody with it tells, besides that nothing grave is true; then the grave answer that stops every needle
TELLS: dict[str, tuple[set[str], str]] = {
    "neck": ({"side.right", "site.neck_base", "worsened_by.neck_turn", "worsened_by.stress_much"}, "flag.artery_signs"),
    "headache": ({"site.head_temple", "side.right", "quality.throbbing", "head.nausea"}, "flag.thunderclap"),
    "shoulder": ({"side.left", "shoulder.side", "shoulder.painful_arc"}, "flag.joint_hot_swollen"),
    "knee": (
        {"side.left", "knee.inner", "quality.stabbing_fixed", "worsened_by.pressure", "worsened_by.stress_much"},
        "flag.joint_hot_swollen",
    ),
    "sleep_stress": ({"sleep.onset", "mind.anger"}, "flag.self_harm"),
}
PLACES = {"neck": "site.neck", "shoulder": "site.shoulder", "knee": "site.knee"}
PULSE = {"pulse.wiry": True, "tongue.red_sides": True, "body.liver_tension": True, "palpation.general_tension": True}


def sent(complaint: str, *more: str) -> IntakeResponse:
    """The form of that complaint, answered to its end and sent."""
    tells = {*TELLS[complaint][0], f"complaint.{complaint}", *more, *filter(None, [PLACES.get(complaint)])}
    persona = Persona(
        "Ana", "Ahn", "male", 1984, frozenset(tells), "It has been so for months.",
        {"number": 8, "unit": "months"}, (4, 5, 7), 2,
    )  # fmt: skip
    response: IntakeResponse = ResponseFactory(complete=True, invitation__patient__sex="male")
    today = timezone.localdate()
    age = response.patient.age_on(today)
    told = answers_of(persona, load_questionnaire(), About(age, "male", birth_known=True, sex_known=True, on=today))
    kept = ("emergency_contact", "phone", DONE)
    response.answers = {**told, **{key: response.answers[key] for key in kept}}
    response.save()
    return submit(response.pk)


def assess(client: Client, patient: Patient) -> Assessment:
    client.post(f"/patients/{patient.pk}/assessment/")
    draft = Assessment.objects.get(patient=patient, status="draft")
    examined = {f"f.{finding}": "1" for finding in PULSE}
    client.post(f"/assessments/{draft.pk}/save/", {**examined, "revision": draft.revision, "notes": "Examined."})
    draft.refresh_from_db()
    client.post(f"/assessments/{draft.pk}/sign/", {"revision": draft.revision})
    draft.refresh_from_db()
    return draft


@pytest.mark.parametrize("complaint", TELLS)
def test_from_the_form_to_a_signed_plan(as_petra: Client, petra: User, complaint: str) -> None:
    response = sent(complaint)
    signed = assess(as_petra, response.patient)
    assert signed.status == "signed" and signed.episode.complaint == complaint
    as_petra.post(f"/patients/{response.patient.pk}/propose/", {"assessment": signed.pk})
    assert Proposal.objects.get(patient=response.patient).result["action"] in ("treat", "caution")
    plan = TreatmentPlan.objects.get(patient=response.patient)
    assert not plan.is_by_hand and [*codes_in(plan.treatment)]
    page = page_text(as_petra.get(f"/plans/{plan.pk}/"))
    assert "No rules for this complaint" not in page and "draft that no clinician has read" in page
    for stop in [alert for alert in drafts.alerts_of(plan) if alert.level == "needs_reason"]:
        plan.refresh_from_db()
        given = {
            "key": stop.key,
            "reason_code": "examined",
            "reason": "Asked and examined.",
        }
        as_petra.post(f"/plans/{plan.pk}/override/", {**given, "revision": plan.revision})
    plan.refresh_from_db()
    said = {"service": ServiceFactory().pk, "practitioner": petra.pk, "cautions_read": "on"}
    as_petra.post(f"/plans/{plan.pk}/sign/", {**said, "revision": plan.revision})
    plan.refresh_from_db()
    assert plan.status == "signed"


@pytest.mark.parametrize("complaint", TELLS)
def test_a_grave_answer_stops_every_plan(as_petra: Client, complaint: str) -> None:
    response = sent(complaint, TELLS[complaint][1])
    signed = assess(as_petra, response.patient)
    as_petra.post(f"/patients/{response.patient.pk}/propose/", {"assessment": signed.pk})
    assert not TreatmentPlan.objects.filter(patient=response.patient).exists()
    assert signed.result["action"] in ("emergency", "refer_before_treating")


def test_each_pack_but_the_back_is_walked() -> None:
    assert {*complaints()} - {"back"} == {*TELLS}
