"""Whose review is due, kept with the planned visit: a home page that computed it would read every plan ever signed."""

from __future__ import annotations

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.people.models import Patient
from intake.models import Score
from treatments.models.plan import PlannedVisit, TreatmentPlan
from treatments.models.visit import Visit

_LAST = (
    Visit.objects.in_course(OuterRef("plan__patient"), OuterRef("plan__course_reference"))
    .order_by()
    .values("patient")
    .annotate(last=Max("course_number"))
    .values("last")
)
_REVIEWED = (
    Score.objects.counting()
    .order_by()
    .filter(Q(episode=OuterRef("plan__episode")) | Q(episode=None))
    # a later review makes up for a missed one
    .filter(patient=OuterRef("plan__patient"), occasion=Score.Occasion.REVIEW, visit_number__gte=OuterRef("number"))
    .filter(taken_at__gte=OuterRef("plan__created_at"))
)
LAST_VISIT = Coalesce(Subquery(_LAST), 0)  # of the plan's course, as a column of a planned visit


def due_reviews() -> QuerySet[PlannedVisit]:
    """The recount: reviews of plans in force that come next, or have passed without scores."""
    return (
        PlannedVisit.objects.filter(is_review=True, plan__status="signed")
        .annotate(last=LAST_VISIT, was_reviewed=Exists(_REVIEWED))
        .filter(Q(number=F("last") + 1) | Q(number__lte=F("last")), was_reviewed=False)
    )


def keep_reviews(patient: Patient) -> None:
    """Call after a plan was signed, a visit begun or set aside, or scores recorded; inside the same transaction."""
    in_force = TreatmentPlan.objects.filter(patient=patient, status=TreatmentPlan.Status.SIGNED)
    list(in_force.select_for_update(of=("self",)).values_list("pk"))  # two at once: the second counts both
    mend_reviews(PlannedVisit.objects.filter(plan__patient=patient, is_review=True))


def mend_reviews(rows: QuerySet[PlannedVisit]) -> int:
    """Recount these planned visits; returns how many were written."""
    due = dict(due_reviews().filter(pk__in=rows).values_list("pk", "plan__signed_by"))
    written = 0
    for row in rows.only("pk", "due_from"):
        if row.due_from_id != due.get(row.pk):
            row.due_from_id = due.get(row.pk)
            row.save(update_fields=["due_from"])
            written += 1
    return written


def reviews_that_differ() -> QuerySet[PlannedVisit]:
    """Planned visits that differ from the recount; there are none unless someone bypassed the actions."""
    due = due_reviews().filter(plan__signed_by=F("due_from"))
    return PlannedVisit.objects.filter(
        Q(due_from__isnull=False) & ~Q(pk__in=due.values("pk")) | Q(due_from=None, pk__in=due_reviews().values("pk"))
    )
