"""A patient's chart on one screen. The desk part holds logistics; the clinical part what is wrong and what is done.

The number of queries does not grow with the record: every list has an end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from clinic.lib.loose import Context
from clinic.people.models import Patient, SafetyFact
from clinic.scheduling.models import Course
from clinic.scheduling.presenters import pages as schedule
from intake.assessment import Assessment as Judged
from intake.assessment import Case, assess, load_intake_knowledge
from intake.case_building import build_case
from intake.models import Assessment, Clearance, IntakeResponse, Invitation, RedFlagAlert, Score
from intake.presenters import assessment as assessment_words
from intake.questionnaire.instruments import load_instruments
from treatments.models import AdverseEvent, TreatmentPlan, Visit
from treatments.planner.knowledge.adverse_events import event_name
from treatments.plans.presenters import planned_visits
from treatments.plans.presenters.plan import dose_words, review_words

EVENTS = 40
STOPS = ("emergency", "refer_before_treating")
INTAKE_PILLS = {
    "invited": ("wait", "envelope", "link sent"),
    "started": ("wait", "pencil", "begun"),
    "submitted": ("good", "check2", "submitted"),
    "expired": ("caution", "clock", "link expired"),
    "locked": ("caution", "lock", "link locked"),
}


def desk_part(patient: Patient, *, now: dt.datetime) -> Context:
    """Contact, visits, course to book, where the intake stands. No medical text."""
    invitation = Invitation.objects.filter(patient=patient).select_related("response").first()
    state = str(invitation.state) if invitation else ""
    kind, icon, text = INTAKE_PILLS.get(state, ("", "envelope", "no link sent"))
    courses = Course.objects.filter(patient=patient).exclude(status="closed").select_related("service", "practitioner")
    return {
        "upcoming": [
            {"visit": visit, "pill": schedule.pill(visit.status)}
            for visit in schedule.upcoming_for(patient, now=now)[:8]
        ],
        "courses": [{"course": course, "words": schedule.course_words(course)} for course in courses[:3]],
        "intake": {
            "pill": {"kind": kind, "icon": icon, "text": text},
            "state": state,
            "progress": getattr(getattr(invitation, "response", None), "progress", None),
            "at": invitation.created_at if invitation else None,
        },
    }


def clinical_part(patient: Patient, *, today: dt.date) -> Context:
    """Complaint, alerts, safety facts, assessment, plan, scores, and everything in order of time."""
    assessments = list(patient.assessments.select_related("patient", "response", "signed_by", "set_aside_by")[:10])
    drafted = next((a for a in assessments if a.status == "draft"), None)
    signed = next((a for a in assessments if a.status == "signed"), None)
    current = signed or drafted  # what is in force; a draft counts only where nothing was signed yet
    plans = list(TreatmentPlan.objects.filter(patient=patient).select_related("signed_by", "set_aside_by")[:10])
    visits = list(Visit.objects.filter(patient=patient).select_related("practitioner", "set_aside_by")[:30])
    counting = [v for v in visits if not v.is_set_aside]
    open_visits = [v for v in counting if v.is_draft]
    responses = list(IntakeResponse.objects.filter(patient=patient, submitted_at__isnull=False)[:10])
    flags = list(RedFlagAlert.objects.filter(patient=patient)[:20])
    has_case = bool(current or responses)
    part: Context = {
        "has_case": has_case,
        "assessment": current,
        "signed_assessment": signed,
        "draft_assessment": drafted,
        "plan": _plan(plans),
        "draft_plan": next((p for p in plans if p.status == "draft"), None),
        "open_visit": next((v for v in open_visits if timezone.localdate(v.started_at) == today), None),
        "open_visits": open_visits,
        "visits_done": _visits_done(plans),
        "serious_events": list(AdverseEvent.objects.open_serious(patient)),
        "open_flags": [f for f in flags if f.acknowledged_at is None],
        "curves": _curves(patient),
        "timeline": _timeline(patient, assessments, plans, visits, responses, flags),
        "safety": _safety(patient, {}),
    }
    if has_case:
        case = build_case(patient, current, today=today)
        judged = assess(case, load_intake_knowledge())
        part |= _summary(case, judged)
        if drafted and current is not drafted:
            part |= _warned_by_draft(build_case(patient, drafted, today=today), part)
        part["safety"] = _safety(patient, case.findings)
    part["alert_kind"] = "danger" if part["open_flags"] or part.get("verdict", ("",))[0] == "danger" else "caution"
    part["next"] = _next(part, patient)
    part["unfinished"] = _unfinished(part)
    return part


def _visits_done(plans: list[TreatmentPlan]) -> int:
    """Of the course of the plan in force; 0 without one."""
    plan = next((p for p in plans if p.status == TreatmentPlan.Status.SIGNED), None)
    return Visit.objects.of_course(plan).done().count() if plan else 0


def _summary(case: Case, judged: Judged) -> Context:
    label = load_intake_knowledge().label
    result = judged.as_json()
    reason = case.texts.get("reason") or next(iter(case.texts.values()), "")
    return {
        "complaint": assessment_words.complaint_of(case),
        "reason": reason,
        "where": [label(f) for f in case.findings if f.startswith(("site.", "side.")) and case.findings[f]],
        "alerts": [assessment_words.alert_words(alert.as_json()) for alert in judged.alerts if alert.level != "note"],
        "verdict": assessment_words.ACTIONS.get(judged.action, ("", "")),
        "action": judged.action,
        "picture_class": assessment_words.CLASS_WORDS.get(judged.picture_class, judged.picture_class),
        "axes": [
            {
                "axis": axis,
                "name": axis.capitalize(),
                "score": scored["score"],
                "percent": assessment_words.bar_percent(scored["score"]),
            }
            for axis, scored in (("stagnation", result["stagnation"]), ("deficiency", result["deficiency"]))
        ],
        "leads": [{"name": p.name, "role": p.role, "codes": p.icd11} for p in judged.patterns if p.is_lead],
        "causes": [assessment_words.CAUSE_WORDS.get(c, c) for c in judged.causes],
        "channels": [assessment_words.words(c) for c in judged.channels],
        "stage": judged.stage,
    }


def _warned_by_draft(case: Case, part: Context) -> Context:
    """A sign that an unsigned draft adds warns at once: it stops before anyone has signed it."""
    judged = assess(case, load_intake_knowledge())
    known = {alert["text"] for alert in part["alerts"]}
    added = [alert.as_json() for alert in judged.alerts if alert.level != "note" and alert.text not in known]
    found: Context = {"alerts": [*map(assessment_words.alert_words, added), *part["alerts"]]}
    if judged.action in STOPS and part["action"] != "emergency":
        found |= {"action": judged.action, "verdict": assessment_words.ACTIONS.get(judged.action, ("", ""))}
    return found


def _safety(patient: Patient, findings: Mapping[str, bool | None]) -> list[Context]:
    """Conditions and wishes that are present, as last told or recorded."""
    label = load_intake_knowledge().label
    present = {f for f, value in findings.items() if value and f.startswith(("condition.", "wish."))}
    notes: dict[str, str] = {}
    newest: dict[str, bool | None] = {}
    for fact in SafetyFact.objects.filter(patient=patient)[:200]:
        if fact.finding not in newest:
            newest[fact.finding] = fact.present
            notes[fact.finding] = fact.note
    present |= {finding for finding, value in newest.items() if value}
    order = load_intake_knowledge().order
    return [
        {"finding": f, "label": label(f), "note": notes.get(f, "")}
        for f in sorted(present, key=lambda f: order.get(f, 9999))
    ]


def _plan(plans: list[TreatmentPlan]) -> Context | None:
    plan = next((p for p in plans if p.status == "signed"), None)
    if plan is None:
        return None
    return {
        "plan": plan,
        "principle": plan.treatment["principle"],
        "visits": planned_visits.visits_of(plan, now=timezone.now()),
        "dose": dose_words(plan.treatment["dose"]),
        "review": review_words(plan.treatment["dose"]),
        "stages": [
            {
                "position": stage["position"].replace("_", " "),
                "points": ", ".join(
                    f"{p['code']}{' ' + '+'.join(p['levels']) if p.get('levels') else ''} {_side(p['side'])}".strip()
                    for p in stage["points"]
                ),
            }
            for stage in plan.treatment["stages"]
        ],
    }


def _side(side: str) -> str:
    return {"left": "L", "right": "R"}.get(side, "")


def _curves(patient: Patient) -> list[Context]:
    drawn = {measure.id: measure for measure in load_instruments().values() if measure.curve}
    rows = list(Score.objects.counting().filter(patient=patient, measure__in=drawn).order_by("-taken_at", "-id")[:90])
    curves = []
    for measure in drawn.values():
        values = [row.value for row in reversed(rows) if row.measure == measure.id]
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


def _timeline(
    patient: Patient,
    assessments: list[Assessment],
    plans: list[TreatmentPlan],
    visits: list[Visit],
    responses: list[IntakeResponse],
    flags: list[RedFlagAlert],
) -> list[Context]:
    label = load_intake_knowledge().label
    events: list[Context] = []

    def add(at: dt.datetime | None, title: str, text: str = "", url: str = "") -> None:
        if at:
            events.append({"at": at, "title": title, "text": text, "url": url})

    for response in responses:
        add(response.submitted_at, "Intake submitted", url=reverse("intake:response", args=[response.pk]))
    for flag in flags:
        add(flag.raised_at, f"Red flag: {label(flag.flag)}", flag.get_level_display())
    for a in assessments:
        if a.signed_at:
            words = assessment_words.CLASS_WORDS.get(a.result.get("class", ""), "")
            add(a.signed_at, "Assessment signed", f"{words} · {a.signed_by}", reverse("intake:assessment", args=[a.pk]))
        add(a.set_aside_at, "Assessment discarded", f"{a.set_aside_words} · {a.set_aside_by}",
            reverse("intake:assessment", args=[a.pk]))  # fmt: skip
    for p in plans:
        add(p.set_aside_at, f"Plan v{p.version} discarded", f"{p.set_aside_words} · {p.set_aside_by}",
            reverse("plans:plan", args=[p.pk]))  # fmt: skip
        if p.signed_at:
            add(p.signed_at, f"Plan v{p.version} signed", _signed_words(p), reverse("plans:plan", args=[p.pk]))
    for v in visits:
        if v.is_set_aside:
            add(v.started_at, f"Visit {v.number}, entered in error", f"{v.set_aside_words} · {v.set_aside_by}",
                reverse("visits:visit", args=[v.pk]))  # fmt: skip
            continue
        needles = f"{v.needles_in} needles · " if v.needles_in else ""
        add(v.started_at, f"Visit {v.number}", f"{needles}{v.practitioner}", reverse("visits:visit", args=[v.pk]))
    for c in Clearance.objects.filter(patient=patient)[:10]:
        taken_back = " (taken back)" if c.withdrawn_at else ""
        add(c.cleared_at, f"Cleared: {label(c.finding)}{taken_back}", f"{c.result} · {c.examined_by}")
    for e in AdverseEvent.objects.filter(patient=patient)[:10]:
        words = f"{e.get_severity_display()}{', serious' if e.serious else ''}"
        url = reverse("visits:event_review", args=[e.pk])
        add(e.recorded_at, f"Adverse event{' reviewed' if e.follows_id else ''}: {event_name(e.code)}", words, url)
    return sorted(events, key=lambda event: event["at"], reverse=True)[:EVENTS]


def _signed_words(plan: TreatmentPlan) -> str:
    """Who signed it, and how much it changed of the version before."""
    last = plan.edits[-1] if plan.edits else None
    count = len(last.get("changes", [])) if last and last["verb"] == "signed" else 0
    changes = f" · {count} change{'' if count == 1 else 's'} from the version before" if count else ""
    return f"{plan.signed_by}{changes}"


def _next(part: Context, patient: Patient) -> Context | None:
    """The one thing to do next: its words, its address, and whether it changes something (then it is sent)."""
    if part["open_visit"]:
        visit = part["open_visit"]
        return _step(f"Go on with visit {visit.number}", "visits:visit", visit.pk)
    looked_at = part["draft_assessment"] or part["signed_assessment"]
    if part.get("action") in STOPS and part["signed_assessment"]:
        return _step("Look at the red flags", "intake:assessment", looked_at.pk)
    if part["plan"]:  # the plan in force is treated by until another one is signed: a draft is no lock
        return _step("Start a visit", "visits:start", patient.pk, sends=True)
    if part["draft_assessment"]:
        return _step("Go on with the assessment", "intake:assessment", part["draft_assessment"].pk)
    if part["draft_plan"]:
        return _step("Go on with the plan", "plans:plan", part["draft_plan"].pk)
    if part["signed_assessment"]:
        return _step("Propose a treatment", "plans:propose", patient.pk, sends=True)
    if part["has_case"]:
        return _step("Assess", "intake:assess", patient.pk, sends=True)
    return None


def _unfinished(part: Context) -> list[Context]:
    """Drafts that wait beside the next step: gone on with, or discarded on their own page."""
    rows = [
        ("assessment", "intake:assessment", part["draft_assessment"], ""),
        ("plan", "plans:plan", part["draft_plan"], f" v{part['draft_plan'].version}" if part["draft_plan"] else ""),
    ]
    found = [
        {"text": f"Draft {what}{which}", "url": reverse(name, args=[row.pk]), "at": row.created_at}
        for what, name, row, which in rows
        if row is not None
    ]
    found += [
        {"text": f"Visit {v.number}, not signed", "url": reverse("visits:visit", args=[v.pk]), "at": v.started_at}
        for v in part["open_visits"]
    ]
    return [row for row in found if not part["next"] or row["url"] != part["next"]["url"]]


def _step(text: str, name: str, pk: int, *, sends: bool = False) -> Context:
    return {"text": text, "url": reverse(name, args=[pk]), "sends": sends}
