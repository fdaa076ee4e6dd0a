"""Fetches plans and proposals and checks access in one step; each read goes into the audit trail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.lib.kept_queries import KeptQuery
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.people.models import Patient, SafetyFact
from intake.models import Assessment
from treatments.models import Proposal, TreatmentPlan, UndoStep
from treatments.models.proposal import SAID

# shown on no page of a plan: each is a whole document
UNSHOWN = (
    "proposal__case",
    *(f"proposal__assessment__{name}" for name in ("findings", "levels", "ashi", "notes", "confirmed", "result")),
)


def plan_for(
    request: StaffRequest,
    plan_id: int,
    *,
    needs: Permission = Permission.READ_CLINICAL,
    what: str = "plan",
    with_case: bool = False,
    to_change: bool = False,
) -> TreatmentPlan:
    """``with_case``: with all that the patient's picture is built from. ``to_change``: an edit fetches and locks the
    row itself, so the documents that only its page shows are read when asked for. Raises Http404 or PermissionDenied.
    """
    rows = _with_case if with_case else _to_change if to_change else _shown
    plan: TreatmentPlan = _fetch(request, rows, plan_id, what, needs)
    return plan


def proposal_for(request: StaffRequest, proposal_id: int, *, needs: Permission = Permission.READ_CLINICAL) -> Proposal:
    proposal: Proposal = _fetch(request, _proposal, proposal_id, "proposal", needs)
    return proposal


@KeptQuery
def _shown(plan: int) -> QuerySet[TreatmentPlan]:
    return _with_marks(plan).defer("proposal__result").annotate(**SAID)


@KeptQuery
def _to_change(plan: int) -> QuerySet[TreatmentPlan]:
    return _with_marks(plan).defer("review", "edits", "overrides", "proposal__result", "treatment")


def _with_marks(plan: int) -> QuerySet[TreatmentPlan]:
    newer = SafetyFact.objects.filter(patient=OuterRef("patient"), recorded_at__gt=OuterRef("signed_at"))
    rows = _plans(plan).defer(*UNSHOWN)
    return rows.annotate(has_earlier=Exists(UndoStep.objects.filter(plan=OuterRef("pk"))), known_since=Exists(newer))


@KeptQuery
def _with_case(plan: int) -> QuerySet[TreatmentPlan]:
    return _plans(plan).select_related(
        "proposal__assessment__patient", "proposal__assessment__response", "proposal__assessment__episode"
    )


def _plans(plan: int) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(pk=plan)
    return rows.select_related("patient", "episode", "proposal__assessment", "signed_by", "set_aside_by")


@KeptQuery
def _proposal(proposal: int) -> QuerySet[Proposal]:
    return Proposal.objects.filter(pk=proposal).select_related(
        "patient", "assessment__patient", "assessment__episode", "assessment__response", "created_by"
    )


def _fetch(request: StaffRequest, rows: KeptQuery[Any], pk: int, what: str, needs: Permission) -> Any:
    if not access.can(request.user, needs):
        raise PermissionDenied
    with transaction.atomic():
        found = next(iter(rows(pk)), None)
        if found is None:
            raise Http404(f"There is no such {what}.")
        access.note_read(request.user, found.patient, what=what, obj=found)
    return found


def plan_again(plan_id: int) -> TreatmentPlan:
    """A plan already fetched and checked, as stored now."""
    rows = TreatmentPlan.objects.select_related(
        "patient", "episode", "proposal__assessment", "signed_by", "set_aside_by"
    )
    found: TreatmentPlan = get_object_or_404(rows, pk=plan_id)
    return found


def signed_assessment(patient: Patient, episode_id: int | None = None) -> Assessment | None:
    """What a plan is based on: of one complaint, else of the main one that has been assessed."""
    rows = Assessment.objects.select_related("patient", "episode", "response").order_by("episode")
    rows = rows.filter(patient=patient, status="signed", episode__closed_at=None)
    return (rows if episode_id is None else rows.filter(episode=episode_id)).first()


def newer_assessment(plan: TreatmentPlan) -> Assessment | None:
    """One signed after the one this plan is based on."""
    if plan.status not in ("draft", "signed"):
        return None
    return next(iter(_newer_assessments(plan.episode_id, plan.proposal.assessment_id)), None)


@KeptQuery
def _newer_assessments(episode: int, than: int) -> QuerySet[Assessment]:
    newer = Assessment.objects.filter(episode=episode, status="signed", pk__gt=than)
    return newer.only("signed_at").order_by("-pk")[:1]
