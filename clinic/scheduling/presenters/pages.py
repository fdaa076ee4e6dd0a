"""Reads the schedule and puts it into words. Nothing here writes; nothing here knows why a patient comes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count
from django.utils import timezone

from clinic.lib.numbers import whole_number
from clinic.lib.paging import Page, page_of
from clinic.people.models import Clinic, Patient, User
from clinic.people.presenters import timeline_event
from clinic.scheduling.actions.changes import TRANSITIONS, can_undo, series_booked
from clinic.scheduling.availability import day_starts
from clinic.scheduling.closures import Stuck, troubles_of
from clinic.scheduling.course_dates import usual_of
from clinic.scheduling.course_days import held_visits
from clinic.scheduling.diary import moment
from clinic.scheduling.models import (
    MOVABLE,
    Appointment,
    AppointmentChange,
    AppointmentQuerySet,
    AppointmentStatus,
    Course,
)
from clinic.scheduling.moves import from_to, moved_words, names_in
from clinic.scheduling.presenters.rows import DayLine, kept_rows
from clinic.scheduling.reason_words import course_words
from clinic.scheduling.together import Pairs, others_to_book

S = AppointmentStatus
AT_ONCE = 50  # courses on a page of the desk's list
# status -> (kind of pill, icon, word)
PILLS: dict[str, tuple[str, str, str]] = {
    S.BOOKED: ("", "calendar", "Booked"),
    S.CONFIRMED: ("good", "calendar-check", "Confirmed"),
    S.ARRIVED: ("wait", "person-check", "Arrived"),
    S.IN_ROOM: ("caution", "door-closed", "In room"),
    S.DONE: ("good", "check2", "Done"),
    S.CANCELLED: ("", "x-lg", "Cancelled"),
    S.NO_SHOW: ("danger", "person-x", "No-show"),
}
# status -> the next one-click step on the day board
NEXT_STEP = {
    S.BOOKED: (S.ARRIVED, "Arrived"),
    S.CONFIRMED: (S.ARRIVED, "Arrived"),
    S.ARRIVED: (S.IN_ROOM, "In room"),
    S.IN_ROOM: (S.DONE, "Done"),
}
STEP_WORDS = {
    S.BOOKED: "Back to booked",
    S.CONFIRMED: "Confirmed",
    S.ARRIVED: "Arrived",
    S.IN_ROOM: "In room",
    S.DONE: "Done",
    S.NO_SHOW: "No-show",
    S.CANCELLED: "Cancel",
}


def pill(status: str) -> dict[str, str]:
    """What ``components/_pill.html`` needs."""
    kind, icon, text = PILLS[AppointmentStatus(status)]
    return {"kind": kind, "icon": icon, "text": text}


# --- words of a course ------------------------------------------------------------------------------
def usual_words(course: Course) -> str:
    """“Mon and Thu at 09:00”: the weekdays and the time of the visits so far; empty if there are none."""
    held = held_visits(course)
    usual = usual_of(course, held, held)
    days = [f"{dt.date(2024, 1, 1 + day):%a}" for day in sorted(usual.weekdays)]  # 1 January 2024 was a Monday
    clock = f" at {usual.at:%H:%M}" if usual.at else ""
    return f"{' and '.join([', '.join(days[:-1]), days[-1]]) if len(days) > 1 else days[0]}{clock}" if days else ""


# --- for other pages: chart, home, plan -------------------------------------------------------------
def upcoming_for(patient: Patient, *, now: dt.datetime | None = None) -> list[Appointment]:
    """Active visits not over yet, soonest first; people, room and device are loaded."""
    now = now or timezone.now()
    return list(patient.appointments.active().filter(ends_at__gte=now).with_people())


def day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """First moment of a day in the clinic's calendar, and of the next one."""
    zone = Clinic.current().zone
    return day_starts(day, zone), day_starts(day + dt.timedelta(days=1), zone)


@kept_rows
def _day_of_all(starts: dt.datetime, ends: dt.datetime) -> AppointmentQuerySet:
    return Appointment.objects.active().filter(starts_at__gte=starts, starts_at__lt=ends)


