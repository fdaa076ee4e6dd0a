"""A practitioner is ill: the desk enters it, sees which visits fall into it, moves one and takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults
from tests.support.demo_server import DemoServer

SEED = """
import datetime as dt
from django.utils import timezone
from clinic.people.models import Clinic, User
from clinic.people.actions.patients import add_patient
from clinic.scheduling.availability import instant
from clinic.scheduling.models import Appointment, Room, Service, WorkingHours
desk = User.objects.get(email="desk@demo.ashi")
room = Room.objects.create(name="Room Ill", kind="table")
zone = Clinic.current().zone
day = timezone.localdate(timezone=zone) + dt.timedelta(days=3)
for key in ("Ill", "Well"):
    who = User.objects.create_user(email=f"{key.lower()}@demo.ashi", password=None, name=f"Dr. {key}",
        is_practitioner=True)
    for weekday in range(7):
        WorkingHours.objects.create(practitioner=who, weekday=weekday, starts=dt.time(9), ends=dt.time(17), room=room)
    if key == "Well":
        continue
    service = Service.objects.filter(is_first_visit=False, is_active=True, device_kind="", room_kind="table").first()
    for hour, given in ((10, "Ana"), (13, "Ben")):
        starts = instant(day, dt.time(hour), zone)
        ends = starts + dt.timedelta(minutes=service.minutes)
        patient = add_patient(by=desk, given_name=given, family_name="Fallen")
        Appointment.objects.create(patient=patient, service=service, practitioner=who, room=room, starts_at=starts,
            ends_at=ends, busy_until=ends, nonce=f"fallen-{hour}", created_by=desk)
print("day", day.isoformat())
"""


def test_an_absence_over_booked_visits(open_page: Callable[..., Page], server: DemoServer) -> None:
    found = re.search(r"day (\S+)", server.manage("shell", "-c", SEED))
    assert found
    day = found[1]
    desk = open_page("desk")
    desk.goto("/schedule/")
    desk.get_by_role("link", name="Absences").click()
    desk.get_by_label("Who").select_option(label="Dr. Ill")
    desk.locator("#id_first_day").fill(day)
    assert accessibility_faults(desk) == []
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("2 booked visits fall into it")).to_be_visible()
    ana = desk.locator(".to-move li", has_text="Ana Fallen")
    expect(ana).to_contain_text("Dr. Ill is away then")
    assert accessibility_faults(desk) == []
    desk.goto(f"/schedule/?date={day}")
    marked = desk.locator("#calendar .cal-visit.visit-in-trouble", has_text="Fallen")
    expect(marked).to_have_count(2)
    desk.goto("/")
    desk.locator("section", has_text="Visits to move").get_by_role("link", name="Find places").click()
    ana.get_by_role("button", name="Move Ana Fallen").click()
    expect(desk.get_by_text("1 visit moved.")).to_be_visible()
    expect(ana).to_have_count(0)
    expect(desk.locator(".to-move li", has_text="Ben Fallen")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(ana).to_be_visible()
