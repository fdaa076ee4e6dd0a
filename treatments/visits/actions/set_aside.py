"""A visit entered in error: set aside with who, when and why; it stays readable and counts nowhere."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.people.models import User
from clinic.people.set_aside import SetAside
from clinic.scheduling.actions import set_status
from clinic.scheduling.errors import BookingRefused
from clinic.scheduling.models import AppointmentStatus
from intake.models import Score
from treatments.models import Visit
from treatments.models.kept import keep_reviews


@transaction.atomic
def set_aside(*, visit_id: int, code: str, note: str, by: User) -> Visit:
    """Draft or signed: its content is unchanged. Its pain scores leave the curve, its appointment is free for the
    right visit. Raises NotADraft if it is already set aside, ReasonMissing.
    """
    visit = records.held(Visit.objects.select_related("patient", "appointment"), visit_id)
    if visit.is_set_aside:
        raise records.NotADraft(visit)
    was = visit.status
    visit.mark_set_aside(code=code, note=note, by=by)
    visit.save(update_fields=["status", *SetAside.FIELDS])
    scores = Score.objects.counting().filter(
        patient=visit.patient, occasion=Score.Occasion.VISIT, visit_number=visit.number, taken_at=visit.started_at
    )
    withdrawn = scores.update(withdrawn_at=timezone.now())
    keep_reviews(visit.patient)
    if was == Visit.Status.DRAFT and visit.appointment and visit.appointment.status == AppointmentStatus.IN_ROOM:
        with suppress(BookingRefused):  # if the desk has set another state, that one stays
            set_status(appointment=visit.appointment, status=AppointmentStatus.ARRIVED, by=by)
    detail = {"number": visit.number, "was": was, "reason": code, "scores_withdrawn": withdrawn}
    trail.record("visit.set_aside", by=by, patient=visit.patient, obj=visit, detail=detail, sealed=True)
    return visit
