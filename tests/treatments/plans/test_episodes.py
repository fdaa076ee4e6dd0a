"""Two complaints in one patient: each with its own assessment, plan and scores; safety looks at both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from clinic.scheduling.models import Course
from intake.actions import assessment as assessments
from intake.actions import assessment_clearance, episodes
from intake.models import Assessment, Episode, Score
from intake.questionnaire.values import DONE
from tests.factories.assessed import assessed, draft_plan
from tests.factories.intake import PLAIN, InvitationFactory, ResponseFactory, all_screens
from tests.factories.people import UserFactory
from tests.factories.scheduling import ServiceFactory
from tests.factories.treatments import episode_of, signed_plan, signed_visit
from tests.support.page_text import page_text
from treatments import planning
from treatments.models import TreatmentPlan, Visit
from treatments.outcomes.actions import scores_of_course
from treatments.plans.actions import drafts, safety_facts, signing
from treatments.plans.actions import episodes as closing
from treatments.visits.actions import starting

pytestmark = pytest.mark.django_db
KNEE = {
    "site__low_back": None, "site__buttock": None, "radiation__back_of_leg": None, "site__knee": True,
    "flag__joint_hot_swollen": False, "flag__calf_swollen": False, "flag__knee_ottawa": False,
    "flag__knee_swelled_fast": False, "flag__knee_locked": False, "flag__replaced_knee_change": False,
}  # fmt: skip


def sign(plan: TreatmentPlan, by: Any) -> TreatmentPlan:
    return signing.sign_plan(
        plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(minutes=45), practitioner=by, by=by
    )


@pytest.fixture
def knee(ana: Any, petra: Any) -> Episode:
    """Opened by hand beside the back, which has a plan in force."""
    sign(draft_plan(ana, petra), petra)
    return episodes.open_by_hand(patient=ana, complaint="knee", words="", by=petra)


def in_force(patient: Any) -> list[TreatmentPlan]:
    return list(TreatmentPlan.objects.filter(patient=patient, status="signed").order_by("episode"))


def action_of(plan: TreatmentPlan) -> str:
    fresh = next(one for one in safety_facts.in_force(plan.patient) if one.pk == plan.pk)
    return str(planning.picture_of(fresh, today=timezone.localdate()).action)


def test_a_second_plan_does_not_replace_the_first(knee: Episode, ana: Any, petra: Any, as_petra: Client) -> None:
    back = in_force(ana)[0]
    assert back.episode.complaint == "back"  # named by the assessment that was signed
    second = sign(draft_plan(ana, petra, episode=knee, **KNEE), petra)
    assert in_force(ana) == [back, second] and second.version == 1 and second.supersedes is None
    assert second.proposal.case["complaint"]["id"] == "knee"
    assert set(Course.objects.values_list("reference", flat=True)) == {f"plan:{back.pk}", f"plan:{second.pk}"}
    text = page_text(as_petra.get(f"/patients/{ana.pk}/"))
    assert text.count("Plan in force") == 2 and "Knee pain" in text and "Back, hip or leg" in text

    newer = sign(drafts.new_version(plan=second, by=petra), petra)
    assert in_force(ana) == [back, newer] and newer.version == 2


def test_the_database_allows_one_of_each_in_force(knee: Episode, ana: Any, petra: Any) -> None:
    plan = in_force(ana)[0]
    now = {"signed_by": petra, "signed_at": timezone.now(), "created_by": petra, "status": "signed"}
    same = {"patient": ana, "episode": plan.episode}
    for make in (
        lambda: TreatmentPlan.objects.create(**same, proposal=plan.proposal, version=9, treatment={}, **now),
        lambda: Assessment.objects.create(**same, **now),
        lambda: Episode.objects.create(patient=ana, complaint="knee"),
        lambda: knee.delete(),
        lambda: Episode.objects.filter(pk=knee.pk).update(closed_at=timezone.now()),
        lambda: TreatmentPlan.objects.filter(pk=plan.pk).update(episode=knee),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_a_red_flag_in_one_complaint_stops_the_needles_of_all(knee: Episode, ana: Any, petra: Any) -> None:
    back = in_force(ana)[0]
    assert action_of(back) in ("treat", "caution")
    assessed(ana, petra, episode=knee, **{**KNEE, "flag__joint_hot_swollen": True})
    assert action_of(back) in ("emergency", "refer_before_treating")
    assessment_clearance.clear_findings(
        patient=ana, findings=["flag.joint_hot_swollen"], examined_by="Dr Lee", examined_on=timezone.localdate(),
        result="no infection", note="", by=petra,
    )  # fmt: skip
    assert action_of(back) in ("treat", "caution")


def test_danger_in_the_answers_of_one_counts_in_the_other(ana: Any, petra: Any) -> None:
    """The knee was begun on a form that was sent before the one that the back rests on."""

    def sent(days_ago: int, **more: Any) -> Any:
        at = timezone.now() - dt.timedelta(days=days_ago)
        answers = {**PLAIN, DONE: all_screens(), **more}
        link = InvitationFactory(patient=ana)
        return ResponseFactory(complete=True, answers=answers, submitted_at=at, invitation=link)

    alarming = sent(5, saddle_numbness="yes")
    sent(2)
    knee = Episode.objects.create(patient=ana, complaint="knee")
    draft = Assessment.objects.create(patient=ana, episode=knee, response=alarming, created_by=petra)
    plan = signed_plan(ana, petra)
    assert action_of(plan) == "emergency"
    Assessment.objects.filter(pk=draft.pk).update(findings={"flag.saddle_numbness": False})  # corrected there
    assert action_of(plan) != "emergency"
    Assessment.objects.filter(pk=draft.pk).update(findings={})
    assert action_of(plan) == "emergency"
    draft.delete()
    closing.close(episode=knee, code="better", note="", by=petra)
    assert action_of(plan) != "emergency"


def test_a_new_fact_reviews_every_plan_in_force(knee: Episode, ana: Any, petra: Any, as_petra: Client) -> None:
    sign(draft_plan(ana, petra, episode=knee, **KNEE), petra)
    text = page_text(
        as_petra.post(
            f"/patients/{ana.pk}/safety/", {"kind": "condition", "name": "pregnant", "counts_as": ""}, follow=True
        )
    )
    assert "for “Knee pain”" in text and "for “Back, hip or leg”" in text
    assert text.count("with what is known now") == 2


def test_pain_scored_at_a_visit_belongs_to_its_complaint(ana: Any, petra: Any) -> None:
    back, knee = signed_plan(ana, petra), signed_plan(ana, petra, complaint="knee")
    signed_visit(ana, petra, pain_now=5)
    visit = starting.start_visit(patient=ana, by=petra, is_sure=True, plan_id=knee.pk)
    assert visit.plan == knee and visit.number == 1
    assert {score.episode_id for score in Score.objects.all()} == {back.episode_id}
    assert scores_of_course(knee.episode) == [] and len(scores_of_course(back.episode)) == 2


def test_a_complaint_is_closed_with_a_reason_and_its_plan_and_course_with_it(
    knee: Episode, ana: Any, petra: Any, as_petra: Client
) -> None:
    back = in_force(ana)[0]
    plan = sign(draft_plan(ana, petra, episode=knee, **KNEE), petra)
    draft = assessments.open_draft(patient=ana, by=petra, episode=knee)
    for code, why in (("", "Choose a reason"), ("other", "Say which"), ("better", "open draft")):
        with pytest.raises(closing.NotNow, match=why):
            closing.close(episode=knee, code=code, note="", by=petra)
    assessments.set_aside(assessment_id=draft.pk, code="mistake", note="", by=petra)
    text = page_text(as_petra.post(f"/complaints/{knee.pk}/close/", {"code": "better", "note": ""}, follow=True))
    assert "“Knee pain” is closed" in text and "Closed (1)" in text
    plan.refresh_from_db()
    assert plan.status == "ended" and in_force(ana) == [back]
    assert Course.objects.get(reference=plan.course_reference).status == "closed"
    knee.refresh_from_db()
    with pytest.raises(episodes.EpisodeClosed):
        assessments.open_draft(patient=ana, by=petra, episode=knee)
    with pytest.raises(episodes.EpisodeClosed):
        drafts.propose(assessment=Assessment.objects.get(episode=knee, status="signed"), by=petra)
    closing.open_again(episode=knee, by=petra)
    knee.refresh_from_db()
    assert knee.is_open and in_force(ana) == [back]
    assert drafts.propose(assessment=Assessment.objects.get(episode=knee, status="signed"), by=petra).plan


def test_a_closed_complaint_cannot_come_back_beside_itself(ana: Any, petra: Any) -> None:
    first = episodes.open_by_hand(patient=ana, complaint="knee", words="", by=petra)
    assert episodes.open_by_hand(patient=ana, complaint="knee", words="", by=petra) == first
    closing.close(episode=first, code="stopped", note="", by=petra)
    second = episodes.open_by_hand(patient=ana, complaint="knee", words="", by=petra)
    assert second != first
    with pytest.raises(closing.NotNow, match="open already"):
        closing.open_again(episode=first, by=petra)


def test_a_complaint_by_hand_has_a_name(ana: Any, petra: Any, as_petra: Client) -> None:
    with pytest.raises(episodes.NotNamed):
        episodes.open_by_hand(patient=ana, complaint="gibberish", words=" ", by=petra)
    as_petra.post(f"/patients/{ana.pk}/complaints/", {"complaint": "", "words": "Tinnitus"})
    assert ana.episodes.get().title == "Tinnitus"
    assert "Tinnitus" in page_text(as_petra.get(f"/patients/{ana.pk}/"))


def test_the_front_desk_neither_reads_nor_changes_complaints(knee: Episode, ana: Any) -> None:
    client = Client()
    client.force_login(UserFactory(desk=True))
    assert "Knee" not in page_text(client.get(f"/patients/{ana.pk}/"))
    for path in (f"/patients/{ana.pk}/complaints/", f"/complaints/{knee.pk}/close/", f"/complaints/{knee.pk}/open/"):
        assert client.post(path, {"code": "better", "words": "x"}).status_code == 403


def test_a_visit_is_of_the_plan_it_was_booked_for(ana: Any, petra: Any) -> None:
    back, knee = signed_plan(ana, petra), signed_plan(ana, petra, complaint="knee")
    assert starting.start_visit(patient=ana, by=petra).plan == back
    Visit.objects.update(status="set_aside", set_aside_by=petra, set_aside_at=timezone.now(), set_aside_code="mistake")
    assert starting.start_visit(patient=ana, by=petra, plan_id=knee.pk).plan == knee


def test_the_main_complaint_is_the_one_opened_first(ana: Any, petra: Any) -> None:
    first = episode_of(ana)
    episodes.open_by_hand(patient=ana, complaint="knee", words="", by=petra)
    assert assessments.open_draft(patient=ana, by=petra).episode == first
