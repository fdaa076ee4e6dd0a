"""The calendar: columns of practitioners, by day or week; a list of the day for phones, paper, and without JavaScript.

The page itself is empty: the calendar fetches its feed, and clients that cannot draw one fetch the list.
"""

from __future__ import annotations

import datetime as dt
import json

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.availability import reached
from clinic.scheduling.presenters.calendar import calendar_feed, day_list
from clinic.scheduling.presenters.pages import undo_offer
from clinic.scheduling.views.shared import requested_date, tag_of, unless_shown

VIEWS = ("day", "week", "list")
LONGEST = dt.timedelta(days=42)


@require_GET
def calendar(request: StaffRequest) -> HttpResponse:
    """The page; for a script, only the list of the day."""
    day = requested_date(request)
    view = request.GET.get("view", "day")
    view = view if view in VIEWS else "day"
    step = dt.timedelta(days=7 if view == "week" else 1)
    monday = day - dt.timedelta(days=day.weekday())
    context = {
        "day": day,
        "view": view,
        "before": day - step,
        "after": day + step,
        "week": (monday, monday + dt.timedelta(days=6)),
        "shown": (monday, monday + step) if view == "week" else (day, day + step),
        "today": timezone.localdate(),
        "list_url": f"{request.path}?date={day}&view=list",
        "offer": undo_offer(request.GET.get("changed"), now=timezone.now()),
    }
    if view == "list":
        context["columns"], named = day_list(day, now=timezone.now())
        fetch.note_ids(request.user, named, what="schedule")
        if request.htmx:
            return render(request, "scheduling/_day_list.html", context)
    return render(request, "scheduling/calendar.html", context)


@require_GET
def feed(request: StaffRequest) -> HttpResponse:
    """What is between two wall-clock times, as JSON for the calendar."""
    zone = request.clinic.zone
    try:
        starts, ends = (
            reached(moment.date(), moment.time(), zone)  # a day may begin at one: midnight may be skipped
            for moment in (dt.datetime.fromisoformat(request.GET.get(name, "")[:19]) for name in ("start", "end"))
        )
    except (ValueError, OverflowError):
        return JsonResponse({"words": "Say from when to when."}, status=422)
    if not dt.timedelta(0) < ends - starts <= LONGEST or not 2000 <= starts.year <= 2100:
        return JsonResponse({"words": "At most six weeks at a time."}, status=422)
    shown, named = calendar_feed(starts, ends, now=timezone.now())
    fetch.note_refresh(request, named, what="schedule")
    body = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
    return unless_shown(request, HttpResponse(body, content_type="application/json"), tag_of(body))
