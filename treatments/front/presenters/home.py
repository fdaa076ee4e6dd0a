"""Home, by role: what waits for this person today. Every list is short and takes one query."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from clinic.lib.loose import Context
from clinic.outbox.presenters import in_trouble, state_words
from clinic.people.access import Permission, can
from clinic.people.models import Clinic, User
from clinic.scheduling import moves
from clinic.scheduling.closures import stuck, stuck_visits
from clinic.scheduling.differences import differing_courses
from clinic.scheduling.models import Appointment, Course, Device, Room, Service, WorkingHours
from clinic.scheduling.presenters import pages as schedule
from intake.models import Assessment, IntakeResponse, Invitation, RedFlagAlert
from intake.models.invitations import STATE
from intake.presenters.inbox import flag_words, open_flags
from treatments.models import PlannedVisit, TreatmentPlan, Visit
from treatments.models.kept import LAST_VISIT
from treatments.visits.actions.incidents import open_incidents

TO_MOVE_SHOWN = 5
SHOWN = 12  # rows of a list; the full list is one click away
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


def _practitioner(user: User, *, now: dt.datetime, today: dt.date) -> Context:
    alerts = (
        RedFlagAlert.objects.filter(acknowledged_at=None).select_related("patient").order_by("level", "-id")[:SHOWN]
    )
    responses = (
        IntakeResponse.objects.filter(invitation__answered_at__isnull=False, invitation__is_assessed=False)
        .select_related("patient")
        .only("submitted_at", *NAME)
        .order_by("-invitation__answered_at")
    )
    return {
        "alerts": [
            {"patient": a.patient, "text": flag_words(a), "level": a.get_level_display(), "at": a.raised_at, "alert": a}
            for a in alerts
        ],
        "intakes": [{"patient": r.patient, "at": r.submitted_at, "response": r} for r in responses[:SHOWN]],
        "day": schedule.day_for(user, today) if user.is_practitioner else [],
        "incidents": [{"patient": i.patient, "incident": i} for i in open_incidents()[:SHOWN]],
        "needles": needles_in(today),
        "unsigned": _unsigned(user),
        "reviews": reviews_due(user),
        "differing": _differing(now, practitioner=user) if user.is_practitioner else [],
        **(_to_move(now, practitioner=user) if user.is_practitioner else {}),
        "moved": moves.told(user)[:SHOWN] if user.is_practitioner else [],
    }


def needles_in(today: dt.date) -> list[Context]:
    """Open visits, of anyone, in which more needles went in than came out; the longest in first."""
    visits = Visit.objects.filter(status="draft", needles_in__gt=F("needles_out")).select_related(
        "patient", "practitioner"
    )
    rows = []
    for visit in visits.order_by("started_at")[:SHOWN]:
        started = timezone.localtime(visit.started_at)
        told = [s["first_insertion"] for s in visit.record["stages"] if s["first_insertion"] and s["out"] is None]
        since = min(told, default=f"{started:%H:%M}")
        day = "" if started.date() == today else f"{started:%-d %b}, "
        rows.append({"patient": visit.patient, "visit": visit, "since": f"{day}{since}"})
    return rows


def _unsigned(user: User) -> list[Context]:
    mine = {"status": "draft", "created_by": user}
    assessments = Assessment.objects.filter(**mine).select_related("patient").only("pk", *NAME)[:SHOWN]
    plans = TreatmentPlan.objects.filter(**mine).select_related("patient").only("pk", *NAME)[:SHOWN]
    visits = Visit.objects.filter(status="draft", practitioner=user).select_related("patient")
    visits = visits.only("number", "started_at", *NAME)[:SHOWN]
    rows = [{"patient": a.patient, "what": "assessment", "name": "intake:assessment", "id": a.pk} for a in assessments]
    rows += [{"patient": p.patient, "what": "plan", "name": "plans:plan", "id": p.pk} for p in plans]
    rows += [
        {"patient": v.patient, "what": f"visit {v.number}", "name": "visits:visit", "id": v.pk, "at": v.started_at}
        for v in visits
    ]
    return rows


def reviews_due(user: User) -> list[Context]:
    """Reviews of plans in force that come next, or have passed without scores (newest plans first)."""
    due = (
        PlannedVisit.objects.filter(due_from=user)
        .annotate(last=LAST_VISIT)
        .select_related("plan__patient")
        .only("number", "plan__version", *(f"plan__{field}" for field in NAME))
        .order_by("-plan_id", "number")[:SHOWN]
    )
    return [
        {"patient": v.plan.patient, "number": v.number, "is_overdue": v.number <= v.last, "plan": v.plan} for v in due
    ]


def _desk(user: User, *, now: dt.datetime, today: dt.date) -> Context:
    courses = Course.objects.filter(status="to_book").select_related("patient", "service", "practitioner")[:SHOWN]
    calls = [] if can(user, Permission.READ_CLINICAL) else open_flags(is_clinical=False)  # others see the signs above
    return {
        "calls": [{"patient": row.patient, "at": row.alert.raised_at, "row": row} for row in calls],
        "day": schedule.day_for(None, today),
        "courses": [{"patient": c.patient, "course": c, "words": schedule.course_words(c)} for c in courses],
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
    links = Invitation.objects.filter(is_unfinished=True)
    coming = Appointment.objects.active().filter(starts_at__gte=now)
    of_patient = coming.filter(patient=OuterRef("patient"))
    # starts from the upcoming visits, in order: they are fewer than all the links never answered
    waiting = links.filter(patient=OuterRef("patient")).order_by("created_at").values("created_at")
    next_visits = dict(
        coming.filter(Exists(waiting), ~Exists(of_patient.filter(starts_at__lt=OuterRef("starts_at"))))
        .order_by("starts_at", Subquery(waiting[:1]))
        .values_list("patient", "starts_at")[:SHOWN]
    )
    rows = sorted(
        _links(links.filter(patient__in=next_visits)), key=lambda row: (next_visits[row.patient_id], row.created_at)
    )
    if len(rows) < SHOWN:
        rows += _links(links.filter(~Exists(of_patient)).order_by("created_at")[: SHOWN - len(rows)])
    return [
        {
            "patient": row.patient,
            "state": row.state.label,
            "progress": getattr(getattr(row, "response", None), "progress", None),
            "at": row.created_at,
            "is_expired": row.expires_at <= now,
            "visit": _when(visit := next_visits.get(row.patient_id), now),
            "is_soon": visit is not None and _days_from(visit, now) <= 1,
        }
        for row in rows[:SHOWN]
    ]


def _links(links: QuerySet[Invitation]) -> list[Invitation]:
    """With the fields ``state`` reads, without the answers."""
    return list(links.select_related("patient", "response").only("created_at", *STATE, *NAME))


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
    rows = [
        (
            "Practitioners",
            User.objects.filter(is_practitioner=True, is_active=True).count(),
            "admin:people_user_changelist",
        ),
        ("Front desk", User.objects.filter(is_front_desk=True, is_active=True).count(), "admin:people_user_changelist"),
        ("Rooms", Room.objects.filter(is_active=True).count(), "admin:scheduling_room_changelist"),
        ("Devices", Device.objects.filter(is_active=True).count(), "admin:scheduling_device_changelist"),
        ("Services", Service.objects.filter(is_active=True).count(), "admin:scheduling_service_changelist"),
        ("Working hours", WorkingHours.objects.count(), "admin:scheduling_workinghours_changelist"),
    ]
    return {
        # only that there is one, and for whom: what happened is read only with access to the clinical record
        "incidents": [
            {"patient": i.patient, "at": i.opened_at, "by": i.opened_by, "due_on": i.due_on}
            for i in (open_incidents()[:SHOWN] if sees_incidents else [])
        ],
        "clinic": clinic,
        "is_named": clinic.name != "Our clinic",
        "setup": [{"name": name, "count": count, "url_name": url} for name, count, url in rows],
    }
