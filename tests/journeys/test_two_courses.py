"""The front desk books two courses of one patient as the same visits, and sees both counted."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.support.demo_server import DemoServer

# Two a week for two weeks, and one a week for three: with a practitioner and a room of their own. Prints both ids.
TWO = """
import datetime as dt
from clinic.people.models import User
from clinic.people.actions.patients import add_patient
from clinic.scheduling.actions import request_course
from clinic.scheduling.models import Room, Service, WorkingHours
desk = User.objects.get(email="desk@demo.ashi")
mo = User.objects.create_user(email="two@demo.ashi", password=None, name="Dr. Both", is_practitioner=True)
room = Room.objects.create(name="Room Both", kind="table")
for day in range(5):
    WorkingHours.objects.create(practitioner=mo, weekday=day, starts=dt.time(8), ends=dt.time(12), room=room)
service = Service.objects.filter(is_first_visit=False, is_active=True, device_kind="", room_kind="table").first()
patient = add_patient(by=desk, given_name="Toni", family_name="Twice")
ids = [request_course(patient=patient, practitioner=mo, service=service, phases=[{"per_week": pace, "weeks": weeks}],
       sessions=pace * weeks, minutes=minutes, reference=f"plan:two-{pace}", by=mo).pk
       for pace, weeks, minutes in ((2, 2, 45), (1, 3, 30))]
print("ids", *ids)
"""


def test_two_courses_are_booked_as_the_same_visits(open_page: Callable[..., Page], server: DemoServer) -> None:
    found = re.search(r"ids (\d+) (\d+)", server.manage("shell", "-c", TWO))
    assert found
    often, seldom = found.groups()
    desk = open_page("desk")
    desk.goto("/followups/")
    lines = desk.get_by_role("listitem").filter(has_text="Toni Twice")
    expect(lines.filter(has_text="One of two courses of this patient")).to_have_count(2)
    desk.goto(f"/followups/{seldom}/")
    desk.get_by_role("link", name=re.compile("^2 a week for 2 weeks")).click()
    desk.wait_for_url(re.compile(f"/followups/{often}/"))
    expect(desk.get_by_text("2 of 4 for both courses.")).to_be_visible()
    assert not accessibility_faults(desk)
    both = desk.get_by_role("checkbox", name=re.compile("^both courses at visit"))
    assert [box.is_checked() for box in both.all()] == [True, False, True, False]
    with desk.expect_response(re.compile(r"/check/2/")):
        both.nth(1).check()  # three or four days after the first: too soon for one a week
    expect(desk.locator("#state-2")).to_contain_text("In the other course")
    with desk.expect_response(re.compile(r"/check/2/")):
        both.nth(1).uncheck()
    expect(desk.locator("#state-2")).to_contain_text("free")
    desk.get_by_role("button", name="Book all 4 visits").last.click()
    desk.wait_for_url(re.compile("booked="))
    expect(desk.get_by_text("4 visits booked for Toni Twice, 2 of them for both courses.")).to_be_visible()
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("1 of 3 left to book")
    desk.goto(f"/followups/{seldom}/")
    desk.locator("ol.booked-dates a").first.click()
    expect(desk.get_by_text("75 minutes")).to_be_visible()
    assert not accessibility_faults(desk)
    desk.get_by_role("button", name=re.compile("^No longer visit 1 of “1 a week for 3 weeks")).click()
    expect(desk.get_by_text("now for one course alone")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_role("button", name=re.compile("^No longer visit 1 of “1 a week for 3 weeks"))).to_be_visible()
    phone = open_page("desk", size=PHONE)
    phone.goto(f"/followups/{seldom}/")
    expect(phone.get_by_text("both courses").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
