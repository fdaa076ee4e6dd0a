"""The whole form in a browser without scripts, in each language, and sent from two tabs at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.robots import Desk, Patient, answers_for
from tests.journeys.test_in_their_language import Words
from tests.journeys.test_patient import persona_of
from tests.support.demo_server import DemoServer


@pytest.mark.parametrize(("code", "own_name"), [("", ""), ("es", "Español"), ("zh-hans", "简体中文")])
def test_the_whole_form_without_scripts_sent_twice(
    open_page: Callable[..., Page], browser: Browser, server: DemoServer, code: str, own_name: str
) -> None:
    say = Words(code) if code else str
    nils = replace(persona_of("Mara", "Kern"), given_name="Nils")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(nils))
    context = browser.new_context(viewport=PHONE, base_url=server.url, locale="en-GB", java_script_enabled=False)
    try:
        page = context.new_page()
        answers = answers_for(nils)
        # how a place feels is asked about places that were saved
        answers["where"] = [place for place in answers["where"] if ":" not in place]
        patient = Patient(page, answers, say)
        page.goto(link)
        if own_name:
            page.get_by_role("button", name=own_name).click()
            expect(page.locator("html")).to_have_attribute("lang", code)
        patient.start(nils.born)
        passed = patient.answer_until()
        assert len(passed) > 10
        for method in page.locator("label.choice", has=page.locator("[name=methods]")).all():
            method.click()
        page.locator("label.choice", has=page.locator("#id_agreed")).click()
        page.get_by_label(say("Your full name")).fill("Nils Kern")
        page.get_by_role("button", name=say("Sign and continue")).click()
        expect(page.get_by_role("heading", name=say("Check your answers"))).to_be_visible()
        other = context.new_page()
        other.goto(page.url)
        for tab, heading in ((page, "Thank you, we have your answers"), (other, "Your answers have been sent")):
            tab.get_by_role("button", name=say("Send to the clinic")).click()
            expect(tab.get_by_role("heading", name=re.compile(say(heading)))).to_be_visible()
    finally:
        context.close()
