"""What the visit page and the visit note show, in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone

from clinic.lib.loose import Context
from clinic.people.models import Patient
from clinic.scheduling.models import Appointment
from intake.assessment import ClinicalPicture, load_intake_knowledge
from treatments.models import AdverseEvent, PlannedVisit, TreatmentPlan, Visit
from treatments.own_points import knowledge_with
from treatments.planner.knowledge.adverse_events import event_kinds
from treatments.planner.knowledge.regions import tender_region
from treatments.planner.treatment.needles import needles_of
from treatments.planner.treatment.visit_shapes import ChartedPoint, VisitRecord
from treatments.planner.treatment.written import needle_words, pairs_text
from treatments.planner.vocabulary.body import THORAX, can_be_pregnant, region_of_level
from treatments.planner.vocabulary.modalities import adjunct_name, ear_method_name
from treatments.plans.point_search import ASHI
from treatments.plans.presenters.home_care import aftercare_of
from treatments.visits import ledger, observed
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, medicines, needle_count, red_flags, starting
from treatments.visits.forms.parts import VisitForms
from treatments.visits.presenters import known as visit_known
from treatments.visits.presenters import stops
from treatments.visits.presenters.stricta import completeness
from treatments.visits.safety_questions import question_of

UNGRADED = "urgent"  # message for a sign whose row is a draft or gone: it was answered yes, so a doctor looks today
UNGRADED_REASON = "No rule in use grades this sign, so it counts as the worst"


def state_of(visit: Visit, picture: ClinicalPicture | None = None) -> Context:
    """What changes with every save: stop, safety, needle ledger, checklist, what is open before signing."""
    picture = picture or charting.picture_of(visit)
    alerts = charting.safety_of(visit, picture)
    items = completeness(visit.record, visit.plan.treatment, visit.practitioner)
    rows = ledger.ledger(visit.record)
    total_in, total_out = ledger.sums(rows)
    return {
        "visit": visit,
        "stop": stop_of(visit),
        "safety": stops.stops_of(visit, alerts, picture),
        "medicines_read": medicines.read_of(visit.record),
        "ledger": rows,
        "uneven": needle_count.uneven(visit.record),
        "total_in": total_in,
        "total_out": total_out,
        "is_even": all(row["is_even"] and row["is_counted"] for row in rows),
        "stricta": items,
        "stricta_done": sum(item.is_complete for item in items),
        "open_points": charting.missing_for_signature(visit, alerts),
        "reaches_lung": reaches_lung(visit.record),
        "undecided": sum(point["done"] == "" for _, point in visit_record.points_of(visit.record)),
    }


def stop_of(visit: Visit) -> Context | None:
    """What to do about the open flags, or None: the message, and what it takes to lift it."""
    open_flags = red_flags.open_flags(visit)
    if not open_flags:
        return None
    flags = load_intake_knowledge().flags
    rows = [(finding, red_flags.row_of(finding)) for finding in open_flags]
    told = dict.fromkeys(row.message if row else UNGRADED for _, row in rows)
    return {
        "is_emergency": any(red_flags.level_of(finding) == "emergency" for finding in open_flags),
        "flags": [(question_of(finding), row.reason if row else UNGRADED_REASON) for finding, row in rows],
        "messages": list(dict.fromkeys(flags.messages[message] for message in told if flags.messages[message])),
        "lifts": list(dict.fromkeys(flags.lift[message] for message in told)),
    }


def reaches_lung(record: VisitRecord) -> bool:
    """Whether chest, upper or mid back or shoulder was needled: then the breathing card is due."""
    done = list(visit_record.done_points(record))
    knowledge = knowledge_with(point["code"] for point in done)
    for point in done:
        if point["code"] == ASHI:
            if tender_region(point["where"], (), knowledge) in THORAX:
                return True
        elif point.get("levels"):
            if any(region_of_level(level) in THORAX for level in point["levels"]):
                return True
        elif point["code"] in knowledge.points:
            known = knowledge.points[point["code"]]
            if known.region in THORAX or "pneumothorax" in known.risks:
                return True
    return False


def asks_pregnancy(patient: Patient, today: dt.date) -> bool:
    """Whether the question of the day is asked."""
    return can_be_pregnant(patient.sex, patient.age_on(today))


def ruled_out_rows(visit: Visit, uids: list[str]) -> list[Context]:
    """Those of these items that are ruled out and covered by no incident, each with its rules."""
    picture = charting.picture_of(visit)
    alerts = charting.safety_of(visit, picture)
    rows = stops.stops_of(visit, alerts, picture)
    found = [*rows["barred"], *stops.barred_of(visit, alerts)]
    kept: dict[str, Context] = {}
    for row in found:
        for uid, name in zip(row["uids"], row["names"], strict=True):
            if uid in uids:
                kept.setdefault(uid, {"name": name, "rules": []})["rules"] += row["rules"]
    for row in kept.values():
        row["rules"] = list({rule["text"]: rule for rule in row["rules"]}.values())
    return list(kept.values())


def last_visit_of(visit: Visit) -> Visit | None:
    """The previous visit, under whichever plan."""
    return (
        Visit.objects.counting()
        .filter(patient_id=visit.patient_id, started_at__lt=visit.started_at)
        .select_related("practitioner", "plan")
        .defer("plan__treatment", "plan__edits", "plan__review")
        .order_by("-started_at", "-id")
        .first()
    )


def note_of(visit: Visit) -> Context:
    """A visit as a reader sees it: only what was done, in words."""
    record = visit.record
    start = record.get("start", {})
    return {
        "visit": visit,
        "start": start,
        "pain_now": _number(start.get("pain_now")),
        "pain_average": _number(start.get("pain_average")),
        "also": also_of(visit),
        "also_pain_now": _number(start.get("also_pain_now")),
        "also_pain_average": _number(start.get("also_pain_average")),
        "pain_after": _number(record.get("close", {}).get("pain_after")),
        "flags_yes": [question_of(f) for f in red_flags.raised_flags(record)],
        "flags_asked": not red_flags.unanswered_flags(record),
        "stages": [
            {
                **stage,
                "position_words": stage["position"].replace("_", " "),
                "stayed": observed.retention_of(stage),
                "done": [_point_words(p) for p in stage["points"] if p["done"] == "done"],
                "left_out": [p for p in stage["points"] if p["done"] == "not_done"],
                "currents": [
                    {**c, "pairs": pairs_text(c["leads"], "–")} for c in stage["electro"] if c["done"] == "done"
                ],
            }
            for stage in record.get("stages", [])
        ],
        "adjuncts": [
            {**a, "name": sentence(adjunct_name(a["kind"]))} for a in record.get("adjuncts", []) if a["done"] == "done"
        ],
        "ear": [
            {
                **e,
                "name": sentence(ear_method_name(e["method"])),
                "remove": dt.date.fromisoformat(e["remove_on"]) if e.get("remove_on") else None,
            }
            for e in record.get("ear", [])
            if e["done"] == "done"
        ],
        "close": record.get("close", {}),
        "safety": stops.note_safety(visit),
        "mismatch": needle_count.reasons().get(record.get("close", {}).get("mismatch_code", ""), ""),
        "events": [event_words(event) for event in visit.adverse_events.all()],
        "amendments": list(visit.amendments.select_related("by")),
        "reaches_lung": reaches_lung(record),
        "aftercare": aftercare_of(),
        "unsaid": {key: observed.why_unsaid(record, key) for key in observed.missing_of(record)},
    }


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _number(value: Any) -> str:
    """A score in words: a zero is a zero, nothing recorded is a dash."""
    return "–" if value is None else f"{value:g}"


def _point_words(point: ChartedPoint) -> Context:
    reached = observed.depth_of(point)
    return {
        **point,
        "depth": observed.span(reached or observed.intended_depth(point)),
        "is_depth_observed": reached is not None,
        "deqi": observed.deqi_of(point),
        "is_to_be_found": observed.is_to_be_found(point),
        "needle_words": needle_words(point["needle"]),
        "count": needles_of(point),
        "is_added": point["planned"] is None,
        "is_changed": visit_record.is_changed(point),
    }


def event_words(event: AdverseEvent) -> Context:
    kind = event_kinds().get(event.code)
    return {"event": event, "name": kind.name if kind else event.code}


def _known(visit: Visit, forms: VisitForms, picture: ClinicalPicture) -> Context:
    """What is already known, next to the day's questions."""
    answers = visit_known.known_answers(picture)
    if (also := charting.also_picture_of(visit)) is not None:
        answers = visit_known.known_answers(also) | answers
    fields = zip(forms.start.questions, forms.start.flag_fields(), strict=True)
    return {
        "known": visit_known.known_of(picture),
        "known_answers": answers,
        "flag_rows": [(field, answers.get(finding, "")) for finding, field in fields],
        "contradictions": visit_known.contradictions(visit.record, answers),
    }


