"""What a link keeps about its answers, for lists that would otherwise read all history, and the equivalent recount."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .assessments import Assessment
from .consents import ConsentSigned
from .episodes import ComplaintTold, Episode
from .invitations import Invitation
from .responses import IntakeResponse

_ANSWERED = Coalesce(
    Subquery(IntakeResponse.objects.order_by().filter(invitation=OuterRef("pk")).values("submitted_at")),
    Subquery(ConsentSigned.objects.order_by().filter(invitation=OuterRef("pk")).values("consent_at")),
)
# Answers about several complaints wait until each of them is taken up, or closed.
_WAITING = (
    ComplaintTold.objects.order_by()
    .filter(response__invitation=OuterRef("pk"), episode__closed_at=None)
    .exclude(
        Exists(
            Assessment.objects.order_by()
            .filter(response=OuterRef("response"), episode=OuterRef("episode"))
            .exclude(status=Assessment.Status.SET_ASIDE)
        )
    )
)
# Or their second part was sent: whoever assesses that, assesses both. In a consent there is nothing to assess.
_ASSESSED = (
    Exists(
        Assessment.objects.order_by()
        .filter(response__invitation=OuterRef("pk"))
        .exclude(status=Assessment.Status.SET_ASIDE)
    )
    & ~Exists(_WAITING)
    | Exists(ComplaintTold.objects.order_by().filter(response__invitation=OuterRef("pk"))) & ~Exists(_WAITING)
    | Exists(IntakeResponse.objects.order_by().filter(continues__invitation=OuterRef("pk"), submitted_at__isnull=False))
    | Q(purpose=Invitation.Purpose.CONSENT)
)


def keep_links(*responses: IntakeResponse | int | None) -> None:
    """Update the links of these answers; inside the transaction that changed what is based on them."""
    if based := [one for one in responses if one is not None]:
        mend_links(Invitation.objects.filter(response__in=based))


def keep_links_about(episode: Episode) -> None:
    """Update the links whose answers are about this complaint; inside the transaction that closed or opened it."""
    mend_links(Invitation.objects.filter(response__told__episode=episode))


def mend_links(links: QuerySet[Invitation]) -> int:
    """Recount these links; returns how many rows were written."""
    return links.order_by().update(answered_at=_ANSWERED, is_assessed=_ASSESSED)


def links_that_differ() -> QuerySet[Invitation]:
    """Links that differ from the recount; there are none unless someone bypassed the actions."""
    counted = Invitation.objects.annotate(counted_at=_ANSWERED, counted_assessed=_ASSESSED)
    same_time = Q(answered_at=F("counted_at")) | Q(answered_at=None, counted_at=None)
    return counted.exclude(same_time & Q(is_assessed=F("counted_assessed")))
