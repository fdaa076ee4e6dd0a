"""The draft of an intake, locked while its answers are changed."""

from __future__ import annotations

from django.db.models import QuerySet

from clinic.audit import trail
from clinic.lib.kept_queries import KeptQuery
from intake.actions.invitations import LinkNotOpen
from intake.models import IntakeResponse, PhoneCall


def teller(response: IntakeResponse) -> trail.Actor:
    """Who changes these answers: the patient, or who asks them by phone."""
    return response.call.asked_by if response.call is not None else trail.patient_actor(response.patient)


def locked_draft(response_id: int, *, call: PhoneCall | None = None) -> IntakeResponse:
    """The draft, locked until the transaction ends. ``call``: in which the patient is asked by phone. Raises
    LinkNotOpen if the link no longer opens it.
    """
    found = _drafts(response_id)
    if not found:
        raise IntakeResponse.DoesNotExist
    [response] = found
    response.invitation.response = response  # the state reads it; saves a query
    if not response.invitation.is_open:
        raise LinkNotOpen(response.invitation.state)
    response.call = call
    return response


@KeptQuery
def _drafts(pk: int) -> QuerySet[IntakeResponse]:
    rows = IntakeResponse.objects.select_for_update(of=("self",)).select_related("patient", "invitation")
    return rows.filter(pk=pk).order_by()
