"""Everything that happened to a patient, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import get_language

from clinic.lib.by_value import ByValue
from clinic.lib.http import path_to
from clinic.people.presenters import timeline_event
from intake.assessment import load_intake_knowledge
from intake.models import RedFlagAlert
from intake.presenters.assessment import CLASS_WORDS
from treatments.front.presenters.chart_rows import SHOWN_VISITS, Told, VisitRow
from treatments.front.presenters.clinical_rows import ClinicalRows
from treatments.models import AdverseEvent, TreatmentPlan
from treatments.models.plan import SINGLE
from treatments.planner.knowledge.adverse_events import event_name

EVENTS = 40
OF_A_KIND = 10
Event = tuple[dt.datetime, str, str, str]  # when, title, text, URL
_timelines: ByValue[list[dict[str, str]]] = ByValue(40)  # some 30 kB each, with the rows that they are made of


def timeline(rows: ClinicalRows) -> list[dict[str, str]]:
    """Made once of the same rows, knowledge, zone and language: most records are signed, and stay as they are."""
    sent, records, visits = tuple(_of_intakes(rows)), tuple(_of_records(rows)), tuple(rows.visits[:SHOWN_VISITS])
    flags = tuple(rows.of_kind("flag")[:20])
    told = (*rows.of_kind("clearance")[:OF_A_KIND], *rows.of_kind("event")[:OF_A_KIND])
    shown_in = timezone.get_current_timezone(), get_language()

    def make() -> list[dict[str, str]]:
        events = [*sent, *_of_told(flags), *records, *map(_of_visit, visits), *_of_told(told)]
        events.sort(key=lambda event: event[0], reverse=True)
        return [timeline_event(*event) for event in events[:EVENTS]]

    return _timelines.of_rows((sent, flags, records, visits, told, shown_in), (load_intake_knowledge(),), make)


def _of_intakes(rows: ClinicalRows) -> Iterator[Event]:
    for response in rows.answered[:OF_A_KIND]:
        title = "Second part of the intake sent" if response.continues_id else "Intake sent"
        if response.submitted_at:
            yield response.submitted_at, title, "", path_to("intake:response", response.pk)


def _of_records(rows: ClinicalRows) -> Iterator[Event]:
    """Of complaints, assessments and plans."""
    several = {one.pk: f" · {one.title}" for one in rows.episodes} if len(rows.episodes) > 1 else {}
    for one in rows.episodes if several else ():
        yield one.opened_at, f"Complaint: {one.title}", "", ""
        if one.closed_at:
            by = rows.closed_by(one)
            yield one.closed_at, f"Complaint closed: {one.title}", f"{one.closed_words}{f' · {by}' if by else ''}", ""
    for a in rows.assessments:
        url = path_to("intake:assessment", a.pk)
        if a.signed_at:
            words = CLASS_WORDS.get(a.picture or "", "")  # type: ignore[attr-defined]
            yield a.signed_at, "Assessment signed", f"{words} · {a.signed_by}{several.get(a.episode_id, '')}", url
        if a.set_aside_at:
            yield a.set_aside_at, "Assessment discarded", f"{a.set_aside_words} · {a.set_aside_by}", url
    for p in rows.plans:
        url = path_to("plans:plan", p.pk)
        if p.set_aside_at:
            yield p.set_aside_at, f"Plan v{p.version} discarded", f"{p.set_aside_words} · {p.set_aside_by}", url
        if p.signed_at:
            yield p.signed_at, f"Plan v{p.version} signed", f"{_signed_words(p)}{several.get(p.episode_id, '')}", url


def _of_visit(v: VisitRow) -> Event:
    url = path_to("visits:visit", v.pk)
    if v.is_set_aside:
        return v.started_at, f"Visit {v.number}, entered in error", f"{v.set_aside_words} · {v.set_aside_by}", url
    needles = f"{v.needles_in} needles · " if v.needles_in else ""
    title = "Single visit, without a course" if v.course.startswith(SINGLE) else f"Visit {v.number}"
    if v.also_number:
        title = f"{title}, for two complaints"
    return v.started_at, title, f"{needles}{v.practitioner}", url


def _of_told(told: Iterable[Told]) -> Iterator[Event]:
    """Of red flags, clearances and adverse events."""
    label = load_intake_knowledge().label
    for row in told:
        if row.kind == "flag":
            yield row.at, f"Red flag: {label(row.code)}", str(RedFlagAlert.Level(row.text).label), ""
        elif row.kind == "clearance":
            title = f"Cleared: {label(row.code)}{' (taken back)' if row.yes else ''}"
            yield row.at, title, f"{row.text} · {row.more}", ""
        else:
            words = f"{AdverseEvent.Severity(row.text).label}{', serious' if row.yes else ''}"
            title = f"Adverse event{' reviewed' if row.other else ''}: {event_name(row.code)}"
            yield row.at, title, words, path_to("visits:event_review", row.pk)


def _signed_words(plan: TreatmentPlan) -> str:
    """Who signed it, and how much it changed from the previous version."""
    last = plan.edits[-1] if plan.edits else None
    count = len(last.get("changes", [])) if last and last["verb"] == "signed" else 0
    changes = f" · {count} change{'' if count == 1 else 's'} from the version before" if count else ""
    return f"{plan.signed_by}{changes}"
