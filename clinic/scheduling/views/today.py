"""The day board: who is expected, waiting, in a room, done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic import __version__
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.diary import practitioners
from clinic.scheduling.presenters.board import Board, board
from clinic.scheduling.presenters.pages import undo_offer
from clinic.scheduling.views.shared import tag_of, unless_shown


def _board(
    request: StaffRequest, *, changed: str, words: str = "", said: str = "", clicked: bool = False
) -> tuple[Board, dict[str, Any]]:
    """Today's board, and the rest of its template's context. ``tag``: of everything the page shows of it."""
    now, day = timezone.now(), timezone.localdate()
    chosen = fetch.practitioner_or_none(request.POST.get("practitioner") or request.GET.get("practitioner"))
    found = board(day, practitioner=chosen, now=now)
    offer = undo_offer(changed, now=now)
    get_token(request)  # its secret is in the forms: a stale one must not stay there
    shown = (
        __version__,
        day,
        request.META["CSRF_COOKIE"],
        access.can(request.user, Permission.WRITE_SCHEDULE),
        [(column.title, [*map(tuple, column.cards)], column.empty) for column in found.columns],  # written faster
        [*map(tuple, found.off)],
        chosen and chosen.pk,
        offer and (offer["change"].pk, offer["words"]),
        (changed, words, said, clicked),
    )
    return found, {
        "columns": found.columns,
        "off": found.off,
        "visits": found.patients,
        "day": day,
        "is_part": bool(request.htmx),  # then the day is told besides: the heading stands outside of the board
        "chosen": chosen,
        "offer": offer,
        "words": words,
        "said": said,
        "changed": changed,
        "clicked": clicked,
        "tag": tag_of(repr(shown).encode()),
    }


@require_GET
def today(request: StaffRequest) -> HttpResponse:
    """The page; for htmx, only the board (it refreshes itself twice a minute)."""
    found, context = _board(request, changed=request.GET.get("changed", ""))
    fetch.note_refresh(request, found.patients, what="schedule")
    if request.htmx:
        unchanged = unless_shown(request, HttpResponse(), context["tag"])
        return unchanged if unchanged.status_code == 304 else render(request, "scheduling/_board.html", context)
    return render(request, "scheduling/today.html", {**context, "practitioners": practitioners()})


def board_part(
    request: StaffRequest, *, changed: str = "", words: str = "", said: str = "", status: int = 200
) -> HttpResponse:
    """The board again after a click on it: with an Undo, or with why the click had no effect."""
    found, context = _board(request, changed=changed, words=words, said=said, clicked=True)
    fetch.note_ids(request.user, found.patients, what="schedule")
    return render(request, "scheduling/_board.html", context, status=status)
