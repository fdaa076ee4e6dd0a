"""Each page's rows: what a programmer in a hurry would ask for, in as few questions as it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection

from tests.bench.floor.database import rows, stamp

Rows = list[tuple[Any, ...]]
Read = Callable[[Mapping[str, str], int], list[Rows]]
VISITS = (
    "SELECT a.id, p.id, p.given_name, p.family_name, s.name, u.name, r.name, a.starts_at, a.ends_at, a.status "
    "FROM scheduling_appointment a JOIN people_patient p ON p.id = a.patient_id "
    "JOIN scheduling_service s ON s.id = a.service_id JOIN people_user u ON u.id = a.practitioner_id "
    "JOIN scheduling_room r ON r.id = a.room_id "
)
PATIENT = "SELECT id, given_name, family_name, date_of_birth, phone, email FROM people_patient"


def _day(given: Mapping[str, str]) -> tuple[Any, Any]:
    start = dt.datetime.fromisoformat(given["day"]).replace(tzinfo=dt.UTC)
    return stamp(start), stamp(start + dt.timedelta(days=int(given.get("days", 1))))


def _visits(given: Mapping[str, str], more: str = "", *params: Any) -> Rows:
    start, end = _day(given)
    return rows(
        f"{VISITS}WHERE a.starts_at >= %s AND a.starts_at < %s {more} ORDER BY a.starts_at", start, end, *params
    )


def feed(given: Mapping[str, str], user: int) -> list[Rows]:
    return [
        _visits(given),
        rows("SELECT id, starts_at, ends_at, reason FROM scheduling_absence WHERE ends_at > %s", _day(given)[0]),
    ]


def calendar(given: Mapping[str, str], user: int) -> list[Rows]:
    return [
        rows("SELECT id, name, colour FROM people_user WHERE is_practitioner AND is_active ORDER BY name"),
        rows("SELECT id, name, kind FROM scheduling_room WHERE is_active ORDER BY name"),
        rows("SELECT id, name, minutes FROM scheduling_service WHERE is_active ORDER BY name"),
        rows("SELECT practitioner_id, weekday, starts, ends FROM scheduling_workinghours"),
        *([_visits(given)] if given.get("list") else []),
    ]


def board(given: Mapping[str, str], user: int) -> list[Rows]:
    visits = _visits(given)
    people = [visit[1] for visit in visits] or [0]
    marks = ", ".join(["%s"] * len(people))
    return [
        visits,
        rows(
            "SELECT patient_id, consent_text_version, consent_at, (SELECT max(id) FROM intake_ownconsent) FROM "
            f"intake_intakeresponse WHERE submitted_at IS NOT NULL AND patient_id IN ({marks})",
            *people,
        ),
        rows("SELECT id, name, colour FROM people_user WHERE is_practitioner AND is_active ORDER BY name"),
    ]


def search(given: Mapping[str, str], user: int) -> list[Rows]:
    word = given["q"]
    ranged = "w.word LIKE %s" if connection.vendor == "postgresql" else "w.word >= %s AND w.word < %s"
    params = [f"{word}%"] if connection.vendor == "postgresql" else [word, f"{word}\U0010ffff"]
    return [
        rows(
            f"SELECT DISTINCT p.family_name, p.given_name, p.id, p.date_of_birth, p.phone FROM people_patientword w "
            f"JOIN people_patient p ON p.id = w.patient_id WHERE {ranged} ORDER BY 1, 2, 3 LIMIT 20",
            *params,
        )
    ]


TOLD = (
    "SELECT 'flag', id, flag, raised_at, level FROM intake_redflagalert WHERE patient_id = %s UNION ALL "
    "SELECT 'event', id, code, recorded_at, severity FROM treatments_adverseevent WHERE patient_id = %s UNION ALL "
    "SELECT 'fact', id, finding, recorded_at, note FROM people_safetyfact f WHERE patient_id = %s AND NOT EXISTS "
    "(SELECT 1 FROM people_safetyfact n WHERE n.patient_id = f.patient_id AND n.finding = f.finding AND n.id > f.id) UNION ALL "  # noqa: E501
    "SELECT 'entry', id, finding, recorded_at, name FROM people_safetyentry WHERE patient_id = %s UNION ALL "
    "SELECT 'cleared', id, finding, cleared_at, result FROM intake_clearance WHERE patient_id = %s UNION ALL "
    "SELECT 'complaint', id, complaint, opened_at, words FROM intake_episode WHERE patient_id = %s"
)


def chart(given: Mapping[str, str], user: int) -> list[Rows]:
    patient = int(given["patient"])
    return [
        rows(f"{PATIENT} WHERE id = %s", patient),
        rows(f"{VISITS}WHERE a.patient_id = %s ORDER BY a.starts_at DESC LIMIT 8", patient),
        rows("SELECT id, sessions, status, phases FROM scheduling_course WHERE patient_id = %s ORDER BY id DESC LIMIT 3", patient),  # noqa: E501
        rows(
            "SELECT i.id, i.created_at, i.expires_at, r.id, r.submitted_at FROM intake_invitation i "
            "LEFT JOIN intake_intakeresponse r ON r.invitation_id = i.id WHERE i.patient_id = %s ORDER BY i.id DESC LIMIT 10",  # noqa: E501
            patient,
        ),
        rows(
            "SELECT a.id, a.status, a.signed_at, a.findings, a.levels, a.ashi, a.confirmed, r.answers "
            "FROM intake_assessment a LEFT JOIN intake_intakeresponse r ON r.id = a.response_id "
            "WHERE a.patient_id = %s ORDER BY a.id DESC LIMIT 10",
            patient,
        ),
        rows(
            "SELECT id, version, status, signed_at, CASE WHEN status = 'signed' THEN treatment END "
            "FROM treatments_treatmentplan WHERE patient_id = %s ORDER BY id DESC LIMIT 10",
            patient,
        ),
        rows(
            "SELECT v.number, v.is_review FROM treatments_plannedvisit v JOIN treatments_treatmentplan p "
            "ON p.id = v.plan_id WHERE p.patient_id = %s AND p.status = 'signed' ORDER BY v.number",
            patient,
        ),
        rows(
            "SELECT consent_text_version, consent_at, (SELECT max(id) FROM intake_ownconsent) FROM "
            "intake_intakeresponse WHERE patient_id = %s AND submitted_at IS NOT NULL ORDER BY consent_at DESC LIMIT 1",
            patient,
        ),
        rows(
            "SELECT v.id, v.number, v.status, v.started_at, v.needles_in, u.name FROM treatments_visit v "
            "JOIN people_user u ON u.id = v.practitioner_id WHERE v.patient_id = %s ORDER BY v.started_at DESC LIMIT 30",  # noqa: E501
            patient,
        ),
        rows(
            "SELECT measure, value, taken_at FROM intake_score WHERE patient_id = %s AND withdrawn_at IS NULL "
            "ORDER BY taken_at DESC LIMIT 90",
            patient,
        ),
        rows(TOLD, *[patient] * 6),
    ]  # fmt: skip


def plan(given: Mapping[str, str], user: int) -> list[Rows]:
    return [
        rows(
            "SELECT p.id, p.treatment, p.review, p.edits, p.overrides, a.given_name, a.family_name, r.result "
            "FROM treatments_treatmentplan p JOIN people_patient a ON a.id = p.patient_id "
            "JOIN treatments_proposal r ON r.id = p.proposal_id WHERE p.id = %s",
            int(given["plan"]),
        ),
        rows(
            "SELECT number, is_review, needs_device FROM treatments_plannedvisit WHERE plan_id = %s", int(given["plan"])
        ),
    ]


def followups(given: Mapping[str, str], user: int) -> list[Rows]:
    return [
        rows(
            "SELECT c.id, c.sessions, c.phases, c.needs, p.id, p.given_name, p.family_name, u.name, "
            "(SELECT count(*) FROM scheduling_appointment a WHERE a.course_id = c.id "
            "AND a.status NOT IN ('cancelled', 'no_show')) FROM scheduling_course c "
            "JOIN people_patient p ON p.id = c.patient_id JOIN people_user u ON u.id = c.practitioner_id "
            "WHERE c.status = 'to_book' ORDER BY c.requested_at LIMIT 50"
        )
    ]


def outcome(given: Mapping[str, str], user: int) -> list[Rows]:
    patient = int(given["patient"])
    return [
        rows(f"{PATIENT} WHERE id = %s", patient),
        rows("SELECT measure, value, taken_at, occasion, visit_number FROM intake_score WHERE patient_id = %s ORDER BY taken_at", patient),  # noqa: E501
        rows("SELECT number, started_at FROM treatments_visit WHERE patient_id = %s AND status = 'signed'", patient),
    ]  # fmt: skip


def audit_page(given: Mapping[str, str], user: int) -> list[Rows]:
    return [
        rows("SELECT id, at, actor_name, action, patient_id, object_type, object_id, outcome FROM audit_auditevent ORDER BY id DESC LIMIT 61"),  # noqa: E501
        rows(
            "SELECT p.id, p.given_name, p.family_name FROM people_patient p WHERE p.id IN "
            "(SELECT patient_id FROM audit_auditevent ORDER BY id DESC LIMIT 61)"
        ),
    ]  # fmt: skip


def home_practitioner(given: Mapping[str, str], user: int) -> list[Rows]:
    mine = "SELECT d.id, p.id, p.given_name, p.family_name FROM {} d JOIN people_patient p ON p.id = d.patient_id "
    return [
        _visits(given, "AND a.practitioner_id = %s", user),
        rows(mine.format("intake_redflagalert") + "WHERE d.acknowledged_at IS NULL ORDER BY d.id DESC LIMIT 12"),
        rows(
            mine.format("intake_invitation")
            + "WHERE d.answered_at IS NOT NULL AND NOT d.is_assessed ORDER BY d.answered_at DESC LIMIT 12"
        ),
        rows(mine.format("intake_assessment") + "WHERE d.status = 'draft' AND d.created_by_id = %s LIMIT 12", user),
        rows(
            mine.format("treatments_treatmentplan") + "WHERE d.status = 'draft' AND d.created_by_id = %s LIMIT 12", user
        ),
        rows(mine.format("treatments_visit") + "WHERE d.status = 'draft' AND d.practitioner_id = %s LIMIT 12", user),
        rows(
            "SELECT v.number, p.id, p.given_name, p.family_name FROM treatments_plannedvisit v "
            "JOIN treatments_treatmentplan t ON t.id = v.plan_id JOIN people_patient p ON p.id = t.patient_id "
            "WHERE v.due_from_id = %s ORDER BY v.plan_id DESC LIMIT 12",
            user,
        ),
    ]


def home_desk(given: Mapping[str, str], user: int) -> list[Rows]:
    now = dt.datetime.now(dt.UTC)
    differing = rows(
        "SELECT c.id, c.sessions, c.phases, p.id, p.given_name, p.family_name, u.name, s.name FROM scheduling_course c "
        "JOIN people_patient p ON p.id = c.patient_id JOIN people_user u ON u.id = c.practitioner_id "
        "JOIN scheduling_service s ON s.id = c.service_id WHERE c.differs_until > %s ORDER BY c.differs_until LIMIT 12",
        stamp(now),
    )
    courses = [course[0] for course in differing] or [0]
    return [
        _visits(given),
        followups(given, user)[0][:12],
        rows(
            "SELECT f.id, f.flag, f.raised_at, p.id, p.given_name, p.family_name, p.phone FROM intake_redflagalert f "
            "JOIN people_patient p ON p.id = f.patient_id WHERE f.acknowledged_at IS NULL ORDER BY f.id DESC"
        ),
        differing,
        rows(
            "SELECT course_id, id, number_in_course, starts_at, ends_at, status FROM scheduling_appointment WHERE "
            f"course_id IN ({', '.join(['%s'] * len(courses))}) AND status NOT IN ('cancelled', 'no_show')",
            *courses,
        ),
        rows(
            f"{VISITS}WHERE a.status IN ('booked', 'confirmed') AND a.stuck_at > %s ORDER BY a.stuck_at LIMIT 5",
            stamp(now),
        ),
        rows(
            "SELECT i.id, i.created_at, i.expires_at, p.id, p.given_name, p.family_name, r.progress, "
            "(SELECT min(a.starts_at) FROM scheduling_appointment a WHERE a.patient_id = i.patient_id AND "
            "a.starts_at > %s AND a.status NOT IN ('cancelled', 'no_show')) AS next_visit FROM intake_invitation i "
            "JOIN people_patient p ON p.id = i.patient_id LEFT JOIN intake_intakeresponse r ON r.invitation_id = i.id "
            "WHERE i.id IN (SELECT id FROM intake_invitation WHERE is_unfinished ORDER BY created_at LIMIT 301) "
            "ORDER BY next_visit, i.created_at LIMIT 12",
            stamp(now),
        ),
        rows(
            "SELECT m.id, m.kind, m.subject, m.created_at, p.given_name, p.family_name FROM outbox_message m "
            "LEFT JOIN people_patient p ON p.id = m.patient_id WHERE m.set_aside_at IS NULL AND (m.status = 'failed' "
            "OR (m.created_at < %s AND m.status IN ('queued', 'sending'))) ORDER BY m.id DESC LIMIT 12",
            stamp(now - dt.timedelta(minutes=5)),
        ),
    ]


def home_owner(given: Mapping[str, str], user: int) -> list[Rows]:
    return [
        rows(
            "SELECT (SELECT count(*) FROM people_user WHERE is_practitioner AND is_active), "
            "(SELECT count(*) FROM scheduling_room WHERE is_active), (SELECT count(*) FROM scheduling_device), "
            "(SELECT count(*) FROM scheduling_service), (SELECT count(*) FROM scheduling_workinghours)"
        ),
    ]


READS: dict[str, Read] = {
    "empty": lambda given, user: [], "feed": feed, "calendar": calendar, "board": board, "search": search,
    "chart": chart, "plan": plan, "followups": followups, "outcome": outcome, "audit": audit_page,
    "home-practitioner": home_practitioner, "home-desk": home_desk, "home-owner": home_owner,
}  # fmt: skip
