"""What each act writes, in one transaction with its audit row, and no more thought than that."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction

from tests.bench.floor.database import audit, many, rows, run, stamp

Write = Callable[[Mapping[str, str], int], None]
_COLUMNS = (
    "patient_id, service_id, practitioner_id, room_id, starts_at, ends_at, busy_until, status, course_id, "
    "number_in_course, nonce, version, created_by_id"
)
_APPOINTMENT = f"INSERT INTO scheduling_appointment ({_COLUMNS}) VALUES (" + ", ".join(["%s"] * 13) + ")"
_CHANGE = (
    "INSERT INTO scheduling_appointmentchange (appointment_id, kind, before, after, by_id, at) "
    "VALUES (%s, %s, %s, %s, %s, %s)"
)
_TAKEN = (
    "SELECT id FROM scheduling_appointment WHERE practitioner_id = %s AND busy_until > %s AND starts_at < %s "
    "AND status NOT IN ('cancelled', 'no_show')"
)


def _row(given: Mapping[str, str], user: int, start: dt.datetime, number: int | None) -> tuple[Any, ...]:
    course = int(given["course"]) if "course" in given else None
    return (
        int(given["patient"]), int(given["service"]), int(given["practitioner"]), int(given["room"]), stamp(start),
        stamp(start + dt.timedelta(minutes=45)), stamp(start + dt.timedelta(minutes=55)), "booked", course, number,
        f"{given['nonce']}:{number or 0}", 1, user,
    )  # fmt: skip


def book(given: Mapping[str, str], user: int) -> None:
    start, now = dt.datetime.fromisoformat(given["start"]), dt.datetime.now(dt.UTC)
    with transaction.atomic():
        taken = rows(_TAKEN, int(given["practitioner"]), stamp(start), stamp(start + dt.timedelta(minutes=55)))
        if not taken:
            made = run(_APPOINTMENT, *_row(given, user, start, None))
            run(_CHANGE, made, "booked", "{}", "{}", user, stamp(now))
        audit(user, "appointment.booked", [int(given["patient"])])


def course(given: Mapping[str, str], user: int) -> None:
    starts, now = [dt.datetime.fromisoformat(one) for one in given["starts"].split(",")], dt.datetime.now(dt.UTC)
    with transaction.atomic():
        for_all = [int(given["practitioner"]), stamp(starts[0]), stamp(starts[-1] + dt.timedelta(hours=1))]
        rows(
            "SELECT c.id, c.sessions, c.phases, c.status, s.minutes, s.changeover_minutes FROM scheduling_course c "
            "JOIN scheduling_service s ON s.id = c.service_id WHERE c.id = %s",
            int(given["course"]),
        )
        rows(
            "SELECT id, status FROM scheduling_course WHERE patient_id = %s AND status = 'to_book'",
            int(given["patient"]),
        )
        rows(_TAKEN, *for_all)
        rows("SELECT id FROM scheduling_absence WHERE practitioner_id = %s AND ends_at > %s", *for_all[:2])
        rows(
            "SELECT weekday, starts, ends, room_id FROM scheduling_workinghours WHERE practitioner_id = %s", for_all[0]
        )
        rows(
            "SELECT 'room', id, kind FROM scheduling_room WHERE is_active UNION ALL "
            "SELECT 'device', id, kind FROM scheduling_device WHERE is_active"
        )
        many(_APPOINTMENT, [_row(given, user, start, number) for number, start in enumerate(starts, start=1)])
        made = rows("SELECT id FROM scheduling_appointment WHERE course_id = %s", int(given["course"]))
        many(_CHANGE, [(one, "booked", "{}", "{}", user, stamp(now)) for (one,) in made])
        rows_changed("UPDATE scheduling_course SET status = 'booked' WHERE id = %s", int(given["course"]))
        audit(user, "course.booked", [int(given["patient"])])


def rows_changed(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


_DRAFT = (
    "SELECT r.answers, r.saved_at, r.progress, r.questionnaire_version, p.id, p.given_name, p.family_name, p.sex, "
    "p.date_of_birth, p.email, i.id, i.expires_at, i.revoked_at, i.is_unfinished FROM intake_invitation i "
    "JOIN people_patient p ON p.id = i.patient_id JOIN intake_intakeresponse r ON r.invitation_id = i.id "
    "WHERE r.id = %s"
)
_COUNTED = (
    'INSERT INTO intake_ratecount ("key", "window", "count") VALUES (%s, %s, 1) ON CONFLICT ("key", "window") '
    'DO UPDATE SET "count" = intake_ratecount."count" + 1 RETURNING "count", '
    "(SELECT saved_at FROM intake_intakeresponse WHERE id = %s {lock}), "
    "(SELECT seq FROM intake_openedpage WHERE response_id = %s AND page = %s), "
    "EXISTS (SELECT 1 FROM intake_clash WHERE response_id = %s), "
    "EXISTS (SELECT 1 FROM intake_redflagalert WHERE response_id = %s AND taken_back_at IS NULL), "
    "EXISTS (SELECT 1 FROM intake_phonecall WHERE response_id = %s)"
)
_PAGE = (
    "INSERT INTO intake_openedpage (response_id, page, seq, told) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (response_id, page) DO UPDATE SET seq = excluded.seq, told = excluded.told"
)


def step(given: Mapping[str, str], user: int) -> None:
    """The clinic; whose draft it is; counted, locked and what stands beside it; the page, the answers, the event."""
    pk, now = int(given["response"]), dt.datetime.now(dt.UTC)
    rows("SELECT name, time_zone, emergency_number, crisis_line, phone, address FROM people_clinic WHERE id = 1")
    [(text, _, _, _, patient, *_)] = rows(_DRAFT, pk)
    pains = {name: int(given[name]) for name in ("pain_now", "pain_average", "pain_worst")}
    with transaction.atomic():
        minute = stamp(now.replace(second=0, microsecond=0))
        counted = _COUNTED.format(lock="FOR UPDATE" if connection.vendor == "postgresql" else "")
        rows(counted, f"floor:{pk}", minute, pk, pk, given["page"], pk, pk, pk)
        answers = {**(json.loads(text) if isinstance(text, str) else text), **pains}
        rows_changed(_PAGE, pk, given["page"], int(given["seq"]), json.dumps(pains))
        sql = "UPDATE intake_intakeresponse SET answers = %s, saved_at = %s, progress = %s WHERE id = %s"
        rows_changed(sql, json.dumps(answers), stamp(now), 1, pk)
        audit(user, "intake.saved", [patient])


def edit(given: Mapping[str, str], user: int) -> None:
    """With what a review of its safety has to know, the step that Undo goes back to, and what the page shows beside."""
    pk = int(given["plan"])
    with transaction.atomic():
        found = rows(
            "SELECT p.treatment, p.patient_id, p.edits, p.review, p.overrides, p.episode_id, a.id, t.given_name, "
            "t.family_name, t.date_of_birth, a.signed_at, a.findings, a.levels, a.ashi, a.confirmed, i.answers "
            "FROM treatments_treatmentplan p JOIN people_patient t ON t.id = p.patient_id "
            "JOIN treatments_proposal r ON r.id = p.proposal_id JOIN intake_assessment a ON a.id = r.assessment_id "
            "LEFT JOIN intake_intakeresponse i ON i.id = a.response_id WHERE p.id = %s",
            pk,
        )
        text, patient, edits, review, overrides, episode, assessment = found[0][:7]
        audit(user, "plan.read", [patient])
        rows("SELECT finding, present, note, recorded_at FROM people_safetyfact WHERE patient_id = %s", patient)
        rows("SELECT finding, cleared_at FROM intake_clearance WHERE patient_id = %s AND withdrawn_at IS NULL", patient)
        rows(
            "SELECT a.id, a.signed_at, a.findings, i.answers FROM intake_assessment a JOIN intake_episode e "
            "ON e.id = a.episode_id LEFT JOIN intake_intakeresponse i ON i.id = a.response_id WHERE a.patient_id = %s "
            "AND e.closed_at IS NULL AND e.id <> %s AND a.status IN ('draft', 'signed')",
            patient, episode,
        )  # fmt: skip
        rows(
            "SELECT answers, submitted_at FROM intake_intakeresponse WHERE patient_id = %s AND submitted_at > "
            "(SELECT signed_at FROM intake_assessment WHERE id = %s) ORDER BY submitted_at DESC LIMIT 5",
            patient, assessment,
        )  # fmt: skip
        treatment = json.loads(text) if isinstance(text, str) else text
        treatment["principle"] = given["principle"]
        log = [*(json.loads(edits) if isinstance(edits, str) else edits)][:20]
        review, overrides = (one if isinstance(one, str) else json.dumps(one) for one in (review, overrides))
        rows_changed(
            "INSERT INTO treatments_undostep (plan_id, treatment) SELECT id, treatment FROM treatments_treatmentplan "
            "WHERE id = %s",
            pk,
        )
        rows_changed(
            "DELETE FROM treatments_undostep WHERE plan_id = %s AND id <= (SELECT id FROM treatments_undostep "
            "WHERE plan_id = %s ORDER BY id DESC LIMIT 1 OFFSET 20)",
            pk, pk,
        )  # fmt: skip
        sql = (
            "UPDATE treatments_treatmentplan SET treatment = %s, edits = %s, review = %s, overrides = %s, "
            "changed_at = %s WHERE id = %s"
        )
        now = stamp(dt.datetime.now(dt.UTC))
        rows_changed(sql, json.dumps(treatment), json.dumps(log), review, overrides, now, pk)
        audit(user, "plan.edited", [patient])
    rows("SELECT id, follows_id FROM treatments_adverseevent WHERE patient_id = %s AND serious", patient)
    rows("SELECT id, version FROM treatments_treatmentplan WHERE episode_id = %s AND status = 'signed'", episode)
    rows("SELECT id, signed_at FROM intake_assessment WHERE episode_id = %s AND status = 'signed'", episode)
    rows("SELECT id, name, minutes FROM scheduling_service WHERE is_active ORDER BY name")
    rows("SELECT id, name FROM people_user WHERE is_active AND is_practitioner ORDER BY name")


def propose(given: Mapping[str, str], user: int) -> None:
    """Without thinking: the last proposal and plan once more."""
    patient = int(given["patient"])
    with transaction.atomic():
        found = rows(
            'SELECT assessment_id, "case", result, knowledge_version FROM treatments_proposal WHERE patient_id = %s '
            "ORDER BY id DESC LIMIT 1",
            patient,
        )
        assessment, case, result, version = found[0]
        case, result = (one if isinstance(one, str) else json.dumps(one) for one in (case, result))
        run(
            'INSERT INTO treatments_proposal (patient_id, assessment_id, "case", result, knowledge_version, '
            "created_by_id, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            patient, assessment, case, result, version, user, stamp(dt.datetime.now(dt.UTC)),
        )  # fmt: skip
        treatment = json.dumps(json.loads(result)["treatment"])
        sql = "UPDATE treatments_treatmentplan SET treatment = %s WHERE patient_id = %s AND status = 'draft'"
        rows_changed(sql, treatment, patient)
        audit(user, "proposal.made", [patient])


FACTS, SCORES = 41, 4  # as many rows as a form leaves


def send(given: Mapping[str, str], user: int) -> None:
    """The form is closed; what it says about safety, and its scores, become rows."""
    pk, now = int(given["response"]), stamp(dt.datetime.now(dt.UTC))
    with transaction.atomic():
        found = rows(
            "SELECT answers, patient_id, invitation_id FROM intake_intakeresponse "
            "WHERE id = %s AND submitted_at IS NULL",
            pk,
        )
        text, patient, invitation = found[0]
        answers = json.loads(text) if isinstance(text, str) else text
        rows("SELECT finding, present FROM people_safetyfact WHERE patient_id = %s ORDER BY id", patient)
        many(
            "INSERT INTO people_safetyfact (patient_id, finding, present, note, recorded_at) "
            "VALUES (%s, %s, %s, %s, %s)",
            [(patient, f"condition.floor{n}", n < len(answers) % 5, "from the floor", now) for n in range(FACTS)],
        )
        many(
            "INSERT INTO intake_score (patient_id, measure, value, taken_at, occasion, filled_by, language) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [(patient, f"floor{n}", n, now, "intake", "patient", "en") for n in range(SCORES)],
        )
        sql = "UPDATE intake_intakeresponse SET submitted_at = %s, saved_at = %s, consent_at = %s, progress = 100 WHERE id = %s"  # noqa: E501
        rows_changed(sql, now, now, now, pk)
        rows_changed("UPDATE intake_invitation SET answered_at = %s WHERE id = %s", now, invitation)
        audit(user, "intake.submitted", [patient])


WRITES: dict[str, Write] = {
    "book": book, "course": course, "step": step, "edit": edit, "propose": propose, "send": send,
}  # fmt: skip
