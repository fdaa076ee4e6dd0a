"""A practitioner fills in the form with the patient on the phone; the patient signs the consent on the own phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.robots import Desk, answers_for, tell_birth_date
from tests.journeys.test_patient import persona_of


def test_asked_by_phone_and_signed_by_a_link(open_page: Callable[..., Page]) -> None:
    phoebe = replace(persona_of("Mara", "Kern"), given_name="Phoebe")
    desk = Desk(open_page("desk"))
    patient = desk.add_patient(phoebe)

    page = open_page("practitioner", PHONE)
    page.goto(f"/patients/{patient}/phone/")
    assert accessibility_faults(page) == []
    tell_birth_date(page, phoebe.born + 1)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("do not go on with this caller")).to_be_visible()
    tell_birth_date(page, phoebe.born)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile("/i/step/"))
    expect(page.get_by_text("by phone, asked by")).to_be_visible()
    assert accessibility_faults(page) == []
    robot = Hurried(page, answers_for(phoebe))
    robot.fill()
    robot.next()
    robot.answer_until()
    expect(page.get_by_text("nobody does it for them")).to_be_visible()
    page.get_by_role("button", name="Send to the clinic").click()
    page.wait_for_url(re.compile(r"/intakes/\d+/"))
    expect(page.get_by_text("Answered by phone")).to_be_visible()
    expect(page.get_by_text("Consent open")).to_be_visible()
    assert accessibility_faults(page) == []

    desk.page.goto(f"/patients/{patient}/invite/")
    desk.page.get_by_label("Ask for the consent only").check()
    desk.page.get_by_role("button", name="Show the link only").click()
    link = desk.page.get_by_label("The link").input_value()
    own = open_page(size=PHONE)
    own.goto(link)
    expect(own).to_have_url(re.compile("/i/agree/"))
    assert accessibility_faults(own) == []
    assert own.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    own.locator("label.choice", has=own.locator("[name=methods]")).first.click()
    own.locator("label.choice", has=own.locator("#id_agreed")).click()
    own.get_by_label("Your full name").fill("Phoebe Kern")
    for part, value in (("day", 15), ("month", 6), ("year", phoebe.born)):
        own.locator(f"#id_{part}").fill(str(value))
    own.get_by_role("button", name="Sign").click()
    expect(own.get_by_role("heading", name="the clinic has your consent")).to_be_visible()
    assert accessibility_faults(own) == []
    page.reload()
    expect(page.get_by_text("Consent open")).to_have_count(0)
