"""On a phone: what a patient wrote is asked back, and what is confirmed is not asked again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.robots import Desk, answers_for
from tests.journeys.test_patient import persona_of

WORDS = "My lower back on the left hurts since lifting boxes, heat helps. My privates are numb."


def test_words_are_asked_back_by_keyboard_and_confirmed_ones_are_not_asked_again(
    open_page: Callable[..., Page],
) -> None:
    persona = persona_of("Mara", "Askedback")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(persona))
    page = open_page(size=PHONE)
    patient = Hurried(page, {**answers_for(persona), "reason": WORDS})
    patient.open(link, persona.born)
    patient.answer_until("reason")
    patient.fill()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("/i/(alert|asked)/"))
    if "/i/alert/" in page.url:
        page.get_by_role("button", name="I have read this").click()
        page.wait_for_url(re.compile("/i/asked/reason/"))
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    expect(page.get_by_text("privates are numb").first).to_be_visible()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    group = page.locator("fieldset", has_text="privates are numb").first
    group.get_by_label("Yes", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(group.get_by_label("I meant something else")).to_be_checked()
    expect(page.get_by_label("Lifting or bending")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/i/step/about/"))

    passed = patient.answer_until("quality")
    assert "where" not in passed, "place and side were told"
    page.goto("/i/step/onset/")
    expect(page.get_by_text("Lifting or bending")).to_have_count(0)
