"""Home, by role: what waits for this person today. Every list is short and takes one query."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.loose import Context
from clinic.outbox.presenters import in_trouble, state_words
from clinic.people.access import Permission, can
from clinic.people.models import Clinic, User
from clinic.scheduling import moves
from clinic.scheduling.closures import stuck, stuck_visits
from clinic.scheduling.differences import differing_courses
from clinic.scheduling.models import Appointment, Course
from clinic.scheduling.presenters import pages as schedule
from clinic.scheduling.reason_words import course_words
from intake.models import Assessment, IntakeResponse, Invitation, RedFlagAlert
from intake.models.invitations import STATE
from intake.presenters.inbox import flag_words, open_flags
from treatments.models import Incident, PlannedVisit, TreatmentPlan, Visit
from treatments.models.kept import LAST_VISIT
from treatments.visits.actions.incidents import open_incidents

TO_MOVE_SHOWN = 5
FEW = 300  # unfinished links that are looked through one by one
SHOWN = 12  # rows of a list; the full list is one click away
FAR = dt.datetime.max.replace(tzinfo=dt.UTC)
# what the owner sets up: its name, its rows in SQL, and its list in the back office
SET_UP = (
    ("Practitioners", "people_user WHERE is_practitioner AND is_active", "people_user"),
    ("Front desk", "people_user WHERE is_front_desk AND is_active", "people_user"),
    ("Rooms", "scheduling_room WHERE is_active", "scheduling_room"),
    ("Devices", "scheduling_device WHERE is_active", "scheduling_device"),
    ("Services", "scheduling_service WHERE is_active", "scheduling_service"),
    ("Working hours", "scheduling_workinghours", "scheduling_workinghours"),
)
NAME = ("patient__given_name", "patient__family_name")  # of a patient who is only named


def page_of(user: User, *, clinic: Clinic, now: dt.datetime, today: dt.date) -> Context:
    """The blocks for all of a person's roles."""
    blocks: Context = {"today": today}
    if can(user, Permission.READ_CLINICAL):
        blocks["practitioner"] = _practitioner(user, now=now, today=today)
    if user.is_front_desk:
        blocks["desk"] = _desk(user, now=now, today=today)
    if can(user, Permission.MANAGE_CLINIC):
        blocks["owner"] = _owner(clinic, sees_incidents="practitioner" not in blocks)
        if "desk" not in blocks:  # closed accounts and rooms: the owner's own doing
            blocks["owner"] |= _to_move(now)
    if len(blocks) > 1:
        blocks["mails"] = [
            {"message": message, "patient": message.patient, "words": state_words(message)}
            for message in in_trouble(with_accounts="owner" in blocks)
        ]
    return blocks


def patients_shown(blocks: Context) -> list[int]:
    """The patients named on the page: for the audit trail."""
    shown: set[int] = set()
    for block in (blocks.get("practitioner"), blocks.get("desk"), blocks.get("owner")):
        shown |= {line.row.patient for line in (block or {}).get("day", [])}
        for value in (block or {}).values():
            if isinstance(value, list):
                shown |= {row["patient"].pk for row in value if isinstance(row, dict) and "patient" in row}
    shown |= {row["patient"].pk for row in blocks.get("mails", []) if row["patient"] is not None}
    return sorted(shown)


@KeptQuery
def _alerts() -> QuerySet[RedFlagAlert]:
    rows = RedFlagAlert.objects.filter(acknowledged_at=None).select_related("patient")
    return rows.order_by("level", "-id")[:SHOWN]


@KeptQuery
def _to_assess() -> QuerySet[IntakeResponse]:
    rows = IntakeResponse.objects.filter(invitation__answered_at__isnull=False, invitation__is_assessed=False)
    rows = rows.select_related("patient").only("submitted_at", *NAME)
    return rows.order_by("-invitation__answered_at")[:SHOWN]


@KeptQuery
def _incidents() -> QuerySet[Incident]:
    return open_incidents()[:SHOWN]


def _practitioner(user: User, *, now: dt.datetime, today: dt.date) -> Context:
    return {
        "alerts": [
            {"patient": a.patient, "text": flag_words(a), "level": a.get_level_display(), "at": a.raised_at, "alert": a}
            for a in _alerts()
        ],
        "intakes": [{"patient": r.patient, "at": r.submitted_at, "response": r} for r in _to_assess()],
        "day": schedule.day_for(user, today) if user.is_practitioner else [],
        "incidents": [{"patient": i.patient, "incident": i} for i in _incidents()],
        "needles": needles_in(today),
        "unsigned": _unsigned(user),
        "reviews": reviews_due(user),
        "differing": _differing(now, practitioner=user) if user.is_practitioner else [],
        **(_to_move(now, practitioner=user) if user.is_practitioner else {}),
        "moved": moves.told(user)[:SHOWN] if user.is_practitioner else [],
    }


