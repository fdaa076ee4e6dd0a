"""Charting a visit that was begun: saved as it happens, signed, and from then on only amended."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.lib.loose import fresh
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import User
from clinic.scheduling.models import AppointmentStatus
from intake.assessment import ClinicalPicture
from treatments import planning
from treatments.models import Amendment, Visit
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.alert_key import split_key
from treatments.planner.treatment.visit_shapes import SafetySaid, VisitReason, VisitRecord
from treatments.plans.actions import drafts
from treatments.visits import additions, gate, ledger, observed
from treatments.visits import record as visit_record
from treatments.visits.actions import medicines, needle_count, planned, red_flags, starting

MANY_STOPS = 3
OF_THE_COURSE = "course"  # dose and reviews concern the plan, not a single visit


@transaction.atomic
def save_visit(*, visit_id: int, revision: int | None, record: VisitRecord, by: User) -> Visit:
    """Save the record. An unchanged record is not written again.

    Raises Stale or NotADraft. Nothing done to the patient is taken over while a red flag is open.
    """
    visit = draft_at(visit_id, revision)
    before = visit.record
    if record == before:
        return visit
    newly = [f for f in red_flags.raised_flags(record) if f not in red_flags.raised_flags(before)]
    visit.record = record
    if red_flags.open_flags(visit):
        visit.record = _without_new_needling(record, before)
    _note_pregnancy(visit, before, by=by)
    medicines.note_medicines(visit, before, by=by)  # before the rules are applied: they must know it
    hold_back(visit, before)
    if visit.record == before:
        return visit
    keep(visit, by=by, verb="visit.saved")
    if newly:
        red_flags.raise_alerts(visit, newly, by=by)
    return visit


def hold_back(visit: Visit, before: VisitRecord) -> None:
    """Keep out of the record whatever the plan's rules forbid, unless it was there ``before``."""
    record = visit.record
    manners = {item["uid"]: gate.manner(item) for item in visit_record.items_of(before)}
    if all(manners.get(item["uid"]) == gate.manner(item) for item in visit_record.items_of(record)):
        visit.record = record.copy()
        visit.record.pop("refused", None)
        return
    picture = picture_of(visit)
    alerts = safety_of(visit, picture)
    visit.record = before
    visit.record = gate.held_back(record, before, alerts=alerts, known=safety_of(visit, picture))


def _without_new_needling(record: VisitRecord, before: VisitRecord) -> VisitRecord:
    """While a flag is open nothing else is marked as done; what was done before stays in the record."""
    new = fresh(record)
    was = {item["uid"]: item["done"] for item in visit_record.items_of(before)}
    for item in visit_record.items_of(new):
        if item["done"] == "done" and was.get(item["uid"]) != "done":
            item["done"] = was.get(item["uid"], "")
    return new


def _note_pregnancy(visit: Visit, before: VisitRecord, *, by: User) -> None:
    answer = visit.record["start"].get("pregnant")
    if answer not in ("yes", "no") or answer == before["start"].get("pregnant"):
        return
    known = safety_facts_of(visit.patient)
    if known.get("condition.pregnant"):
        return  # the question of the day does not turn a known pregnancy into a "maybe"
    record_safety_facts(
        patient=visit.patient, facts={red_flags.PREGNANCY: answer == "yes"}, by=by, note=f"Visit {visit.number}"
    )


@transaction.atomic
def remove_point(*, visit_id: int, revision: int | None, uid: str, by: User) -> Visit:
    """Remove a point added on the day by mistake. Raises Stale, NotADraft."""
    visit = draft_at(visit_id, revision)
    visit.record = additions.without_point(visit.record, uid)
    return keep(visit, by=by, verb="visit.point_removed")


def reasons_of(record: VisitRecord) -> list[VisitReason]:
    """The reasons of a visit, including older ones, which name rule and item in one word."""
    return [_named(reason) for reason in record["reasons"]]


def _named(reason: VisitReason) -> VisitReason:
    if "code" in reason:
        return reason
    code, item = split_key(reason.get("key", ""))
    return {"code": code, "item": item, **reason}


def picture_of(visit: Visit) -> ClinicalPicture:
    """What is known about the patient today, for this visit."""
    day = timezone.localdate(visit.started_at)
    return planning.picture_of(visit.plan, today=day, visit=_most_visits(visit))


def _most_visits(visit: Visit) -> int:
    """How the patient takes needles is known from the longer of two courses."""
    return max(visit.number, visit.also_number or 0)


def also_picture_of(visit: Visit) -> ClinicalPicture | None:
    """The same for the second complaint of a visit for two."""
    if visit.also_plan_id is None:
        return None
    plan = drafts.plans().get(pk=visit.also_plan_id)
    return planning.picture_of(plan, today=timezone.localdate(visit.started_at), visit=_most_visits(visit))


def safety_of(visit: Visit, picture: ClinicalPicture | None = None) -> tuple[ReviewAlert, ...]:
    """The planner's safety review of the visit as charted, with what is known about the patient today: ``picture``,
    if it has been read already. All that is done is reviewed for each of two complaints: the stricter bound counts."""
    treatment = visit_record.as_treatment(visit.record, visit.plan.treatment)
    alerts = planning.safety_of(treatment, picture or picture_of(visit))
    if (also := also_picture_of(visit)) is not None:
        said = {(alert.key, alert.text) for alert in alerts}
        more = planning.safety_of(treatment, also)
        alerts += tuple(alert for alert in more if (alert.key, alert.text) not in said)
    return tuple(alert for alert in alerts if alert.item != OF_THE_COURSE)


