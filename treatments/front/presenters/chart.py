"""A patient's chart on one screen. The desk part is logistics; the clinical part what is wrong and what is done.

The number of queries does not grow with the record: every list is limited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.utils import timezone

from clinic.lib.http import path_to
from clinic.lib.loose import Context
from clinic.people.models import Patient
from clinic.scheduling.models import Appointment
from clinic.scheduling.presenters import pages as schedule
from intake.assessment import Assessment as Judged
from intake.assessment import Case, ClinicalPicture, load_intake_knowledge
from intake.case_building import case_data, judged
from intake.consent_text import is_consent_open
from intake.models import Invitation
from intake.presenters import assessment as assessment_words
from intake.presenters.evidence import bars
from intake.questionnaire.instruments import load_instruments
from treatments import planning
from treatments.front.presenters import chart_rows
from treatments.front.presenters.chart_rows import SHOWN_VISITS, ClinicalRows, VisitRow
from treatments.front.presenters.timeline import timeline
from treatments.models import TreatmentPlan
from treatments.models.plan import SINGLE
from treatments.planner.treatment.shapes import TreatmentJson
from treatments.plans.presenters import planned_visits
from treatments.plans.presenters.at_home import dose_words
from treatments.plans.presenters.plan import review_words
from treatments.plans.presenters.safety_facts import told_since

STOPS = ("emergency", "refer_before_treating")
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
    in_force = next((p for p in plans if p.status == "signed"), None)
    booked = chart_rows.appointments(patient, now=now, course=in_force.course_reference if in_force else "")
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
    return {"desk": desk, "clinical": _clinical_part(rows, in_force, booked, now=now)}


def _desk_part(patient: Patient, links: list[Invitation], upcoming: list[Appointment]) -> Context:
    """Contact, visits, course to book, state of the intake. No medical text."""
    invitation = next((link for link in links if link.purpose == Invitation.Purpose.FORM), None)
    state = str(invitation.state) if invitation else ""
    kind, icon, text = INTAKE_PILLS.get(state, ("", "envelope", "no link sent"))
    return {
        "upcoming": [{"visit": visit, "pill": schedule.pill(visit.status)} for visit in upcoming[:8]],
        "courses": [
            {"course": course, "words": schedule.course_words(course)} for course in chart_rows.courses(patient)
        ],
        "consent_open": is_consent_open(patient),
        "intake": {
            "pill": {"kind": kind, "icon": icon, "text": text},
            "state": state,
            "progress": getattr(getattr(invitation, "response", None), "progress", None),
            "at": invitation.created_at if invitation else None,
        },
    }


def _clinical_part(
    rows: ClinicalRows, in_force: TreatmentPlan | None, booked: list[Appointment], *, now: dt.datetime
) -> Context:
    """Complaint, alerts, safety facts, assessment, plan, scores, and the timeline."""
    patient, today = rows.patient, timezone.localdate(now)
    drafted = next((a for a in rows.assessments if a.status == "draft"), None)
    signed = next((a for a in rows.assessments if a.status == "signed"), None)
    current = signed or drafted  # what is in force; a draft counts only if nothing has been signed yet
    open_visits = [v for v in rows.visits[:SHOWN_VISITS] if v.status == "draft"]
    of_course = chart_rows.of_course(rows.visits, in_force) if in_force else []
    has_case = bool(current or rows.sent)
    part: Context = {
        "has_case": has_case,
        "assessment": current,
        "signed_assessment": signed,
        "draft_assessment": drafted,
        "plan": _plan(in_force, booked, of_course, now=now) if in_force else None,
        "draft_plan": next((p for p in rows.plans if p.status == "draft"), None),
        "open_visit": next((v for v in open_visits if timezone.localdate(v.started_at) == today), None),
        "open_visits": open_visits,
        "visits_done": sum(visit.status == "signed" for visit in of_course),
        "serious_events": rows.serious_events(),
        "open_flags": [row for row in [*rows.of_kind("flag")][:20] if not row.yes],
        "curves": _curves(patient),
        "timeline": timeline(rows),
        "safety": _safety(rows, {}),
        "misfit": None,
    }
    if has_case:
        case, found = judged(case_data(patient, current, today=today, rows=rows.for_case))
        part |= _summary(case, found)
        if drafted and current is not drafted:
            _, warned = judged(case_data(patient, drafted, today=today, rows=rows.for_case))
            part |= _warned_by_draft(warned, part)
        part["safety"] = _safety(rows, case.findings)
        part["misfit"] = _misfit(in_force, rows, case, found)
    part["alert_kind"] = "danger" if part["open_flags"] or part.get("verdict", ("",))[0] == "danger" else "caution"
    part["next"] = _next(part, patient)
    part["unfinished"] = _unfinished(part)
    return part


def _summary(case: Case, judged: Judged) -> Context:
    label = load_intake_knowledge().label
    result = judged.as_json()
    reason = case.texts.get("reason") or next(iter(case.texts.values()), "")
    return {
        "complaint": assessment_words.complaint_of(case),
        "propose": assessment_words.propose_words(case),
        "reason": reason,
        "where": [label(f) for f in case.findings if f.startswith(("site.", "side.")) and case.findings[f]],
        "alerts": [assessment_words.alert_words(alert.as_json()) for alert in judged.alerts if alert.level != "note"],
        "verdict": assessment_words.ACTIONS.get(judged.action, ("", "")),
        "action": judged.action,
        "picture_class": assessment_words.CLASS_WORDS.get(judged.picture_class, judged.picture_class),
        "axes": bars(result),
        "leads": [{"name": p.name, "role": p.role, "codes": p.icd11} for p in judged.patterns if p.is_lead],
        "causes": [assessment_words.CAUSE_WORDS.get(c, c) for c in judged.causes],
        "channels": [assessment_words.words(c) for c in judged.channels],
        "stage": judged.stage,
    }


def _warned_by_draft(found: Judged, part: Context) -> Context:
    """A sign added by an unsigned draft warns at once: it is a stop even before anyone signs."""
    known = {alert["text"] for alert in part["alerts"]}
    added = [alert.as_json() for alert in found.alerts if alert.level != "note" and alert.text not in known]
    words: Context = {"alerts": [*map(assessment_words.alert_words, added), *part["alerts"]]}
    if found.action in STOPS and part["action"] != "emergency":
        words |= {"action": found.action, "verdict": assessment_words.ACTIONS.get(found.action, ("", ""))}
    return words


def _safety(rows: ClinicalRows, findings: Mapping[str, bool | None]) -> list[Context]:
    """Conditions and wishes that are present, as last reported or recorded; then what is only written down."""
    label = load_intake_knowledge().label
    present = {f for f, value in findings.items() if value and f.startswith(("condition.", "wish."))}
    present |= {fact.finding for fact in rows.facts if fact.present}
    newest = {fact.code: fact for fact in reversed([*rows.of_kind("fact")])}
    order = load_intake_knowledge().order
    shown: list[Context] = []
    for finding in sorted(present, key=lambda f: order.get(f, 9999)):
        fact = newest.get(finding)
        told = {"note": fact.text, "by": fact.more, "at": fact.at} if fact else {}
        shown.append({"label": label(finding), **told})
    entries = (row for row in rows.of_kind("entry") if not row.yes and row.code not in present)
    return shown + [{"label": row.text, "by": row.more, "at": row.at} for row in entries]


def _misfit(plan: TreatmentPlan | None, rows: ClinicalRows, case: Case, judged: Judged) -> Context | None:
    """What is known since the plan in force was signed, if the plan no longer passes with it."""
    since = [fact for fact in rows.facts if plan and plan.signed_at and fact.recorded_at > plan.signed_at]
    if plan is None or not since:
        return None
    treatment: TreatmentJson = plan.in_force  # type: ignore[attr-defined]
    found = planning.safety_of(treatment, ClinicalPicture(case, judged, plan.is_by_hand))
    stops = [alert for alert in found if alert.is_stop and not alert.passed_by(plan.overrides)]
    return {"plan": plan, "count": len(stops), "told": told_since(since)} if stops else None


def _plan(plan: TreatmentPlan, booked: list[Appointment], begun: list[VisitRow], *, now: dt.datetime) -> Context:
    treatment: TreatmentJson = plan.in_force  # type: ignore[attr-defined]
    is_single = plan.course_reference.startswith(SINGLE) and treatment["dose"]["sessions"] == 1
    of_course = [row for row in booked if row.course_reference == plan.course_reference]  # type: ignore[attr-defined]
    return {
        "plan": plan,
        "principle": treatment["principle"],
        "visits": planned_visits.visits_of(plan, now=now, booked=of_course, begun=begun),
        "dose": "A single visit, without a course" if is_single else dose_words(treatment["dose"]),
        "review": review_words(treatment["dose"]),
        "stages": [
            {
                "position": stage["position"].replace("_", " "),
                "points": ", ".join(
                    f"{p['code']}{' ' + '+'.join(p['levels']) if p.get('levels') else ''} {_side(p['side'])}".strip()
                    for p in stage["points"]
                ),
            }
            for stage in treatment["stages"]
        ],
    }


def _side(side: str) -> str:
    return {"left": "L", "right": "R"}.get(side, "")


def _curves(patient: Patient) -> list[Context]:
    drawn = {measure.id: measure for measure in load_instruments().values() if measure.curve}
    rows = chart_rows.scores(patient, drawn)
    curves = []
    for measure in drawn.values():
        values = [value for of, value in reversed(rows) if of == measure.id]
        if values:
            line = sparkline(values, low=measure.minimum, high=measure.maximum)
            curves.append({"name": measure.short, **line, "count": len(values)})
    return curves


def sparkline(values: list[Decimal], *, low: float, high: float) -> Context:
    """Points of an SVG line 120 wide and 28 high; a higher score is drawn higher."""
    step = 112 / max(1, len(values) - 1)
    heights = [round(24 - 20 * (float(value) - low) / (high - low), 1) for value in values]
    dots = [(round(4 + place * step, 1), y) for place, y in enumerate(heights)]
    return {
        "first": _plain(values[0]),
        "last": _plain(values[-1]),
        "top": high,
        "line": " ".join(f"{x},{y}" for x, y in dots),
        "end_x": str(dots[-1][0]),
        "end_y": str(dots[-1][1]),
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _next(part: Context, patient: Patient) -> Context | None:
    """The one thing to do next: its label, its URL, and whether it changes something (then it is posted)."""
    if part["open_visit"]:
        visit = part["open_visit"]
        return _step(f"Go on with visit {visit.number}", "visits:visit", visit.pk)
    looked_at = part["draft_assessment"] or part["signed_assessment"]
    if part.get("action") in STOPS and part["signed_assessment"]:
        return _step("Look at the red flags", "intake:assessment", looked_at.pk)
    if part["plan"]:  # treatment follows the plan in force until another is signed: a draft does not block it
        return _step("Start a visit", "visits:start", patient.pk, sends=True)
    if part["draft_assessment"]:
        return _step("Go on with the assessment", "intake:assessment", part["draft_assessment"].pk)
    if part["draft_plan"]:
        return _step("Go on with the plan", "plans:plan", part["draft_plan"].pk)
    if part["signed_assessment"]:
        return _step(part["propose"], "plans:propose", patient.pk, sends=True)
    if part["has_case"]:
        return _step("Assess", "intake:assess", patient.pk, sends=True)
    return None


def _unfinished(part: Context) -> list[Context]:
    """Drafts that wait besides the next step: to continue, or to discard on their own page."""
    rows = [
        ("assessment", "intake:assessment", part["draft_assessment"], ""),
        ("plan", "plans:plan", part["draft_plan"], f" v{part['draft_plan'].version}" if part["draft_plan"] else ""),
    ]
    found = [
        {"text": f"Draft {what}{which}", "url": path_to(name, row.pk), "at": row.created_at}
        for what, name, row, which in rows
        if row is not None
    ]
    found += [
        {"text": f"Visit {v.number}, not signed", "url": path_to("visits:visit", v.pk), "at": v.started_at}
        for v in part["open_visits"]
    ]
    return [row for row in found if not part["next"] or row["url"] != part["next"]["url"]]


def _step(text: str, name: str, pk: int, *, sends: bool = False) -> Context:
    return {"text": text, "url": path_to(name, pk), "sends": sends}
