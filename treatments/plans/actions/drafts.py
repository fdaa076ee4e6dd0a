"""All that can happen to a draft plan: proposed, edited, reviewed, overridden, undone. One transaction each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.lib.kept_queries import KeptQuery
from clinic.lib.wording import says_something
from clinic.people.models import User
from intake.actions import episodes
from intake.assessment import ClinicalPicture
from intake.models import Assessment, Episode
from treatments import planning
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import Proposal, TreatmentPlan
from treatments.models.proposal import SAID
from treatments.models.undo_steps import UndoStep, remember, taken_back
from treatments.planner.knowledge.empty_plan import empty_treatment
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.alert_key import key_of_reason
from treatments.planner.treatment.shapes import MergeJson, PlanEditJson, PlanReviewJson, TreatmentJson


class Forbidden(Exception):
    """The edit hits an absolute contraindication; nothing was changed. ``alerts`` say which."""

    def __init__(self, alerts: list[ReviewAlert]) -> None:
        super().__init__(" ".join(alert.text for alert in alerts))
        self.alerts = alerts


class ReasonMissing(ValueError):
    """An override without a coded reason, or "other" without an explanation."""


@dataclass(frozen=True)
class Proposed:
    """``plan`` is None if the answer is that nothing may be planned now."""

    proposal: Proposal
    plan: TreatmentPlan | None


def base_plan(episode: Episode) -> TreatmentPlan | None:
    """The plan a new proposal for a complaint starts from: the open draft, else the plan in force."""
    plans = TreatmentPlan.objects.select_related("proposal").filter(episode=episode)
    return plans.filter(status="draft").first() or plans.filter(status="signed").first()


@transaction.atomic
def propose(*, assessment: Assessment, by: User, keep_edits: bool = True) -> Proposed:
    """Run the planner on a signed assessment, store its answer, and open or update the draft plan.

    With ``keep_edits`` an existing plan is merged three ways, so that no edit is lost; without, the new
    proposal replaces the draft's content. Raises ValueError for an unsigned assessment.
    """
    if assessment.status != Assessment.Status.SIGNED:
        raise ValueError("Only a signed assessment can be planned from.")
    episodes.still_open(assessment.episode)
    case = planning.inputs_of(assessment, today=timezone.localdate())
    picture = planning.picture_from(case)
    result = planning.propose(picture)
    proposal = Proposal.objects.create(
        patient=assessment.patient,
        assessment=assessment,
        case=case,
        result=result,
        knowledge_version=result["knowledge_version"],
        created_by=by,
    )
    detail = {"action": result["action"], "assessment": assessment.pk}
    trail.record("proposal.made", by=by, patient=assessment.patient, obj=proposal, detail=detail)
    if result["treatment"] is None:
        return Proposed(proposal, None)
    base = base_plan(assessment.episode)
    treatment = result["treatment"]
    account: MergeJson | None = None
    was_kept = base is not None and keep_edits and _was_touched(base)
    if base and was_kept:
        last = base.proposal.treatment or empty_treatment(planner_knowledge())
        treatment, account = planning.merged(last, base.treatment, treatment)
    elif base:  # no edits of one's own, or they were set aside: what the new proposal changes is shown anyway
        account = {"kept": [], "taken": planning.compared(base.treatment, treatment), "conflicts": []}
    if base is None or not base.is_draft:
        plan = new_draft(proposal, treatment, by=by, supersedes=base)
    else:
        plan = records.held(plans(), base.pk)
        remember(plan.pk)
        plan.has_earlier = True  # type: ignore[attr-defined]
    verb = "merged" if was_kept else "proposed"
    text = "A new proposal, your edits kept" if was_kept else "A new proposal" if base else "Taken from the proposal"
    plan.proposal = proposal
    plan.is_by_hand = False
    plan.treatment = treatment
    plan.review = {**plan.review, "merge": account}
    told = _told(account) if account else []
    log(plan, by=by, verb=verb, text=text, changes=told)
    review_again(plan, picture)
    save(plan)
    trail.record(f"plan.{verb}", by=by, patient=plan.patient, obj=plan, detail={"proposal": proposal.pk})
    return Proposed(proposal, plan)


def _told(account: MergeJson) -> list[str]:
    """A merge, as the history words it."""
    rows = (("Changed in both", account["conflicts"]), ("Kept", account["kept"]), ("", account["taken"]))
    return [f"{heading}: {line}" if heading else line for heading, lines in rows for line in lines]


def _was_touched(plan: TreatmentPlan) -> bool:
    return bool(plan.treatment != plan.proposal.treatment)


def new_draft(
    proposal: Proposal, treatment: TreatmentJson, *, by: User, supersedes: TreatmentPlan | None
) -> TreatmentPlan:
    latest = (
        TreatmentPlan.objects.filter(episode=proposal.assessment.episode_id).aggregate(Max("version"))["version__max"]
        or 0
    )
    carried = supersedes if supersedes and supersedes.status == "signed" else None
    return TreatmentPlan.objects.create(
        patient=proposal.patient,
        episode_id=proposal.assessment.episode_id,
        proposal=proposal,
        version=latest + 1,
        treatment=treatment,
        overrides=carried.overrides if carried else [],
        review=PlanReviewJson(seen=carried.review.get("seen", [])) if carried else PlanReviewJson(),
        edits=carried.edits if carried else [],
        created_by=by,
        supersedes=carried,
        is_by_hand=proposal.treatment is None,
    )


@transaction.atomic
def edit(
    *,
    plan_id: int,
    revision: int | None,
    verb: str,
    text: str,
    change: Callable[[TreatmentJson], TreatmentJson],
    by: User,
) -> TreatmentPlan:
    """Change a draft and review all of it for safety at once.

    ``change``: a function of ``treatment_edits`` bound to its arguments. Raises Stale, NotADraft,
    EditRefused, and Forbidden if the change adds what must never be done: then nothing is saved.
    """
    plan = draft_at(plan_id, revision)
    picture = planning.picture_of(plan, today=timezone.localdate())
    treatment = change(plan.treatment)
    alerts = planning.safety_of(treatment, picture)
    stops = [alert for alert in alerts if alert.level == "forbidden"]
    if stops:  # those there before were not added by the change
        stood = (alert for alert in planning.safety_of(plan.treatment, picture) if alert.level == "forbidden")
        before = {(alert.key, alert.text) for alert in stood}
        new_stops = [alert for alert in stops if (alert.key, alert.text) not in before]
        if new_stops:
            raise Forbidden(new_stops)
    remember(plan.pk)
    plan.has_earlier = True  # type: ignore[attr-defined]
    plan.treatment = treatment
    log(plan, by=by, verb=verb, text=text)
    review_again(plan, picture, alerts)
    save(plan)
    trail.record("plan.edited", by=by, patient=plan.patient, obj=plan, detail={"verb": verb})
    return plan


@transaction.atomic
def undo(*, plan_id: int, revision: int | None, by: User) -> TreatmentPlan:
    """Undo the last edit. If there is nothing to undo the plan stays as it is."""
    plan = draft_at(plan_id, revision)
    before = taken_back(plan.pk)
    if before is None:
        return plan
    picture = planning.picture_of(plan, today=timezone.localdate())
    plan.treatment = before
    plan.has_earlier = plan.undo_steps.exists()  # type: ignore[attr-defined]
    log(plan, by=by, verb="undone", text="Last edit undone")
    review_again(plan, picture)
    save(plan)
    trail.record("plan.edited", by=by, patient=plan.patient, obj=plan, detail={"verb": "undone"})
    return plan


@transaction.atomic
def override(*, plan_id: int, revision: int | None, key: str, reason_code: str, reason: str, by: User) -> TreatmentPlan:
    """Override a stop that may be overridden; the coded reason is kept with who and when.

    Raises ReasonMissing without a known code or with an unexplained "other", ValueError if nothing under
    this key needs a reason.
    """
    plan = draft_at(plan_id, revision)
    reasons = reasons_for("override")
    if reason_code not in reasons:
        raise ReasonMissing("Choose a reason.")
    if reason_code == "other" and not says_something(reason):
        raise ReasonMissing("Say which other reason, in a few words.")
    review_again(plan, planning.picture_of(plan, today=timezone.localdate()))
    alert = next((one for one in alerts_of(plan) if one.key == key), None)
    if alert is None or alert.level != "needs_reason":
        raise ValueError("Nothing here can be overridden with a reason.")
    plan.overrides = [one for one in plan.overrides if key_of_reason(one) != key] + [
        {
            "item": alert.item,
            "code": alert.code,
            "value": alert.value,
            "text": alert.text,
            "reason_code": reason_code,
            "reason": reason.strip(),
            "by": str(by),
            "at": timezone.now().isoformat(timespec="seconds"),
        }
    ]
    log(plan, by=by, verb="overridden", text=f"{alert.item or alert.code}: {reasons[reason_code]}")
    save(plan)
    detail = {"code": alert.code, "item": alert.item, "reason": reason_code}
    trail.record("plan.overridden", by=by, patient=plan.patient, obj=plan, detail=detail)
    return plan


@transaction.atomic
def note_seen(*, plan_id: int, revision: int | None, by: User) -> TreatmentPlan:
    """The cautions on the page have been read: they are not shown again for the same facts."""
    plan = draft_at(plan_id, revision)
    cautions = {alert.stamp for alert in alerts_of(plan) if alert.level == "caution"}
    plan.review = {**plan.review, "seen": sorted(cautions | set(plan.review.get("seen", []))), "merge": None}
    save(plan)
    trail.record("plan.cautions_seen", by=by, patient=plan.patient, obj=plan, detail={"count": len(cautions)})
    return plan


@transaction.atomic
def new_version(*, plan: TreatmentPlan, by: User) -> TreatmentPlan:
    """A draft based on a signed plan, which stays in force until the draft is signed."""
    episodes.still_open(plan.episode)
    open_draft = TreatmentPlan.objects.filter(episode=plan.episode, status="draft").first()
    if open_draft:
        return open_draft
    draft = new_draft(plan.proposal, plan.treatment, by=by, supersedes=plan)
    log(draft, by=by, verb="reopened", text=f"Change of version {plan.version}")
    review_again(draft, planning.picture_of(draft, today=timezone.localdate()))
    save(draft)
    trail.record("plan.reopened", by=by, patient=plan.patient, obj=draft, detail={"from": plan.pk})
    return draft


@transaction.atomic
def set_aside(*, plan_id: int, code: str, note: str, by: User) -> TreatmentPlan:
    """Discard a draft: kept with who, when and why; the plan in force is unchanged. Idempotent.

    Raises NotADraft for a signed plan, ReasonMissing without a reason.
    """
    plan = records.held(plans(), plan_id)
    if plan.is_set_aside:
        return plan
    if not plan.is_draft:
        raise records.NotADraft(plan)
    plan.mark_set_aside(code=code, note=note, by=by)
    plan.revision += 1  # anyone still editing it gets a conflict
    plan.save(update_fields=["status", "revision", *TreatmentPlan.FIELDS])
    detail = {"version": plan.version, "reason": code}
    trail.record("plan.set_aside", by=by, patient=plan.patient, obj=plan, detail=detail)
    return plan


def draft_at(plan_id: int, revision: int | None) -> TreatmentPlan:
    """The draft, locked for this transaction. Raises NotADraft or Stale."""
    plan = next(iter(_held(plan_id)), None)
    if plan is None:
        raise TreatmentPlan.DoesNotExist
    return records.still_draft(plan, revision)


@KeptQuery
def _held(plan: int) -> QuerySet[TreatmentPlan]:
    return plans().select_for_update(of=("self",)).filter(pk=plan)


def plans() -> QuerySet[TreatmentPlan]:
    """With all that the patient's picture is built from, and without the documents that nothing here reads."""
    rows = TreatmentPlan.objects.select_related(
        "patient",
        "episode",
        "proposal__assessment__patient",
        "proposal__assessment__response",
        "proposal__assessment__episode",
    )
    unread = ("proposal__assessment__result", "proposal__assessment__notes", "proposal__case", "proposal__result")
    return rows.defer(*unread).annotate(has_earlier=Exists(UndoStep.objects.filter(plan=OuterRef("pk"))), **SAID)


