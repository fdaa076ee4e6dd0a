"""The draft of an intake, locked while its answers are changed."""

from __future__ import annotations

from django.db.models import QuerySet

from clinic.lib.kept_queries import KeptQuery
from intake.actions.invitations import LinkNotOpen
from intake.models import IntakeResponse


def locked_draft(response_id: int) -> IntakeResponse:
    """The draft, locked until the transaction ends. Raises LinkNotOpen if the link no longer opens it."""
    found = _drafts(response_id)
    if not found:
        raise IntakeResponse.DoesNotExist
    [response] = found
    response.invitation.response = response  # the state reads it; saves a query
    if not response.invitation.is_open:
        raise LinkNotOpen(response.invitation.state)
    return response


@KeptQuery
def _drafts(pk: int) -> QuerySet[IntakeResponse]:
    rows = IntakeResponse.objects.select_for_update(of=("self",)).select_related("patient", "invitation")
    return rows.filter(pk=pk).order_by()
