"""A new fact about a patient's safety, and what it changes at once: the plans in force, their booked visits, drafts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Patient, User
from clinic.scheduling.models import Appointment
from treatments import planning
from treatments.models import TreatmentPlan
from treatments.planner.review.alert import ReviewAlert
from treatments.plans.actions import drafts


@dataclass(frozen=True)
class Effect:
    """What a fact changed for a plan in force. ``stops``: new ones against it; ``lifted``: gone ones;
    ``cautions``: new ones. ``booked``: visits still to come that follow it."""

    plan: TreatmentPlan
    stops: tuple[ReviewAlert, ...] = ()
    cautions: tuple[ReviewAlert, ...] = ()
    lifted: tuple[ReviewAlert, ...] = ()
    booked: int = 0


def in_force(patient: Patient) -> list[TreatmentPlan]:
    """One for each complaint that has one."""
    plans = TreatmentPlan.objects.select_related(
        "patient",
        "episode",
        "proposal__assessment__patient",
        "proposal__assessment__response",
        "proposal__assessment__episode",
    )
    return list(plans.filter(patient=patient, status=TreatmentPlan.Status.SIGNED).order_by("episode"))


def review_now(plan: TreatmentPlan) -> tuple[ReviewAlert, ...]:
    """The safety review of a plan with all that is known today, without what was overridden at its signature."""
    picture = planning.picture_of(plan, today=timezone.localdate())
    found = planning.safety_of(plan.treatment, picture)
    return tuple(alert for alert in found if not alert.passed_by(plan.overrides))


def booked_visits(plan: TreatmentPlan) -> int:
    """Visits of the plan's course that are still to come."""
    upcoming = Appointment.objects.active().filter(starts_at__gte=timezone.now(), patient=plan.patient_id)
    in_course = Q(course__reference=plan.course_reference) | Q(also_course__reference=plan.course_reference)
    return upcoming.filter(in_course).count()


@transaction.atomic
def note(*, patient: Patient, change: Callable[[], object], by: User) -> list[Effect]:
    """Make a change to what is known, and review all that is planned again. ``change``: an action of ``people``."""
    reviewed = [(plan, review_now(plan)) for plan in in_force(patient)]
    change()
    for draft in drafts.plans().select_for_update(of=("self",)).filter(patient=patient, status="draft"):
        # its page shows the review stored with it
        drafts.review_again(draft, planning.picture_of(draft, today=timezone.localdate()))
        draft.save(update_fields=["review", "overrides"])
    return [_effect(plan, before, by=by) for plan, before in reviewed]


def _effect(plan: TreatmentPlan, before: tuple[ReviewAlert, ...], *, by: User) -> Effect:
    after = review_now(plan)
    new = tuple(alert for alert in after if alert.stamp not in {one.stamp for one in before})
    stamps = {alert.stamp for alert in after}
    effect = Effect(
        plan,
        stops=tuple(alert for alert in new if alert.is_stop),
        cautions=tuple(alert for alert in new if alert.level == "caution"),
        lifted=tuple(alert for alert in before if alert.is_stop and alert.stamp not in stamps),
        booked=booked_visits(plan),
    )
    if effect.stops or effect.lifted:
        detail = {"stops": [alert.key for alert in effect.stops], "lifted": [alert.key for alert in effect.lifted]}
        trail.record("plan.reviewed", by=by, patient=plan.patient, obj=plan, detail=detail)
    return effect
