"""A lost line: the schedule keeps what it had, says so, and catches up; the board lives on after a click."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import accessibility_faults
from tests.support.demo_server import DemoServer

MODELS = "from clinic.scheduling.models import Appointment; from django.db.models import F"
# One practitioner with a visit today in an hour nobody else works; prints the ids of two visits.
TODAY = """
import datetime as dt
from django.utils import timezone
from clinic.people.models import Clinic, User
from clinic.people.actions.patients import add_patient
from clinic.scheduling.availability import day_starts
from clinic.scheduling.models import Appointment, Room, Service, WorkingHours
desk = User.objects.get(email="desk@demo.ashi")
who = User.objects.create_user(email="{key}@demo.ashi", password=None, name="Dr. {name}", is_practitioner=True)
room = Room.objects.create(name="Room {name}", kind="table")
service = Service.objects.filter(is_first_visit=False, is_active=True, device_kind="").first()
zone = Clinic.current().zone
today = timezone.localdate(timezone=zone) + dt.timedelta(days={days})
WorkingHours.objects.create(practitioner=who, weekday=today.weekday(), starts=dt.time(9), ends=dt.time(17))
for hour, given in ((10, "Ana"), (12, "Ben")):
    starts = day_starts(today, zone) + dt.timedelta(hours=hour)
    ends = starts + dt.timedelta(minutes=45)
    patient = add_patient(by=desk, given_name=given, family_name="{name}")
    visit = Appointment.objects.create(patient=patient, service=service, practitioner=who, room=room, starts_at=starts,
        ends_at=ends, busy_until=ends, nonce=f"{key}-{{hour}}", created_by=desk)
    print("visit", visit.pk)
