"""Bookings that no longer match the course: what would change, done with one click, and undone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.actions import bring_in_line, undo_alignment
from clinic.scheduling.aligning import Alignment, alignment_of
from clinic.scheduling.differences import difference_of
from clinic.scheduling.errors import BookingRefused, NotOpen
from clinic.scheduling.models import Course
from clinic.scheduling.presenters.alignment import alignment_words
from clinic.scheduling.reason_words import course_words
from clinic.scheduling.views.shared import new_nonce, read_nonce


def _page(request: StaffRequest, course: Course, *, words: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    differing = difference_of(course, now=now)
    alignment = alignment_of(course, now=now) if differing else Alignment(course, ())
    context = {
        "course": course,
        "words": course_words(course),
        "differing": differing,
        "alignment": alignment,
        "groups": alignment_words(alignment, request.clinic.zone),
        "nonce": new_nonce(),
        "refusal_words": words,
    }
    return render(request, "scheduling/align.html", context, status=status)


def _done(course: Course, change_id: int | None) -> HttpResponse:
    return redirect(f"{reverse('scheduling:followups')}?booked={course.pk}&aligned={change_id or ''}")


@require_http_methods(["GET", "POST"])
def align(request: StaffRequest, course_id: int) -> HttpResponse:
    """GET shows the steps, POST carries them out: what is done is what was shown."""
    course = fetch.course_for(request.user, course_id, what="course" if request.method == "GET" else None)
    if request.method == "GET":
        return _page(request, course)
    try:
        change = bring_in_line(
            course=course,
            expected=request.POST.get("expected", ""),
            nonce=read_nonce(request.POST.get("nonce", "")) or new_nonce(),
            by=request.user,
        )
    except BookingRefused as refusal:
        return _page(request, course, words=refusal.words, status=409)
    return _done(course, change.pk if change else None)


@require_POST
def cancel_extras(request: StaffRequest, course_id: int) -> HttpResponse:
    """Cancel the visits in excess of the number asked for: those named on the page, and nothing else."""
    course = fetch.course_for(request.user, course_id)
    now = timezone.now()
    differing = difference_of(course, now=now)
    try:
        if differing is None or differing.extras_value != request.POST.get("extras"):
            raise NotOpen("The bookings changed since that page was opened. Nothing was cancelled.")
        steps = alignment_of(course, now=now, extras_only=True)
        change = bring_in_line(
            course=course, expected=steps.value, nonce=new_nonce(), by=request.user, now=now, extras_only=True
        )
    except BookingRefused as refusal:
        return _page(request, course, words=refusal.words, status=409)
    return _done(course, change.pk if change else None)


@require_POST
def undo_align(request: StaffRequest, change_id: int) -> HttpResponse:
    change = fetch.change_for(request.user, change_id)
    try:
        course = undo_alignment(change=change, by=request.user)
    except BookingRefused as refusal:
        messages.error(request, refusal.words)
        return redirect("scheduling:followups")
    messages.info(request, f"Undone: the visits of {course.patient} are as they were.")
    return redirect("scheduling:followups")
