"""Signing a plan: its stops are answered, the plan is locked, the desk gets the course to book."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import User
from clinic.scheduling.actions import request_course
from clinic.scheduling.models import Service
from intake.actions import episodes
from treatments import planning
from treatments.models import AdverseEvent, PlannedVisit, TreatmentPlan, Visit
from treatments.models.kept import keep_reviews
from treatments.planner.treatment.due import all_stages, stages_of_visits
from treatments.planner.treatment.shapes import TreatmentJson
from treatments.planner.vocabulary.modalities import ADJUNCTS
from treatments.plans.actions import drafts


@KeptQuery
def _open_serious(patient: int) -> QuerySet[AdverseEvent, int]:
    return AdverseEvent.objects.open_serious(patient).order_by().values_list("pk", flat=True)[:1]


def open_points(plan: TreatmentPlan) -> list[str]:
    """What still keeps the plan from being signed, from the review stored with it."""
    reasons = []
    if plan.review.get("action") in planning.NO_PLAN:
        reasons.append("A red flag or an open question stops every treatment: see the assessment.")
    for alert in drafts.alerts_of(plan):
        if alert.level == "forbidden":
            reasons.append(f"{alert.text} Remove it.")
        elif alert.level == "needs_reason" and not alert.passed_by(plan.overrides):
            reasons.append(f"{alert.text} Remove it, or give a reason.")
    if not any(stage["points"] for stage in plan.treatment["stages"]) and not plan.treatment["adjuncts"]:
        reasons.append("There is nothing in the plan yet.")
    if _open_serious(plan.patient_id):
        reasons.append("A serious adverse event has not been reviewed yet: review it first.")
    return reasons


@transaction.atomic
def sign_plan(*, plan_id: int, revision: int | None, service: Service, practitioner: User, by: User) -> TreatmentPlan:
    """Lock the plan, end the previous version, ask the desk for the course, plan the visits.

    Reviewed again against what is known at this moment. Raises NotReady, Stale, NotADraft.
    """
    plan = drafts.draft_at(plan_id, revision)
    episodes.still_open(plan.episode)
    drafts.review_again(plan, planning.picture_of(plan, today=timezone.localdate()))
    reasons = open_points(plan)
    if reasons:
        raise records.NotReady(plan, reasons)
    before = TreatmentPlan.objects.select_for_update().filter(episode=plan.episode, status="signed").first()
    continues = before is not None and not is_finished(before)
    if before:
        before.status = TreatmentPlan.Status.SUPERSEDED
        before.save(update_fields=["status"])
    plan.mark_signed(by=by)
    plan.supersedes = before
    changes = planning.compared(before.treatment, plan.treatment) if before else []
    text = f"Signed, in place of version {before.version}" if before else "Signed"
    drafts.log(plan, by=by, verb="signed", text=text, changes=changes)
    plan.undo_steps.all().delete()
    if before and continues:
        plan.course_reference = before.course_reference
    elif not plan.is_single:
        plan.course_reference = f"plan:{plan.pk}"
    plan.save()
    _plan_visits(plan, before if continues else None)
    keep_reviews(plan.patient)
    if not plan.is_single:
        _ask_for_course(plan, before, continues=continues, service=service, practitioner=practitioner, by=by)
    detail = {"version": plan.version, "single": True} if plan.is_single else {"version": plan.version}
    trail.record("plan.signed", by=by, patient=plan.patient, obj=plan, detail=detail, sealed=True)
    return plan


def _ask_for_course(
    plan: TreatmentPlan,
    before: TreatmentPlan | None,
    *,
    continues: bool,
    service: Service,
    practitioner: User,
    by: User,
) -> None:
    electro = device_from_visit(plan.treatment)
    dose = plan.treatment["dose"]
    request_course(
        patient=plan.patient,
        practitioner=practitioner,
        service=service,
        phases=[{"per_week": phase["per_week"], "weeks": phase["weeks"]} for phase in dose["phases"]],
        sessions=dose["sessions"],
        minutes=service.minutes,
        device_kind="stimulator" if electro else "",
        device_from_visit=electro,
        first_visit_number=1,
        needs=logistics(plan.treatment),
        reference=plan.course_reference,
        replaces=before.course_reference if before and not continues else "",
        by=by,
    )


def is_finished(plan: TreatmentPlan) -> bool:
    """All visits of the plan's dose have begun: the next plan is a new course, not a change to this one."""
    return Visit.objects.of_course(plan).last_number() >= int(plan.treatment["dose"]["sessions"])


def _plan_visits(plan: TreatmentPlan, continued: TreatmentPlan | None) -> None:
    dose, electro = plan.treatment["dose"], device_from_visit(plan.treatment)
    done = Visit.objects.of_course(continued).last_number() if continued else 0
    PlannedVisit.objects.bulk_create(
        PlannedVisit(
            plan=plan,
            number=number,
            needs_device=electro is not None and number >= electro,
            is_review=number in dose["review_at"],
        )
        for number in range(done + 1, dose["sessions"] + 1)
    )


def device_from_visit(treatment: TreatmentJson) -> int | None:
    """The first visit that needs a stimulator, or None."""
    starts = [e.get("from_visit", 1) for stage in all_stages(treatment) for e in stage.get("electro", [])]
    return min(starts) if starts else None


def logistics(treatment: TreatmentJson) -> str:
    """What the front desk needs to know to book, without the reasons."""
    positions = {stage["position"] for stage in all_stages(treatment)}
    needs = []
    if positions and positions <= {"seated"}:
        needs.append("treated sitting: a chair is enough")
    elif "prone" not in positions:
        needs.append("does not lie face down")
    if any(len(stages) > 1 for stages in stages_of_visits(treatment)):
        needs.append("turns once during the treatment")
    return "; ".join(needs)


def minutes_needed(treatment: TreatmentJson) -> int:
    """Room time of one visit: 10 to settle and talk, retention, hands-on work, 5 for each turn (DESIGN)."""
    hands_on = sum(a.get("minutes") or 0 for a in treatment["adjuncts"] if not _runs_alone(a["kind"]))
    longest = max(
        sum(stage["retention_min"] for stage in stages) + 5 * max(0, len(stages) - 1)
        for stages in stages_of_visits(treatment)
    )
    return int(10 + longest + hands_on)


def _runs_alone(kind: str) -> bool:
    return kind in ADJUNCTS and ADJUNCTS[kind].runs_alone
