"""Drafts are no lock on the plan in force, and a draft begun by mistake is set aside: kept, and read by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lib import records
from clinic.people.set_aside import REASONS, ReasonMissing
from intake.actions import assessment as assessments
from intake.case_building import build_case
from intake.models import Assessment
from tests.factories.assessed import assessed, draft_plan, examined
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.scheduling import ServiceFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.models import TreatmentPlan
from treatments.outcomes.actions import plan_in_force
from treatments.plans.actions import drafts, signing
from treatments.visits.actions import starting

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def signed(plan: TreatmentPlan, by: Any) -> TreatmentPlan:
    plan = drafts.note_seen(plan_id=plan.pk, revision=plan.revision, by=by)
    return signing.sign_plan(
        plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(minutes=45), practitioner=by, by=by
    )


def chart(patient: Any, by: Any) -> Any:
    return client_of(by).get(f"/patients/{patient.pk}/").context["clinical"]


def test_a_visit_starts_on_the_plan_in_force_while_a_new_version_is_a_draft(ana: Any, petra: Any) -> None:
    first = signed_plan(ana, petra)
    draft = drafts.new_version(plan=first, by=petra)
    seen = chart(ana, petra)
    assert seen["next"]["text"] == "Start a visit"
    assert [row["text"] for row in seen["unfinished"]] == ["Draft plan v2"]
    visit = starting.start_visit(patient=ana, by=petra)
    assert visit.plan == first and plan_in_force(first.episode) == first and draft.is_draft


def test_a_visit_starts_while_an_assessment_is_a_draft(ana: Any, petra: Any) -> None:
    plan = signed_plan(ana, petra)
    assessments.open_draft(patient=ana, by=petra)
    seen = chart(ana, petra)
    assert seen["next"]["text"] == "Start a visit"
    assert [row["text"] for row in seen["unfinished"]] == ["Draft assessment"]
    assert seen["episodes"][0]["assessment"].status == "signed", "the chart shows what is in force"
    assert starting.start_visit(patient=ana, by=petra).plan == plan


def test_a_red_flag_of_an_unsigned_draft_stops_before_it_is_signed(ana: Any, petra: Any) -> None:
    signed_plan(ana, petra)
    draft = assessments.open_draft(patient=ana, by=petra)
    found = {**draft.findings, "flag.saddle_numbness": True}
    assessments.save(
        assessment_id=draft.pk, revision=draft.revision, found=assessments.Examination(found, [], [], ""),
        confirmed={}, by=petra,
    )  # fmt: skip
    seen = chart(ana, petra)
    assert seen["episodes"][0]["action"] == "emergency" and seen["next"]["text"] == "Look at the red flags"
    assert seen["next"]["url"] == f"/assessments/{draft.pk}/"


def test_after_signing_the_new_version_the_old_one_is_superseded(ana: Any, petra: Any) -> None:
    first = signed(draft_plan(ana, petra), petra)
    second = signed(drafts.new_version(plan=first, by=petra), petra)
    first.refresh_from_db()
    assert (first.status, second.status, second.supersedes) == ("superseded", "signed", first)
    assert starting.start_visit(patient=ana, by=petra).plan == second


def test_a_discarded_plan_draft_is_kept_and_in_nobodys_way(ana: Any, petra: Any) -> None:
    first = signed_plan(ana, petra)
    draft = drafts.new_version(plan=first, by=petra)
    gone = drafts.set_aside(plan_id=draft.pk, code="mistake", note="", by=petra)
    assert (gone.status, gone.set_aside_by, gone.set_aside_words) == ("set_aside", petra, "Started by mistake")
    assert drafts.base_plan(first.episode) == first and plan_in_force(first.episode) == first
    again = drafts.new_version(plan=first, by=petra)
    assert again.pk != draft.pk and again.version == 3
    assert drafts.set_aside(plan_id=draft.pk, code="twice", note="", by=petra).set_aside_code == "mistake"
    event = AuditEvent.objects.get(action="plan.set_aside")
    assert event.detail == {"version": 2, "reason": "mistake"}


def test_a_discarded_plan_draft_takes_no_edit_and_no_signature(ana: Any, petra: Any) -> None:
    draft = draft_plan(ana, petra)
    gone = drafts.set_aside(plan_id=draft.pk, code="mistake", note="", by=petra)
    with pytest.raises(records.NotADraft):
        drafts.note_seen(plan_id=gone.pk, revision=gone.revision, by=petra)
    with pytest.raises(records.NotADraft):
        signed_again = {"service": ServiceFactory(minutes=45), "practitioner": petra}
        signing.sign_plan(plan_id=gone.pk, revision=gone.revision, **signed_again, by=petra)
    page = page_text(client_of(petra).get(f"/plans/{gone.pk}/"))
    assert "discarded, entered in error" in page and "Sign the plan" not in page and "row-actions" not in page


def test_a_discarded_assessment_feeds_no_later_case(ana: Any, petra: Any) -> None:
    last = assessed(ana, petra)
    draft = examined(ana, petra, condition__pacemaker=True, tongue__pale=True)
    assessments.set_aside(assessment_id=draft.pk, code="wrong_patient", note="", by=petra)
    today = timezone.localdate()
    again = assessments.open_draft(patient=ana, by=petra)
    assert again.pk != draft.pk and again.supersedes == last and again.findings == last.findings
    case = build_case(ana, again, today=today)
    assert case.findings.get("condition.pacemaker") is False and not case.findings.get("tongue.pale")
    seen = chart(ana, petra)
    assert "condition.pacemaker" not in [row["finding"] for row in seen["safety"]]


def test_a_signed_assessment_before_the_discarded_one_stays_in_force(ana: Any, petra: Any) -> None:
    last = assessed(ana, petra)
    draft = assessments.open_draft(patient=ana, by=petra)
    client = client_of(petra)
    answer = client.post(f"/assessments/{draft.pk}/set-aside/", {"code": "mistake"})
    assert answer.headers["Location"] == f"/patients/{ana.pk}/"
    assert client.get(f"/patients/{ana.pk}/assessment/").headers["Location"] == f"/assessments/{last.pk}/"
    assert drafts.propose(assessment=last, by=petra).plan is not None
    assert "discarded, entered in error" in page_text(client.get(f"/assessments/{draft.pk}/"))
    row = next(row for row in chart(ana, petra)["timeline"] if row["title"] == "Assessment discarded")
    assert "Started by mistake" in row["text"]


def test_an_intake_whose_only_assessment_was_discarded_waits_to_be_read_again(ana: Any, petra: Any) -> None:
    sent = ResponseFactory(complete=True, submitted_at=timezone.now(), invitation=InvitationFactory(patient=ana))
    client = client_of(petra)
    draft = assessments.open_draft(patient=ana, by=petra)
    assert draft.response == sent
    assert not client.get("/").context["practitioner"]["intakes"]
    assessments.set_aside(assessment_id=draft.pk, code="mistake", note="", by=petra)
    home = client.get("/").context["practitioner"]
    assert [row["response"] for row in home["intakes"]] == [sent] and not home["unsigned"]
    assert [row.is_new for row in client.get("/intakes/").context["page"].new.rows] == [True]


@pytest.mark.parametrize("kind", ["plan", "assessment"])
def test_discarding_asks_for_a_reason_and_keeps_what_was_typed(kind: str, ana: Any, petra: Any) -> None:
    row: Any = draft_plan(ana, petra) if kind == "plan" else assessments.open_draft(patient=ana, by=petra)
    address = f"/{kind}s/{row.pk}/set-aside/"
    for sent, words in (({"note": "a slip"}, "Choose a reason."), ({"code": "other"}, "Say which other reason.")):
        answer = client_of(petra).post(address, sent)
        text = page_text(answer)
        assert answer.status_code == 422 and words in text and sent.get("note", "") in text
    row.refresh_from_db()
    assert row.status == "draft"
    set_aside: Any = drafts.set_aside if kind == "plan" else assessments.set_aside
    with pytest.raises(ReasonMissing):
        set_aside(**{f"{kind}_id": row.pk}, code="whim", note="", by=petra)


@pytest.mark.parametrize("kind", ["plan", "assessment"])
def test_what_was_signed_is_not_discarded(kind: str, ana: Any, petra: Any) -> None:
    row: Any = signed_plan(ana, petra) if kind == "plan" else assessed(ana, petra)
    client = client_of(petra)
    answer = client.post(f"/{kind}s/{row.pk}/set-aside/", {"code": "mistake"}, follow=True)
    assert "signed" in page_text(answer)
    row.refresh_from_db()
    assert row.status == "signed" and not row.is_set_aside


@pytest.mark.parametrize(
    "change", [{"status": "draft"}, {"set_aside_note": "x"}, {"status": "superseded"}, {"set_aside_by": None}], ids=str
)
def test_the_database_keeps_a_discarded_draft_as_it_is(change: dict[str, Any], ana: Any, petra: Any) -> None:
    plan = drafts.set_aside(plan_id=draft_plan(ana, petra).pk, code="mistake", note="", by=petra)
    draft = assessments.open_draft(patient=ana, by=petra)
    aside = assessments.set_aside(assessment_id=draft.pk, code="mistake", note="", by=petra)
    for rows in (TreatmentPlan.objects.filter(pk=plan.pk), Assessment.objects.filter(pk=aside.pk)):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            rows.update(**change)
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            rows.delete()


def test_the_database_lets_nobody_set_aside_without_saying_who_and_why(ana: Any, petra: Any) -> None:
    draft = draft_plan(ana, petra)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        TreatmentPlan.objects.filter(pk=draft.pk).update(status="set_aside")
    assert all(words[0].isupper() for words in REASONS.values())
