"""Back and neck in one patient: both ticked on the phone, two assessments, two plans, one visit that serves both."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.robots import Desk, Patient, Practitioner, answers_for, chart_as_planned, open_chart
from treatments.demo.people import cast

NAME, BACK, NECK = "Zweimal", "Back, hip or leg", "Neck pain"


def test_back_and_neck_from_one_link_to_one_visit(open_page: Callable[..., Page]) -> None:
    mara = next(role.persona for role in cast() if role.persona.given_name == "Mara")
    persona = dataclasses.replace(mara, given_name="Bruno", family_name=NAME, told={"complaint": "place, neck"})
    desk = Desk(open_page("desk"))
    patient_id = desk.add_patient(persona)
    told = answers_for(persona)
    told |= {"complaint.first": "place", "neck_side": "left", "neck_how": ["down"], "neck_signs": ["none"]}
    told |= {f"pain_{when}--neck": 8 for when in ("now", "average", "worst")}
    told |= {key.removesuffix("--place"): value for key, value in told.items()}  # the one that was ticked first
    phone = open_page(size=PHONE)
    patient = Patient(phone, told)
    patient.open(desk.intake_link(patient_id), persona.born)
    passed = patient.answer_until("strength--neck")
    assert {"where", "safety_bladder", "head_neck", "neck", "strength"} <= {*passed}
    expect(phone.get_by_role("heading", name="Neck: Since when, how strong?")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert accessibility_faults(phone) == []
    Hurried(phone, told).answer_until()
    patient.consent_and_send(f"Bruno {NAME}")

    page = open_page("practitioner")
    page.goto("/intakes/")
    page.locator("tr, li", has_text=NAME).locator('a[href*="/intakes/"]').first.click()
    neck = page.locator("section.panel", has=page.get_by_role("heading", name="Neck", exact=True))
    back = page.locator("section.panel", has=page.get_by_role("heading", name="Back, hip or leg", exact=True))
    expect(neck).to_contain_text("8 now")
    expect(back).not_to_contain_text("8 now")
    expect(back).to_contain_text("4 now")

    practitioner = Practitioner(page)
    for complaint in (BACK, NECK):
        _assess_and_plan(page, practitioner, complaint)
        page.goto("/")
        waiting = page.locator("section", has_text="New intakes to read").locator("li", has_text=NAME)
        expect(waiting).to_have_count(1 if complaint == BACK else 0)  # waits until both are taken up

    open_chart(page, NAME)
    for complaint in (BACK, NECK):
        expect(page.get_by_role("heading", name=complaint, exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("^v1, signed"))).to_have_count(2)  # side by side
    page.get_by_role("button", name="Start a visit").click()
    expect(page.get_by_role("heading", name="Start a visit: for which complaint?")).to_be_visible()
    for complaint in (BACK, NECK):
        page.get_by_label(re.compile(complaint)).check()
    page.get_by_role("button", name="Start the visit").click()
    page.wait_for_url(re.compile(r"/visits/\d+/"))
    expect(page.get_by_text(re.compile(f"For two: {BACK}, visit 1 of"))).to_be_visible()
    many = page.get_by_role("alert").filter(has_text="needles: needs a reason.")  # of both plans together
    many.get_by_role("combobox").select_option("Technique adapted (shallower, weaker, shorter)")
    words = many.get_by_role("textbox")
    saved = page.locator("#visit-saved")
    told = saved.inner_text()
    page.get_by_label("Pain now, 0–10").first.fill("2")
    words.click()  # what was changed before is saved now, and its answer comes while the reason is being typed
    words.press_sequentially("Both talked through; ")
    expect(saved).to_contain_text("Saved")
    expect(saved).not_to_have_text(told)
    page.keyboard.type("the neck first, shallow.")
    expect(words).to_have_value("Both talked through; the neck first, shallow.")
    many.get_by_role("button", name="Keep with this reason").click()
    expect(many).to_have_count(0)
    page.get_by_role("radiogroup", name="Cupping").nth(1).get_by_text("not done").click()  # over what the back needles
    for number, field in enumerate(page.get_by_label("Pain now, 0–10").all()):
        field.fill(str(3 + number))
    for field in page.get_by_label("On average since last time, 0–10").all():
        field.fill("4")
    page.get_by_role("button", name="All asked: no").click()
    expect(page.locator("#visit-saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    for tender in page.get_by_label("found by palpation at").all():
        tender.fill("two fingers beside L4, on the left")
    chart_as_planned(page, changed="Turns and bends more easily")
    open_chart(page, NAME)
    expect(page.get_by_text("1 done")).to_have_count(2)  # counted in both courses


def _assess_and_plan(page: Page, practitioner: Practitioner, complaint: str) -> None:
    open_chart(page, NAME)
    head = page.locator(".stack", has=page.get_by_role("heading", name=complaint, exact=True)).first
    own = head.get_by_role("button", name=re.compile("^Assess"))
    own.or_(page.get_by_role("button", name="Assess", exact=True)).first.click()
    page.wait_for_url(re.compile(r"/assessments/\d+/"))
    page.get_by_label("Notes").fill("Cautions talked through; power and reflexes normal.")
    page.get_by_label("Notes").blur()
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    practitioner.sign_assessment()
    practitioner.propose()
    practitioner.give_reasons("Asked and examined.")
    practitioner.sign_plan()
