"""Charting a visit: begun from the signed plan, saved as it happens, signed, and from then on only amended."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.lib.loose import fresh
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import Patient, User
from clinic.scheduling.actions import set_status
from clinic.scheduling.errors import BookingRefused
from clinic.scheduling.models import Appointment, AppointmentStatus
from intake.actions import second_part
from intake.assessment import ClinicalPicture
from treatments import planning
from treatments.models import AdverseEvent, Amendment, TreatmentPlan, Visit
from treatments.models.kept import keep_reviews
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.treatment.alert_key import split_key
from treatments.planner.treatment.visit_shapes import SafetySaid, VisitReason, VisitRecord
from treatments.plans.actions import drafts
from treatments.visits import additions, gate, ledger, observed
from treatments.visits import record as visit_record
from treatments.visits.actions import medicines, needle_count, planned, red_flags

HALF_DAY = dt.timedelta(hours=12)
MANY_STOPS = 3
OF_THE_COURSE = "course"  # dose and reviews concern the plan, not a single visit


class CannotStart(Exception):
    """No visit can begin now; the message says why, and what to do."""


class AskFirst(Exception):
    """The visit may be a mistake: ``reasons`` say why; nothing was begun. ``open_visits`` are waiting."""

    def __init__(self, reasons: list[str], open_visits: list[Visit]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
        self.open_visits = open_visits


@transaction.atomic
def start_visit(
    *,
    patient: Patient,
    by: User,
    appointment: Appointment | None = None,
    is_sure: bool = False,
    plan_id: int | None = None,
    also_plan_id: int | None = None,
) -> Visit:
    """The patient's open visit of today, or a new one from the plan in force.

    ``plan_id``: which, if several complaints have one; else the one that the appointment was booked for, else that of
    the main complaint. ``also_plan_id``: of a second complaint that the visit serves, too. A draft from another day
    does not block it. Raises CannotStart, or AskFirst unless ``is_sure``.
    """
    rows = TreatmentPlan.objects.select_for_update(of=("self",)).select_related("episode__patient", "proposal")
    plans = list(rows.filter(patient=patient, status=TreatmentPlan.Status.SIGNED).order_by("episode"))
    plan = _chosen(plans, plan_id, appointment)
    also = next((one for one in plans if one.pk == also_plan_id and one != plan), None)
    now, today = timezone.now(), timezone.localdate()
    counting = Visit.objects.counting().filter(patient=patient)
    open_visits = list(counting.filter(status=Visit.Status.DRAFT))
    of_today = next((one for one in open_visits if timezone.localdate(one.started_at) == today), None)
    if of_today:
        return of_today
    if plan is None:
        raise CannotStart("There is no signed plan for this patient: sign one first.")
    if AdverseEvent.objects.open_serious(patient).exists():
        raise CannotStart("A serious adverse event has not been reviewed yet: review it before treating again.")
    number = Visit.objects.of_course(plan).last_number() + 1
    also_number = Visit.objects.of_course(also).last_number() + 1 if also else None
    reasons = _doubts(plan, number, open_visits, counting.filter(status=Visit.Status.SIGNED), today)
    reasons += [] if also is None or also_number is None else _beyond(also, also_number)
    if reasons and not is_sure:
        raise AskFirst(reasons, open_visits)
    if appointment is None:
        appointment = _todays_appointment(patient, now)
    record = planned.planned_record(plan, number, also, also_number)
    visit = Visit.objects.create(
        patient=patient,
        plan=plan,
        number=number,
        also_plan=also,
        also_number=also_number,
        appointment=appointment,
        practitioner=by,
        started_at=now,
        record=record,
    )
    keep_reviews(patient)
    if number == 1:
        second_part.close(patient=patient, by=by)
    _follow(appointment, AppointmentStatus.IN_ROOM, by=by)
    trail.record(
        "visit.started",
        by=by,
        patient=patient,
        obj=visit,
        detail={"number": number, "plan": plan.pk, **({"also_plan": also.pk} if also else {})},
    )
    return visit


def to_choose_from(patient: Patient) -> list[TreatmentPlan]:
    """The plans in force, if there are several and no visit of today is open: a visit serves one of them, or two."""
    plans = TreatmentPlan.objects.select_related("episode").filter(patient=patient, status=TreatmentPlan.Status.SIGNED)
    found = list(plans.order_by("episode"))
    if len(found) < 2:
        return []
    drafts_of = Visit.objects.filter(patient=patient, status=Visit.Status.DRAFT).values_list("started_at", flat=True)
    is_open = any(timezone.localdate(at) == timezone.localdate() for at in drafts_of)
    return [] if is_open else found


def _chosen(plans: list[TreatmentPlan], plan_id: int | None, appointment: Appointment | None) -> TreatmentPlan | None:
    if plan_id is not None:
        return next((one for one in plans if one.pk == plan_id), None)
    course = appointment.course.reference if appointment is not None and appointment.course else None
    booked = (one for one in plans if one.course_reference == course)
    return next(booked, plans[0] if plans else None)


def _doubts(
    plan: TreatmentPlan, number: int, open_visits: list[Visit], signed: QuerySet[Visit], today: dt.date
) -> list[str]:
    """What suggests a mistake, in words; empty if nothing does."""
    reasons = [
        f"Visit {one.number} of {timezone.localtime(one.started_at):%-d %b} is not signed yet." for one in open_visits
    ]
    newest = signed.order_by("-started_at").first()
    if newest and timezone.localdate(newest.started_at) == today:
        at = timezone.localtime(newest.started_at)
        reasons.append(f"Visit {newest.number} of today, {at:%H:%M}, is signed already: this would be a second one.")
    return reasons + _beyond(plan, number)


def _beyond(plan: TreatmentPlan, number: int) -> list[str]:
    sessions = int(plan.treatment["dose"]["sessions"])
    return [f"The plan asks for {sessions} visits: this would be visit {number}."] if number > sessions else []


def _todays_appointment(patient: Patient, now: dt.datetime) -> Appointment | None:
    """The booked time this visit belongs to: the nearest today that no other visit has taken."""
    near = Appointment.objects.active().filter(
        ~Exists(Visit.objects.counting().filter(appointment=OuterRef("pk"))),
        patient=patient,
        starts_at__range=(now - HALF_DAY, now + HALF_DAY),
    )
    return min(near, key=lambda booked: abs(booked.starts_at - now), default=None)


def _follow(appointment: Appointment | None, status: AppointmentStatus, *, by: User) -> None:
    """Update the day board. If the desk has set another state, that one stays."""
    if appointment is not None:
        with suppress(BookingRefused):
            set_status(appointment=appointment, status=status, by=by)


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
    _follow(visit.appointment, AppointmentStatus.DONE, by=by)
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
