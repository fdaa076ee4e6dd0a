"""The clinic's tablet: handed over from the day board, forgotten when nobody touches it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.robots import Desk, answers_for, tell_birth_date
from tests.journeys.test_patient import persona_of

TABLET = {"width": 820, "height": 1180}


def test_the_tablet_is_handed_over_left_alone_and_handed_over_again(open_page: Callable[..., Page]) -> None:
    page = open_page("desk", TABLET)
    page.goto("/today/")  # whoever is on the board
    card = page.locator(".visit-card").filter(has=page.get_by_text("Form on the tablet")).first
    if card.count():  # on a Sunday the board is empty
        assert re.search(r"/patients/\d+/tablet/$", card.get_by_text("Form on the tablet").get_attribute("href") or "")
    tom = replace(persona_of("Mara", "Kern"), given_name="Tabor")
    patient = Desk(page).add_patient(tom)

    page.clock.install()
    page.goto(f"/patients/{patient}/tablet/")
    page.get_by_role("button", name="Sign out here and show the form").click()
    expect(page.get_by_role("heading", name="Is this for Tabor K.?")).to_be_visible()
    assert accessibility_faults(page) == []
    tell_birth_date(page, tom.born)
    page.get_by_label("Choose four digits").fill("4071")
    page.get_by_role("button", name="Yes, start").click()
    page.wait_for_url(re.compile("/i/step/"))
    page.locator("#id_reason").fill("TABOR-ONLY words")
    page.locator("#id_reason").blur()
    page.clock.run_for(3000)
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("/i/step/about/"))

    page.clock.fast_forward(95_000)
    warned = page.get_by_role("dialog", name="Are you still there?")
    expect(warned).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="I am still here").click()
    expect(warned).to_be_hidden()
    page.clock.fast_forward(95_000)
    expect(warned).to_be_visible()
    page.clock.fast_forward(30_000)
    expect(page.get_by_role("heading", name="Please give the tablet back")).to_be_visible()
    page.wait_for_url(re.compile("/i/kiosk/over/"))
    assert accessibility_faults(page) == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.go_back()
    expect(page.get_by_role("heading", name="No form is open on this device")).to_be_visible()
    assert "TABOR" not in page.content()
    page.goto("/today/")
    assert "/accounts/login/" in page.url

    page = open_page("desk", TABLET)
    page.goto(f"/patients/{patient}/tablet/")
    page.get_by_role("button", name="Sign out here and show the form").click()
    page.get_by_label("The four digits you chose").fill("4071")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile("/i/step/about/"))
    robot = Hurried(page, answers_for(tom))
    robot.fill()
    robot.next()
    robot.answer_until()
    page.locator("label.choice", has=page.locator("#id_agreed")).click()
    page.get_by_label("Your full name").fill("Tabor Kern")
    page.get_by_role("button", name="Sign and continue").click()
    page.get_by_role("button", name="Send to the clinic").click()
    expect(page.get_by_role("heading", name="Please give the tablet back")).to_be_visible()
