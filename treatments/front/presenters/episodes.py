"""One complaint on a patient's chart: what it is, its assessment, its plan in force, and what comes next in it."""

from __future__ import annotations

import datetime as dt
import json

from django.utils import timezone
from django.utils.translation import get_language

from clinic.lib.by_value import ByValue
from clinic.lib.http import path_to
from clinic.lib.loose import Context
from clinic.people.models import Patient
from clinic.people.presenters import day_words
from clinic.scheduling.models import Appointment
from intake.assessment import Assessment as Judged
from intake.assessment import Case, ClinicalPicture, load_intake_knowledge
from intake.case_building import case_data, judged
from intake.models import Episode
from intake.presenters import assessment as assessment_words
from intake.presenters.evidence import bars
from treatments import planning
from treatments.front.presenters import chart_rows
from treatments.front.presenters.chart_rows import VisitRow
from treatments.front.presenters.clinical_rows import ClinicalRows
from treatments.models import TreatmentPlan
from treatments.models.plan import SINGLE
from treatments.planner.treatment.shapes import TreatmentJson
from treatments.plans.presenters import planned_visits
from treatments.plans.presenters.at_home import dose_words
from treatments.plans.presenters.plan import review_words
from treatments.plans.presenters.safety_facts import told_since

CASE = ("complaint", "reason", "where", "axes", "picture_class", "leads", "causes", "channels", "stage")
STOPS = ("emergency", "refer_before_treating")


def episode_part(
    rows: ClinicalRows, episode: Episode | None, booked: list[Appointment], *, now: dt.datetime
) -> Context:
    """One complaint: what it is, its assessment, its plan in force, and what comes next in it."""
    today, pk = timezone.localdate(now), episode.pk if episode else None
    assessments = [a for a in rows.assessments if a.episode_id == pk]
    plans = [p for p in rows.plans if p.episode_id == pk]
    drafted = next((a for a in assessments if a.status == "draft"), None)
    signed = next((a for a in assessments if a.status == "signed"), None)
    in_force = next((p for p in plans if p.status == "signed"), None)
    current = signed or drafted  # what is in force; a draft counts only if nothing has been signed yet
    of_course = chart_rows.of_course(rows.visits, in_force) if in_force else []
    part: Context = {
        "episode": episode,
        # what the answers say is shown under what they were given for
        "has_case": bool(current or (rows.sent and (episode is None or episode.opened_by_id is None))),
        "assessment": current,
        "signed_assessment": signed,
        "draft_assessment": drafted,
        "plan": _plan(in_force, booked, of_course, now=now) if in_force else None,
        "draft_plan": next((p for p in plans if p.status == "draft"), None),
        "visits_done": sum(visit.status == "signed" for visit in of_course),
        "alerts": [],
        "verdict": ("", ""),
        "action": "",
        "findings": {},
        "misfit": None,
    }
    if part["has_case"]:
        for one in (signed, drafted):
            if one is not None and episode is not None:
                one.episode = episode
        case_rows = rows.for_case(episode)
        case, found = judged(case_data(rows.patient, current, today=today, rows=case_rows, episode=episode))
        part |= _summaries.get((), (case, found), lambda: _summary(case, found))
        part["case"] = _case(part)
        if drafted and current is not drafted:
            _, warned = judged(case_data(rows.patient, drafted, today=today, rows=case_rows))
            part |= _warned_by_draft(warned, part)
        part["findings"] = case.findings
        part["misfit"] = _misfit(in_force, rows, case, found)
    part["next"] = _next_of(part, rows.patient)
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


_summaries: ByValue[Context] = ByValue(300)  # found by the very objects, which are kept by value themselves


def _case(part: Context) -> Context:
    """What is drawn of it, as plain data: the part of the page is kept by value."""
    told = {name: part[name] for name in CASE}
    one = part["assessment"]
    signed = f"{day_words(one.signed_at)}, {one.signed_by}" if one is not None and one.signed_at else ""
    return {**told, "number": one.pk if one is not None else None, "signed": signed}


def _warned_by_draft(found: Judged, part: Context) -> Context:
    """A sign added by an unsigned draft warns at once: it is a stop even before anyone signs."""
    known = {alert["text"] for alert in part["alerts"]}
    added = [alert.as_json() for alert in found.alerts if alert.level != "note" and alert.text not in known]
    words: Context = {"alerts": [*map(assessment_words.alert_words, added), *part["alerts"]]}
    if found.action in STOPS and part["action"] != "emergency":
        words |= {"action": found.action, "verdict": assessment_words.ACTIONS.get(found.action, ("", ""))}
    return words


def _misfit(plan: TreatmentPlan | None, rows: ClinicalRows, case: Case, judged: Judged) -> Context | None:
    """What is known since the plan in force was signed, if the plan no longer passes with it."""
    since = [fact for fact in rows.facts if plan and plan.signed_at and fact.recorded_at > plan.signed_at]
    if plan is None or not since:
        return None
    treatment: TreatmentJson = json.loads(plan.in_force)  # type: ignore[attr-defined]
    found = planning.safety_of(treatment, ClinicalPicture(case, judged, plan.is_by_hand))
    stops = [alert for alert in found if alert.is_stop and not alert.passed_by(plan.overrides)]
    return {"plan": plan, "count": len(stops), "told": told_since(since)} if stops else None


def _plan(plan: TreatmentPlan, booked: list[Appointment], begun: list[VisitRow], *, now: dt.datetime) -> Context:
    text: str = plan.in_force  # type: ignore[attr-defined]
    is_single = plan.course_reference.startswith(SINGLE)
    said = _said.get((text, is_single, get_language()), (), lambda: _treatment(json.loads(text), is_single))
    return {
        **said,
        "plan": plan,
        "visits": planned_visits.visits_of(plan, now=now, booked=booked, begun=begun),
    }


_said: ByValue[Context] = ByValue(300)  # a signed treatment stays as it is


def _treatment(treatment: TreatmentJson, is_single: bool) -> Context:
    """What the chart says of it. ``is_single``: planned without a course."""
    is_single = is_single and treatment["dose"]["sessions"] == 1
    return {
        "principle": treatment["principle"],
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


def _next_of(part: Context, patient: Patient) -> Context | None:
    """What to do next in one complaint, up to its plan."""
    about = {"sends": True, "episode": part["episode"]}
    if part["draft_assessment"]:
        return step("Go on with the assessment", "intake:assessment", part["draft_assessment"].pk)
    if part["draft_plan"]:
        return step("Go on with the plan", "plans:plan", part["draft_plan"].pk)
    if part["plan"]:
        return None
    if part["signed_assessment"]:
        return step(part["propose"], "plans:propose", patient.pk, **about)
    return step("Assess", "intake:assess", patient.pk, **about) if part["has_case"] or part["episode"] else None


def step(text: str, name: str, pk: int, *, sends: bool = False, episode: Episode | None = None) -> Context:
    return {"text": text, "url": path_to(name, pk), "sends": sends, "episode": episode}
