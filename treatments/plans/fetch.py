"""Fetches plans and proposals and checks access in one step; each read goes into the audit trail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.people.models import Patient, SafetyFact
from intake.models import Assessment
from treatments.models import Proposal, TreatmentPlan

# shown on no page of a plan: each is a whole document
UNSHOWN = (
    "earlier",
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
) -> TreatmentPlan:
    """``with_case``: with all that the patient's picture is built from. Raises Http404 or PermissionDenied."""
    rows = TreatmentPlan.objects.select_related("patient", "proposal__assessment", "signed_by", "set_aside_by")
    if with_case:
        rows = rows.select_related("proposal__assessment__patient", "proposal__assessment__response")
    else:
        newer = SafetyFact.objects.filter(patient=OuterRef("patient"), recorded_at__gt=OuterRef("signed_at"))
        rows = rows.defer(*UNSHOWN).annotate(has_earlier=Q(earlier__0__isnull=False), known_since=Exists(newer))
    plan: TreatmentPlan = _fetch(request, rows, plan_id, what, needs)
    return plan


def proposal_for(request: StaffRequest, proposal_id: int, *, needs: Permission = Permission.READ_CLINICAL) -> Proposal:
    rows = Proposal.objects.select_related("patient", "assessment__patient", "assessment__response", "created_by")
    proposal: Proposal = _fetch(request, rows, proposal_id, "proposal", needs)
    return proposal


def _fetch(request: StaffRequest, rows: Any, pk: int, what: str, needs: Permission) -> Any:
    if not access.can(request.user, needs):
        raise PermissionDenied
    with transaction.atomic():
        found = get_object_or_404(rows, pk=pk)
        access.note_read(request.user, found.patient, what=what, obj=found)
    return found


def plan_again(plan_id: int) -> TreatmentPlan:
    """A plan already fetched and checked, as stored now."""
    rows = TreatmentPlan.objects.select_related("patient", "proposal__assessment", "signed_by", "set_aside_by")
    found: TreatmentPlan = get_object_or_404(rows, pk=plan_id)
    return found


def signed_assessment(patient: Patient) -> Assessment | None:
    """What a plan is based on."""
    return Assessment.objects.select_related("patient", "response").filter(patient=patient, status="signed").first()


def newer_assessment(plan: TreatmentPlan) -> Assessment | None:
    """One signed after the one this plan is based on."""
    if plan.status not in ("draft", "signed"):
        return None
    newer = Assessment.objects.filter(patient=plan.patient, status="signed", pk__gt=plan.proposal.assessment_id)
    return newer.only("signed_at").first()
