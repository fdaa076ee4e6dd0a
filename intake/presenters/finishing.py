"""How many finish the form, where they stop and how long it takes: counts of the clinic's own forms, no answers."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from intake.models import IntakeResponse
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import DONE

SHOWN_DAYS = 90
GIVEN_UP_DAYS = 1  # who has not gone on since then has stopped, for now (DESIGN)
ONE_SITTING = dt.timedelta(hours=1)  # a form that took longer was put aside in between: it measures no minutes (DESIGN)
FEWEST = 5  # forms of one sitting from which a median says something (DESIGN)
KEPT_MINUTES = 30
PARTS = ((1, "Before the first needle"), (2, "When you have time"))

_kept: dict[int, tuple[dt.datetime, float | None]] = {}  # part -> when it was worked out, median minutes


def finishing() -> list[dict[str, Any]]:
    """A row for each part: ``words``, ``started``, ``sent``, ``stopped``, ``minutes`` (median or None), ``screens``."""
    now = timezone.now()
    found = []
    for part, name in PARTS:
        rows = list(_of_part(part, now).values_list(f"answers__{DONE}", "started_at", "saved_at", "submitted_at"))
        sent = [row for row in rows if row[3] is not None]
        stopped = [row for row in rows if row[3] is None and row[2] <= now - dt.timedelta(days=GIVEN_UP_DAYS)]
        passed = Counter(screen for done, *_ in rows for screen in set(done or ()))
        last = Counter(_last(done or (), part) for done, *_ in stopped)
        minutes = _median(sent)
        words = f"{len(sent)} of {len(rows)} sent ({round(100 * len(sent) / len(rows))} %)" if rows else "not begun yet"
        words += f", {len(stopped)} stopped" if stopped else ""
        words += f", {last['']} of them at the first screen" if last[""] else ""
        words += f", {minutes:g} minutes in the middle" if minutes is not None else ""
        found.append(
            {
                "name": name,
                "words": words,
                "started": len(rows),
                "sent": len(sent),
                "stopped": len(stopped),
                "minutes": minutes,
                "screens": [
                    {"title": screen.title, "passed": passed[screen.id], "stopped": last[screen.id]}
                    for screen in load_questionnaire().screens
                    if screen.part == part
                ],
            }
        )
    return found


def minutes_left(part: int, percent: int) -> int | None:
    """From the clinic's own median; None as long as there is none. Worked out anew every half hour."""
    now = timezone.now()
    at, median = _kept.get(part, (None, None))
    if at is None or now - at > dt.timedelta(minutes=KEPT_MINUTES):
        sent = _of_part(part, now).filter(submitted_at__isnull=False)
        median = _median(list(sent.values_list("pk", "started_at", "saved_at", "submitted_at")))
        _kept[part] = now, median
    return None if median is None else max(1, round(median * (100 - percent) / 100))


def _of_part(part: int, now: dt.datetime) -> QuerySet[IntakeResponse]:
    rows = IntakeResponse.objects.filter(
        started_at__gte=now - dt.timedelta(days=SHOWN_DAYS), questionnaire_version=load_questionnaire().version
    )
    return rows.filter(continues__isnull=part == 1).order_by()


def _last(done: Any, part: int) -> str:
    """The last screen passed, in the order of the form; nothing if none was."""
    ids = [screen.id for screen in load_questionnaire().screens if screen.part == part and screen.id in done]
    return ids[-1] if ids else ""


def _median(sent: list[Any]) -> float | None:
    took = [(row[3] - row[1]).total_seconds() / 60 for row in sent if dt.timedelta() < row[3] - row[1] <= ONE_SITTING]
    return round(statistics.median(took), 1) if len(took) >= FEWEST else None