@kept_rows
def _day_of_one(practitioner: int, starts: dt.datetime, ends: dt.datetime) -> AppointmentQuerySet:
    visits = Appointment.objects.active().filter(starts_at__gte=starts, starts_at__lt=ends)
    return visits.filter(practitioner=practitioner)


def clock_of(local: dt.datetime) -> str:
    """``09:05``. The C library takes four times as long, and a day has a hundred visits."""
    return f"{local.hour:02}:{local.minute:02}"


def day_for(practitioner: User | None, day: dt.date) -> list[DayLine]:
    """Active visits that start on a day in the clinic's calendar; ``practitioner`` None: everyone's."""
    starts, ends = day_bounds(day)
    rows = _day_of_one(practitioner.pk, starts, ends) if practitioner else _day_of_all(starts, ends)
    zone = Clinic.current().zone
    return [
        DayLine(row, PILLS[row.status], clock_of(row.starts.astimezone(zone)), practitioner is None) for row in rows
    ]


# --- undo -------------------------------------------------------------------------------------------
def undo_offer(change_id: str | None, *, now: dt.datetime) -> dict[str, Any] | None:
    """What the bar after a change says, and whether its Undo still works; None if there is nothing to
    say.
    """
    number = whole_number(change_id)
    if number is None:
        return None
    found = AppointmentChange.objects.select_related("appointment__patient").filter(pk=number).first()
    if found is None or not can_undo(found, now=now):
        return None
    visit = found.appointment
    when = moment(visit.starts_at, timezone.get_current_timezone())
    if found.kind == AppointmentChange.Kind.STATUS:
        what = f"is now {visit.get_status_display()}"
        words = f"{visit.patient}, {when}: {what}."
    elif found.kind == AppointmentChange.Kind.MOVED:
        words = moved_words(found)
    elif found.kind == AppointmentChange.Kind.SHARED:
        words = f"{visit.patient}, {when}: now {shared_words(found.after)}."
    else:
        words = f"{visit.patient} is booked for {when}."
    return {"change": found, "words": words}


# --- appointment page -------------------------------------------------------------------------------
def history(visit: Appointment) -> list[dict[str, str]]:
    """For ``components/_timeline.html``: what happened to a visit, newest first."""
    zone = timezone.get_current_timezone()
    events = []
    changes = list(visit.changes.select_related("by"))
    names = names_in(changes)
    for change in changes:
        text = f"{change.at.astimezone(zone):%H:%M}, by {change.by}"
        given = from_to(change, names)
        if change.kind == AppointmentChange.Kind.STATUS:
            title = AppointmentStatus(change.after["status"]).label.capitalize()
        elif change.kind == AppointmentChange.Kind.MOVED:
            before = moment(dt.datetime.fromisoformat(change.before["starts_at"]), zone)
            after = moment(dt.datetime.fromisoformat(change.after["starts_at"]), zone)
            times = f"Moved from {before} to {after}" if before != after else ""
            title = (f"{times}; {given}" if times else f"Given {given}") if given else times or "Moved"
        elif change.kind == AppointmentChange.Kind.SHARED:
            title = shared_words(change.after).capitalize()
        else:
            title = change.get_kind_display().capitalize() + (f": back {given}" if given else "")
            if change.kind == AppointmentChange.Kind.ALIGNED and given:
                title = f"{change.get_kind_display().capitalize()}: {given}"
        events.append(timeline_event(change.at, title, text))
    return events


def sharing_words(visit: Appointment, *, now: dt.datetime) -> dict[str, Any]:
    """The courses that a visit serves, each with its number in it, and those that it could serve as well."""
    served = [{"course": one, "number": visit.number_in(one.pk), "words": course_words(one)} for one in visit.courses]
    is_coming = visit.status in MOVABLE and visit.starts_at > now
    others = others_to_book(visit.course) if visit.course and is_coming and not visit.is_shared else []
    return {
        "courses": served,
        "can_part": visit.is_shared and is_coming,
        "to_share": [{"course": one, "words": course_words(one)} for one in others],
    }


def shared_words(after: dict[str, Any]) -> str:
    return "for both courses" if after.get("also_course_id") else "for one course alone"


def trouble_of(visit: Appointment) -> str:
    """Why this visit cannot take place as booked; empty when it can."""
    return Stuck(visit, troubles_of(visit, now=timezone.now())).words


