"""What hands do in the calendar: keys, a click on a free time, a visit dragged and let go of, a finger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.journeys.test_calendar_lines import seed
from tests.support.demo_server import DemoServer


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Iterator[Page]:
    yield open_page("desk")


def shown(desk: Page, name: str, *, days: int) -> tuple[Locator, FloatRect]:
    """Somebody's visit in the calendar of so many days from now, and where it is drawn."""
    desk.goto("/schedule/")
    for _ in range(days):
        with desk.expect_navigation():  # else the second click may meet the link of the day before
            desk.locator("a[rel=next]").click()
    visit = desk.locator("#calendar .cal-visit", has_text=name)
    expect(visit).to_be_visible()
    place = visit.bounding_box()
    assert place
    return visit, place


def test_visits_are_links_for_the_keyboard(desk: Page, server: DemoServer) -> None:
    ana, _ = seed(server, "Keys", days=1)
    desk.goto("/schedule/")
    desk.locator("a[rel=next]").click()
    link = desk.locator("#calendar").get_by_role(
        "link", name=re.compile(r"Ana Keys, 10:00–10:45, \w+day, with Dr. Keys")
    )
    link.focus()
    desk.evaluate("window.dispatchEvent(new Event('online'))")  # a refresh leaves the focus where it is
    desk.wait_for_load_state("networkidle")
    expect(link).to_be_focused()
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/schedule/{ana}/")


def test_a_free_time_is_booked_by_a_click_and_escape_lets_go_of_a_visit(desk: Page, server: DemoServer) -> None:
    ana, _ = seed(server, "Aahands", days=2)
    visit, place = shown(desk, "Ana Aahands", days=2)
    middle = (place["x"] + place["width"] / 2, place["y"] + 8)
    moves: list[str] = []
    desk.on("request", lambda asked: moves.append(asked.url) if "/move/" in asked.url else None)
    desk.mouse.move(*middle)
    desk.mouse.down()
    desk.mouse.move(middle[0], middle[1] + 62, steps=6)
    held = desk.locator("#calendar .is-dragged")
    expect(held).to_contain_text("11:00–11:45")  # what it would be
    expect(held).to_have_css("height", "45px")
    desk.keyboard.press("Escape")
    expect(held).to_have_count(0)
    desk.mouse.up()
    expect(desk).to_have_url(re.compile(r"/schedule/\?date="))  # no click has come of it
    expect(visit).to_have_count(1)
    desk.mouse.move(*middle)
    desk.mouse.down()
    desk.mouse.move(middle[0], middle[1] + 62, steps=6)
    with desk.expect_response(re.compile("start=.*end=")):  # what the server has is drawn anew after the move
        desk.mouse.up()
    desk.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(desk.locator("#calendar-note")).to_contain_text("Ana Aahands")
    expect(visit.get_by_role("link")).to_have_accessible_name(re.compile("11:00–11:45"))
    assert [one for one in moves if f"/{ana}/move/" in one] and len(moves) == 1
    place = visit.evaluate("box => box.getBoundingClientRect().toJSON()")  # the notice has pushed the calendar down
    assert place
    desk.mouse.click(middle[0], place["y"] - 47)  # 10:13, free by now: the quarter hour it lies in
    desk.wait_for_url(re.compile(r"/schedule/new/\?day=.*clock=10%3A00&practitioner=\d+"))


def test_a_finger_that_stays_drags_and_one_that_moves_scrolls(desk: Page, server: DemoServer) -> None:
    seed(server, "Aatouch", days=3)
    visit, place = shown(desk, "Ana Aatouch", days=3)
    x, y = place["x"] + place["width"] / 2, place["y"] + 8
    wire = desk.context.new_cdp_session(desk)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x, y)
    for step in range(1, 6):
        touch("touchMove", x, y - 10 * step)
    touch("touchEnd")
    expect(desk.locator("#calendar .is-dragged")).to_have_count(0)
    expect(visit.get_by_role("link")).to_have_accessible_name(re.compile("10:00–10:45"))
    desk.wait_for_timeout(1000)  # it has come to rest
    desk.evaluate("window.scrollTo(0, 0); document.querySelector('.cal-grid').scrollTo(0, 0)")
    touch("touchStart", x, y)
    held = desk.locator("#calendar .cal-visit.is-dragged")
    expect(held).to_have_count(1)  # after half a second
    for step in range(1, 7):
        touch("touchMove", x, y + 10 * step)
    touch("touchEnd")
    expect(desk.locator("#calendar-note")).to_contain_text("Ana Aatouch")
    expect(visit.get_by_role("link")).to_have_accessible_name(re.compile("11:00–11:45"))
