"""A patient alone with a phone: a red flag at once, stopping and coming back, a closed link."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.keyboard import Typist
from tests.journeys.robots import Desk, answers_for
from tests.support.demo_server import DemoServer
from treatments.demo.people import cast

SISTER = {"name": "Rosa", "phone": "+1 202 555 0177", "relation": "sister"}


def persona_of(given_name: str, family_name: str):
    role = next(role for role in cast() if role.persona.given_name == given_name)
    return replace(role.persona, family_name=family_name)


def test_a_red_flag_says_at_once_what_to_do_and_alerts_the_clinic(open_page: Callable[..., Page]) -> None:
    persona = persona_of("Raymond", "Redflag")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(persona))
    page = open_page(size=PHONE)
    reach = {"phone": {"number": "202 555 0188"}, "emergency_contact": SISTER}
    patient = Hurried(page, answers_for(persona) | reach)
    patient.open(link, persona.born)
    patient.answer_until("safety_bladder")
    patient.fill()
    message = page.locator("[data-urgent]").first
    expect(message).to_contain_text("emergency department")
    expect(message.get_by_role("link", name=re.compile("911")).first).to_have_attribute("href", re.compile("tel:911"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "the page is wider than the phone"
    )

    home = open_page("practitioner")
    home.goto("/")
    expect(home.get_by_text("Raymond Redflag").first).to_be_visible()
    inbox = desk.page
    inbox.goto("/intakes/")
    expect(inbox.get_by_text("Raymond Redflag").first).to_be_visible()
    row = inbox.locator(".flag-row", has_text="Raymond Redflag")
    expect(row).to_contain_text("+1 202-555-0188")  # from the intake form, which is not sent yet
    expect(row).to_contain_text("+1 202-555-0177 emergency contact: Rosa (sister)")
    inbox.goto("/")
    expect(inbox.get_by_role("link", name="+1 202-555-0188")).to_be_visible()
    expect(inbox.locator("main")).not_to_contain_text(re.compile("numb(?!er)|bladder|thigh", re.I))


def test_leaving_and_coming_back_on_another_device(open_page: Callable[..., Page], server: DemoServer) -> None:
    persona = persona_of("Mara", "Comesback")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(persona))
    first = open_page(size=PHONE)
    patient = Hurried(first, answers_for(persona))
    patient.open(link, persona.born)
    patient.answer_until("strength")
    first.close()

    second = open_page(size=PHONE)
    second.goto(link)
    expect(second.get_by_text("s…@example.org")).to_be_visible()  # the desk saw this link: a code is needed
    expect(second.locator("main")).not_to_contain_text(persona.reason[:20])  # nothing is shown before the check
    assert accessibility_faults(second) == []
    second.get_by_role("button", name="E-mail me the code").click()
    second.get_by_label("The 6 digits").fill("12")
    second.get_by_role("button", name="Continue").click()
    expect(second.get_by_text("Please write the 6 digits")).to_be_visible()
    assert accessibility_faults(second) == []
    second.get_by_label("The 6 digits").fill(server.mailed_code())
    second.get_by_role("button", name="Continue").click()
    second.wait_for_url(re.compile("/i/step/"))
    again = Hurried(second, answers_for(persona))
    assert again.screen_id() == "strength"
    again.fill()
    again.next()
    again.answer_until()
    again.consent_and_send("Mara Comesback")
    second.goto(link)
    expect(second.locator("main")).to_contain_text(re.compile("already|sent|used", re.I))


def test_a_link_that_is_no_link_leaks_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page(size=PHONE)
    answer = page.goto("/i/" + "x" * 43 + "/")
    assert answer is not None and answer.status in (404, 410)
    expect(page.locator("main")).to_contain_text("ask us for a new one")
    expect(page.locator("main")).not_to_contain_text(re.compile("Okafor|Lindqvist|born", re.I))


def test_the_whole_form_by_keyboard_and_axe_finds_nothing_by_day_or_night(open_page: Callable[..., Page]) -> None:
    persona = persona_of("Elena", "Everybody")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(persona))
    page = open_page(size=PHONE)
    faults = []

    def look() -> None:
        faults.extend(f"{page.url}: {fault}" for fault in accessibility_faults(page, also_dark=True))
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{page.url} is {wide} px wider than the phone"

    patient = Typist(page, answers_for(persona), look=look)
    patient.open(link, persona.born)
    passed = patient.answer_until()
    patient.consent_and_send("Elena Everybody")
    passed += patient.second_part()
    assert len(passed) > 25 and not faults, "\n".join(faults)