def unanswered_stops(visit: Visit, alerts: tuple[ReviewAlert, ...]) -> list[ReviewAlert]:
    """Stops against what is done here that are answered neither by the plan's signature, nor by a reason at this
    visit, nor by an incident. Home care is the plan's concern."""
    also = visit.also_plan.overrides if visit.also_plan is not None else []
    reasons, record = [*visit.plan.overrides, *also, *reasons_of(visit.record)], visit.record
    found = []
    for alert in alerts:
        uids = gate.concerned(alert, record) if alert.is_stop else set()
        if not alert.passed_by(reasons) and not all(gate.is_recorded(alert, uid, record) for uid in uids):
            found.append(alert)
    return found


def missing_for_signature(visit: Visit, alerts: tuple[ReviewAlert, ...] | None = None) -> list[str]:
    """What is still open, in words; empty if the visit can be signed. ``alerts``: of ``safety_of``, if read already."""
    record, close = visit.record, visit.record["close"]
    reasons = []
    stopped = red_flags.open_flags(visit)
    is_treated = bool(ledger.totals(record)[0] or any(a["done"] == "done" for a in record["adjuncts"]))
    if stopped and not close.get("flag_action"):
        reasons.append("A red flag is open: write what was done about it, or record the examination.")
    if red_flags.unanswered_flags(record):
        reasons.append("Ask the short safety questions: not all are answered.")
    if not is_treated and not stopped and not close.get("not_treated"):
        reasons.append("Nothing is marked as done: mark what was done, or write why there was no treatment.")
    for row in ledger.ledger(record):
        if not row["is_counted"]:
            reasons.append(f"{row['name']}: count the needles out.")
    reasons += needle_count.missing_of(record)
    if is_treated:
        points = [point for _, point in visit_record.points_of(record)]
        for point in points:
            if point["done"] != "not_done" and observed.is_to_be_found(point):
                reasons.append(
                    f"Tender point, planned at {point['where']}: write where it was found, or mark it as not done."
                )
        undecided = sum(p["done"] == "" and not observed.is_to_be_found(p) for p in points)
        for key in observed.unsaid_of(record):
            reasons.append(f"{observed.ASKED[key]} is not recorded: write it, or say why not.")
        if undecided:
            reasons.append(f"{undecided} planned point{'s' * (undecided > 1)} neither done nor left out: say which.")
        reasons += _stops_in_words(visit, safety_of(visit) if alerts is None else alerts)
    reasons += [
        f"{' '.join(rule['text'] for rule in one['rules'])} "
        "What you typed is not in the record: take it back, or record that it was done."
        for one in record.get("refused", {}).values()
    ]
    return reasons


def _stops_in_words(visit: Visit, alerts: tuple[ReviewAlert, ...]) -> list[str]:
    """One sentence for each open stop; if there are many, one for all, because they have one cause."""
    stops = unanswered_stops(visit, alerts)
    if len(stops) > MANY_STOPS:
        return [f"The plan does not fit what is known today, {len(stops)} stops: plan again, or answer each of them."]
    done = {item["uid"] for item in visit_record.items_of(visit.record) if item["done"] == "done"}
    told = []
    for alert in stops:
        if alert.level == "needs_reason":
            told.append(f"{alert.text} Give a reason, or correct the record.")
        elif gate.concerned(alert, visit.record) & done:
            told.append(f"{alert.text} It is marked as done: record what happened, or correct it.")
        else:
            told.append(f"{alert.text} Leave it out.")
    return told


@transaction.atomic
def sign_visit(*, visit_id: int, revision: int | None, by: User) -> Visit:
    """Lock the visit and put its pain scores on the curve. Raises NotReady, Stale, NotADraft."""
    visit = draft_at(visit_id, revision)
    alerts = safety_of(visit)
    reasons = missing_for_signature(visit, alerts)
    if reasons:
        raise records.NotReady(visit, reasons)
    # the safety review of this visit stays readable in its note, whatever becomes known later
    visit.record["safety"] = [_said(alert) for alert in alerts]
    visit.mark_signed(by=by)
    visit.save()
    planned.score_pain(visit)
    needle_count.open_task(visit, by=by)
    starting.follow(visit.appointment, AppointmentStatus.DONE, by=by)
    detail = {"number": visit.number, "needles_in": visit.needles_in, "needles_out": visit.needles_out}
    trail.record("visit.signed", by=by, patient=visit.patient, obj=visit, detail=detail, sealed=True)
    return visit


def _said(alert: ReviewAlert) -> SafetySaid:
    return {
        "code": alert.code,
        "item": alert.item,
        "value": alert.value,
        "text": alert.text,
        "source": alert.source,
        "level": alert.level,
    }


@transaction.atomic
def amend_visit(*, visit: Visit, text: str, by: User) -> Amendment:
    """Amend a signed visit; the original text stays. Raises ValueError for a draft or an empty text."""
    if visit.is_draft or not text.strip():
        raise ValueError("Only a signed visit can be amended, and the text cannot be empty.")
    amendment = Amendment.objects.create(visit=visit, text=text.strip(), by=by)
    detail = {"visit": visit.pk}
    trail.record("visit.amended", by=by, patient=visit.patient_id, obj=amendment, detail=detail, sealed=True)
    return amendment


def draft_at(visit_id: int, revision: int | None) -> Visit:
    """The open visit at this revision, locked for the transaction. Raises Stale or NotADraft."""
    return records.draft_at(Visit.objects.with_plan(), visit_id, revision)


def keep(visit: Visit, *, by: User, verb: str, detail: dict[str, int | str] | None = None) -> Visit:
    """Write the record of a visit from ``draft_at``, with its counts, a new revision and an audit event."""
    visit.needles_in, visit.needles_out = ledger.totals(visit.record)
    visit.revision += 1
    visit.save(update_fields=["record", "needles_in", "needles_out", "revision"])
    trail.record(verb, by=by, patient=visit.patient, obj=visit, detail=detail)
    return visit
