"""The rows of a chart, in few queries, and only as many as it shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, SafetyEntry, SafetyFact
from clinic.people.set_aside import set_aside_words
from clinic.scheduling.models import Appointment, Course
from intake.models import Assessment, Clearance, Episode, Invitation, RedFlagAlert, Score
from intake.models.invitations import STATE
from treatments.models import AdverseEvent, TreatmentPlan, Visit
from treatments.plans.presenters import planned_visits

MOST = 200  # links or appointments of one patient that are looked at
MOST_VERSIONS = 30  # assessments, or plans, of one patient
VISITS = 60  # the newest; a course has fewer
SHOWN_VISITS = 30
STAFF = ("name", "email")  # of a member of staff who is only named


class VisitRow(NamedTuple):
    """A visit without its record."""

    pk: int
    number: int
    status: str
    started_at: dt.datetime
    needles_in: int
    practitioner: str
    set_aside_by: str | None
    set_aside_code: str
    set_aside_note: str
    course: str
    also_number: int | None
    also_course: str | None

    @property
    def is_set_aside(self) -> bool:
        return self.status == Visit.Status.SET_ASIDE

    @property
    def set_aside_words(self) -> str:
        return set_aside_words(self.set_aside_code, self.set_aside_note)


class Told(NamedTuple):
    """One thing recorded about a patient: a safety fact, an entry, a clearance, a red flag, an adverse event; a
    complaint that was opened, or closed.

    ``yes``: present; ended; withdrawn; answered; serious. ``text``, ``more``: note, by whom; name, by whom; result, by
    whom; level; severity; words; note, by whom.
    ``other``: the intake of a red flag, the event that this one follows up, who opened a complaint.
    """

    kind: str
    pk: int
    code: str
    at: dt.datetime
    yes: bool | None
    text: str
    more: str
    other: int | None


@KeptQuery
def _links(patient: int) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(patient=patient).select_related("response")
    return rows.only("created_at", *STATE)[:MOST]


def links(patient: Patient) -> list[Invitation]:
    """Intake links, newest first, with how far each got and none of the answers."""
    return _links(patient.pk)


@KeptQuery
def _courses(patient: int) -> QuerySet[Course]:
    return Course.objects.filter(patient=patient).exclude(status="closed").select_related("service")[:3]


def courses(patient: Patient) -> list[Course]:
    return _courses(patient.pk)


@KeptQuery
def _upcoming(patient: int, now: dt.datetime) -> QuerySet[Appointment]:
    return _appointments(patient, Q(ends_at__gte=now))


@KeptQuery
def _upcoming_or_of_course(patient: int, now: dt.datetime, course: str) -> QuerySet[Appointment]:
    in_course = Q(course__reference=course) | Q(also_course__reference=course)
    return _appointments(patient, Q(ends_at__gte=now) | in_course)


@KeptQuery
def _upcoming_or_of_any_course(patient: int, now: dt.datetime) -> QuerySet[Appointment]:
    return _appointments(patient, Q(ends_at__gte=now) | Q(course__isnull=False))


def _appointments(patient: int, wanted: Q) -> QuerySet[Appointment]:
    rows = Appointment.objects.active().filter(wanted, patient=patient).select_related("practitioner", "room")
    shown = ("starts_at", "ends_at", "status", *planned_visits.PLACES, "practitioner__name", "practitioner__email")
    return planned_visits.with_courses(rows).only(*shown, "room__name")[:MOST]


def appointments(patient: Patient, *, now: dt.datetime, courses: Sequence[str]) -> list[Appointment]:
    """Those that keep their time: upcoming ones, and all of these courses. With who and where, by name."""
    if len(courses) > 1:
        return _upcoming_or_of_any_course(patient.pk, now)
    return _upcoming_or_of_course(patient.pk, now, courses[0]) if courses else _upcoming(patient.pk, now)


@KeptQuery
def _visits(patient: int) -> QuerySet[Visit, tuple[Any, ...]]:
    return _without_records(Q(patient=patient))[:VISITS]


@KeptQuery
def _visits_of_course(patient: int, course: str, also: str) -> QuerySet[Visit, tuple[Any, ...]]:
    in_course = Q(plan__course_reference=course) | Q(also_plan__course_reference=also)
    return _without_records(Q(in_course, patient=patient))[:MOST]


def _without_records(wanted: Q) -> QuerySet[Visit, tuple[Any, ...]]:
    return Visit.objects.filter(wanted).values_list(
        "pk", "number", "status", "started_at", "needles_in", "practitioner__name", "set_aside_by__name",
        "set_aside_code", "set_aside_note", "plan__course_reference", "also_number", "also_plan__course_reference",
    )  # fmt: skip


def visits(patient: Patient) -> list[VisitRow]:
    """The newest visits, without their records."""
    return list(map(VisitRow._make, _visits(patient.pk)))


def of_course(rows: list[VisitRow], plan: TreatmentPlan) -> list[VisitRow]:
    """Those of these visits that count in a plan's course, with their number in it; all of them, however long the
    record is."""
    reference = plan.course_reference
    if len(rows) == VISITS:
        rows = list(map(VisitRow._make, _visits_of_course(plan.patient_id, reference, reference)))
    counting = [row for row in rows if not row.is_set_aside]
    also = [row._replace(number=row.also_number or 0) for row in counting if row.also_course == reference]
    return [row for row in counting if row.course == reference] + also


@KeptQuery
def _assessments(patient: int) -> QuerySet[Assessment]:
    people = (f"{who}__{field}" for who in ("signed_by", "set_aside_by") for field in STAFF)
    own = ("status", "findings", "levels", "ashi", "confirmed", "created_at", "signed_at", "episode_id", "patient_id")
    aside = ("set_aside_at", "set_aside_code", "set_aside_note")
    kept = (
        "answers",
        "submitted_at",
        "saved_at",
        "questionnaire_version",
        "continues_id",
        "first_sent_at",
    )  # what reading them needs
    answers = tuple(f"response__{field}" for field in kept)
    rows = Assessment.objects.filter(patient=patient).select_related("response", "signed_by", "set_aside_by")
    rows = rows.only(*own, *aside, *people, *answers).annotate(picture=KT("result__class"))
    return rows.order_by(_current_first("draft", "signed"), "-pk")[:MOST_VERSIONS]


def assessments(patient: Patient) -> list[Assessment]:
    """With the answers each is based on; of what was signed with it only ``picture``, the class."""
    return _assessments(patient.pk)


def _current_first(*statuses: str) -> Case:
    """What is open or in force before all that has been: however many complaints there are, none of it is missing."""
    return Case(When(status__in=statuses, then=0), default=1)


@KeptQuery
def _plans(patient: int) -> QuerySet[TreatmentPlan]:
    people = (f"{who}__{field}" for who in ("signed_by", "set_aside_by") for field in STAFF)
    own = ("status", "version", "course_reference", "is_by_hand", "edits", "created_at", "signed_at", "patient_id",
           "episode_id")  # fmt: skip
    aside = ("set_aside_at", "set_aside_code", "set_aside_note")
    rows = TreatmentPlan.objects.filter(patient=patient).select_related("signed_by", "set_aside_by")
    in_force = Case(When(status="signed", then=Cast("treatment", TextField())), output_field=TextField())
    rows = rows.only(*own, *aside, *people).annotate(in_force=in_force)
    return rows.order_by(_current_first("draft", "signed"), "-pk")[:MOST_VERSIONS]


def plans(patient: Patient) -> list[TreatmentPlan]:
    """``in_force``: the treatment of the signed one as text, None for the others. What is shown of it is kept."""
    return _plans(patient.pk)


@KeptQuery
def _told(patient: int) -> QuerySet[Any, tuple[Any, ...]]:
    """A column has the type that the first part gives it."""
    nothing: Any = Value("", output_field=CharField())
    nobody: Any = Value(None, output_field=IntegerField())
    newer = SafetyFact.objects.order_by().filter(
        patient=OuterRef("patient"), finding=OuterRef("finding"), pk__gt=OuterRef("pk")
    )  # the newest of each finding counts, and each intake repeats some forty
    parts = [
        _part("flag", RedFlagAlert, "flag", "raised_at", _has("acknowledged_at"), "level", nothing, "response_id"),
        _part("event", AdverseEvent, "code", "recorded_at", "serious", "severity", nothing, "follows_id"),
        _part("fact", SafetyFact, "finding", "recorded_at", "present", "note", "recorded_by__name", nobody).filter(
            ~Exists(newer)
        ),
        _part("entry", SafetyEntry, "finding", "recorded_at", _has("ended_at"), "name", "recorded_by__name", nobody),
        _part("clearance", Clearance, "finding", "cleared_at", _has("withdrawn_at"), "result", "examined_by", nobody),
    ]
    is_closed = _has("closed_at")
    ended = _part("closed", Episode, "closed_code", "closed_at", is_closed, "closed_note", "closed_by__name", nobody)
    parts += [
        _part("episode", Episode, "complaint", "opened_at", is_closed, "words", nothing, "opened_by_id"),
        ended.filter(closed_at__isnull=False),
    ]
    first, *others = (part.filter(patient=patient) for part in parts)
    return first.union(*others, all=True)


def told(patient: Patient) -> list[Told]:
    """All kinds in one query, the newest of each first."""
    return sorted(map(Told._make, _told(patient.pk)), key=lambda row: -row.pk)


def _part(kind: str, rows: type[Model], *columns: Any) -> QuerySet[Any, Any]:
    kind_of = Value(kind, output_field=CharField())
    return rows._default_manager.order_by().values_list(kind_of, "pk", *columns)


def _has(field: str) -> Any:
    return ExpressionWrapper(Q(**{f"{field}__isnull": False}), BooleanField())


@cache
def _scores(measures: tuple[str, ...]) -> KeptQuery[tuple[str, Decimal, int | None]]:
    counting = Score.objects.counting().filter(measure__in=measures).order_by("-taken_at", "-id")
    return KeptQuery(lambda patient: counting.filter(patient=patient).values_list("measure", "value", "episode")[:90])


def scores(patient: Patient, measures: Iterable[str]) -> list[tuple[str, Decimal, int | None]]:
    """(measure, value, complaint), newest first."""
    return _scores(tuple(measures))(patient.pk)
