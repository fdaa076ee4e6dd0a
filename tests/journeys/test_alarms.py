"""Alarms as a patient meets them: at once, confirmed or taken back, not by arrow keys, also without a net."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import tell_birth_date
from tests.support.demo_server import DemoServer

TOLD = "Do not wait for us to call."  # no mail server is set up here: the page does not say that the clinic was told
SAVED = re.compile(r"Saved \d\d:\d\d")
INVITE = """
import datetime
from intake.actions.invitations import invite
from clinic.people.models import User
from tests.factories.people import PatientFactory
born = datetime.date({born}, 6, 15)
patient = PatientFactory(date_of_birth=born, sex="female", given_name="Alma", family_name="{name}")
desk = User.objects.get(email="desk@demo.ashi")
print(f"/i/{{invite(patient=patient, by=desk, send_to=patient.email).token}}/")
"""
ALERTS = """
import json
from intake.models import RedFlagAlert
rows = RedFlagAlert.objects.filter(patient__family_name="{name}").order_by("id")
print(json.dumps([[r.flag, r.taken_back_at is not None, r.message_shown_at is not None] for r in rows]))
"""


@pytest.fixture
def phone(open_page: Callable[..., Page], server: DemoServer, request: pytest.FixtureRequest) -> Page:
    """A phone on the first question, of a patient of this test's own."""
    page = open_page(size=PHONE)
    start(page, server, request.node.name.partition("[")[0])
    return page


def start(page: Page, server: DemoServer, name: str, born: int = 1984) -> None:
    page.goto(server.manage("shell", "-v", "0", "-c", INVITE.format(name=name, born=born)).strip())
    tell_birth_date(page, born)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/i/step/"))


def alerts(server: DemoServer, name: str) -> list[list[object]]:
    return json.loads(server.manage("shell", "-v", "0", "-c", ALERTS.format(name=name)))


def answer(page: Page, question: str, value: str) -> None:
    page.locator("label", has=page.locator(f"input[name={question}][value={value}]")).click()


