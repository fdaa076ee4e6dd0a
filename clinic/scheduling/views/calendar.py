"""The calendar: columns of practitioners, by day or week; without JavaScript a list of the day."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.availability import reached
from clinic.scheduling.presenters.calendar import calendar_events, calendar_frame, day_list, patients_between
from clinic.scheduling.presenters.pages import undo_offer
from clinic.scheduling.views.shared import requested_date

VIEWS = ("day", "week", "list")
LONGEST = dt.timedelta(days=42)


@require_GET
def calendar(request: StaffRequest) -> HttpResponse:
    day = requested_date(request)
    view = request.GET.get("view", "day")
    view = view if view in VIEWS else "day"
    step = dt.timedelta(days=7 if view == "week" else 1)
    monday = day - dt.timedelta(days=day.weekday())
    columns = day_list(day)
    fetch.note_list(
        request.user, [row["visit"].patient for column in columns for row in column["rows"]], what="schedule"
    )
    context = {
        "day": day,
        "view": view,
        "columns": columns,
        "before": day - step,
        "after": day + step,
        "week": (monday, monday + dt.timedelta(days=6)),
        "today": timezone.localdate(),
        "frame": (
            calendar_frame(monday, monday + dt.timedelta(days=6))
            if view == "week"
            else calendar_frame(day, day, [column["practitioner"] for column in columns])
        ),
        "offer": undo_offer(request.GET.get("changed"), now=timezone.now()),
    }
    return render(request, "scheduling/calendar.html", context)


@require_GET
def feed(request: StaffRequest) -> HttpResponse:
    """Events between two moments of the clinic's wall clock, as JSON for the calendar."""
    zone = request.clinic.zone
    try:
        starts, ends = (
            reached(moment.date(), moment.time(), zone)  # a day may begin at one: the clock jumps over midnight
            for moment in (dt.datetime.fromisoformat(request.GET.get(name, "")[:19]) for name in ("start", "end"))
        )
    except (ValueError, OverflowError):
        return JsonResponse({"words": "Say from when to when."}, status=422)
    if not dt.timedelta(0) < ends - starts <= LONGEST or not 2000 <= starts.year <= 2100:
        return JsonResponse({"words": "At most six weeks at a time."}, status=422)
    fetch.note_refresh(request, list(patients_between(starts, ends)), what="schedule")
    return JsonResponse(calendar_events(starts, ends), safe=False)
