"""What is copied: a few people go all the way through the real actions, are read, and are rolled back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from unittest.mock import patch

import tomli
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.functions import Now

from clinic.audit.chain import Draft
from clinic.outbox.models import Message
from clinic.people.models import Clinic, Patient, PatientWord, User
from clinic.scheduling.models import Appointment, AppointmentChange
from intake.models import Score
from treatments.demo.clinic import DemoClinic
from treatments.demo.clock import at
from treatments.demo.people import FILE, Role, persona_of
from treatments.demo.walk import Walk
from treatments.models import TreatmentPlan
from treatments.planner.treatment.shapes import TreatmentJson
from treatments.plans import treatment_edits
from treatments.plans.actions import drafts

COURSES = (("accident", "female", 10), ("runner", "male", 6), ("stress", "female", 12), ("cold_damp", "male", 8),
           ("kidney_yang", "female", 14), ("lifting", "male", 10), ("accident", "female", 30))  # fmt: skip
STAGES = ("invited", "half", "submitted", "red_flag", "assessed", "proposed", "signed")
# made for each copy: words by the search, appointments by the timetable, mails not at all
NOT_COPIED = (Patient, PatientWord, Message, Appointment, AppointmentChange)


class CourseWalk(Walk):
    """A course of a number of visits, once a week."""

    def __init__(self, role: Role, clinic: DemoClinic, *, now: dt.datetime, sessions: int, number: int) -> None:
        super().__init__(role, clinic, now=now, turn=0, number=number)
        self.sessions, self.days_ago = sessions, 7 * sessions + 21

    def _sign(self, plan: TreatmentPlan) -> TreatmentPlan:
        def weekly(treatment: TreatmentJson) -> TreatmentJson:
            phases: Any = [{"per_week": 1, "weeks": self.sessions}]
            return treatment_edits.changed(treatment, "dose", {"phases": phases, "review_at": [5, 10, 20]})

        plan = drafts.edit(
            plan_id=plan.pk, revision=plan.revision, verb="changed", text="Once a week", change=weekly,
            by=self.practitioner,
        )  # fmt: skip
        return super()._sign(plan)


@dataclass
class Row:
    model: type[models.Model]
    values: dict[str, Any]
    number: int | None  # number of the visit it belongs to
    is_more: bool = False  # one of several scores of a visit
    is_spare: bool = False  # a score that only some copies need


@dataclass
class Template:
    """The record of one person: rows, and the events of the actions. ``starts``: that of each visit, by number."""

    patient: Patient
    sex: str
    born: int
    sessions: int
    practitioner: User
    walked: tuple[dt.datetime, dt.datetime]  # when it was told: what lies between was stamped by the database's clock
    rows: list[Row] = field(default_factory=list)
    appointments: dict[int, dict[str, Any]] = field(default_factory=dict)
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)  # that each was booked
    events: list[tuple[Draft, int | None]] = field(default_factory=list)  # and the number of their visit


def learn(clinic: DemoClinic, *, now: dt.datetime) -> tuple[list[Template], dict[str, Template]]:
    """Templates of courses, as ``COURSES``, and of each stage before the first visit."""
    courses, stages = [], {}
    for number, (archetype, sex, sessions) in enumerate(COURSES):
        role = _role(archetype, sex, "finished", number)
        courses.append(_told(CourseWalk(role, clinic, now=now, sessions=sessions, number=number), sex, now))
    for number, stage in enumerate(STAGES, start=len(COURSES)):
        role = _role("red_flag" if stage == "red_flag" else "accident", "female", stage, number)
        stages[stage] = _told(Walk(role, clinic, now=now, turn=0, number=number), "female", now)
    return courses, stages


def _role(archetype: str, sex: str, stage: str, number: int) -> Role:
    people = tomli.loads(FILE.read_text(encoding="utf-8"))
    if archetype == "red_flag":
        archetype = next(one["archetype"] for one in people["person"] if one["stage"] == "red_flag")
    person = {"name": [f"Modelgiven{number}", f"Modelfamily{number}"], "sex": sex, "born": 1976}
    persona = persona_of(people["archetype"][archetype], person)
    extra = next((one.get("extra", ()) for one in people["person"] if one["stage"] == stage == "red_flag"), ())
    persona = replace(persona, present=persona.present | set(extra))
    return Role(persona, stage, 99, f"model{number}@mail.example", f"+1201555{number:04d}")


def _told(walk: Walk, sex: str, now: dt.datetime) -> Template:
    events: list[Draft] = []
    point, began = transaction.savepoint(), _database_clock()
    with at(now), patch.object(connection, "gather", events.append):
        patient = walk.go()
    patient.refresh_from_db()
    walked = (began - dt.timedelta(seconds=1), dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    template = Template(patient, sex, walk.role.persona.born, getattr(walk, "sessions", 0), walk.practitioner, walked)
    _read(template, events)
    transaction.savepoint_rollback(point)
    return template


def _database_clock() -> dt.datetime:
    """On PostgreSQL the start of the transaction."""
    now: dt.datetime = Clinic.objects.values_list(Now(), flat=True).get()
    return now


def _read(template: Template, events: Sequence[Draft]) -> None:
    patient = template.patient
    for appointment in Appointment.objects.filter(patient=patient).order_by("number_in_course").values():
        place = appointment["number_in_course"] or 1
        template.appointments[place] = {**appointment}
        booked = AppointmentChange.objects.filter(appointment=appointment["id"], kind="booked").values().get()
        template.changes[place] = {**booked}
    numbers: dict[tuple[str, str], int] = {
        ("appointment", str(one["id"])): place for place, one in template.appointments.items()
    }
    for model, path in patient_models():
        for values in model._default_manager.filter(**{path: patient.pk}).order_by("pk").values():
            number = _visit_number(model, values)
            if number is not None:
                numbers[model._meta.model_name or "", str(values["id"])] = number
            is_more = model is Score and any(row.model is Score and row.number == number for row in template.rows)
            is_more = is_more and values["occasion"] == "visit"
            is_spare = is_more or (model is Score and values["occasion"] == "intake")
            template.rows.append(Row(model, values, number, is_more, is_spare))
    for event in events:
        of = numbers.get((event.object_type, event.object_id))
        if of is None and event.action == "scores.recorded":
            of = event.detail["visit"]
        template.events.append((event, of))


def _visit_number(model: type[models.Model], values: dict[str, Any]) -> int | None:
    if model._meta.model_name == "visit":
        return int(values["number"])
    return values.get("visit_number")


@cache
def patient_models() -> Sequence[tuple[type[models.Model], str]]:
    """Each model whose rows belong to one patient, and by which path; those that others point to first."""
    paths: dict[type[models.Model], str] = {Patient: "pk"}
    ours = [m for m in apps.get_models() if m._meta.app_label in ("people", "scheduling", "intake", "treatments")]
    grown = True
    while grown:
        grown = False
        for model in ours:
            if model in paths or model in NOT_COPIED:
                continue
            ways = [f for f in _links(model) if f.related_model in paths]
            if ways:
                way = min(ways, key=lambda f: f.related_model is not Patient)
                rest = paths[way.related_model]
                paths[model] = way.name if way.related_model is Patient else f"{way.name}__{rest}"
                grown = True
    del paths[Patient]
    ordered: list[type[models.Model]] = []

    def visit(model: type[models.Model]) -> None:
        if model in ordered:
            return
        for link in _links(model):
            if link.related_model in paths and link.related_model is not model:
                visit(link.related_model)
        ordered.append(model)

    for model in paths:
        visit(model)
    return [(model, paths[model]) for model in ordered]


def _links(model: type[models.Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if f.is_relation]
