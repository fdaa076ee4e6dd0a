"""Reads the diary that availability works on from the database, and says in words what does not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clinic.people.models import Clinic, User
from clinic.scheduling.availability import Away, Busy, Diary, Hours, Need, Reason, Refusal, Resource
from clinic.scheduling.errors import BookingRefused, NotOpen, SlotTaken
from clinic.scheduling.models import (
    Absence,
    Appointment,
    Course,
    Device,
    Room,
    RoomKind,
    Service,
    WorkingHours,
)

if TYPE_CHECKING:
    from clinic.scheduling.availability import Slot

A_DAY = dt.timedelta(days=1)
BUSY_FIELDS = ("id", "practitioner_id", "patient_id", "room_id", "device_id", "starts_at", "ends_at", "busy_until")
LOOK_AHEAD = dt.timedelta(days=43)  # how far ahead the next fit is searched for


def fields_of(slot: Slot) -> dict[str, Any]:
    """What an appointment at that slot holds, by its fields."""
    return {
        "starts_at": slot.starts,
        "ends_at": slot.ends,
        "busy_until": slot.until,
        "practitioner_id": slot.practitioner,
        "room_id": slot.room,
        "device_id": slot.device,
    }


def load_diary(starts: dt.datetime, ends: dt.datetime) -> Diary:
    """All hours, absences and active visits that matter between two moments (a day is added on either side)."""
    starts, ends = starts - A_DAY, ends + A_DAY
    hours = WorkingHours.objects.filter(practitioner__is_active=True, practitioner__is_practitioner=True)
    visits = Appointment.objects.active().between(starts, ends).order_by("id")
    return Diary(
        zone=Clinic.current().zone,
        hours=tuple(
            Hours(*line) for line in hours.values_list("practitioner_id", "weekday", "starts", "ends", "room_id")
        ),
        away=tuple(
            Away(*line)
            for line in Absence.objects.filter(starts_at__lt=ends, ends_at__gt=starts).values_list(
                "practitioner_id", "starts_at", "ends_at"
            )
        ),
        busy=tuple(Busy(*line) for line in visits.values_list(*BUSY_FIELDS)),
        rooms=tuple(Resource(*line) for line in Room.objects.filter(is_active=True).values_list("id", "kind")),
        devices=tuple(Resource(*line) for line in Device.objects.filter(is_active=True).values_list("id", "kind")),
    )


def diary_around(starts: Iterable[dt.datetime], *, now: dt.datetime) -> Diary:
    """What decides about visits at these times, and about the next fit after each. The past is left out."""
    times = [max(start, now) for start in starts]
    return load_diary(min(times), max(times) + LOOK_AHEAD)


def practitioners() -> list[User]:
    """Those who can be booked, by name."""
    return list(User.objects.filter(is_active=True, is_practitioner=True).order_by("name", "id"))


def in_order(first: int | None) -> tuple[int, ...]:
    """Practitioner ids, ``first`` in front."""
    ids = [user.pk for user in practitioners()]
    return tuple(sorted(ids, key=lambda pk: pk != first))


def need_of_service(service: Service, practitioner_ids: Iterable[int], *, patient: int | None) -> Need:
    return Need(
        minutes=service.minutes,
        changeover=service.changeover_minutes,
        room_kind=service.room_kind,
        practitioners=tuple(practitioner_ids),
        device_kind=service.device_kind,
        patient=patient,
    )


def need_of_visit(course: Course, number: int, practitioner_ids: Iterable[int]) -> Need:
    """What visit ``number`` of a course asks for. One made up for at the end is numbered by its position in time."""
    return Need(
        minutes=course.minutes,
        changeover=course.service.changeover_minutes,
        room_kind=course.service.room_kind,
        practitioners=tuple(practitioner_ids),
        device_kind=course.device_kind_at(number) or course.service.device_kind,
        patient=course.patient_id,
    )


def need_of_appointment(appointment: Appointment, practitioner_ids: Iterable[int]) -> Need:
    """What a booked visit asks for when it moves: it keeps its length, changeover and kind of device."""
    return Need(
        minutes=appointment.minutes,
        changeover=int((appointment.busy_until - appointment.ends_at).total_seconds() // 60),
        room_kind=appointment.service.room_kind,
        practitioners=tuple(practitioner_ids),
        device_kind=appointment.device.kind if appointment.device else "",
        patient=appointment.patient_id,
        room=appointment.room_id,
    )


def in_words(refusal: Refusal, need: Need, zone: dt.tzinfo) -> str:
    """One sentence for the desk: what is in the way, without naming other patients."""
    name = User.objects.filter(pk=refusal.practitioner).values_list("name", flat=True).first()
    name = name or "The practitioner"
    when = moment(refusal.starts, zone)
    room = RoomKind(need.room_kind).label if need.room_kind in RoomKind.values else need.room_kind
    return {
        Reason.PAST: f"{when} is over.",
        Reason.CLOSED: f"{name} does not work at that time ({when}, {need.minutes} minutes).",
        Reason.CLINIC: f"The clinic is closed at that time ({when}).",
        Reason.AWAY: f"{name} is away at that time ({when}).",
        Reason.PRACTITIONER: f"{name} has another visit at {when}.",
        Reason.PATIENT: f"This patient has another visit at {when}.",
        Reason.ROOM: f"No {room} is free at {when}.",
        Reason.DEVICE: f"No {need.device_kind.replace('_', ' ')} is free at {when}.",
    }[refusal.reason]


def refused(refusal: Refusal, need: Need, zone: dt.tzinfo, *, next_fit: Slot | None) -> BookingRefused:
    """The typed error for a refusal."""
    words = in_words(refusal, need, zone)
    if refusal.reason in (Reason.PRACTITIONER, Reason.PATIENT, Reason.ROOM, Reason.DEVICE):
        return SlotTaken(words, what=refusal.reason.value, next_fit=next_fit)
    return NotOpen(words, next_fit=next_fit)


def moment(when: dt.datetime, zone: dt.tzinfo) -> str:
    """“Thu 26 Nov, 15:00” on the wall clock of ``zone``."""
    local = when.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
