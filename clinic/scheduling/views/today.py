"""The day board: who is expected, waiting, in a room, done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.diary import practitioners
from clinic.scheduling.presenters.pages import board, undo_offer


def _board(request: StaffRequest, *, changed: str, words: str = "", said: str = "") -> dict[str, Any]:
    now = timezone.now()
    chosen = fetch.practitioner_or_none(request.POST.get("practitioner") or request.GET.get("practitioner"))
    return {
        **board(timezone.localdate(), practitioner=chosen, now=now),
        "chosen": chosen,
        "offer": undo_offer(changed, now=now),
        "words": words,
        "said": said,
        "changed": changed,
    }


@require_GET
def today(request: StaffRequest) -> HttpResponse:
    """The page; asked for by htmx, only the board (it refreshes itself twice a minute)."""
    context = _board(request, changed=request.GET.get("changed", ""))
    fetch.note_refresh(request, [visit.patient for visit in context["visits"]], what="schedule")
    if request.htmx:
        return render(request, "scheduling/_board.html", context)
    return render(request, "scheduling/today.html", {**context, "practitioners": practitioners()})


def board_part(
    request: StaffRequest, *, changed: str = "", words: str = "", said: str = "", status: int = 200
) -> HttpResponse:
    """The board again after a click on it: with an Undo, or with why the click could not be done."""
    context = {**_board(request, changed=changed, words=words, said=said), "clicked": True}
    fetch.note_list(request.user, [visit.patient for visit in context["visits"]], what="schedule")
    return render(request, "scheduling/_board.html", context, status=status)
