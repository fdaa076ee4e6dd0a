"""The body chart on a phone: every part by touch, by keyboard and without JavaScript, and how it feels there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import Desk, tell_birth_date
from tests.support.demo_server import DemoServer
from treatments.demo.people import cast

SAVED = re.compile(r"Saved \d\d:\d\d")
SMALL = """tab => [...document.querySelectorAll(`.of-${tab} .region`)].map(shape => shape.getBoundingClientRect())
    .filter(box => Math.min(box.width, box.height) < 24).length"""


@pytest.fixture
def link(open_page: Callable[..., Page]) -> str:
    desk = Desk(open_page("desk"))
    return desk.intake_link(desk.add_patient(cast()[1].persona))


def begin(page: Page, link: str) -> None:
    page.goto(link)
    tell_birth_date(page, cast()[1].persona.born)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/i/step/"))
    page.goto("/i/step/where/")


def test_every_part_of_the_body_can_be_touched_and_felt(open_page: Callable[..., Page], link: str) -> None:
    phone = open_page(size=PHONE)
    begin(phone, link)
    touched = {
        "Back": "low_back_left",
        "Front": "foot_left",
        "Head": "jaw_right",
        "Hands": "thumb_left",
        "Feet": "arch_right",
    }
    for tab, place in touched.items():
        phone.locator(".view-tabs label", has_text=tab).click()
        assert phone.evaluate(SMALL, tab.lower()) == 0
        phone.locator(f"[data-region={place}]").click()
        expect(phone.locator(f"[data-feeling-of={place}]")).to_be_visible()
    hand = phone.locator("[data-feeling-of=thumb_left]")
    assert all(chip.bounding_box()["height"] >= 44 for chip in hand.locator(".option-chip").all())  # type: ignore[index]
    hand.get_by_text("Numb").click()
    hand.get_by_text("Pins and needles").click()
    phone.locator(".view-tabs label", has_text="Head").click()
    phone.locator("[data-region=jaw_right]").click()  # a slip
    expect(phone.locator("[data-feeling-of=jaw_right]")).to_have_count(0)
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    assert accessibility_faults(phone) == []
    phone.reload()
    for kind in ("Numb", "Pins and needles"):
        expect(phone.locator("[data-feeling-of=thumb_left]").get_by_label(kind)).to_be_checked()
    expect(phone.locator("[data-marked]")).not_to_contain_text("Jaw")


def test_it_is_answered_by_keyboard(open_page: Callable[..., Page], link: str) -> None:
    phone = open_page(size=PHONE)
    begin(phone, link)
    phone.locator("[data-places] summary").focus()
    phone.keyboard.press("Enter")
    phone.get_by_role("group", name="Head: face").get_by_label("Temple, left").focus()
    phone.keyboard.press("Space")
    phone.get_by_role("group", name="Temple, left").get_by_label("Throbbing").focus()
    phone.keyboard.press("Space")
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    phone.reload()
    expect(phone.get_by_role("group", name="Temple, left").get_by_label("Throbbing")).to_be_checked()


def test_it_is_answered_without_javascript(browser: Browser, server: DemoServer, link: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=server.url, locale="en-GB", java_script_enabled=False)
    phone = context.new_page()
    begin(phone, link)
    phone.get_by_label("Heel, underside, right").check()
    phone.get_by_role("button", name="Say how it feels there").click()
    phone.get_by_role("group", name="Heel, underside, right").get_by_text("Stabbing").click()
    phone.get_by_role("button", name="Next").last.click()
    phone.goto("/i/step/where/")
    expect(phone.get_by_role("group", name="Heel, underside, right").get_by_label("Stabbing")).to_be_checked()
    context.close()
