"""A patient who cannot sleep, in a clinic whose rules know backs: from the link to the third visit, by hand."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.hurried import Hurried
from tests.journeys.robots import Desk, Patient, Practitioner, answers_for, begin_visit, chart_as_planned
from treatments.demo.people import cast

NO_RULES = "No rules for this complaint yet: your plan, checked for safety"


def test_insomnia_by_hand_from_the_link_to_the_third_visit(open_page: Callable[..., Page]) -> None:
    elena = next(role.persona for role in cast() if role.persona.given_name == "Elena")
    persona = dataclasses.replace(
        elena,
        given_name="Salome",
        family_name="Wachter",
        reason="I lie awake until three and my head will not stop.",
        present=frozenset({"complaint.not_pain", "body.busy_mind"}),
    )
    full_name = "Salome Wachter"

    desk = Desk(open_page("desk"))
    patient_id = desk.add_patient(persona)
    patient = Patient(open_page(size=PHONE), answers_for(persona))
    patient.open(desk.intake_link(patient_id), persona.born)
    passed = patient.answer_until()
    assert {"about", "safety_now", "implants"} <= set(passed)
    assert not {"where", "safety_bladder", "rmdq_1"} & set(passed)  # nobody asks where the sleeplessness hurts
    patient.consent_and_send(full_name)
    later = Hurried(patient.page, patient.answers).second_part()
    assert "warmth" in later and "rmdq_1" not in later

    page = open_page("practitioner")
    page.goto(f"/patients/{patient_id}/assessment/")
    page.get_by_role("button", name="Start the assessment").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/"))
    page.get_by_label("Notes").fill("Cannot fall asleep since June. Tip of the tongue red.")
    page.get_by_label("Notes").blur()
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    practitioner = Practitioner(page)
    practitioner.sign_assessment()
    page.get_by_role("button", name="Make a plan by hand").click()
    expect(page.get_by_role("heading", name=NO_RULES)).to_be_visible()
    page.get_by_role("button", name="Make the plan by hand").click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"))
    expect(page.get_by_text(NO_RULES)).to_be_visible()

    for count, (typed, side) in enumerate((("ht7", "both"), ("Sanyinjiao", "both"), ("百会", "midline")), start=1):
        practitioner.add_point(typed, side)
        expect(page.locator("table.points .code")).to_have_count(count)
    assert practitioner.codes() == ["HT7", "SP6", "GV20"]
    practitioner.add_point("BL17x")
    expect(page.get_by_role("alert")).to_contain_text("BL17")  # the same editor
    practitioner.give_reasons("Asked and examined.")
    practitioner.sign_plan()
    assert desk.book_course(full_name) >= 6
    practitioner.chart_first_visit(patient_id, pain=0)
    for number in (2, 3):
        _visit(page, persona.family_name, number)
    page.goto(f"/patients/{patient_id}/")
    expect(page.get_by_text("3 done")).to_be_visible()
    expect(page.get_by_text(re.compile("Review at visits 3 and 6"))).to_be_visible()


def _visit(page: Page, name: str, number: int) -> None:
    begin_visit(page, name)
    expect(page.get_by_role("heading", name=re.compile(f"^Visit {number}"))).to_be_visible()
    page.get_by_label("Pain now, 0–10").fill("0")
    page.get_by_role("button", name="All asked: no").click()
    expect(page.locator("#visit-saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    chart_as_planned(page, changed="Calmer; slept six hours last night")
