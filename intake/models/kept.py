"""What a link keeps of what came in under it, for lists that would read all history, and the recount it is equal to."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from .assessments import Assessment
from .invitations import Invitation
from .responses import IntakeResponse

_ANSWERED = Subquery(IntakeResponse.objects.order_by().filter(invitation=OuterRef("pk")).values("submitted_at"))
_ASSESSED = Exists(
    Assessment.objects.order_by()
    .filter(response__invitation=OuterRef("pk"))
    .exclude(status=Assessment.Status.SET_ASIDE)
)


def keep_links(*responses: IntakeResponse | int | None) -> None:
    """Bring the links of these answers up to date; inside the transaction that changed what rests on them."""
    mend_links(Invitation.objects.filter(response__in=[one for one in responses if one is not None]))


def mend_links(links: QuerySet[Invitation]) -> int:
    """Recount these links; how many rows were written."""
    return links.order_by().update(answered_at=_ANSWERED, is_assessed=_ASSESSED)


def links_that_differ() -> QuerySet[Invitation]:
    """Links that keep something else than the recount says; there is none unless somebody wrote past the actions."""
    counted = Invitation.objects.annotate(counted_at=_ANSWERED, counted_assessed=_ASSESSED)
    same_time = Q(answered_at=F("counted_at")) | Q(answered_at=None, counted_at=None)
    return counted.exclude(same_time & Q(is_assessed=F("counted_assessed")))
