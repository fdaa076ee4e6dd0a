"""The three stories, from the intake link to the first charted visit, as the people walk them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.hurried import Hurried
from tests.journeys.robots import NOW, Desk, Patient, Practitioner, answers_for
from treatments.demo.people import cast

STORIES = {
    "accident": ("Daniel", "stagnation", "blood stasis"),
    "runner": ("Mara", "mixed", "qi and blood"),
    "stress": ("Elena", "stagnation|mixed", "liver qi"),
}


@pytest.mark.parametrize("story", STORIES)
def test_from_the_link_to_the_first_visit(story: str, open_page: Callable[..., Page]) -> None:
    given_name, pattern_class, pattern = STORIES[story]
    persona = next(role.persona for role in cast() if role.persona.given_name == given_name)
    full_name = f"{persona.given_name} {persona.family_name}"

    desk = Desk(open_page("desk"))
    patient_id = desk.add_patient(persona)
    link = desk.intake_link(patient_id)

    walks = Patient if story == "accident" else Hurried  # the other two are walked elsewhere, by keyboard and abroad
    patient = walks(open_page(size=PHONE), answers_for(persona))
    patient.open(link, persona.born)
    passed = patient.answer_until()
    assert {"where", "safety_bladder", "onset", "implants"} <= set(passed)
    patient.consent_and_send(full_name)
    assert {"rmdq_1", "mood", "warmth"} <= set(Hurried(patient.page, patient.answers).second_part())

    page = open_page("practitioner")
    page.goto("/")
    expect(page.get_by_role("link", name=full_name).first).to_be_visible()  # the new intake is on the home page
    page.goto(f"/patients/{patient_id}/")
    expect(page.get_by_text(persona.reason[:40])).to_be_visible()
    practitioner = Practitioner(page)
    practitioner.examine(patient_id, persona)
    expect(page.locator("#result")).to_contain_text(re.compile(pattern_class, re.I))
    expect(page.locator("#result")).to_contain_text(re.compile(pattern, re.I))
    practitioner.sign_assessment()

    practitioner.propose()
    proposed = practitioner.codes()
    assert 4 <= len(proposed) <= 14 and "ASHI" in proposed
    why = page.locator("table.points details.why").first
    why.locator("summary").click()
    expect(why.locator("li").first).to_be_visible()  # the reason with its source, one click away
    practitioner.add_point("bl23" if "BL23" not in proposed else "腰阳关", "both")
    expect(page.locator(f"{NOW} .code")).not_to_have_count(len(proposed))
    practitioner.add_point("BL17x")
    expect(page.get_by_role("alert")).to_contain_text("BL17")  # unknown: says so, offers the nearest
    practitioner.give_reasons("Found tender again today.")
    practitioner.sign_plan()

    dates = desk.book_course(full_name)
    assert dates >= 6
    practitioner.chart_first_visit(patient_id, pain=5)
    page.goto(f"/outcomes/{patient_id}/")
    expect(page.locator("svg").first).to_be_visible()
