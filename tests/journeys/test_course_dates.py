"""The front desk keeps the dose: a course extended, a visit missed, a week closed, a changed dose brought in line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults
from tests.support.demo_server import DemoServer

# Weekly visits, on one weekday at one time: three are over, so many are booked. Prints ids of course and patient.
COURSE = """
import datetime as dt
from django.utils import timezone
from clinic.people.models import Clinic, User
from clinic.people.actions.patients import add_patient
from clinic.scheduling.actions import book_series, request_course, set_status, WantedVisit
from clinic.scheduling.availability import instant
from clinic.scheduling.models import Absence, Appointment, Room, Service, WorkingHours
desk = User.objects.get(email="desk@demo.ashi")
lin = User.objects.create_user(email="{key}@demo.ashi", password=None, name="Dr. {name}", is_practitioner=True)
room, _ = Room.objects.get_or_create(name="Room {name}", kind="table")
for day in range(5):
    WorkingHours.objects.create(practitioner=lin, weekday=day, starts=dt.time(8), ends=dt.time(12), room=room)
service = Service.objects.filter(is_first_visit=False, is_active=True, device_kind="", room_kind="table").first()
patient = add_patient(by=desk, given_name="Paula", family_name="{name}")
def ask(**more):
    asked = dict(patient=patient, practitioner=lin, service=service, phases=[{{"per_week": 1, "weeks": 6}}], sessions=6,
                 minutes=service.minutes, reference="plan:{key}", by=lin)
    return request_course(**{{**asked, **more}})
course = ask()
zone = Clinic.current().zone
today = timezone.localdate(timezone=zone)
first = today - dt.timedelta(days=today.weekday()) - dt.timedelta(days=11)  # a Thursday, two or three weeks ago
days = [first + dt.timedelta(days=7 * number) for number in range(6)]
moments = [instant(day, dt.time(9), zone) for day in days]
booked = book_series(course=course, by=desk, nonce="nonce-{key}", now=moments[0] - dt.timedelta(days=3),
    visits=[WantedVisit(number, at, lin.pk) for number, at in enumerate(moments, start=1)])
Appointment.objects.filter(course=course, starts_at__lt=timezone.now()).update(status="done")
{then}
print(f"ids {{course.pk}} {{patient.pk}} {{days[-1].isoformat()}}")
"""


def seed(server: DemoServer, name: str, then: str) -> tuple[int, int, dt.date]:
    words = server.manage("shell", "-c", COURSE.format(key=name.lower(), name=name, then=then))
    found = re.search(r"ids (\d+) (\d+) (\S+)", words)
    assert found, words
    return int(found[1]), int(found[2]), dt.date.fromisoformat(found[3])


def offered(page: Page) -> list[dt.date]:
    return [dt.date.fromisoformat(box.input_value()) for box in page.locator("input.day").all()]


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Iterator[Page]:
    yield open_page("desk")


def test_extended_course_goes_on_after_its_last_visit(desk: Page, server: DemoServer) -> None:
    course, _patient, last = seed(server, "Longer", "ask(sessions=9, phases=[{'per_week': 1, 'weeks': 9}])")
    desk.goto(f"/followups/{course}/")
    days = offered(desk)
    assert [(day - last).days for day in days] == [7, 14, 21]
    expect(desk.get_by_text("None ticked: as usual, Thu at 09:00.")).to_be_visible()
    desk.get_by_role("button", name="Book all 3 visits").last.click()
    desk.wait_for_url(re.compile("booked="))
    expect(desk.get_by_text("3 visits booked for Paula Longer.")).to_be_visible()


def test_missed_visit_is_made_up_for_at_the_end_and_a_nearer_day_is_refused(desk: Page, server: DemoServer) -> None:
    missed = "set_status(appointment=course.appointments.get(number_in_course=5), status='no_show', by=desk)"
    course, _patient, last = seed(server, "Missed", missed)
    desk.goto(f"/followups/{course}/")
    assert offered(desk) == [last + dt.timedelta(days=7)]
    desk.locator("#day-5").fill((last + dt.timedelta(days=1)).isoformat())
    desk.locator("#day-5").blur()
    expect(desk.locator("#state-5")).to_contain_text("Only 1 day from visit 6")
    desk.get_by_role("button", name="Book this visit").last.click()
    expect(desk.get_by_role("heading", name="Nothing was booked")).to_be_visible()
    expect(desk.get_by_role("button", name="Book these dates anyway")).to_be_visible()
    assert not accessibility_faults(desk)
    desk.get_by_role("button", name=re.compile("^Next fit")).click()
    expect(desk.locator("#state-5")).to_contain_text("free")
    desk.get_by_role("button", name="Book this visit").last.click()
    desk.wait_for_url(re.compile("booked="))


def test_closed_week_moves_the_rest_on_and_is_named(desk: Page, server: DemoServer) -> None:
    closed = (
        "ask(sessions=9, phases=[{'per_week': 1, 'weeks': 9}]);"
        "Absence.objects.create(practitioner=lin, starts_at=instant(days[-1] + dt.timedelta(days=4), dt.time(0), zone),"
        " ends_at=instant(days[-1] + dt.timedelta(days=14), dt.time(0), zone))"
    )
    course, _patient, last = seed(server, "Closed", closed)
    desk.goto(f"/followups/{course}/")
    days = offered(desk)
    assert [(day - last).days for day in days] == [14, 21, 28]
    assert all((later - sooner).days >= 7 for sooner, later in pairwise(days))
    expect(desk.locator("#state-7")).to_contain_text("Dr. Closed is away")
    expect(desk.locator("#state-8")).to_contain_text("free")


def test_changed_dose_is_seen_looked_at_brought_in_line_and_undone(
    desk: Page, server: DemoServer, open_page: Callable[..., Page]
) -> None:
    _course, patient, _last = seed(server, "Changed", "ask(sessions=4, minutes=service.minutes + 15)")
    desk.goto("/")
    expect(desk.get_by_text("The plan asks for 4 visits, 6 are booked: 2 too many")).to_be_visible()
    desk.goto("/followups/")
    row = desk.locator("li", has_text="Paula Changed")
    expect(row).to_contain_text("2 too many")
    assert not accessibility_faults(desk)
    row.get_by_role("link", name=re.compile("Bring in line")).click()
    expect(desk.get_by_role("heading", name="Cancelled (2)")).to_be_visible()
    assert not accessibility_faults(desk)
    desk.get_by_role("button", name="Bring in line").click()
    desk.wait_for_url(re.compile("aligned="))
    notice = desk.get_by_role("status").filter(has_text="Paula Changed")
    expect(notice).to_contain_text("brought in line with the plan")
    expect(desk.locator("li", has_text="Paula Changed")).to_have_count(0)
    notice.get_by_role("button", name="Undo").click()
    expect(desk.locator("li", has_text="Paula Changed")).to_contain_text("2 too many")
    desk.locator("li", has_text="Paula Changed").get_by_role("button", name=re.compile("Cancel the 2 extra")).click()
    expect(desk.get_by_text("2 visits of Paula Changed cancelled.")).to_be_visible()
    desk.goto(f"/patients/{patient}/")
    expect(desk.get_by_text("Paula Changed").first).to_be_visible()
