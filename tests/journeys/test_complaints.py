"""Complaints that are no back: a headache whose red flag locks the plan, and sleep with stress to the signed plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import Desk, Patient, Practitioner, answers_for, begin_assessment
from treatments.demo.people import Persona, cast

Begin = Callable[[Persona], Patient]


def _persona(complaint: str, family_name: str, reason: str, *present: str) -> Persona:
    elena = next(role.persona for role in cast() if role.persona.given_name == "Elena")
    found = frozenset((f"complaint.{complaint}", *present))
    return replace(elena, family_name=family_name, present=found, reason=reason, told={"complaint": complaint})


@pytest.fixture
def begun(open_page: Callable[..., Page]) -> Begin:
    """From the desk's link to the first question, on a phone."""

    def begin(persona: Persona) -> Patient:
        desk = Desk(open_page("desk"))
        link = desk.intake_link(desk.add_patient(persona))
        patient = Patient(open_page(size=PHONE), answers_for(persona))
        patient.open(link, persona.born)
        return patient

    return begin


def _sign_assessment(page: Page, name: str, notes: str) -> Practitioner:
    begin_assessment(page, name)
    page.get_by_label("Notes").fill(notes)
    page.get_by_label("Notes").blur()
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    practitioner = Practitioner(page)
    practitioner.sign_assessment()
    return practitioner


def test_a_thunderclap_on_the_phone_locks_the_practitioners_plan(begun: Begin, open_page: Callable[..., Page]) -> None:
    reason = "A headache at the back of my head since this morning."
    signs = ("flag.thunderclap", "site.head_occiput", "quality.bursting")
    persona = _persona("headache", "Donnerschlag", reason, *signs)
    patient = begun(persona)
    phone = patient.page
    passed = patient.answer_until("headache")
    assert "head_neck" in passed and not {"where", "safety_bladder"} & {*passed}
    patient.fill()
    urgent = phone.locator("[data-urgent]").first
    expect(urgent.get_by_role("link", name=re.compile("911")).first).to_have_attribute("href", re.compile("tel:911"))
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    patient.next()
    expect(phone.get_by_role("heading", name="Please read this now")).to_be_visible()
    assert accessibility_faults(phone) == []
    phone.get_by_role("button", name="I have read this").click()
    phone.wait_for_url(re.compile("/i/step/"))
    assert "headache_how" in patient.answer_until()
    patient.consent_and_send(f"{persona.given_name} {persona.family_name}")

    page = open_page("practitioner")
    page.goto("/intakes/")
    row = page.locator(".flag-row", has_text=persona.family_name)
    expect(row).to_contain_text("Emergency")
    expect(row).to_contain_text("patient has read the message")
    _sign_assessment(page, persona.family_name, "Told to call an ambulance.")
    page.get_by_role("button", name="Propose a treatment").click()
    page.wait_for_url(re.compile(r"/proposals/\d+/"))
    expect(page.get_by_role("heading", name="This is an emergency: no treatment today.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("at its worst within about a minute")
    expect(page.get_by_role("button", name=re.compile("by hand|single visit|Sign"))).to_have_count(0)
    page.goto(page.get_by_role("link", name=re.compile(persona.family_name)).first.get_attribute("href") or "")
    expect(page.get_by_role("region", name="Alerts")).to_contain_text("Emergency: no treatment.")
    expect(page.get_by_role("button", name=re.compile("Start a visit|Propose|by hand|single visit"))).to_have_count(0)


def test_sleep_and_stress_from_the_form_to_the_signed_plan(begun: Begin, open_page: Callable[..., Page]) -> None:
    reason = "I lie awake until three and my head will not stop."
    signs = ("sleep.onset", "sleep.wakes", "mind.worry", "mind.palpitations")
    persona = _persona("sleep_stress", "Nachtlicht", reason, *signs)
    patient = begun(persona)
    passed = patient.answer_until()
    assert {"sleep_safety", "sleep_nights", "sleep_impact"} <= {*passed}
    assert not {"where", "safety_bladder", "quality"} & {*passed}  # nobody asks where the sleeplessness hurts
    patient.consent_and_send(f"{persona.given_name} {persona.family_name}")

    page = open_page("practitioner")
    practitioner = _sign_assessment(page, persona.family_name, "Cannot fall asleep since June. Tongue pale.")
    practitioner.propose()
    assert {"HT7", "SP6"} <= {*practitioner.codes()} and "ASHI" not in practitioner.codes()
    expect(
        page.get_by_text("Sleep and stress: these rules are a draft that no clinician has read yet.")
    ).to_be_visible()
    practitioner.give_reasons("Asked and examined.")
    practitioner.sign_plan()
