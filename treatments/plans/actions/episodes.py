"""A complaint is closed with its plan and its course, and may be opened again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import User
from clinic.scheduling.actions import close_course
from clinic.scheduling.models import Course
from intake.models import Assessment, Episode
from intake.models.kept import keep_links_about
from treatments.models import TreatmentPlan, Visit
from treatments.models.kept import keep_reviews


class NotNow(ValueError):
    """The complaint cannot be closed or opened again; the message says why, and what to do."""


@transaction.atomic
def close(*, episode: Episode, code: str, note: str, by: User) -> Episode:
    """Nothing new begins in it; its plan ends, its course leaves the desk's list. What is signed stays to be read.

    Raises NotNow while a draft of it is open, or without a reason. Idempotent.
    """
    held = Episode.objects.select_for_update(of=("self",)).select_related("patient").get(pk=episode.pk)
    if not held.is_open:
        return held
    if code not in CODES:
        raise NotNow("Choose a reason.")
    if code == Episode.Closed.OTHER and not note.strip():
        raise NotNow("Say which other reason.")
    _refuse_open_drafts(held)
    for plan in TreatmentPlan.objects.select_for_update(of=("self",)).filter(episode=held, status="signed"):
        plan.status = TreatmentPlan.Status.ENDED
        plan.save(update_fields=["status"])
        for course in Course.objects.filter(reference=plan.course_reference).exclude(status="closed"):
            close_course(course=course, by=by)
    held.closed_at, held.closed_by = timezone.now(), by
    held.closed_code, held.closed_note = code, note.strip()[:300]
    held.save(update_fields=["closed_at", "closed_by", "closed_code", "closed_note"])
    keep_reviews(held.patient)
    keep_links_about(held)
    trail.record("episode.closed", by=by, patient=held.patient, obj=held, detail={"reason": code})
    return held


CODES = tuple(code for code in Episode.Closed.values if code != Episode.Closed.EARLIER)


def _refuse_open_drafts(episode: Episode) -> None:
    if Assessment.objects.filter(episode=episode, status="draft").exists():
        raise NotNow("An assessment of it is an open draft: sign or discard it first.")
    if TreatmentPlan.objects.filter(episode=episode, status="draft").exists():
        raise NotNow("A plan for it is an open draft: sign or discard it first.")
    if Visit.objects.filter(plan__episode=episode, status="draft").exists():
        raise NotNow("A visit of it is not signed yet: sign it, or set it aside, first.")


@transaction.atomic
def open_again(*, episode: Episode, by: User) -> Episode:
    """It was closed too early. Its last assessment counts again; its plan is read, and a new one begins from it.

    Raises NotNow if the same complaint has been opened anew. Idempotent.
    """
    held = Episode.objects.select_for_update(of=("self",)).select_related("patient").get(pk=episode.pk)
    if held.is_open:
        return held
    twin = Episode.objects.open().filter(patient=held.patient, complaint=held.complaint).exclude(complaint="").first()
    if twin is not None:
        raise NotNow(f"“{twin.title}” is open already: go on there.")
    held.closed_at = held.closed_by = None
    held.closed_code = held.closed_note = ""
    held.save(update_fields=["closed_at", "closed_by", "closed_code", "closed_note"])
    keep_links_about(held)
    trail.record("episode.opened_again", by=by, patient=held.patient, obj=held)
    return held