def log(plan: TreatmentPlan, *, by: User, verb: str, text: str, changes: list[str] | None = None) -> None:
    """One line of the plan's history; ``changes``: what it changed, if it was more than one thing."""
    at = timezone.now().isoformat(timespec="seconds")
    entry: PlanEditJson = {"at": at, "by": str(by), "verb": verb, "text": text}
    if changes:
        entry["changes"] = changes
    plan.edits = [*plan.edits, entry]


def review_again(plan: TreatmentPlan, picture: ClinicalPicture, alerts: tuple[ReviewAlert, ...] | None = None) -> None:
    """Store the current safety review of the plan. A reason goes when its stop does."""
    found = planning.safety_of(plan.treatment, picture) if alerts is None else alerts
    plan.review = {
        **plan.review,
        "alerts": [alert.as_json() for alert in found],
        "action": picture.action,
    }
    standing = [alert.passed_by(plan.overrides) for alert in found]
    plan.overrides = [one for one in plan.overrides if one in standing]


def alerts_of(plan: TreatmentPlan) -> list[ReviewAlert]:
    """The review stored with the plan."""
    return [ReviewAlert.read(kept) for kept in plan.review.get("alerts", [])]


def save(plan: TreatmentPlan) -> None:
    plan.revision += 1
    plan.changed_at = timezone.now()
    fields = ["proposal", "is_by_hand", "treatment", "edits", "overrides", "review", "revision", "changed_at"]
    plan.save(update_fields=fields)