@KeptQuery
def _with_needles() -> QuerySet[Visit]:
    visits = Visit.objects.filter(status="draft", needles_in__gt=F("needles_out"))
    return visits.select_related("patient", "practitioner").order_by("started_at")[:SHOWN]


def needles_in(today: dt.date) -> list[Context]:
    """Open visits, of anyone, in which more needles went in than came out; the longest in first."""
    rows = []
    for visit in _with_needles():
        started = timezone.localtime(visit.started_at)
        told = [s["first_insertion"] for s in visit.record["stages"] if s["first_insertion"] and s["out"] is None]
        since = min(told, default=f"{started:%H:%M}")
        day = "" if started.date() == today else f"{started:%-d %b}, "
        rows.append({"patient": visit.patient, "visit": visit, "since": f"{day}{since}"})
    return rows


@KeptQuery
def _draft_assessments(by: int) -> QuerySet[Assessment]:
    rows = Assessment.objects.filter(status="draft", created_by=by).select_related("patient")
    return rows.only("pk", *NAME)[:SHOWN]


@KeptQuery
def _draft_plans(by: int) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(status="draft", created_by=by).select_related("patient")
    return rows.only("pk", *NAME)[:SHOWN]


@KeptQuery
def _draft_visits(by: int) -> QuerySet[Visit]:
    rows = Visit.objects.filter(status="draft", practitioner=by).select_related("patient")
    return rows.only("number", "started_at", *NAME)[:SHOWN]


def _unsigned(user: User) -> list[Context]:
    rows: list[Context] = [
        {"patient": a.patient, "what": "assessment", "name": "intake:assessment", "id": a.pk}
        for a in _draft_assessments(user.pk)
    ]
    rows += [{"patient": p.patient, "what": "plan", "name": "plans:plan", "id": p.pk} for p in _draft_plans(user.pk)]
    rows += [
        {"patient": v.patient, "what": f"visit {v.number}", "name": "visits:visit", "id": v.pk, "at": v.started_at}
        for v in _draft_visits(user.pk)
    ]
    return rows


def reviews_due(user: User) -> list[Context]:
    """Reviews of plans in force that come next, or have passed without scores (newest plans first)."""
    return [
        {"patient": v.plan.patient, "number": v.number, "is_overdue": v.number <= v.last, "plan": v.plan}
        for v in _due_from(user.pk)
    ]


@KeptQuery
def _due_from(user: int) -> QuerySet[Any]:
    due = PlannedVisit.objects.filter(due_from=user).annotate(last=LAST_VISIT).select_related("plan__patient")
    due = due.only("number", "plan__version", *(f"plan__{field}" for field in NAME))
    return due.order_by("-plan_id", "number")[:SHOWN]


@KeptQuery
def _to_book() -> QuerySet[Course]:
    return Course.objects.filter(status="to_book").select_related("patient", "service", "practitioner")[:SHOWN]


def _desk(user: User, *, now: dt.datetime, today: dt.date) -> Context:
    calls = [] if can(user, Permission.READ_CLINICAL) else open_flags(is_clinical=False)  # others see the signs above
    return {
        "calls": [{"patient": row.patient, "at": row.alert.raised_at, "row": row} for row in calls],
        "day": schedule.day_for(None, today),
        "courses": [{"patient": c.patient, "course": c, "words": course_words(c)} for c in _to_book()],
        "differing": _differing(now),
        **_to_move(now),
        "intakes": unfinished_intakes(now),
    }


def _differing(now: dt.datetime, practitioner: User | None = None) -> list[Context]:
    """Courses whose bookings no longer match the plan."""
    found = differing_courses(now=now, practitioner=practitioner, at_most=SHOWN)
    return [{"patient": one.course.patient, "course": one.course, "words": one.words} for one in found]


def _to_move(now: dt.datetime, practitioner: User | None = None) -> Context:
    """Booked visits that cannot take place as booked: how many, and the first ones."""
    rows = stuck_visits(now=now, practitioner=practitioner, at_most=TO_MOVE_SHOWN)
    return {
        "to_move_count": stuck(now=now, practitioner=practitioner).count() if rows else 0,
        "to_move": [{"patient": one.visit.patient, "visit": one.visit, "words": one.words} for one in rows],
    }


def unfinished_intakes(now: dt.datetime) -> list[Context]:
    """Links that are open or expired unused, with nothing submitted since: soonest visit first, then the longest
    waiting. ``visit``: when that visit is, in words; ``is_soon``: today or tomorrow.
    """
    if not _one_too_many():
        return _all_told(_waiting(now), now)
    next_visits = dict(_first_visits(now))
    links = Invitation.objects.filter(is_unfinished=True)
    rows = sorted(
        _links(links.filter(patient__in=next_visits)) if next_visits else (),
        key=lambda row: (next_visits[row.patient_id], row.created_at),
    )
    if len(rows) < SHOWN:
        rows += _without_visit(now)[: SHOWN - len(rows)]
    return [_told(row, next_visits.get(row.patient_id), now) for row in rows[:SHOWN]]