def appointment_words(visit: Appointment) -> dict[str, Any]:
    """What the appointment page shows besides its forms."""
    steps = [
        (status, STEP_WORDS[AppointmentStatus(status)]) for status in TRANSITIONS[visit.status] if status != S.CANCELLED
    ]
    next_status, next_word = NEXT_STEP.get(AppointmentStatus(visit.status), ("", ""))
    if timezone.localdate(visit.starts_at) > timezone.localdate() and visit.status in MOVABLE:  # nobody has come yet
        steps = [step for step in steps if step[0] in MOVABLE]
        next_status, next_word = (S.CONFIRMED, "Confirmed") if visit.status == S.BOOKED else ("", "")
    return {
        "visit": visit,
        "pill": pill(visit.status),
        "next_status": next_status,
        "next_word": next_word,
        "steps": [step for step in steps if step[0] != next_status],
        "can_cancel": S.CANCELLED in TRANSITIONS[visit.status],
        "can_move": visit.status in MOVABLE,
        "history": history(visit),
        "trouble": trouble_of(visit),
    }


# --- follow-ups -------------------------------------------------------------------------------------
def courses_to_book(asked: str | None) -> tuple[Page, list[dict[str, Any]]]:
    """A page of the desk's list, longest waiting first, and its lines."""
    waiting = Course.objects.filter(status=Course.Status.TO_BOOK)
    page = page_of(waiting.select_related("patient", "practitioner", "service"), asked, AT_ONCE)
    visits = Appointment.objects.active().of_courses(course.pk for course in page.object_list)
    held: Counter[int | None] = Counter()
    for *both, count in visits.order_by().values_list("course_id", "also_course_id").annotate(Count("pk")):
        held.update(dict.fromkeys(both, count))
    of_patient = Counter(course.patient_id for course in page.object_list)
    return page, [
        {
            "course": course,
            "words": course_words(course),
            "pill": _left(course.sessions, held[course.pk]),
            "is_one_of_two": of_patient[course.patient_id] > 1,
        }
        for course in page.object_list
    ]


def pair_words(pairs: Pairs) -> list[dict[str, Any]]:
    """Other courses of the patient that wait for dates and cannot be booked from this page."""
    found = [{"course": one, "words": course_words(one), "reason": reason} for one, reason in pairs.apart]
    return found + [{"course": one, "words": course_words(one), "reason": ""} for one in pairs.led_by]


def _left(sessions: int, held: int) -> dict[str, str]:
    left = max(sessions - held, 0)
    if held:
        return {"kind": "caution", "icon": "arrow-repeat", "text": f"{left} of {sessions} left to book"}
    return {"kind": "wait", "icon": "calendar-plus", "text": f"{left} visit{'' if left == 1 else 's'} to book"}


def visits_of(course: Course) -> list[dict[str, Any]]:
    """Booked visits of a course in order; ``is_extra`` if the course now asks for fewer."""
    visits = course.visits.active().with_people().order_by("starts_at")
    return [
        {
            "visit": visit,
            "number": visit.number_in(course.pk),
            "pill": pill(visit.status),
            "is_extra": visit.number_in(course.pk) not in course.numbers,
        }
        for visit in visits
    ]


def series_offer(course_id: str | None, nonce: str, *, now: dt.datetime) -> dict[str, Any] | None:
    """What the bar after booking or closing a course says; ``can_undo`` while the whole booking can be
    undone.
    """
    number = whole_number(course_id)
    if number is None:
        return None
    course = Course.objects.select_related("patient").filter(pk=number).first()
    if course is None:
        return None
    if course.status == Course.Status.CLOSED:
        return {"course": course, "words": f"The course of {course.patient} is off the list.", "is_closed": True}
    changes = series_booked(course, nonce, now=now)
    if not changes:
        return None
    count = len(changes)
    words = f"{count} visit{'' if count == 1 else 's'} booked for {course.patient}."
    if shared := sum(change.appointment.is_shared for change in changes):
        words = f"{words[:-1]}, {shared} of them for both courses."
    return {"course": course, "words": words, "nonce": nonce, "can_undo": True}
