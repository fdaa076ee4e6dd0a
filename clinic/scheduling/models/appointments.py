"""Courses, appointments, their changes, and the patient's link to their own.

The database itself (migration 0002), not the booking code, ensures that no two active appointments share a
practitioner, room, device or patient at the same time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Set
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from clinic.people.models import Patient
from clinic.scheduling.models.resources import (
    LONGEST_MINUTES,
    LONGEST_STAY,
    SHORTEST_MINUTES,
    Device,
    DeviceKind,
    Room,
    Service,
)


def check_phases(value: Any) -> None:
    """``[{"per_week": 2, "weeks": 4}, ...]``, 1 to 7 a week, 1 to 52 weeks."""
    fine = (
        isinstance(value, list)
        and value
        and all(
            isinstance(phase, dict)
            and set(phase) == {"per_week", "weeks"}
            and all(isinstance(number, int) and not isinstance(number, bool) for number in phase.values())
            and 1 <= phase["per_week"] <= 7
            and 1 <= phase["weeks"] <= 52
            for phase in value
        )
    )
    if not fine:
        raise ValidationError("Phases are written [{“per_week”: 2, “weeks”: 4}], 1-7 a week for 1-52 weeks.")


class Course(models.Model):
    """A requested course of visits: how many, how often, how long, with what. Logistics, no medicine."""

    class Status(models.TextChoices):
        TO_BOOK = "to_book", "to book"
        BOOKED = "booked", "booked"
        CLOSED = "closed", "closed"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    practitioner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="courses")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    phases = models.JSONField(validators=[check_phases])
    sessions = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100)])
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(SHORTEST_MINUTES), MaxValueValidator(LONGEST_MINUTES)]
    )
    device_kind = models.CharField(max_length=20, choices=DeviceKind, blank=True, default="")
    device_from_visit = models.PositiveSmallIntegerField(null=True, blank=True)
    first_visit_number = models.PositiveSmallIntegerField(default=1)
    needs = models.CharField(max_length=200, blank=True, help_text="Logistics only: “cannot lie face down”.")
    status = models.CharField(max_length=8, choices=Status, default=Status.TO_BOOK)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    reference = models.CharField(max_length=60, unique=True)  # who requested it, opaque to scheduling: "plan:12"
    # until then its bookings are not what it asks for: kept for the desk's lists (clinic.scheduling.kept)
    differs_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["requested_at", "id"]
        indexes = [
            models.Index(fields=["status", "requested_at"], name="course_waiting"),
            models.Index(fields=["differs_until"], condition=Q(differs_until__isnull=False), name="course_differs"),
        ]

    def __str__(self) -> str:
        return f"{self.sessions} visits for {self.patient}"

    @property
    def numbers(self) -> range:
        """Visit numbers of this course, as the plan counts them."""
        return range(self.first_visit_number, self.first_visit_number + self.sessions)

    def missing_numbers(self, held: Set[int] | None = None) -> list[int]:
        """Visits without a time so far. One booked beyond the number asked for makes up for a missed one.

        ``held``: the numbers of those that have one, if known.
        """
        if held is None:
            held = {number or 0 for number in self.visits.active().values_list("number", flat=True)}  # type: ignore[misc]
        missing = [number for number in self.numbers if number not in held]
        return missing[len(held - set(self.numbers)) :]

    @property
    def visits(self) -> AppointmentQuerySet:
        """All appointments that serve this course, alone or with another; each with its ``number`` here."""
        own = When(course=self.pk, then=F("number_in_course"))
        number = Case(own, default=F("also_number"), output_field=models.PositiveSmallIntegerField())
        return Appointment.objects.of_courses([self.pk]).annotate(number=number)

    def device_kind_at(self, number: int) -> str:
        """The device visit ``number`` needs, or ""."""
        return self.device_kind if self.device_kind and number >= (self.device_from_visit or 1) else ""


class AppointmentStatus(models.TextChoices):
    BOOKED = "booked", "booked"
    CONFIRMED = "confirmed", "confirmed"
    ARRIVED = "arrived", "arrived"
    IN_ROOM = "in_room", "in room"
    DONE = "done", "done"
    CANCELLED = "cancelled", "cancelled"
    NO_SHOW = "no_show", "no-show"


FREES_THE_SLOT = (AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW)
MOVABLE = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED)


class CourseFields(NamedTuple):
    """The columns of an appointment that hold its place in a course."""

    course: str
    number: str
    earlier_pace: str


OWN = CourseFields("course_id", "number_in_course", "earlier_pace")
ALSO = CourseFields("also_course_id", "also_number", "also_earlier_pace")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def active(self) -> AppointmentQuerySet:
        """Those that keep their time: neither cancelled nor missed."""
        return self.exclude(status__in=FREES_THE_SLOT)

    def of_courses(self, courses: Iterable[int]) -> AppointmentQuerySet:
        """Those that serve one of the courses, alone or together with another."""
        ids = list(courses)
        return self.filter(Q(course__in=ids) | Q(also_course__in=ids))

    def between(self, starts: dt.datetime, ends: dt.datetime) -> AppointmentQuerySet:
        return self.filter(starts_at__gt=starts - LONGEST_STAY, starts_at__lt=ends, busy_until__gt=starts)

    def with_people(self) -> AppointmentQuerySet:
        return self.select_related("patient", "service", "practitioner", "room", "device")


class Appointment(models.Model):
    """One visit at one time. Never deleted: cancelled or missed, it keeps its row and frees its time."""

    Status = AppointmentStatus

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    busy_until = models.DateTimeField()  # ends_at plus the changeover: practitioner, room and device are taken
    status = models.CharField(max_length=9, choices=AppointmentStatus, default=AppointmentStatus.BOOKED)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, related_name="appointments")
    number_in_course = models.PositiveSmallIntegerField(null=True)
    # a second course of the patient that the same visit serves, and its number there; both or neither
    also_course = models.ForeignKey(
        Course, on_delete=models.PROTECT, null=True, related_name="shared_appointments", db_index=False
    )
    also_number = models.PositiveSmallIntegerField(null=True)
    also_earlier_pace = models.PositiveSmallIntegerField(null=True)
    earlier_pace = models.PositiveSmallIntegerField(null=True)  # visits a week it was booked for, before that changed
    nonce = models.CharField(max_length=80, unique=True)  # of the form that booked it: a double click books once
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    arrived_at = models.DateTimeField(null=True)
    in_room_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    # its start while something prevents it (a closed room, an absence ...): kept for the homes (clinic.scheduling.kept)
    stuck_at = models.DateTimeField(null=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(busy_until__gte=F("ends_at")),
                name="appointment_times_in_order",
            ),
            models.UniqueConstraint(
                fields=["course", "number_in_course"],
                condition=~Q(status__in=["cancelled", "no_show"]),
                name="course_visit_booked_once",
            ),
            models.UniqueConstraint(  # one number held by both columns: migration 0009
                fields=["also_course", "also_number"],
                condition=~Q(status__in=["cancelled", "no_show"]),
                name="course_visit_shared_once",
            ),
        ]
        indexes = [
            models.Index(fields=["practitioner", "busy_until"], name="appointment_practitioner_busy"),
            models.Index(fields=["room", "busy_until"], name="appointment_room_busy"),
            models.Index(fields=["device", "busy_until"], name="appointment_device_busy"),
            models.Index(fields=["patient", "ends_at"], name="appointment_patient_busy"),
            models.Index(fields=["stuck_at"], condition=Q(stuck_at__isnull=False), name="appointment_stuck"),
            models.Index(  # else SQLite looks for the few that are stuck in all visits of a practitioner
                fields=["practitioner", "stuck_at"], condition=Q(stuck_at__isnull=False), name="appointment_stuck_of"
            ),
            models.Index(
                fields=["also_course"], condition=Q(also_course__isnull=False), name="appointment_also_course"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_active(self) -> bool:
        return self.status not in FREES_THE_SLOT

    @property
    def courses(self) -> list[Course]:
        """The courses it serves: none, one or two."""
        return [one for one in (self.course, self.also_course) if one is not None]

    @property
    def is_shared(self) -> bool:
        return self.also_course_id is not None

    def fields_in(self, course: int) -> CourseFields:
        """The columns that hold its place in that course."""
        return ALSO if self.also_course_id == course else OWN

    def number_in(self, course: int) -> int:
        return getattr(self, self.fields_in(course).number) or 0

    def without(self, course: int) -> dict[str, Any]:
        """The values of a visit that serves two, once it serves only the other one."""
        left = OWN if self.also_course_id == course else ALSO
        values = (getattr(self, left.course), getattr(self, left.number), getattr(self, left.earlier_pace))
        return dict(zip(OWN, values, strict=True)) | dict.fromkeys(ALSO)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class AppointmentChange(models.Model):
    """One change of an appointment, with the previous values: history, and what Undo restores."""

    class Kind(models.TextChoices):
        BOOKED = "booked", "booked"
        MOVED = "moved", "moved"
        STATUS = "status", "status"
        UNDONE = "undone", "undone"
        ALIGNED = "aligned", "brought in line with the plan"
        SHARED = "shared", "for other courses"

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=8, choices=Kind)
    before = models.JSONField(default=dict)  # previous values of the changed fields
    after = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class MoveNotice(models.Model):
    """Informs a practitioner that someone else gave them a visit or took one from them; until they dismiss it."""

    change = models.ForeignKey(AppointmentChange, on_delete=models.PROTECT, related_name="notices")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="move_notices")
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["change", "reader"], name="move_told_once")]
        indexes = [
            models.Index(fields=["reader", "-id"], condition=Q(dismissed_at=None), name="move_notice_open"),
        ]

    def __str__(self) -> str:
        return f"{self.change} to {self.reader}"


class AppointmentLink(models.Model):
    """A patient's link to their own coming appointments; only a hash of the token is stored."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointment_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"link of {self.patient}"
