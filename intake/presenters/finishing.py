"""How many finish the form, where they stop and how long it takes: counts of the clinic's own forms, no answers."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from intake.models import IntakeResponse, ScreenStay
from intake.own_form import asked_form, version_today
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.several import named
from intake.questionnaire.values import DONE, Screen

SHOWN_DAYS = 90
GIVEN_UP_DAYS = 1  # who has not gone on since then has stopped, for now (DESIGN)
ONE_SITTING = dt.timedelta(hours=1)  # a form that took longer was put aside in between: it measures no minutes (DESIGN)
FEWEST = 5  # stays or forms from which a median says something (DESIGN)
KEPT_MINUTES = 30
PARTS = ((1, "Before the first needle"), (2, "When you have time"))
END = "_end"  # after all screens: consent and check

_kept: dict[str, tuple[dt.datetime, dict[str, float]]] = {}  # version of the form -> when worked out, seconds by screen


def finishing() -> list[dict[str, Any]]:
    """A row for each part: ``words``, ``started``, ``sent``, ``stopped``, ``minutes`` (median or None), ``screens``.

    A screen is ``title``, ``came``, ``stopped`` there, and ``seconds``, the median or None.
    """
    now = timezone.now()
    seconds = _medians(now)  # as fresh as the counts beside them
    return [_part(part, name, now, seconds) for part, name in PARTS]


def _part(part: int, name: str, now: dt.datetime, seconds: Mapping[str, float]) -> dict[str, Any]:
    screens = [screen for screen in asked_form(version_today()).screens if screen.part == part]
    rows = list(_of_part(part, now).values_list("pk", f"answers__{DONE}", "started_at", "saved_at", "submitted_at"))
    came = _came(part, now)
    sent = [row for row in rows if row[4] is not None]
    stopped = [row for row in rows if row[4] is None and row[3] <= now - dt.timedelta(days=GIVEN_UP_DAYS)]
    at = Counter(named(_stopped_at(row[1] or (), came.get(row[0], ()), screens)) for row in stopped)
    seen = Counter(
        screen
        for row in rows
        for screen in {named(one) for one in (*(row[1] or ()), *(one for one, _ in came.get(row[0], ())))}
    )
    minutes = _median([row[2:] for row in sent])
    words = f"{len(sent)} of {len(rows)} sent ({round(100 * len(sent) / len(rows))} %)" if rows else "not begun yet"
    words += f", {len(stopped)} stopped" if stopped else ""
    words += f", {at[END]} of them after the last screen" if at[END] else ""
    words += f", {minutes:g} minutes in the middle" if minutes is not None else ""
    return {
        "name": name,
        "words": words,
        "started": len(rows),
        "sent": len(sent),
        "stopped": len(stopped),
        "minutes": minutes,
        "screens": [
            {"title": one.title, "came": seen[one.id], "stopped": at[one.id], "seconds": seconds.get(one.id)}
            for one in screens
        ],
    }


def _came(part: int, now: dt.datetime) -> dict[int, list[tuple[str, int | None]]]:
    """Response -> the screens it came to, in that order, with the seconds of those that were left with Next."""
    found: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    stays = ScreenStay.objects.filter(response__in=_of_part(part, now)).order_by("came_at", "id")
    for response, screen, seconds in stays.values_list("response", "screen", "seconds"):
        found[response].append((screen, seconds))
    return found


def _stopped_at(done: Sequence[str], came: Sequence[tuple[str, int | None]], screens: Sequence[Screen]) -> str:
    """The screen that was come to last and not left with Next; without counted stays, the one after the last passed."""
    waiting = [screen for screen, seconds in came if seconds is None]
    if waiting:
        return waiting[-1]
    ids = [screen.id for screen in screens]
    last = max((ids.index(named(one)) for one in done if named(one) in ids), default=-1)
    return ids[last + 1] if last + 1 < len(ids) else END


def median_seconds(now: dt.datetime) -> dict[str, float]:
    """As ``_medians``, worked out anew every half hour, and at once if the clock was set back: for an estimate."""
    version = load_questionnaire().version
    at, kept = _kept.get(version, (None, {}))
    if at is None or not dt.timedelta() <= now - at <= dt.timedelta(minutes=KEPT_MINUTES):
        kept = _medians(now)
        _kept[version] = now, kept
    return kept


def _medians(now: dt.datetime) -> dict[str, float]:
    """By screen, where at least ``FEWEST`` have left it with Next."""
    stays: dict[str, list[int]] = defaultdict(list)
    rows = ScreenStay.objects.filter(response__in=_recent(now), seconds__isnull=False).order_by()
    for screen, seconds in rows.values_list("screen", "seconds"):
        stays[named(screen)].append(seconds or 0)
    return {screen: statistics.median(all_) for screen, all_ in stays.items() if len(all_) >= FEWEST}


def minutes_left(ahead: Sequence[str]) -> int | None:
    """For these screens, from the clinic's own medians; one that few have seen counts like the others. None as long as
    most of them are not known.
    """
    seconds = median_seconds(timezone.now())
    known = [seconds[named(screen)] for screen in ahead if named(screen) in seconds]
    if not known or 2 * len(known) < len(ahead):
        return None
    return max(1, round((sum(known) + (len(ahead) - len(known)) * statistics.median(known)) / 60))


def _recent(now: dt.datetime) -> QuerySet[IntakeResponse]:
    version = load_questionnaire().version
    with_own = Q(questionnaire_version__startswith=f"{version}+")
    of_today = Q(questionnaire_version=version) | with_own
    return IntakeResponse.objects.filter(of_today, started_at__gte=now - dt.timedelta(days=SHOWN_DAYS)).order_by()


def _of_part(part: int, now: dt.datetime) -> QuerySet[IntakeResponse]:
    return _recent(now).filter(continues__isnull=part == 1)


def _median(sent: Sequence[Any]) -> float | None:
    """Minutes from start to sending, of those (started, saved, sent) that took one sitting."""
    took = [(row[2] - row[0]).total_seconds() / 60 for row in sent if dt.timedelta() < row[2] - row[0] <= ONE_SITTING]
    return round(statistics.median(took), 1) if len(took) >= FEWEST else None
