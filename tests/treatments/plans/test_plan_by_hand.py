"""Where the planner has no rules the practitioner plans: same editor, same safety, same course, same visits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.actions.patients import record_safety_facts
from clinic.scheduling.models import Course
from tests.factories.assessed import ABSENT, FINDINGS, assessed, draft_plan
from tests.factories.scheduling import ServiceFactory
from tests.factories.treatments import signed_visit
from tests.support.page_text import page_text
from treatments import planning
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import Proposal, TreatmentPlan, Visit
from treatments.plans import point_search, treatment_edits
from treatments.plans.actions import by_hand, drafts, signing

pytestmark = pytest.mark.django_db
SLEEPLESS: dict[str, bool | None] = {
    **{name.replace(".", "__"): None for name in FINDINGS if name not in ABSENT},
    "body__busy_mind": True,
    "condition__pregnant": False,
    "complaint__not_pain": True,
    "flag__chest_symptoms": False,
    "flag__self_harm": False,
    **{f"flag__{name}": None for name in ("saddle_numbness", "bladder_retention", "bladder_leak", "bowel_loss")},
}  # nothing hurts, and two answers do not tell stagnation from deficiency


@pytest.fixture(autouse=True)
def _kept_beside_the_proposal() -> Iterator[None]:
    """What a plan says of itself is what its proposal says."""
    yield
    for plan in TreatmentPlan.objects.select_related("proposal"):
        assert plan.is_by_hand == (plan.proposal.treatment is None)


def proposed(patient: Any, by: Any, **findings: bool | None) -> Proposal:
    return drafts.propose(assessment=assessed(patient, by, **SLEEPLESS | findings), by=by).proposal


def plan_of(patient: Any, by: Any, **findings: bool | None) -> TreatmentPlan:
    return by_hand.make_by_hand(proposal=proposed(patient, by, **findings), by=by)


def add(plan: TreatmentPlan, text: str, by: Any, side: str = "both") -> TreatmentPlan:
    item = point_search.planned(point_search.find(text), side=side)
    change = partial(treatment_edits.added, list_address="stages.0.points", item=item)
    return drafts.edit(plan_id=plan.pk, revision=plan.revision, verb="add_point", text=text, change=change, by=by)


def signed(plan: TreatmentPlan, by: Any) -> TreatmentPlan:
    plan = drafts.note_seen(plan_id=plan.pk, revision=plan.revision, by=by)
    service = ServiceFactory(minutes=45)
    return signing.sign_plan(plan_id=plan.pk, revision=plan.revision, service=service, practitioner=by, by=by)


def test_a_complaint_without_a_place_has_no_proposal_and_a_plan_by_hand(as_petra: Client, ana: Any, petra: Any) -> None:
    assessed(ana, petra, **SLEEPLESS)
    page = as_petra.post(f"/patients/{ana.pk}/propose/", follow=True)
    assert "No rules for this complaint yet: your plan, checked for safety" in page_text(page)
    assert "How does the pain feel?" not in page_text(page)  # what only rules ask for
    proposal = Proposal.objects.get()
    made = as_petra.post(f"/proposals/{proposal.pk}/by-hand/", follow=True)
    text = page_text(made)
    assert "No rules for this complaint yet: your plan, checked for safety" in text and "No points yet" in text
    plan = TreatmentPlan.objects.get()
    assert plan.is_draft and plan.is_by_hand and plan.proposal == proposal
    assert AuditEvent.objects.filter(action="plan.by_hand", patient_id=ana.pk).count() == 1
    assert as_petra.post(f"/proposals/{proposal.pk}/by-hand/").headers["Location"] == f"/plans/{plan.pk}/"
    assert TreatmentPlan.objects.count() == 1  # pressed twice
    assert as_petra.get(f"/proposals/{proposal.pk}/").headers["Location"] == f"/plans/{plan.pk}/"


def test_it_is_edited_signed_booked_and_charted_like_any_other(ana: Any, petra: Any) -> None:
    plan = plan_of(ana, petra)
    assert any("nothing in the plan" in reason for reason in signing.open_points(plan))
    for code in ("HT7", "SP6", "GV20"):
        plan = add(plan, code, petra, side="midline" if code == "GV20" else "both")
    assert signing.open_points(plan) == []
    plan = signed(plan, petra)
    assert plan.status == "signed" and plan.planned_visits.count() == 6
    assert Course.objects.get().patient == ana
    visits = [signed_visit(ana, petra, days_ago=days) for days in (14, 7, 0)]
    assert [visit.number for visit in visits] == [1, 2, 3] and visits[-1].needles_in == visits[-1].needles_out == 5


@pytest.mark.parametrize(
    "finding", ["flag__saddle_numbness", "flag__leg_weakness_progressive", "flag__fever", "flag__weight_loss"]
)
def test_a_red_flag_still_locks(as_petra: Client, ana: Any, petra: Any, finding: str) -> None:
    proposal = proposed(ana, petra, **{finding: True})
    assert proposal.action in ("emergency", "refer_before_treating")
    assert "by hand" not in page_text(as_petra.get(f"/proposals/{proposal.pk}/"))
    as_petra.post(f"/proposals/{proposal.pk}/by-hand/")
    assert not TreatmentPlan.objects.exists()


def test_what_must_be_known_for_safety_is_never_taken_for_no(as_petra: Client, ana: Any, petra: Any) -> None:
    proposal = proposed(ana, petra, flag__fever=None)
    assert proposal.action == "need_information" and not by_hand.may_be_by_hand(proposal)
    with pytest.raises(by_hand.NoPlanByHand):
        by_hand.make_by_hand(proposal=proposal, by=petra)
    assert "by hand" not in page_text(as_petra.get(f"/proposals/{proposal.pk}/"))


@pytest.mark.parametrize("is_pregnant", [True, None])
def test_every_edit_is_reviewed_like_that_of_a_proposed_plan(ana: Any, petra: Any, is_pregnant: bool | None) -> None:
    """A contraindication that is not known is not taken for no either."""
    plan = plan_of(ana, petra, condition__pregnant=is_pregnant)
    with pytest.raises(drafts.Forbidden):
        add(plan, "SP6", petra)
    plan = add(plan, "PC6", petra)
    assert [point["code"] for point in plan.treatment["stages"][0]["points"]] == ["PC6"]


def test_what_becomes_known_later_stops_the_signature_and_the_visit(ana: Any, petra: Any) -> None:
    plan = add(plan_of(ana, petra), "SP6", petra)
    assert signing.open_points(plan) == []
    record_safety_facts(patient=ana, facts={"condition.pregnant": True}, by=petra)
    with pytest.raises(Exception, match="SP6"):
        signed(plan, petra)


def test_an_answer_taken_back_stops_a_signed_plan_by_hand(ana: Any, petra: Any) -> None:
    """The plan by hand is spared the questions of the rules, and none of those of safety."""
    plan = signed(add(plan_of(ana, petra), "HT7", petra), petra)
    today = plan.signed_at.date()
    assert not [a for a in planning.safety_of(plan.treatment, planning.picture_of(plan, today=today)) if a.is_stop]
    plan.proposal.assessment.findings.pop("flag.fever")
    stops = [a for a in planning.safety_of(plan.treatment, planning.picture_of(plan, today=today)) if a.is_stop]
    assert [(stop.code, stop.because) for stop in stops] == [("need_information", ("flag.fever",))]


def test_a_proposal_that_comes_later_keeps_what_was_made_by_hand(ana: Any, petra: Any) -> None:
    plan = add(plan_of(ana, petra), "HT7", petra)
    made = drafts.propose(assessment=assessed(ana, petra), by=petra)
    assert made.plan is not None and made.plan.pk == plan.pk and not made.plan.is_by_hand
    codes = {point["code"] for stage in made.plan.treatment["stages"] for point in stage["points"]}
    assert {"HT7", "BL25"} <= codes


def test_where_the_rules_fall_silent_the_plan_there_was_goes_on_by_hand(ana: Any, petra: Any) -> None:
    before = draft_plan(ana, petra)
    proposal = proposed(ana, petra)
    plan = by_hand.make_by_hand(proposal=proposal, by=petra)
    assert plan.pk == before.pk and plan.is_by_hand and plan.treatment == before.treatment


def test_a_single_visit_has_its_points_checked_and_no_course(as_petra: Client, ana: Any, petra: Any) -> None:
    proposal = proposed(ana, petra)
    as_petra.post(f"/proposals/{proposal.pk}/by-hand/", {"single": "1"})
    plan = TreatmentPlan.objects.get()
    record_safety_facts(patient=ana, facts={"condition.pregnant": True}, by=petra)
    with pytest.raises(drafts.Forbidden):
        add(plan, "SP6", petra)
    record_safety_facts(patient=ana, facts={"condition.pregnant": False}, by=petra)
    plan = signed(add(plan, "PC6", petra), petra)
    assert plan.is_single and plan.planned_visits.count() == 1 and not Course.objects.exists()
    visit = signed_visit(ana, petra)
    assert visit.number == 1 and visit.needles_in == 2
    text = page_text(as_petra.get(f"/patients/{ana.pk}/"))
    assert text.count("ingle visit, without a course") == 2  # the plan, and the visit in the timeline


def test_a_plan_after_a_single_visit_is_a_course_of_its_own(ana: Any, petra: Any) -> None:
    proposal = proposed(ana, petra)
    single = signed(add(by_hand.make_by_hand(proposal=proposal, by=petra, is_single=True), "HT7", petra), petra)
    signed_visit(ana, petra)
    again = by_hand.make_by_hand(proposal=proposed(ana, petra), by=petra)
    again = drafts.edit(
        plan_id=again.pk, revision=again.revision, verb="change", text="dose", by=petra,
        change=lambda treatment: treatment | {"dose": by_hand.empty_treatment(planner_knowledge())["dose"]},
    )  # fmt: skip
    plan = signed(again, petra)
    assert not plan.is_single and plan.course_reference != single.course_reference
    assert Course.objects.get().reference == plan.course_reference and plan.planned_visits.count() == 6


def test_a_single_visit_is_not_put_in_the_place_of_a_plan(ana: Any, petra: Any) -> None:
    """Whoever has a plan has visits of it: a single one would end the course."""
    plan = signed(add(plan_of(ana, petra), "HT7", petra), petra)
    with pytest.raises(by_hand.NoPlanByHand, match="start a visit of it"):
        by_hand.make_by_hand(proposal=proposed(ana, petra), by=petra, is_single=True)
    plan.refresh_from_db()
    assert plan.status == "signed" and TreatmentPlan.objects.count() == 1


def test_the_notes_alone_make_an_assessment_that_can_be_signed(as_petra: Client, ana: Any, petra: Any) -> None:
    as_petra.post(f"/patients/{ana.pk}/assessment/")
    draft = ana.assessments.get()
    at = f"/assessments/{draft.pk}/sign/"
    assert as_petra.post(at, {"revision": draft.revision, "notes": "…"}).status_code == 422
    draft.refresh_from_db()
    words = {"revision": draft.revision, "notes": "Cannot fall asleep since June; tongue not looked at."}
    assert as_petra.post(at, words).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "signed"


def test_the_front_desk_makes_no_plan(as_dora: Client, ana: Any, petra: Any) -> None:
    proposal = proposed(ana, petra)
    assert as_dora.post(f"/proposals/{proposal.pk}/by-hand/").status_code == 403
    assert not TreatmentPlan.objects.exists() and not Visit.objects.exists()
