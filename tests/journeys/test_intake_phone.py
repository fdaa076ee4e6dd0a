"""The intake on a flaky phone: nothing answered is lost, nothing stays on the phone, another device is asked first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import Desk, tell_birth_date
from tests.support.demo_server import DemoServer
from treatments.demo.answers import Persona
from treatments.demo.people import cast

IN_STORAGE = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
SAVED = re.compile(r"Saved \d\d:\d\d")


@pytest.fixture
def link(open_page: Callable[..., Page]) -> str:
    """An open intake link of somebody whose date of birth is known."""
    desk = Desk(open_page("desk"))
    return desk.intake_link(desk.add_patient(persona()))


def persona() -> Persona:
    return next(iter(cast())).persona


@pytest.fixture
def flaky(browser: Browser, server: DemoServer, link: str) -> Iterator[Page]:
    """A phone on the first question whose network may fail: the failures it reports are meant."""
    context = browser.new_context(viewport=PHONE, base_url=server.url, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(link)
    tell_birth_date(page, persona().born)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/i/step/"))
    yield page
    context.close()


@pytest.fixture
def phone(open_page: Callable[..., Page], link: str) -> Page:
    """A phone on the first question."""
    page = open_page(size=PHONE)
    page.goto(link)
    tell_birth_date(page, persona().born)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/i/step/"))
    return page


def test_offline_and_on_again_loses_nothing(flaky: Page, open_page: Callable[..., Page], link: str) -> None:
    words = flaky.locator("#id_reason")
    words.fill("It pulls after gardening.")
    words.blur()
    expect(flaky.locator("#saved")).to_contain_text(SAVED)

    flaky.context.set_offline(True)
    words.fill("It pulls after gardening, on the left.")
    words.blur()
    expect(flaky.locator("#saved")).to_contain_text("we save them when the connection is back")
    flaky.get_by_role("button", name="Next").click()
    expect(words).to_have_value("It pulls after gardening, on the left.")  # nobody was sent away
    flaky.context.set_offline(False)
    # Next was pressed: it goes on by itself
    expect(flaky.get_by_role("heading", name="What is it about?")).to_be_visible(timeout=30_000)
    assert accessibility_faults(flaky) == []
    flaky.get_by_text("Back, hip or leg").click()
    expect(flaky.locator("#saved")).to_contain_text(SAVED)
    flaky.get_by_role("button", name="Next").click()
    expect(flaky.get_by_role("heading", name="Where does it hurt?")).to_be_visible(timeout=30_000)
    assert accessibility_faults(flaky) == []
    flaky.locator("[data-region=low_back_left]").click()
    expect(flaky.locator("[data-marked]")).to_contain_text("Lower back, left")
    expect(flaky.locator("#saved")).to_contain_text(SAVED)

    flaky.go_back()
    expect(flaky.get_by_role("heading", name="What is it about?")).to_be_visible()
    flaky.go_back()
    expect(flaky.locator("#id_reason")).to_have_value("It pulls after gardening, on the left.")
    stored = flaky.evaluate(IN_STORAGE)
    assert "gardening" not in stored and "low_back" not in stored

    tablet = open_page(size=PHONE)
    tablet.goto(link)
    expect(tablet.get_by_role("heading", name="Continue where you stopped")).to_be_visible()
    assert "gardening" not in tablet.content()


def test_a_red_flag_stands_before_everything_at_once(phone: Page, open_page: Callable[..., Page]) -> None:
    phone.goto("/i/step/safety_bladder/")
    phone.locator("label", has=phone.locator("input[name=bowel_loss][value=yes]")).click()
    message = phone.locator("[data-urgent]")
    expect(message).to_be_in_viewport()
    expect(message).to_contain_text("Go to an emergency department now")
    expect(message.get_by_role("link", name=re.compile("^Call"))).to_have_attribute("href", re.compile(r"^tel:\d+"))
    assert accessibility_faults(phone) == []
    expect(message).to_contain_text("You chose “Yes”. Is that right?")
    message.get_by_role("button", name="Yes, get help").click()
    strip = phone.locator("#messages")
    expect(strip).to_contain_text("Do not wait for us to call.")
    expect(strip).not_to_contain_text("We have told the clinic")  # no mail server is set up here: no mail has gone
    expect(strip.get_by_role("link", name="Call 911")).to_be_visible()
    assert accessibility_faults(phone) == []

    desk = open_page("desk")
    desk.goto("/intakes/")
    expect(desk.get_by_text("Call patient; ask a practitioner what to say").first).to_be_visible()
    assert "bowel" not in desk.content()
