"""Courses to book: the desk's list, and one page that turns a course into dates."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.people import access
from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.actions import WantedVisit, book_series, close_course, reopen_course, undo_series
from clinic.scheduling.course_dates import VisitRow, propose_course
from clinic.scheduling.diary import practitioners
from clinic.scheduling.differences import difference_of, differing, differing_courses
from clinic.scheduling.errors import BookingRefused, NotOpen, SeriesClash
from clinic.scheduling.forms import WishForm
from clinic.scheduling.models import Course
from clinic.scheduling.presenters.alignment import aligned_offer
from clinic.scheduling.presenters.pages import (
    courses_to_book,
    pair_words,
    series_offer,
    usual_words,
    visits_of,
)
from clinic.scheduling.reason_words import course_words
from clinic.scheduling.together import Second, pairs_of, second_of
from clinic.scheduling.typed_dates import check_row, marked, moment_of, read_rows, use_slot
from clinic.scheduling.views.shared import new_nonce, read_nonce

MOST_DIFFERING = 20  # shown at once: the next ones follow when these are in line


@require_GET
def followups(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    page, waiting = courses_to_book(request.GET.get("page"))
    found = differing_courses(now=now, at_most=MOST_DIFFERING) if page.number == 1 else []
    more = differing(now=now).count() - len(found) if len(found) == MOST_DIFFERING else 0
    patients = [line["course"].patient for line in waiting] + [one.course.patient for one in found]
    fetch.note_list(request.user, patients, what="courses")
    offer = aligned_offer(request.GET.get("aligned"), now=now) or series_offer(
        request.GET.get("booked"), read_nonce(request.GET.get("nonce", "")), now=now
    )
    context = {"page": page, "waiting": waiting, "differing": found, "more_differing": more, "offer": offer}
    return render(request, "scheduling/followups.html", context)


def _wish_form(request: StaffRequest, course: Course) -> WishForm:
    data = request.POST if request.method == "POST" else request.GET
    pairs = pairs_of(course)
    if "first_day" in data:
        return WishForm(data, pairs=pairs)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    start = {"first_day": tomorrow.isoformat(), "part_of_day": "any", "practitioner": str(course.practitioner_id)}
    if ready := pairs.ready:
        start["together"] = str(ready[0].pk)
    return WishForm(QueryDict(urlencode(start)), pairs=pairs)


def _second(wish: WishForm) -> Second | None:
    """The second course of the form, as it is now."""
    return second_of(wish.also)


def _typed(form: WishForm) -> QueryDict:
    assert isinstance(form.data, QueryDict)  # it is always bound
    return form.data


def _page(
    request: StaffRequest, course: Course, rows: list[VisitRow], wish: WishForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    access.note_read(request.user, course.patient, what="course", obj=course)  # an invalid form shows it again
    context = {
        "course": course,
        "words": course_words(course),
        "rows": rows,
        "wish": wish,
        "booked": visits_of(course),
        "usual": usual_words(course),
        "differing": difference_of(course, now=timezone.now()),
        "practitioners": practitioners(),
        "nonce": read_nonce(request.POST.get("nonce", "")) or new_nonce(),
        "wish_kept": [(name, value) for name in wish.fields for value in _typed(wish).getlist(name)],
        "second": course_words(wish.also) if wish.also else "",
        "shared": sum(row.is_shared for row in rows),
        "pairs": pair_words(wish.pairs),
        "can_skip": any(row.state == "taken" for row in rows) and any(row.state != "taken" for row in rows),
        **more,
    }
    return render(request, "scheduling/course.html", context, status=status)


@require_http_methods(["GET", "POST"])
def course(request: StaffRequest, course_id: int) -> HttpResponse:
    found = fetch.course_for(request.user, course_id)
    wish = _wish_form(request, found)
    if request.method == "POST":
        return _book(request, found, wish)
    if not wish.is_valid():
        return _page(request, found, [], wish, status=422)
    chosen = wish.cleaned_data["practitioner"]
    rows = propose_course(
        found,
        wish.wish(),
        practitioner=chosen.pk if chosen else None,
        first_day=max(wish.cleaned_data["first_day"], timezone.localdate()),
        now=timezone.now(),
        also=wish.also,
    )
    return _page(request, found, rows, wish)


def _book(request: StaffRequest, course: Course, wish: WishForm) -> HttpResponse:
    """All rows or none. ``use`` puts the next fit into a row; ``skip_taken`` leaves the clashing ones out."""
    now, zone = timezone.now(), request.clinic.zone
    nonce = read_nonce(request.POST.get("nonce", "")) or new_nonce()
    if request.POST.get("use"):
        rows = read_rows(course, request.POST, course.missing_numbers())
        return _page(request, course, _with_next_fit(course, rows, request.POST["use"], now, _second(wish)), wish)
    rows = read_rows(course, request.POST, course.numbers)
    broken = {}
    wanted = []
    for row in rows:
        try:
            wanted.append(WantedVisit(row.number, moment_of(row, zone), row.practitioner, row.is_shared))
        except NotOpen as error:
            broken[row.number] = error.words
    if broken:
        shown = [marked(row, broken[row.number], None, zone) if row.number in broken else row for row in rows]
        return _page(request, course, shown, wish, status=422)
    try:
        booked = book_series(
            course=course,
            visits=wanted,
            by=request.user,
            nonce=nonce,
            also=wish.also,
            skip_taken=bool(request.POST.get("skip_taken")),
            against_dose=bool(request.POST.get("against_dose")),
        )
    except SeriesClash as refusal:
        clashes = {clash.number: clash for clash in refusal.clashes}
        rows = read_rows(course, request.POST, course.missing_numbers())  # what has since been booked is only mentioned
        shown = [
            marked(row, clashes[row.number].words, clashes[row.number].next_fit, zone) if row.number in clashes else row
            for row in rows
        ]
        only_dose = all(clash.is_dose for clash in refusal.clashes)
        return _page(request, course, shown, wish, status=409, refusal=refusal, only_dose=only_dose)
    except BookingRefused as refusal:
        return _page(request, course, rows, wish, status=409, refusal=refusal)
    if booked.skipped:
        left = ", ".join(str(clash.number) for clash in booked.skipped)
        messages.warning(request, f"Visit {left} is not booked yet: its time was taken. The course stays on the list.")
    return redirect(f"{reverse('scheduling:followups')}?booked={course.pk}&nonce={nonce}")


def _with_next_fit(
    course: Course, rows: list[VisitRow], use: str, now: dt.datetime, second: Second | None
) -> list[VisitRow]:
    number, _, value = use.partition("|")
    with contextlib.suppress(ValueError, OverflowError):  # a forged value changes nothing
        rows = [use_slot(row, value) if str(row.number) == number else row for row in rows]
    return [check_row(course, rows, row.number, now=now, second=second) for row in rows]


@require_GET
def check(request: StaffRequest, course_id: int, number: int) -> HttpResponse:
    """Part of the page: whether the changed date of one visit is free."""
    found = fetch.course_for(request.user, course_id)
    rows = read_rows(found, request.GET, found.missing_numbers())
    if number not in [row.number for row in rows]:
        return HttpResponse(status=404)
    second = second_of(WishForm(request.GET, pairs=pairs_of(found)).also)
    row = check_row(found, rows, number, now=timezone.now(), second=second)
    return render(request, "scheduling/_row_state.html", {"row": row, "is_checked": True})


@require_POST
def close(request: StaffRequest, course_id: int) -> HttpResponse:
    """Take a course off the list, or put it back (``reopen``)."""
    found = fetch.course_for(request.user, course_id)
    if request.POST.get("reopen"):
        reopen_course(course=found, by=request.user)
        return redirect("scheduling:course", found.pk)
    close_course(course=found, by=request.user)
    return redirect(f"{reverse('scheduling:followups')}?booked={found.pk}")


@require_POST
def undo_booking(request: StaffRequest, course_id: int) -> HttpResponse:
    """Cancel all that one form booked for a course, up to some minutes later."""
    found = fetch.course_for(request.user, course_id)
    try:
        undo_series(course=found, nonce=read_nonce(request.POST.get("nonce", "")), by=request.user)
    except BookingRefused as refusal:
        messages.error(request, refusal.words)
    else:
        messages.info(request, "Undone: these visits are cancelled and the course is back on the list.")
    return redirect("scheduling:course", found.pk)
