"""The invented clinic itself: its data, staff, rooms, devices, services and working hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from clinic.people.models import Clinic, User
from clinic.scheduling.models import Device, Room, Service, WorkingHours

PASSWORD = "ashi-demo"
STAFF = (
    # e-mail, name, title, roles, colour
    ("owner@demo.ashi", "Olivia Marsh", "Owner", ("owner",), "#6b5b95"),
    ("practitioner@demo.ashi", "Dr. Lin Wei", "L.Ac., Dipl. Ac.", ("practitioner",), "#1f5e4e"),
    ("practitioner2@demo.ashi", "Jonas Adler", "L.Ac.", ("practitioner",), "#2c567d"),
    ("practitioner3@demo.ashi", "Priya Raman", "L.Ac., sports", ("practitioner", "front_desk"), "#8a5a00"),
    ("desk@demo.ashi", "Dora Finch", "Front desk", ("front_desk",), "#56635d"),
)
# open every day, so that the demo has a working day whenever someone starts it
HOURS = (
    ((0, 1, 2, 3, 4), dt.time(8, 0), dt.time(12, 30)),
    ((0, 1, 2, 3, 4), dt.time(13, 30), dt.time(18, 0)),
    ((5, 6), dt.time(9, 0), dt.time(17, 0)),
)


@dataclass(frozen=True)
class DemoClinic:
    practitioners: tuple[User, ...]
    desk: User
    first_visit: Service
    follow_up: Service


def set_up() -> DemoClinic:
    """The clinic before its first patient."""
    Clinic.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Willow Gate Acupuncture",
            "time_zone": "America/New_York",
            "emergency_number": "911",
            "crisis_line": "988",
            "phone": "+12015550100",
            "email": "hello@willowgate.example",
            "alert_email": "alerts@willowgate.example",
            "address": "12 Willow Gate\nHoboken, NJ 07030",
        },
    )
    staff = {}
    password = make_password(PASSWORD)  # only once: the hash is slow by design
    for email, name, title, roles, colour in STAFF:
        held = {f"is_{role}": True for role in roles}
        staff[email] = User.objects.create(
            email=email, password=password, name=name, title=title, colour=colour, **held
        )
    rooms = [
        Room.objects.create(name="Willow", kind="table"),
        Room.objects.create(name="Cedar", kind="table"),
        Room.objects.create(name="Maple", kind="table"),
    ]
    for number in (1, 2):
        Device.objects.create(name=f"Stimulator {number}", kind="stimulator")
    first_visit = Service.objects.create(
        name="First visit", minutes=75, changeover_minutes=10, is_first_visit=True, colour="blue"
    )
    follow_up = Service.objects.create(name="Follow-up", minutes=45, changeover_minutes=10, colour="green")
    Service.objects.create(name="Long follow-up", minutes=60, changeover_minutes=10, colour="amber")
    practitioners = tuple(user for user in staff.values() if user.is_practitioner)
    for practitioner, room in zip(practitioners, rooms, strict=True):
        WorkingHours.objects.bulk_create(
            WorkingHours(practitioner=practitioner, weekday=day, starts=starts, ends=ends, room=room)
            for days, starts, ends in HOURS
            for day in days
        )
    return DemoClinic(practitioners, staff["desk@demo.ashi"], first_visit, follow_up)