def plans_to_choose(plans: list[TreatmentPlan], appointment: Appointment | None) -> list[Context]:
    """Each plan in force with the number its next visit has; the one that was booked is ticked, else the first two."""
    booked = starting.booked_for(plans, appointment)
    rows = []
    for place, plan in enumerate(plans):
        number = Visit.objects.of_course(plan).last_number() + 1
        sessions = plan.treatment["dose"]["sessions"]
        is_ticked = plan in booked if booked else place < 2 and number <= sessions
        rows.append({"plan": plan, "number": number, "sessions": sessions, "is_ticked": is_ticked})
    return rows


def also_of(visit: Visit) -> Context | None:
    """The second complaint of a visit for two: what it is, its plan, and the number in its course."""
    if visit.also_plan is None:
        return None
    return {
        "title": visit.also_plan.episode.title,
        "first": visit.plan.episode.title,
        "plan": visit.also_plan,
        "number": visit.also_number,
        "sessions": visit.also_plan.treatment["dose"]["sessions"],
        "shared": ", ".join(visit.record.get("shared", [])),
    }


def page_of(visit: Visit, forms: VisitForms) -> Context:
    """Everything on the page of an open visit."""
    last = last_visit_of(visit)
    picture = charting.picture_of(visit)
    state = state_of(visit, picture)
    return {
        **state,
        "forms": forms,
        **_rows_of(forms, state["ledger"]),
        "patient": visit.patient,
        "last": note_of(last) if last else None,
        "aftercare": aftercare_of(),
        "sessions": visit.plan.treatment["dose"]["sessions"],
        "also": also_of(visit),
        "is_review": PlannedVisit.objects.filter(
            Q(plan=visit.plan_id, number=visit.number) | Q(plan=visit.also_plan_id, number=visit.also_number),
            is_review=True,
        ).exists(),
        **_known(visit, forms, picture),
        "asks_pregnancy": asks_pregnancy(visit.patient, timezone.localdate()),
        "events": [event_words(event) for event in visit.adverse_events.all()],
        "serious_open": AdverseEvent.objects.open_serious(visit.patient).exists(),
    }


def _rows_of(forms: VisitForms, rows: list[ledger.LedgerRow]) -> Context:
    """The rows of the forms with what is shown next to them: needles counted in, and kinds in words."""
    counted = {row["uid"]: row["counted"] for row in rows}
    return {
        "stages": [{**row, "counted": counted[row["item"]["uid"]]} for row in forms.stages],
        "adjuncts": [{**row, "name": sentence(row["name"])} for row in forms.adjuncts],
        "ear": [
            {
                **row,
                "counted": counted.get(row["item"]["uid"]),
                "points": ", ".join(f"{p['code']} {p['name']}" for p in row["item"]["points"]),
            }
            for row in forms.ear
        ],
    }
