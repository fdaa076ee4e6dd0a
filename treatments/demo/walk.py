"""Each invented person goes the same way as a real one, through the same actions, on days of the past weeks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from clinic.outbox.models import Message
from clinic.people.actions.patients import add_patient
from clinic.people.models import Clinic, Patient
from clinic.scheduling.actions import WantedVisit, book, book_series, set_status
from clinic.scheduling.availability import day_starts, nearest_fit
from clinic.scheduling.course_dates import propose_course
from clinic.scheduling.day_search import Wish
from clinic.scheduling.diary import diary_around, need_of_service
from clinic.scheduling.models import Appointment, Course
from intake.actions import answers as intake_answers
from intake.actions import assessment as assessing
from intake.actions import consent, invitations, second_part
from intake.models import Assessment, IntakeResponse, Invitation, RedFlagAlert
from intake.questionnaire.consent import load_consent
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import DONE
from intake.reading import about
from treatments.demo.answers import answers_of
from treatments.demo.clinic import DemoClinic
from treatments.demo.clock import at
from treatments.demo.people import Role
from treatments.models import TreatmentPlan
from treatments.outcomes import actions
from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.plans.actions import drafts, signing
from treatments.visits import ledger, observed
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, starting
from treatments.visits.safety_questions import safety_questions

DAY = dt.timedelta(days=1)
# how long ago the intake was sent, by stage: (days for the first of the stage, how much more for each next one)
AGO = {
    "invited": (0, 1),
    "half": (1, 1),
    "submitted": (1, 1),
    "red_flag": (0, 1),
    "assessed": (2, 1),
    "proposed": (2, 1),
    "signed": (3, 1),
    "course": (14, 4),
    "overdue": (46, 4),
    "finished": (80, 6),
}


def _as_if_mailed() -> None:
    """Invented people get no mail: in the story it went out at once, even if the demo has no mail server."""
    now = timezone.now()
    waiting = Message.objects.filter(status__in=(Message.Status.QUEUED, Message.Status.FAILED))
    waiting.update(status=Message.Status.SENT, created_at=now, sent_at=now, attempts=1, body="", last_error="")


class Walk:
    """One person's story, as far as their stage goes. ``turn``: the index within the stage."""

    def __init__(self, role: Role, clinic: DemoClinic, *, now: dt.datetime, turn: int, number: int) -> None:
        self.role, self.clinic, self.now = role, clinic, now
        self.practitioner = clinic.practitioners[number % len(clinic.practitioners)]
        first, more = AGO[role.stage]
        self.days_ago = first + more * min(turn, 5)
        self.number = number
        self.token = ""  # of the intake link, once there is one

    def go(self) -> Patient:
        """Walk to the end of the stage."""
        with at(self._moment(self.days_ago, hour=8, minute=self.number % 50)):
            self.patient = self._register()
        stage = self.role.stage
        if stage == "invited":
            return self.patient
        with at(self._moment(self.days_ago, hour=9, minute=self.number % 50)):
            response = self._answer(half=stage == "half")
        if stage in ("half", "red_flag", "submitted"):
            return self.patient
        self._acknowledge_alerts()
        with at(self._moment(self.days_ago - 1, hour=11)):
            assessment = self._assess(response)
            if stage == "assessed":
                return self.patient
        with at(self._moment(self.days_ago - 1, hour=11, minute=20)):
            plan = drafts.propose(assessment=assessment, by=self.practitioner).plan
            if stage == "proposed" or plan is None:
                return self.patient
            plan = self._sign(plan)
        if stage == "signed":
            return self.patient
        self._book_course(plan)
        self._treat(plan)
        return self.patient

    def _moment(self, days_ago: int, *, hour: int, minute: int = 0) -> dt.datetime:
        zone = Clinic.current().zone
        day = self.now.astimezone(zone).date() - max(0, days_ago) * DAY
        return min(dt.datetime.combine(day, dt.time(hour, minute), zone), self.now)

    def _register(self) -> Patient:
        persona = self.role.persona
        patient = add_patient(
            by=self.clinic.desk,
            given_name=persona.given_name,
            family_name=persona.family_name,
            date_of_birth=dt.date(persona.born, 6, 15),
            sex=persona.sex,
            email=self.role.email,
            phone=self.role.phone,
        )
        Patient.objects.filter(pk=patient.pk).update(created_at=timezone.now())
        issued = invitations.invite(patient=patient, by=self.clinic.desk, send_to=self.role.email)
        issued.invitation.created_at = timezone.now()
        issued.invitation.save(update_fields=["created_at"])
        _as_if_mailed()
        self.invitation, self.token = issued.invitation, issued.token
        return patient

    def _answer(self, *, half: bool) -> IntakeResponse:
        response = invitations.start(self.invitation.pk)
        questionnaire = load_questionnaire()
        known = about(self.patient, timezone.localdate())
        first = {question.id for screen in questionnaire.screens if screen.part == 1 for question in screen.questions}
        told = answers_of(self.role.persona, questionnaire, known, only=9 + self.number % 9 if half else None)
        values = {key: value for key, value in told.items() if key in first}
        if "phone" in values and self.role.phone:
            values["phone"] = {"number": self.role.phone}
        passed = self._passed(values, least=len if half else bool)
        response = intake_answers.save_answers(response.pk, values=values | {DONE: passed})
        RedFlagAlert.objects.filter(response=response).update(message_shown_at=timezone.now(), raised_at=timezone.now())
        _as_if_mailed()
        if half:
            return response
        agreed = [one.id for one in load_consent().method if one.finding not in self.role.persona.present]
        consent.sign_consent(response.pk, name=str(self.patient), signature="", agreed=agreed)
        intake_answers.submit(response.pk)
        later = invitations.start(second_part.link_for(self.invitation.pk).pk)
        Invitation.objects.filter(pk=later.invitation_id).update(created_at=timezone.now())
        rest = {key: value for key, value in told.items() if key not in first}
        intake_answers.save_answers(later.pk, values=rest | {DONE: [*passed, *self._passed(rest, least=bool)]})
        later = intake_answers.submit(later.pk)
        RedFlagAlert.objects.filter(patient=self.patient).update(raised_at=timezone.now())
        _as_if_mailed()
        return later

    @staticmethod
    def _passed(told: dict[str, Any], *, least: Callable[[Sequence[Any]], int]) -> list[str]:
        """The screens left with Next: of what these answer all of it (``least=len``), or any of it (``bool``)."""
        asked = ((screen.id, screen.questions) for screen in load_questionnaire().screens if screen.questions)
        return [one for one, questions in asked if sum(q.id in told for q in questions) >= max(1, least(questions))]

    def _acknowledge_alerts(self) -> None:
        RedFlagAlert.objects.filter(patient=self.patient, acknowledged_at=None).update(
            acknowledged_at=self.now, acknowledged_by=self.practitioner, note="Talked to the patient."
        )

    def _assess(self, response: IntakeResponse) -> Assessment:
        persona = self.role.persona
        draft = assessing.open_draft(patient=self.patient, by=self.practitioner)
        Assessment.objects.filter(pk=draft.pk).update(created_at=timezone.now())
        findings: dict[str, bool | None] = dict.fromkeys(persona.found, True)
        findings |= dict.fromkeys(persona.absent_found, False)
        found = assessing.Examination(
            findings=findings,
            levels=list(persona.levels),
            ashi=[dict(place) for place in persona.ashi],
            notes="Cautions talked through with the patient; treatment adapted to them.",
        )
        draft = assessing.save(
            assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=self.practitioner
        )
        return assessing.sign(assessment_id=draft.pk, revision=draft.revision, by=self.practitioner)

    def _sign(self, plan: TreatmentPlan) -> TreatmentPlan:
        TreatmentPlan.objects.filter(pk=plan.pk).update(created_at=timezone.now())
        for reason in list(plan.review.get("alerts", [])):
            if reason["level"] == "needs_reason":
                plan = drafts.override(
                    plan_id=plan.pk,
                    revision=plan.revision,
                    key=reason["key"],
                    reason_code="specialist_agreed",
                    reason="Agreed with the patient's doctor.",
                    by=self.practitioner,
                )
        plan = signing.sign_plan(
            plan_id=plan.pk,
            revision=plan.revision,
            service=self.clinic.follow_up,
            practitioner=self.practitioner,
            by=self.practitioner,
        )
        Course.objects.filter(reference=plan.course_reference).update(requested_at=timezone.now())
        return plan

    def _book_course(self, plan: TreatmentPlan) -> None:
        booking_day = self._moment(self.days_ago - 1, hour=16)
        course = Course.objects.get(reference=plan.course_reference)
        with at(booking_day):
            hour = 8 + (self.number * 2) % 9
            rows = propose_course(
                course,
                Wish(at=dt.time(hour, 30 if hour == 13 else 0)),
                practitioner=None,
                first_day=timezone.localdate() + DAY,
                now=booking_day,
            )
            zone = Clinic.current().zone
            wanted = [
                WantedVisit(
                    row.number,
                    dt.datetime.combine(dt.date.fromisoformat(row.day), dt.time.fromisoformat(row.clock), zone),
                    row.practitioner,
                )
                for row in rows
                if row.day
            ]
            book_series(course=course, visits=wanted, by=self.clinic.desk, nonce=uuid.uuid4().hex)

    def _treat(self, plan: TreatmentPlan) -> None:
        """Chart every visit whose time has passed; overdue patients stay away after that."""
        course = Course.objects.get(reference=plan.course_reference)
        past = list(course.appointments.active().filter(ends_at__lt=self.now).order_by("starts_at"))
        for appointment in past[: self.role.visits]:
            self._visit(plan, appointment)
        for appointment in past[self.role.visits :]:
            with at(appointment.starts_at + dt.timedelta(minutes=30)):
                set_status(appointment=appointment, status="no_show", by=self.clinic.desk)

    def _visit(self, plan: TreatmentPlan, appointment: Appointment) -> None:
        number = appointment.number_in_course or 1
        for minutes, status in ((-3, "arrived"), (2, "in_room")):
            with at(appointment.starts_at + dt.timedelta(minutes=minutes)):
                set_status(appointment=Appointment.objects.get(pk=appointment.pk), status=status, by=self.clinic.desk)
        with at(appointment.starts_at + dt.timedelta(minutes=5)):
            visit = starting.start_visit(
                patient=self.patient, by=self.practitioner, appointment=appointment, is_sure=True
            )
            if plan.planned_visits.filter(number=number, is_review=True).exists() and self.role.stage != "overdue":
                self._review(number)
        with at(appointment.ends_at - dt.timedelta(minutes=2)):
            visit = charting.save_visit(
                visit_id=visit.pk,
                revision=visit.revision,
                record=self._record(visit.record, number, appointment),
                by=self.practitioner,
            )
            charting.sign_visit(visit_id=visit.pk, revision=visit.revision, by=self.practitioner)
            set_status(appointment=Appointment.objects.get(pk=appointment.pk), status="done", by=self.clinic.desk)

    def _pain(self, number: int) -> int:
        """A plausible course: better by about a fifth of a point per visit, with ups and downs; overdue ones stall."""
        start = self.role.persona.pain[0]
        if self.role.stage == "overdue":
            return max(0, start - number % 2)
        wave = (0, 0, 1, 0, -1, 0)[(number + self.number) % 6]
        return max(0, min(10, round(start * (1 - 0.075 * number)) + (wave if number > 1 else 0)))

    def _record(self, record: VisitRecord, number: int, appointment: Appointment) -> VisitRecord:
        zone = Clinic.current().zone

        def clock(minutes: int) -> str:
            return f"{(appointment.starts_at + dt.timedelta(minutes=minutes)).astimezone(zone):%H:%M}"

        record = visit_record.all_done(record)
        pain = self._pain(number)
        record["start"] = {
            "pain_now": pain,
            "pain_average": min(10, pain + number % 2),
            "since_last": "" if number == 1 else "Slept better for two nights, then stiff again after sitting.",
            "unwanted": "no",
            "flags": dict.fromkeys(safety_questions(), "no"),
            "tongue": "as before",
            "pulse": "as before",
        }
        for place, (_, point) in enumerate(visit_record.points_of(record)):
            low, high = observed.intended_depth(point)
            point |= {"depth_mm": (low + high) // 2, "deqi": ("clear", "clear", "mild")[(place + number) % 3]}
            if observed.is_to_be_found(point):
                point |= {"found": point["where"], "done": "done"}
        for stage in record["stages"]:
            minutes = stage["planned_retention_min"] or 20
            stage |= {"first_insertion": clock(12), "out_at": clock(12 + minutes), "retention_min": minutes}
            for current in stage["electro"]:
                current |= {"felt": 5, "minutes": current["planned_minutes"]}
        for adjunct in record["adjuncts"]:
            adjunct["minutes"] = adjunct["planned_minutes"]
        for row in ledger.ledger(record):
            holder = next(one for one in [*record["stages"], *record["ear"]] if one["uid"] == row["uid"])
            holder["out"] = row["in"]
        record["close"] |= {
            "response": "Turning easier, the sharp spot is duller.",
            "pain_after": max(0, pain - 1),
            "advice": "Walk daily, warmth in the evening.",
            "needle_maker": "SEIRIN",
            "needle_material": "stainless steel",
        }
        return record

    def _review(self, number: int) -> None:
        better = 0.93**number
        actions.record_scores(
            episode=self.patient.episodes.first(),
            patient=self.patient,
            values={"rmdq": max(0, round(self.role.persona.rmdq * better**1.3)), "pgic": 2 if number > 6 else 3},
            visit_number=number,
            filled_by="patient",
            by=self.practitioner,
        )


def fill_calendar(clinic: DemoClinic, patients: list[Patient], *, now: dt.datetime) -> int:
    """First visits for people without a booking, from this morning on; returns how many were booked."""
    morning = min(now, dt.datetime.combine(timezone.localdate(now), dt.time(7, 30), Clinic.current().zone))
    booked = 0
    with at(morning):
        for place, patient in enumerate(patients):
            practitioner = clinic.practitioners[place % len(clinic.practitioners)]
            need = need_of_service(clinic.first_visit, (practitioner.pk,), patient=patient.pk)
            wished = morning + dt.timedelta(days=place // 8, hours=1 + place % 8)
            slot = nearest_fit(diary_around([wished], now=morning), need, wished, now=morning)
            if slot is None:
                continue
            book(
                patient=patient,
                service=clinic.first_visit,
                practitioner=practitioner,
                starts_at=slot.starts,
                by=clinic.desk,
                nonce=uuid.uuid4().hex,
            )
            booked += 1
    return booked


def keep_coming(clinic: DemoClinic, patients: list[Patient], *, now: dt.datetime) -> int:
    """Single follow-ups, twice a week for two weeks, for people whose course is over; returns how many were booked."""
    booked = 0
    for place, patient in enumerate(patients):
        practitioner = clinic.practitioners[place % len(clinic.practitioners)]
        need = need_of_service(clinic.follow_up, (practitioner.pk,), patient=patient.pk)
        for turn in range(4):
            wished = now + dt.timedelta(days=1 + turn * 3 + place % 3, hours=(place * 3 + turn) % 8 - 3)
            slot = nearest_fit(diary_around([wished], now=now), need, wished, now=now)
            if slot is not None:
                book(
                    patient=patient,
                    service=clinic.follow_up,
                    practitioner=practitioner,
                    starts_at=slot.starts,
                    by=clinic.desk,
                    nonce=uuid.uuid4().hex,
                )
                booked += 1
    return booked


def run_today(clinic: DemoClinic, *, now: dt.datetime) -> None:
    """Update the day board to this minute: those due soon have arrived, the current ones are in the room, the rest is
    done."""
    soon = now + dt.timedelta(minutes=20)
    midnight = day_starts(timezone.localdate(now), Clinic.current().zone)
    for visit in Appointment.objects.filter(status="booked", starts_at__range=(midnight, soon)):
        steps = ["arrived"]
        if visit.starts_at <= now:
            steps.append("in_room")
        if visit.ends_at <= now:
            steps.append("done")
        for step in steps:
            set_status(appointment=Appointment.objects.get(pk=visit.pk), status=step, by=clinic.desk)
