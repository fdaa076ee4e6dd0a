"""Whose form is it: two patients in one browser, and a front desk that makes a link and cannot read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import Desk, Patient, answers_for, tell_birth_date
from tests.journeys.test_patient import persona_of

SAVED = re.compile(r"Saved \d\d:\d\d")


def test_two_patients_in_one_browser_write_into_their_own_forms(open_page: Callable[..., Page]) -> None:
    desk = Desk(open_page("desk"))
    anna, tom = (replace(persona_of("Mara", "Kern"), given_name=name) for name in ("Anna", "Tom"))
    links = [desk.intake_link(desk.add_patient(one)) for one in (anna, tom)]
    first = open_page(size=PHONE)
    Patient(first, answers_for(anna)).open(links[0], anna.born)
    expect(first.get_by_text("For Anna K.")).to_be_visible()
    second = first.context.new_page()
    Patient(second, answers_for(tom)).open(links[1], tom.born)
    expect(second.get_by_text("For Tom K.")).to_be_visible()

    first.locator("#id_reason").fill("ANNA-ONLY words")
    first.locator("#id_reason").blur()
    expect(first.locator("#saved")).to_contain_text(SAVED)
    second.locator("#id_reason").fill("TOM-ONLY words")
    second.get_by_role("button", name="Next").click()
    second.wait_for_url(re.compile("/i/step/about/"))
    first.get_by_role("button", name="Next").click()
    first.wait_for_url(re.compile("/i/step/about/"))
    for page, name, own, other in ((first, "Anna", "ANNA", "TOM"), (second, "Tom", "TOM", "ANNA")):
        expect(page.get_by_text(f"For {name} K.")).to_be_visible()
        page.get_by_role("button", name="Back").click()
        expect(page.locator("#id_reason")).to_have_value(f"{own}-ONLY words")
        assert other not in page.content()

    # the one who stops in this browser takes nothing of the other along, and a page left open keeps its words
    left = first.context.new_page()
    left.goto(first.url)
    left.get_by_role("button", name="Stop here").click()
    expect(left.get_by_role("heading", name="safe with us")).to_be_visible()
    first.locator("#id_reason").fill("typed too late")
    first.locator("#id_reason").blur()
    expect(first.locator("#saved")).to_contain_text("Not saved")
    first.get_by_role("button", name="Next").click()
    expect(first.get_by_role("heading", name="no longer open here")).to_be_visible()
    expect(first.get_by_label("The problem, and what you want")).to_have_value("typed too late")
    assert accessibility_faults(first) == []
    second.locator("#id_reason").fill("TOM goes on")
    second.get_by_role("button", name="Next").click()
    second.wait_for_url(re.compile("/i/step/about/"))


def test_the_desk_makes_a_link_and_cannot_read(open_page: Callable[..., Page]) -> None:
    desk = Desk(open_page("desk"))
    persona = persona_of("Daniel", "Private")
    patient = desk.add_patient(persona)
    phone = open_page(size=PHONE)
    Patient(phone, answers_for(persona)).open(desk.intake_link(patient), persona.born)
    phone.locator("#id_reason").fill("Only for my practitioner")
    phone.get_by_role("button", name="Next").click()
    phone.wait_for_url(re.compile("/i/step/about/"))

    link = desk.intake_link(patient)
    desk.page.goto(link)
    expect(desk.page.get_by_role("heading", name="This form is for the patient")).to_be_visible()
    assert accessibility_faults(desk.page) == []

    private = open_page(size=PHONE)  # a private window at the desk
    private.goto(link)
    expect(private.get_by_text("s…@example.org")).to_be_visible()
    expect(private.get_by_label("Day")).to_have_count(0)
    private.get_by_role("button", name="Start with an empty form").click()
    tell_birth_date(private, persona.born)
    private.get_by_role("button", name="Start").click()
    private.wait_for_url(re.compile("/i/step/"))
    for path in ("/i/step/reason/", "/i/check/"):
        private.goto(path)
        expect(private.locator("main")).not_to_contain_text("Only for my practitioner")
    practitioner = open_page("practitioner")
    practitioner.goto("/intakes/")
    row = practitioner.get_by_role("row", name=re.compile("Daniel Private"))
    row.get_by_role("link", name="read").click()
    expect(practitioner.get_by_text("Only for my practitioner").first).to_be_visible()