def _told(row: Invitation, visit: dt.datetime | None, now: dt.datetime) -> Context:
    return {
        "patient": row.patient,
        "state": row.state.label,
        "progress": getattr(getattr(row, "response", None), "progress", None),
        "at": row.created_at,
        "is_expired": row.expires_at <= now,
        "visit": _when(visit, now),
        "is_soon": visit is not None and _days_from(visit, now) <= 1,
    }


def _all_told(waiting: list[tuple[int, dt.datetime, dt.datetime | None]], now: dt.datetime) -> list[Context]:
    """From all links, while they are few: looking through the coming visits of everybody would take longer."""
    first = sorted(waiting, key=lambda one: (one[2] or FAR, one[1]))[:SHOWN]
    wanted = [pk for pk, *_ in first]
    found = {row.pk: row for row in _links_of(*wanted, *wanted[:1] * (SHOWN - len(wanted)))} if first else {}
    return [_told(found[pk], visit, now) for pk, _, visit in first if pk in found]


@KeptQuery
def _one_too_many() -> QuerySet[Invitation, tuple[int]]:
    """Counted to there and no further: in a large clinic thousands were never answered."""
    return Invitation.objects.filter(is_unfinished=True).order_by().values_list("pk")[FEW : FEW + 1]


@KeptQuery
def _waiting(now: dt.datetime) -> QuerySet[Invitation, tuple[int, dt.datetime, dt.datetime | None]]:
    """Unfinished links, ``FEW`` at most, oldest first: (number, since when, the patient's next visit)."""
    coming = Appointment.objects.active().filter(patient=OuterRef("patient"), starts_at__gte=now, ends_at__gt=now)
    first = coming.order_by("starts_at").values("starts_at")[:1]
    rows = Invitation.objects.filter(is_unfinished=True).annotate(next_visit=Subquery(first)).order_by("created_at")
    return rows.values_list("pk", "created_at", "next_visit")[:FEW]


@KeptQuery
def _first_visits(now: dt.datetime) -> QuerySet[Appointment, tuple[int, dt.datetime]]:
    """The next visit of each patient with an unfinished link: (patient, start), soonest first. It starts from the
    upcoming visits, in order, and ends where enough are found: they are fewer than all the links never answered. Twice
    what is shown: of visits at the same time those waiting longest come first.
    """
    links, coming = Invitation.objects.filter(is_unfinished=True), Appointment.objects.active()
    waiting = links.filter(patient=OuterRef("patient")).order_by()
    earlier = coming.filter(starts_at__gte=now, patient=OuterRef("patient"), starts_at__lt=OuterRef("starts_at"))
    rows = coming.filter(Exists(waiting), ~Exists(earlier), starts_at__gte=now)
    return rows.order_by("starts_at").values_list("patient", "starts_at")[: 2 * SHOWN]


@KeptQuery
def _without_visit(now: dt.datetime) -> QuerySet[Invitation]:
    of_patient = Appointment.objects.active().filter(starts_at__gte=now, patient=OuterRef("patient"))
    links = Invitation.objects.filter(~Exists(of_patient), is_unfinished=True).order_by("created_at")
    return _links(links)[:SHOWN]


def _links(links: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """With the fields ``state`` reads, without the answers."""
    return links.select_related("patient", "response").only("created_at", *STATE, *NAME)


@KeptQuery
def _links_of(*numbers: int) -> QuerySet[Invitation]:
    return _links(Invitation.objects.filter(pk__in=numbers)).order_by()


def _days_from(moment: dt.datetime, now: dt.datetime) -> int:
    """Days from now to a moment, in the clinic's calendar."""
    return (timezone.localdate(moment) - timezone.localdate(now)).days


def _when(moment: dt.datetime | None, now: dt.datetime) -> str:
    """``today 14:30``, ``tomorrow 09:00``, ``Mon 30 Nov``; empty for None."""
    if moment is None:
        return ""
    local, days = timezone.localtime(moment), _days_from(moment, now)
    return f"{('today', 'tomorrow')[days]} {local:%H:%M}" if days in (0, 1) else f"{local:%a} {local.day} {local:%b}"


def _owner(clinic: Clinic, *, sees_incidents: bool) -> Context:
    """``sees_incidents``: false if the same person sees them above, with what happened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {rows})" for _name, rows, _url in SET_UP))
        counts = cursor.fetchone()
    rows = [(name, count, f"admin:{url}_changelist") for (name, _rows, url), count in zip(SET_UP, counts, strict=True)]
    return {
        # only that there is one, and for whom: what happened is read only with access to the clinical record
        "incidents": [
            {"patient": i.patient, "at": i.opened_at, "by": i.opened_by, "due_on": i.due_on}
            for i in (_incidents() if sees_incidents else [])
        ],
        "clinic": clinic,
        "is_named": clinic.name != "Our clinic",
        "setup": [{"name": name, "count": count, "url_name": url} for name, count, url in rows],
    }
