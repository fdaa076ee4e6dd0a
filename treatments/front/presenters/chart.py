"""A patient's chart on one screen. The desk part is logistics; the clinical part what is wrong and what is done.

The number of queries does not grow with the record: every list is limited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone

from clinic.lib.complaints import complaints
from clinic.lib.http import path_to
from clinic.lib.loose import Context
from clinic.people.models import Patient
from clinic.people.presenters import day_words
from clinic.scheduling.models import Appointment
from clinic.scheduling.presenters import pages as schedule
from clinic.scheduling.reason_words import course_words
from intake.assessment import load_intake_knowledge
from intake.consent_text import is_consent_open
from intake.models import Episode, Invitation
from treatments.front.presenters import chart_rows
from treatments.front.presenters.chart_rows import SHOWN_VISITS
from treatments.front.presenters.clinical_rows import ClinicalRows
from treatments.front.presenters.curves import curves_of
from treatments.front.presenters.episodes import STOPS, episode_part, step
from treatments.front.presenters.timeline import timeline

INTAKE_PILLS = {
    "invited": ("wait", "envelope", "link sent"),
    "started": ("wait", "pencil", "begun"),
    "submitted": ("good", "check2", "submitted"),
    "expired": ("caution", "clock", "link expired"),
    "locked": ("caution", "lock", "link locked"),
}


def page_of(patient: Patient, *, is_clinical: bool, now: dt.datetime) -> Context:
    """``desk``: contact, visits, course to book, state of the intake; no medical text. ``clinical``: the rest."""
    links = chart_rows.links(patient)
    plans = chart_rows.plans(patient) if is_clinical else []
    courses = [plan.course_reference for plan in plans if plan.status == "signed"]
    booked = chart_rows.appointments(patient, now=now, courses=courses)
    desk = _desk_part(patient, links, [visit for visit in booked if visit.ends_at >= now])
    if not is_clinical:
        return {"desk": desk, "clinical": None}
    rows = ClinicalRows(
        patient,
        links,
        plans,
        chart_rows.assessments(patient),
        chart_rows.visits(patient),
        chart_rows.told(patient),
    )
    return {"desk": desk, "clinical": _clinical_part(rows, booked, now=now)}


def _desk_part(patient: Patient, links: list[Invitation], upcoming: list[Appointment]) -> Context:
    """Contact, visits, course to book, state of the intake. No medical text."""
    invitation = next((link for link in links if link.purpose == Invitation.Purpose.FORM), None)
    state = str(invitation.state) if invitation else ""
    kind, icon, text = INTAKE_PILLS.get(state, ("", "envelope", "no link sent"))
    return {
        "upcoming": [{"visit": visit, "pill": schedule.pill(visit.status)} for visit in upcoming[:8]],
        "courses": [{"course": course, "words": course_words(course)} for course in chart_rows.courses(patient)],
        "consent_open": is_consent_open(patient),
        "intake": {
            "pill": {"kind": kind, "icon": icon, "text": text},
            "state": state,
            "progress": getattr(getattr(invitation, "response", None), "progress", None),
            "at": invitation.created_at if invitation else None,
        },
    }


def _clinical_part(rows: ClinicalRows, booked: list[Appointment], *, now: dt.datetime) -> Context:
    """Each complaint with its assessment and plan; and of the whole patient alerts, safety facts, scores, timeline."""
    patient, today = rows.patient, timezone.localdate(now)
    open_visits = [v for v in rows.visits[:SHOWN_VISITS] if v.status == "draft"]
    shown = [one for one in rows.episodes if one.is_open]
    parts = [episode_part(rows, one, booked, now=now) for one in shown]
    if not parts and rows.sent and not rows.episodes:
        parts = [episode_part(rows, None, booked, now=now)]  # sent before complaints were kept apart
    part: Context = {
        "has_case": any(one["has_case"] for one in parts),
        "episodes": parts,
        "has_several": len(parts) > 1,
        "opened": [{"pk": one.pk, "title": one.title, "since": day_words(one.opened_at)} for one in shown],
        "closed": [
            {
                "pk": one.pk,
                "title": one.title,
                "since": day_words(one.opened_at),
                "until": day_words(one.closed_at),
                "why": one.closed_words,
                "by": rows.closed_by(one),
            }
            for one in reversed(rows.episodes)
            if not one.is_open
        ],
        "open_visit": next((v for v in open_visits if timezone.localdate(v.started_at) == today), None),
        "open_visits": open_visits,
        "plans": [one["plan"] for one in parts if one["plan"]],
        "serious_events": rows.serious_events(),
        "open_flags": [row for row in rows.of_kind("flag")[:20] if not row.yes],
        "alerts": list({alert["text"]: alert for one in parts for alert in one["alerts"]}.values()),
        "verdict": _gravest([one["verdict"] for one in parts]),
        "is_stopped": any(one["action"] in STOPS and one["signed_assessment"] for one in parts),
        "misfits": [one["misfit"] for one in parts if one["misfit"]],
        "curves": curves_of(patient, shown),
        "timeline": timeline(rows),
        "safety": _safety(rows, _present(parts)),
        "packs": [
            {"id": pack.id, "name": pack.name}
            for pack in complaints().values()
            if pack.id not in {one.complaint for one in shown}
        ],
        "closing": [(code, str(words)) for code, words in Episode.Closed.choices if code != Episode.Closed.EARLIER],
    }
    part["alert_kind"] = "danger" if part["open_flags"] or part["verdict"][0] == "danger" else "caution"
    part["next"] = _next(part, patient)
    part["unfinished"] = _unfinished(part)
    return part


def _gravest(verdicts: list[tuple[str, str]]) -> tuple[str, str]:
    return next((one for kind in ("danger", "caution") for one in verdicts if one[0] == kind), ("", ""))


def _present(parts: list[Context]) -> Mapping[str, bool | None]:
    """What is present in any complaint: one patient has one pregnancy."""
    present: dict[str, bool | None] = {}
    for one in parts:
        present |= {finding: True for finding, value in one["findings"].items() if value}
    return present


def _safety(rows: ClinicalRows, findings: Mapping[str, bool | None]) -> list[Context]:
    """Conditions and wishes that are present, as last reported or recorded; then what is only written down."""
    label = load_intake_knowledge().label
    present = {f for f, value in findings.items() if value and f.startswith(("condition.", "wish."))}
    present |= {fact.finding for fact in rows.facts if fact.present}
    newest = {fact.code: fact for fact in reversed(rows.of_kind("fact"))}
    order = load_intake_knowledge().order
    shown: list[Context] = []
    for finding in sorted(present, key=lambda f: order.get(f, 9999)):
        fact = newest.get(finding)
        told = {"note": fact.text, "by": fact.more, "day": day_words(fact.at)} if fact else {}
        shown.append({"label": label(finding), **told})
    entries = (row for row in rows.of_kind("entry") if not row.yes and row.code not in present)
    return shown + [{"label": row.text, "by": row.more, "day": day_words(row.at)} for row in entries]


def _next(part: Context, patient: Patient) -> Context | None:
    """The one thing to do next: its label, its URL, and whether it changes something (then it is posted). A red flag in
    one complaint comes before the needles of all."""
    if part["open_visit"]:
        visit = part["open_visit"]
        return step(f"Go on with visit {visit.number}", "visits:visit", visit.pk)
    stopped = (one for one in part["episodes"] if one["action"] in STOPS and one["signed_assessment"])
    if (one := next(stopped, None)) is not None:
        looked_at = one["draft_assessment"] or one["signed_assessment"]
        return step("Look at the red flags", "intake:assessment", looked_at.pk)
    if part["plans"]:  # treatment follows the plan in force until another is signed: a draft does not block it
        return step("Start a visit", "visits:start", patient.pk, sends=True)
    return next((one["next"] for one in part["episodes"] if one["next"]), None)


def _unfinished(part: Context) -> list[Context]:
    """Drafts that wait besides the next step: to continue, or to discard on their own page."""
    found = []
    for one in part["episodes"]:
        which = f" ({one['episode'].title})" if part["has_several"] else ""
        a, p = one["draft_assessment"], one["draft_plan"]
        has_plan = bool(one["plan"])
        if a is not None:
            url = path_to("intake:assessment", a.pk)
            found.append({"text": f"Draft assessment{which}", "url": url, "at": a.created_at, "has_plan": has_plan})
        if p is not None:
            url, text = path_to("plans:plan", p.pk), f"Draft plan v{p.version}{which}"
            found.append({"text": text, "url": url, "at": p.created_at, "has_plan": has_plan})
    for v in part["open_visits"]:
        url, text = path_to("visits:visit", v.pk), f"Visit {v.number}, not signed"
        found.append({"text": text, "url": url, "at": v.started_at, "has_plan": True})
    return [row for row in found if not part["next"] or row["url"] != part["next"]["url"]]