"""


def seed(server: DemoServer, name: str, days: int = 0) -> list[int]:
    words = server.manage("shell", "-c", TODAY.format(key=name.lower(), name=name, days=days))
    return [int(one) for one in re.findall(r"visit (\d+)", words)]


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Iterator[Page]:
    yield open_page("desk", loses_line=True)


@pytest.mark.parametrize("failing", [503, 0])
def test_calendar_keeps_what_it_had_when_the_feed_fails(desk: Page, server: DemoServer, failing: int) -> None:
    name = f"Lost{failing}"
    seed(server, name)
    desk.goto("/schedule/")
    drawn = desk.locator("#calendar .cal-visit", has_text=f"Ana {name}")
    expect(drawn).to_be_visible()
    count = desk.locator("#calendar .cal-visit").count()
    answer = (lambda route: route.fulfill(status=failing)) if failing else (lambda route: route.abort())
    desk.route(re.compile("/schedule/feed/"), answer)
    desk.evaluate("window.dispatchEvent(new Event('online'))")  # asks at once instead of in a minute
    bar = desk.locator("#freshness")
    expect(bar).to_contain_text(
        re.compile(r"Not up to date since \d\d:\d\d: (no connection|the clinic’s server could)")
    )
    expect(drawn).to_be_visible()
    assert desk.locator("#calendar .cal-visit").count() == count
    assert accessibility_faults(desk) == []
    desk.unroute(re.compile("/schedule/feed/"))
    bar.get_by_role("button", name="Try again").click()
    expect(bar).to_be_hidden()
    expect(drawn).to_be_visible()


def test_calendar_that_never_loaded_shows_the_list_of_the_page(desk: Page, server: DemoServer) -> None:
    seed(server, "Never")
    desk.route(re.compile("/schedule/feed/"), lambda route: route.fulfill(status=503))
    desk.goto("/schedule/")
    expect(desk.locator("#freshness")).to_contain_text("Not up to date")
    expect(desk.locator("#day-list").get_by_text("Ana Never")).to_be_visible()
    expect(desk.locator("#calendar")).to_be_hidden()
    desk.unroute(re.compile("/schedule/feed/"))
    desk.get_by_role("button", name="Try again").click()
    expect(desk.locator("#calendar .cal-visit", has_text="Ana Never")).to_be_visible()
    expect(desk.locator("#day-list")).to_be_hidden()


def test_calendar_says_that_the_session_has_ended(desk: Page, server: DemoServer) -> None:
    seed(server, "Ended")
    desk.goto("/schedule/")
    drawn = desk.locator("#calendar .cal-visit", has_text="Ana Ended")
    expect(drawn).to_be_visible()
    desk.context.clear_cookies()
    desk.evaluate("window.dispatchEvent(new Event('online'))")
    expect(desk.locator("#freshness")).to_contain_text("you are signed out")
    expect(desk.locator("#freshness").get_by_role("link", name="Sign in again")).to_be_visible()
    expect(drawn).to_be_visible()


def test_board_lives_on_after_ones_own_click(desk: Page, server: DemoServer) -> None:
    mine, theirs = seed(server, "Board")
    desk.goto("/today/")
    desk.locator(f"#next-{mine}").click()
    expect(desk.locator("#board").get_by_text("is now arrived")).to_be_visible()
    expect(desk.locator("[id^=undo-]")).to_be_focused()
    refresh = "window.htmx.trigger('#board-refresh', 'ashi:refresh')"
    colleague = f"Appointment.objects.filter(pk={theirs}).update(status='confirmed')"
    server.manage("shell", "-c", f"from clinic.scheduling.models import Appointment; {colleague}")
    desk.evaluate(refresh)
    card = desk.locator(".visit-card", has=desk.locator(f"#visit-{theirs}"))
    expect(card).to_contain_text("Confirmed")
    expect(desk.locator("[id^=undo-]")).to_be_focused()  # the refresh takes nobody's place away
    card.get_by_text("More").click()
    with desk.expect_response(re.compile("/today/")):
        desk.evaluate(refresh)
    desk.wait_for_timeout(500)  # what was answered is drawn
    expect(desk.locator(f"#more-{theirs}")).to_have_attribute("open", "")


def test_a_press_while_the_board_is_drawn_anew_is_sent_or_told(desk: Page, server: DemoServer) -> None:
    mine, theirs = seed(server, "Anew")
    desk.goto("/today/")
    refresh = (
        "delete document.getElementById('board-state').dataset.tag; htmx.trigger('#board-refresh', 'ashi:refresh')"
    )

    def pressed(button: str) -> None:
        """Between the press and its sending, which asks first whether one is still signed in, comes a refresh."""
        held: list[Route] = []
        desk.route("**/session/", lambda route: route.continue_() if held else held.append(route))
        old = desk.locator(button).element_handle()
        with desk.expect_request("**/session/"):
            desk.locator(button).click()
        desk.evaluate(refresh)
        desk.wait_for_function("old => !old.isConnected", arg=old)
        held[0].continue_()

    pressed(f"#next-{mine}")
    expect(desk.locator("#board").get_by_text("is now arrived")).to_be_visible()

    desk.goto("/today/")
    old = desk.locator(f"#next-{theirs}").get_attribute("value")
    change = f"Appointment.objects.filter(pk={theirs}).update(status='confirmed', version=F('version') + 1)"

    def a_colleague_was_faster(route: Route) -> None:
        server.manage("shell", "-c", f"{MODELS}; {change}")
        desk.unroute(re.compile("/today/"))
        route.continue_()

    desk.route(re.compile("/today/"), a_colleague_was_faster)
    pressed(f"#next-{theirs}")
    expect(desk.get_by_role("alert").filter(has_text="Not sent: this page has changed")).to_be_visible()
    expect(desk.locator(f"#next-{theirs}")).to_have_attribute("value", old or "")


def test_board_says_when_it_could_not_refresh_and_never_shows_a_sign_in_form(desk: Page, server: DemoServer) -> None:
    seed(server, "Silent")
    desk.goto("/today/")
    expect(desk.locator("#board").get_by_role("link", name="Ana Silent")).to_be_visible()
    refresh = "window.htmx.trigger('#board-refresh', 'ashi:refresh')"
    desk.route(re.compile("/today/"), lambda route: route.fulfill(status=503))
    desk.evaluate(refresh)
    expect(desk.locator("#freshness")).to_contain_text("Not up to date since")
    desk.unroute(re.compile("/today/"))
    desk.get_by_role("button", name="Try again").click()
    expect(desk.locator("#freshness")).to_be_hidden()
    desk.context.clear_cookies()
    desk.evaluate(refresh)
    expect(desk.locator("#freshness")).to_contain_text("you are signed out")
    expect(desk.locator("#board").get_by_role("link", name="Ana Silent")).to_be_visible()
    expect(desk.locator("#board input[type=password]")).to_have_count(0)


def test_a_visit_dragged_to_another_practitioner_is_asked_told_and_undone(desk: Page, server: DemoServer) -> None:
    seed(server, "Aahere", days=1)
    seed(server, "Aathere", days=1)
    more = "WorkingHours.objects.filter(practitioner__name='Dr. Aathere').update(ends='20:00')"
    gone = "Appointment.objects.filter(patient__family_name='Aathere').update(status='cancelled')"
    server.manage("shell", "-c", f"from clinic.scheduling.models import Appointment, WorkingHours; {more}; {gone}")
    desk.goto("/schedule/")
    desk.locator("a[rel=next]").click()
    visit = desk.locator("#calendar .cal-visit", has_text="Ben Aahere")
    expect(visit).to_be_visible()

    def drag() -> None:
        start = visit.bounding_box()
        column = desk.locator("#calendar").get_by_text("Dr. Aathere", exact=True).first.bounding_box()
        assert start and column
        desk.mouse.move(start["x"] + 30, start["y"] + 8)
        desk.mouse.down()
        desk.mouse.move(start["x"] + 60, start["y"] + 8, steps=4)
        desk.mouse.move(column["x"] + column["width"] / 2, start["y"] + 8, steps=12)
        desk.mouse.up()

    drag()
    question = desk.get_by_role("dialog")
    expect(question).to_contain_text("Give Ben Aahere from Dr. Aahere to Dr. Aathere")
    assert accessibility_faults(desk) == []
    question.get_by_role("button", name="Leave it where it is").click()
    expect(question).to_be_hidden()
    expect(visit.get_by_role("link")).to_have_accessible_name(re.compile("with Dr. Aahere"))
    drag()
    question.get_by_role("button", name="Move the visit").click()
    expect(desk.locator("#calendar-note")).to_contain_text("from Dr. Aahere in")
    expect(desk.locator("#calendar-note")).to_contain_text("to Dr. Aathere in")
    expect(visit.get_by_role("link")).to_have_accessible_name(re.compile("with Dr. Aathere"))
    desk.locator("#calendar-note").get_by_role("button", name="Undo").click()
    expect(visit.get_by_role("link")).to_have_accessible_name(re.compile("with Dr. Aahere"))