def test_a_slip_is_taken_back_before_anybody_is_told(phone: Page, server: DemoServer) -> None:
    phone.goto("/i/step/safety_bladder/")
    answer(phone, "bladder_leak", "no")
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    answer(phone, "bladder_leak", "yes")
    alarm = phone.locator("[data-urgent]")
    expect(alarm).to_contain_text("Go to an emergency department now")
    expect(alarm).to_be_in_viewport()
    assert accessibility_faults(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    alarm.get_by_role("button", name="No, that was a mistake").click()
    expect(phone.locator("[data-urgent]")).to_have_count(0)
    expect(phone.locator("input[name=bladder_leak][value=no]")).to_be_checked()
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    assert alerts(server, "test_a_slip_is_taken_back_before_anybody_is_told") == []


def test_a_correction_after_the_alarm(phone: Page, server: DemoServer, open_page: Callable[..., Page]) -> None:
    name = "test_a_correction_after_the_alarm"
    phone.goto("/i/step/safety_bladder/")
    for question in ("saddle_numbness", "bladder_retention", "bladder_leak"):
        answer(phone, question, "no")
    answer(phone, "bowel_loss", "yes")
    phone.locator("[data-urgent]").get_by_role("button", name="Yes, get help").click()
    strip = phone.locator("#messages")
    expect(strip).to_contain_text(TOLD)
    assert alerts(server, name) == [["flag.bowel_loss", False, True]]
    answer(phone, "bowel_loss", "no")
    expect(strip).not_to_contain_text(TOLD)
    phone.get_by_role("button", name="Next").click()
    expect(phone.get_by_role("heading", name="Legs and nerves")).to_be_visible()  # no empty page in between
    assert alerts(server, name) == [["flag.bowel_loss", True, True]]
    desk = open_page("desk")
    desk.goto("/")
    row = desk.locator("section", has_text="Call these patients").locator("li", has_text=name)
    expect(row).to_contain_text("still call to make sure")


def test_arrow_keys_raise_nothing_and_leaving_the_question_does(phone: Page, server: DemoServer) -> None:
    name = "test_arrow_keys_raise_nothing_and_leaving_the_question_does"
    phone.goto("/i/step/safety_bladder/")
    first = phone.locator("input[name=saddle_numbness][value=yes]")
    first.focus()
    phone.keyboard.press("ArrowRight")  # "No"
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    phone.keyboard.press("ArrowRight")  # "I don't know", which counts as yes
    alarm = phone.locator("[data-urgent]")
    expect(alarm).to_contain_text("You chose “Don’t know”. Is that right?")
    expect(phone.locator("input[name=saddle_numbness][value=dont_know]")).to_be_focused()  # nobody is thrown about
    phone.keyboard.press("ArrowLeft")
    expect(phone.locator("[data-urgent]")).to_have_count(0)
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    assert alerts(server, name) == []
    phone.keyboard.press("ArrowRight")
    phone.locator("input[name=bladder_leak][value=no]").focus()  # on to the next question
    expect(phone.locator("#messages")).to_contain_text(TOLD)
    assert [row[0] for row in alerts(server, name)] == ["flag.saddle_numbness"]


def test_closing_the_page_is_not_silent(phone: Page, server: DemoServer) -> None:
    name = "test_closing_the_page_is_not_silent"
    phone.goto("/i/step/safety_bladder/")
    answer(phone, "bladder_leak", "yes")
    expect(phone.locator("[data-urgent]")).to_be_visible()
    phone.goto("about:blank")
    for _ in range(20):
        if told := alerts(server, name):
            break
        phone.wait_for_timeout(250)  # what was sent on leaving may take a moment on a busy machine
    assert [row[0] for row in told] == ["flag.bladder_leak"]


def test_offline_the_message_shows_and_the_clinic_hears_later(server: DemoServer, browser: Browser) -> None:
    name = "test_offline_the_message_shows_and_the_clinic_hears_later"
    context = browser.new_context(viewport=PHONE, base_url=server.url, locale="en-GB")  # its failing network is meant
    phone = context.new_page()
    start(phone, server, name)
    phone.goto("/i/step/private/")
    phone.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    answer(phone, "self_harm", "yes")
    alarm = phone.locator("[data-urgent]")
    expect(alarm).to_contain_text("You are not alone")
    expect(alarm.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    alarm.get_by_role("button", name="Yes, get help").click()
    expect(phone.locator("#saved")).to_contain_text("You are offline")
    expect(alarm).to_contain_text("Do not wait for us to call")
    expect(phone.locator("main")).not_to_contain_text("We have told the clinic")
    phone.context.set_offline(False)
    expect(phone.locator("#messages")).to_contain_text("Someone to talk to: 988", timeout=40_000)
    assert alerts(server, name) == [["flag.self_harm", False, True]]
    context.close()


def test_chest_pain_on_the_devices_screen(phone: Page) -> None:
    phone.goto("/i/step/implants/")
    answer(phone, "heart", "unstable")
    alarm = phone.locator("[data-urgent]")
    expect(alarm).to_contain_text("Chest pain now, or at rest in the last days: call 911 now.")
    alarm.get_by_role("button", name="Yes, get help").click()
    expect(phone.locator("#messages")).to_contain_text("call 911 now")
    assert accessibility_faults(phone) == []


def test_numbers_are_a_thumb_wide_on_every_following_screen(phone: Page) -> None:
    phone.goto("/i/step/safety_bladder/")
    answer(phone, "bladder_leak", "yes")
    phone.locator("[data-urgent]").get_by_role("button", name="Yes, get help").click()
    expect(phone.locator("#messages")).to_contain_text(TOLD)
    phone.goto("/i/step/medicines/")
    for link in phone.locator("main a[href^='tel:']").all():
        box = link.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 44, box
    assert accessibility_faults(phone) == []


def test_a_guardian_signs_for_a_child(open_page: Callable[..., Page], server: DemoServer) -> None:
    page = open_page(size=PHONE)
    start(page, server, "Child", born=2016)
    expect(page.get_by_label("what do they say about it themselves")).to_be_visible()
    page.goto("/i/step/safety_legs/")
    expect(page.locator("main")).not_to_contain_text(re.compile("erection|during sex"))
    page.goto("/i/consent/")
    page.locator("label.choice", has=page.locator("#id_agreed")).click()
    page.get_by_label("The child’s full name").fill("Alma Child")
    page.get_by_role("button", name="Sign and continue").click()
    expect(page.get_by_text("Please write your own full name.").first).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_label("The adult’s full name").fill("Mara Child")
    page.get_by_label("What is your relationship to the child?").fill("mother")
    page.get_by_text("Both together").click()
    page.get_by_role("button", name="Sign and continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    signed = "Signed by Mara Child (mother) for Alma Child; answered by: both together"
    expect(page.locator("main")).to_contain_text(signed)
