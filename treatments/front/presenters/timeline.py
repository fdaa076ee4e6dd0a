"""Everything that happened to a patient, newest first."""

from __future__ import annotations

import datetime as dt

from clinic.lib.http import path_to
from clinic.people.presenters import timeline_event
from intake.assessment import load_intake_knowledge
from intake.models import RedFlagAlert
from intake.presenters.assessment import CLASS_WORDS
from treatments.front.presenters.chart_rows import SHOWN_VISITS, ClinicalRows
from treatments.models import AdverseEvent, TreatmentPlan
from treatments.models.plan import SINGLE
from treatments.planner.knowledge.adverse_events import event_name

EVENTS = 40
OF_A_KIND = 10


def timeline(rows: ClinicalRows) -> list[dict[str, str]]:
    events: list[tuple[dt.datetime, str, str, str]] = []

    def add(at: dt.datetime | None, title: str, text: str = "", url: str = "") -> None:
        if at:
            events.append((at, title, text, url))

    label = load_intake_knowledge().label
    for response in rows.answered[:OF_A_KIND]:
        title = "Second part of the intake sent" if response.continues_id else "Intake sent"
        add(response.submitted_at, title, url=path_to("intake:response", response.pk))
    for flag in [*rows.of_kind("flag")][:20]:
        add(flag.at, f"Red flag: {label(flag.code)}", RedFlagAlert.Level(flag.text).label)
    several = {one.pk: f" · {one.title}" for one in rows.episodes} if len(rows.episodes) > 1 else {}
    for one in rows.episodes if several else ():
        add(one.opened_at, f"Complaint: {one.title}")
        add(
            one.closed_at,
            f"Complaint closed: {one.title}",
            f"{one.closed_words}{f' · {rows.closed_by(one)}' if rows.closed_by(one) else ''}",
        )
    for a in rows.assessments:
        url = path_to("intake:assessment", a.pk)
        if a.signed_at:
            words = CLASS_WORDS.get(a.picture or "", "")  # type: ignore[attr-defined]
            add(a.signed_at, "Assessment signed", f"{words} · {a.signed_by}{several.get(a.episode_id, '')}", url)
        add(a.set_aside_at, "Assessment discarded", f"{a.set_aside_words} · {a.set_aside_by}", url)
    for p in rows.plans:
        url = path_to("plans:plan", p.pk)
        add(p.set_aside_at, f"Plan v{p.version} discarded", f"{p.set_aside_words} · {p.set_aside_by}", url)
        if p.signed_at:
            add(p.signed_at, f"Plan v{p.version} signed", f"{_signed_words(p)}{several.get(p.episode_id, '')}", url)
    for v in rows.visits[:SHOWN_VISITS]:
        url = path_to("visits:visit", v.pk)
        if v.is_set_aside:
            words = f"{v.set_aside_words} · {v.set_aside_by}"
            add(v.started_at, f"Visit {v.number}, entered in error", words, url)
            continue
        needles = f"{v.needles_in} needles · " if v.needles_in else ""
        title = "Single visit, without a course" if v.course.startswith(SINGLE) else f"Visit {v.number}"
        if v.also_number:
            title = f"{title}, for two complaints"
        add(v.started_at, title, f"{needles}{v.practitioner}", url)
    for c in [*rows.of_kind("clearance")][:OF_A_KIND]:
        add(c.at, f"Cleared: {label(c.code)}{' (taken back)' if c.yes else ''}", f"{c.text} · {c.more}")
    for e in [*rows.of_kind("event")][:OF_A_KIND]:
        words = f"{AdverseEvent.Severity(e.text).label}{', serious' if e.yes else ''}"
        title = f"Adverse event{' reviewed' if e.other else ''}: {event_name(e.code)}"
        add(e.at, title, words, path_to("visits:event_review", e.pk))
    events.sort(key=lambda event: event[0], reverse=True)
    return [timeline_event(*event) for event in events[:EVENTS]]


def _signed_words(plan: TreatmentPlan) -> str:
    """Who signed it, and how much it changed from the previous version."""
    last = plan.edits[-1] if plan.edits else None
    count = len(last.get("changes", [])) if last and last["verb"] == "signed" else 0
    changes = f" · {count} change{'' if count == 1 else 's'} from the version before" if count else ""
    return f"{plan.signed_by}{changes}"
