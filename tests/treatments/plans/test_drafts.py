"""Proposing, editing, overriding, undoing, signing: on the real planner and the real safety review."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from clinic.audit.models import AuditEvent
from clinic.lib import records
from clinic.people.models import SafetyFact
from clinic.scheduling.models import Course
from intake.actions import assessment as assessments
from tests.factories.assessed import assessed, draft_plan
from tests.factories.scheduling import ServiceFactory
from treatments.models import PlannedVisit, Proposal, TreatmentPlan, Visit
from treatments.models.proposal import Said, said
from treatments.models.undo_steps import UNDO_STEPS
from treatments.plans import point_search, treatment_edits
from treatments.plans.actions import drafts, signing

pytestmark = pytest.mark.django_db


def add(plan: TreatmentPlan, text: str, by: Any, side: str = "both") -> TreatmentPlan:
    item = point_search.planned(point_search.find(text), side=side)
    change = partial(treatment_edits.added, list_address="stages.0.points", item=item)
    return drafts.edit(
        plan_id=plan.pk, revision=plan.revision, verb="add_point", text=f"Added {text}", change=change, by=by
    )


def codes(plan: TreatmentPlan) -> list[str]:
    return [point["code"] for stage in plan.treatment["stages"] for point in stage["points"]]


def sign(plan: TreatmentPlan, by: Any) -> TreatmentPlan:
    plan = drafts.note_seen(plan_id=plan.pk, revision=plan.revision, by=by)
    return signing.sign_plan(
        plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(minutes=45), practitioner=by, by=by
    )


def test_a_proposal_is_stored_with_inputs_and_version_and_opens_a_draft(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    assert plan.is_draft and plan.version == 1 and "BL25" in codes(plan)
    assert plan.proposal.case["findings"]["onset.accident"] is True
    assert plan.proposal.knowledge_version == plan.proposal.result["knowledge_version"]
    assert AuditEvent.objects.filter(action="proposal.made", patient_id=ana.pk).count() == 1


def test_what_the_planner_proposes_passes_its_own_review(ana: Any, petra: Any) -> None:
    assert signing.open_points(draft_plan(ana, petra)) == []


def test_a_red_flag_gives_a_proposal_and_no_plan(ana: Any, petra: Any) -> None:
    made = drafts.propose(assessment=assessed(ana, petra, flag__saddle_numbness=True), by=petra)
    assert made.plan is None and made.proposal.action == "emergency"
    assert not TreatmentPlan.objects.exists()


def test_missing_answers_give_no_plan(ana: Any, petra: Any) -> None:
    made = drafts.propose(assessment=assessed(ana, petra, flag__fever=None), by=petra)
    assert made.plan is None and made.proposal.action == "need_information"


def test_only_a_signed_assessment_is_planned_from(ana: Any, petra: Any) -> None:
    with pytest.raises(ValueError, match="signed"):
        drafts.propose(assessment=assessments.open_draft(patient=ana, by=petra), by=petra)


def test_an_edit_is_kept_logged_and_audited(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    edited = add(plan, "UB23", petra)
    assert "BL23" in codes(edited) and edited.revision == plan.revision + 1
    assert edited.edits[-1]["by"] == str(petra) and edited.edits[-1]["text"] == "Added UB23"
    assert AuditEvent.objects.get(action="plan.edited").detail == {"verb": "add_point"}


def test_the_second_of_two_people_is_told(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    old = plan.revision
    add(plan, "BL23", petra)
    plan.revision = old
    with pytest.raises(records.Stale) as clash:
        add(plan, "BL58", petra)
    assert "BL23" in codes(clash.value.record)
    assert "BL58" not in codes(TreatmentPlan.objects.get(pk=plan.pk))


def test_what_must_never_be_done_is_refused_at_once_and_nothing_changes(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    before = plan.treatment
    SafetyFact.objects.create(patient=ana, finding="condition.pregnant", present=True, recorded_by=petra)
    with pytest.raises(drafts.Forbidden, match=re.compile("pregnan", re.I)):
        add(plan, "LI4", petra)
    plan.refresh_from_db()
    assert plan.treatment == before and plan.revision == 2


def test_an_override_needs_a_coded_reason_and_is_kept_with_who_and_why(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "CV17", petra)
    stop = next(a for a in plan.review["alerts"] if a["level"] == "needs_reason" and a["item"] == "CV17")
    ask = partial(drafts.override, plan_id=plan.pk, revision=plan.revision, by=petra)
    for code, words in (("", "because"), ("nonsense", "because"), ("other", "  ")):
        with pytest.raises(drafts.ReasonMissing):
            ask(key=stop["key"], reason_code=code, reason=words)
    with pytest.raises(ValueError, match="Nothing here"):
        ask(key="no|such", reason_code="benefit", reason="")
    assert any("CV17" in text for text in signing.open_points(plan))
    waiting = [a for a in plan.review["alerts"] if a["level"] == "needs_reason"]
    for one in waiting:
        plan = drafts.override(
            plan_id=plan.pk, revision=plan.revision, key=one["key"], reason_code="benefit", reason="calms", by=petra
        )
    kept = next(one for one in plan.overrides if one["item"] == "CV17")
    assert (kept["reason_code"], kept["reason"], kept["by"]) == ("benefit", "calms", str(petra)) and kept["at"]
    assert signing.open_points(plan) == []


def test_a_reason_does_not_outlive_its_item(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "CV17", petra)
    stop = next(a for a in plan.review["alerts"] if a["item"] == "CV17")
    plan = drafts.override(
        plan_id=plan.pk, revision=plan.revision, key=stop["key"], reason_code="benefit", reason="", by=petra
    )
    last = len(plan.treatment["stages"][0]["points"]) - 1
    plan = drafts.edit(
        plan_id=plan.pk,
        revision=plan.revision,
        verb="remove",
        text="Removed CV17",
        change=lambda treatment: treatment_edits.removed(treatment, f"stages.0.points.{last}"),
        by=petra,
    )
    assert "CV17" not in codes(plan) and plan.overrides == []


def test_undo_takes_back_the_last_edit(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    before = codes(plan)
    plan = add(plan, "BL23", petra)
    plan = drafts.undo(plan_id=plan.pk, revision=plan.revision, by=petra)
    assert codes(plan) == before and plan.edits[-1]["verb"] == "undone"


def test_twenty_edits_can_be_undone(ana: Any, petra: Any) -> None:
    """The database keeps the documents: they are those that were, in their order."""
    plan, were = draft_plan(ana, petra), []
    for number in range(UNDO_STEPS + 2):
        were.append(plan.treatment)
        change = partial(treatment_edits.with_principle, principle=f"Warm – é “{number}”")
        plan = drafts.edit(plan_id=plan.pk, revision=plan.revision, verb="change", text="", change=change, by=petra)
        assert plan.has_earlier
    assert [step.treatment for step in plan.undo_steps.order_by("id")] == were[2:]
    for before in reversed(were[2:]):
        plan = drafts.undo(plan_id=plan.pk, revision=plan.revision, by=petra)
        assert plan.treatment == before
    assert not plan.undo_steps.exists() and not plan.has_earlier


def test_signing_locks_and_gives_the_desk_a_course_without_medicine(ana: Any, petra: Any) -> None:
    plan = sign(draft_plan(ana, petra), petra)
    assert plan.status == "signed" and plan.signed_by == petra and not plan.undo_steps.exists()
    course = Course.objects.get()
    dose = plan.treatment["dose"]
    assert (course.sessions, course.phases, course.reference) == (dose["sessions"], dose["phases"], f"plan:{plan.pk}")
    assert course.first_visit_number == 1 and course.status == "to_book"
    for word in ("stasis", "pain", "BL", "needle"):
        assert word not in course.needs
    visits = list(PlannedVisit.objects.filter(plan=plan))
    assert [v.number for v in visits] == list(range(1, dose["sessions"] + 1))
    assert [v.number for v in visits if v.is_review] == dose["review_at"]
    with pytest.raises(records.NotADraft):
        add(plan, "BL23", petra)


def test_signing_looks_at_the_patient_of_this_minute(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    plan = drafts.note_seen(plan_id=plan.pk, revision=plan.revision, by=petra)
    SafetyFact.objects.create(patient=ana, finding="condition.pregnant", present=True, recorded_by=petra)
    with pytest.raises(records.NotReady) as error:
        signing.sign_plan(
            plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(), practitioner=petra, by=petra
        )
    assert error.value.reasons
    assert TreatmentPlan.objects.get().is_draft and not Course.objects.exists()


def test_a_stale_page_cannot_sign(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    add(plan, "BL23", petra)
    with pytest.raises(records.Stale):
        signing.sign_plan(
            plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(), practitioner=petra, by=petra
        )


def test_a_change_of_a_running_plan_is_a_new_version_of_the_same_course(ana: Any, petra: Any) -> None:
    first = sign(draft_plan(ana, petra), petra)
    for number in (1, 2):
        Visit.objects.create(patient=ana, plan=first, number=number, practitioner=petra, started_at=first.signed_at)
    draft = drafts.new_version(plan=first, by=petra)
    assert draft.version == 2 and codes(draft) == codes(first)
    assert drafts.new_version(plan=first, by=petra) == draft
    second = sign(add(draft, "BL58", petra), petra)
    first.refresh_from_db()
    assert first.status == "superseded" and second.supersedes == first
    assert second.course_reference == first.course_reference and Course.objects.count() == 1
    assert PlannedVisit.objects.filter(plan=second).first().number == 3


def test_a_new_plan_after_the_last_visit_is_a_new_course(ana: Any, petra: Any) -> None:
    first = sign(draft_plan(ana, petra), petra)
    last = first.treatment["dose"]["sessions"]
    Visit.objects.create(patient=ana, plan=first, number=last, practitioner=petra, started_at=first.signed_at)
    second = sign(drafts.new_version(plan=first, by=petra), petra)
    assert second.course_reference != first.course_reference and Course.objects.count() == 2
    assert PlannedVisit.objects.filter(plan=second).first().number == 1


def test_proposing_again_keeps_every_edit_and_says_so(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "BL58", petra)
    made = drafts.propose(assessment=assessed(ana, petra, body__tired=True, tongue__pale=True), by=petra)
    assert made.plan is not None and made.plan.pk == plan.pk and made.plan.is_draft
    assert "BL58" in codes(made.plan)
    assert any("BL58" in text for text in made.plan.review["merge"]["kept"])
    assert Proposal.objects.count() == 2


def test_starting_over_is_explicit(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "BL58", petra)
    made = drafts.propose(assessment=plan.proposal.assessment, by=petra, keep_edits=False)
    assert made.plan is not None and "BL58" not in codes(made.plan)
    undone = drafts.undo(plan_id=made.plan.pk, revision=made.plan.revision, by=petra)
    assert "BL58" in codes(undone)


def test_a_new_proposal_without_own_edits_tells_what_it_changed(ana: Any, petra: Any) -> None:
    first = sign(draft_plan(ana, petra), petra)
    made = drafts.propose(assessment=assessed(ana, petra, condition__cannot_lie_prone=True), by=petra)
    assert made.plan is not None and made.plan.treatment != first.treatment
    told = made.plan.review["merge"]
    assert not told["kept"] and not told["conflicts"]
    assert "Prone stage: left out." in told["taken"]
    assert made.plan.edits[-1]["changes"] == told["taken"]
    seen = drafts.note_seen(plan_id=made.plan.pk, revision=made.plan.revision, by=petra)
    assert seen.review["merge"] is None and seen.edits[-1]["changes"] == told["taken"], "the history keeps it"


def test_a_fresh_start_tells_what_becomes_of_the_edited_plan(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "BL57", petra)
    made = drafts.propose(assessment=plan.proposal.assessment, by=petra, keep_edits=False)
    assert made.plan is not None and "BL57: left out." in made.plan.review["merge"]["taken"]


def test_the_signature_keeps_what_the_new_version_changed(ana: Any, petra: Any) -> None:
    first = sign(draft_plan(ana, petra), petra)
    assert first.edits[-1]["text"] == "Signed" and "changes" not in first.edits[-1]
    draft = drafts.new_version(plan=first, by=petra)
    gone = partial(treatment_edits.removed, address="stages.0.points.0")
    code = first.treatment["stages"][0]["points"][0]["code"]
    draft = drafts.edit(plan_id=draft.pk, revision=draft.revision, verb="remove", text="-", change=gone, by=petra)
    second = sign(draft, petra)
    last = second.edits[-1]
    assert last["text"] == "Signed, in place of version 1" and any(line.startswith(code) for line in last["changes"])


def test_steps_of_before_become_rows_and_go_back_into_the_column(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    before: Any = [{**plan.treatment, "principle": f"Step {number}"} for number in range(3)]
    TreatmentPlan.objects.filter(pk=plan.pk).update(earlier=before)
    moves = import_module("treatments.migrations.0013_undo_steps")
    moves.to_rows(apps, None)
    assert TreatmentPlan.objects.get(pk=plan.pk).earlier == []
    assert [step.treatment for step in plan.undo_steps.order_by("id")] == before
    moves.to_column(apps, None)
    assert TreatmentPlan.objects.get(pk=plan.pk).earlier == before


def test_a_plan_tells_of_its_proposal_as_the_whole_answer_does(ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    held = drafts.draft_at(plan.pk, plan.revision)
    assert "result" in held.proposal.get_deferred_fields()
    result = plan.proposal.result
    whole = Said(result["alerts"], result["withheld"], result["ask"])
    assert said(held) == said(plan) == whole and whole.ask
    other = Proposal.objects.create(
        patient=ana, assessment=plan.proposal.assessment, case={}, result={**result, "ask": []},
        knowledge_version="", created_by=petra,
    )  # fmt: skip
    held.proposal = other
    assert said(held).ask == []
