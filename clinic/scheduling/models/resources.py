"""What the owner sets up: services, rooms, devices, working hours, absences."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

# Neither a visit nor its changeover is longer than this. The database enforces the sum (migration 0007), so whatever
# goes on at a moment began at most ``LONGEST_STAY`` before it, and no query reads all history to find it.
SHORTEST_MINUTES, LONGEST_MINUTES, LONGEST_CHANGEOVER = 5, 480, 120
LONGEST_STAY = dt.timedelta(minutes=LONGEST_MINUTES + LONGEST_CHANGEOVER)


class RoomKind(models.TextChoices):
    TABLE = "table", "room with table"
    CHAIR = "chair", "room with chair"


class DeviceKind(models.TextChoices):
    STIMULATOR = "stimulator", "stimulator"
    HEAT_LAMP = "heat_lamp", "heat lamp"


class Tint(models.TextChoices):
    """Colours of the calendar: names, so that each has a light and a dark variant in the style sheet."""

    GREEN = "green", "green"
    BLUE = "blue", "blue"
    AMBER = "amber", "amber"
    CLAY = "clay", "clay"
    GREY = "grey", "grey"


class Service(models.Model):
    """What can be booked: how long it takes, and what it needs."""

    name = models.CharField(max_length=80, unique=True)
    minutes = models.PositiveSmallIntegerField(
        "length in minutes", validators=[MinValueValidator(SHORTEST_MINUTES), MaxValueValidator(LONGEST_MINUTES)]
    )
    changeover_minutes = models.PositiveSmallIntegerField(
        "changeover in minutes",
        default=0,
        validators=[MaxValueValidator(LONGEST_CHANGEOVER)],
        help_text="Fresh paper, notes, airing: room and practitioner stay taken for so long.",
    )
    room_kind = models.CharField("kind of room", max_length=20, choices=RoomKind, default=RoomKind.TABLE)
    device_kind = models.CharField("device", max_length=20, choices=DeviceKind, blank=True, default="")
    colour = models.CharField(max_length=10, choices=Tint, default=Tint.GREEN)
    is_first_visit = models.BooleanField("for a first visit", default=False)
    is_active = models.BooleanField("can be booked", default=True)

    class Meta:
        ordering = ["-is_first_visit", "name"]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=RoomKind, default=RoomKind.TABLE)
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=DeviceKind, default=DeviceKind.STIMULATOR)
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkingHours(models.Model):
    """When a practitioner works every week, in wall-clock time."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    practitioner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="working_hours",
        limit_choices_to={"is_practitioner": True},
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts = models.TimeField()
    ends = models.TimeField()
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where they usually work: taken first when it is free and of the right kind.",
    )

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["practitioner", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="hours_end_after_they_start",
                violation_error_message="Working hours must end after they start.",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday_0_to_6"),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner}, {self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"


class Absence(models.Model):
    """When a practitioner, or the whole clinic, is away: holiday, course, closed day."""

    practitioner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="absences",
        limit_choices_to={"is_practitioner": True},
        help_text="Leave empty when the whole clinic is closed.",
    )
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("until")
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="absence_ends_after_it_starts",
                violation_error_message="An absence must end after it starts.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practitioner or 'Clinic closed'}, {self.starts_at:%Y-%m-%d %H:%M}"
