"""The intake in two tabs, on two devices and on bad nets: nothing ticked or typed is ever lost in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import tell_birth_date
from tests.support.demo_server import DemoServer

SAVED = re.compile(r"Saved \d\d:\d\d")
OFFLINE = re.compile("You are offline. Your words are kept on this page")
IN_STORAGE = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


BORN = 1984
MANY = 20  # invited patients, made in one go: each journey takes one
INVITE = f"""
import datetime, json
from clinic.people.models import User
from intake.actions.invitations import invite
from tests.factories.people import PatientFactory
desk = User.objects.get(email="desk@demo.ashi")
made = []
for n in range({MANY}):
    patient = PatientFactory(date_of_birth=datetime.date(1984, 6, 15), sex="female", email=f"saver{{n}}@example.org")
    issued = invite(patient=patient, by=desk, send_to=patient.email)
    made.append((patient.pk, f"/i/{{issued.token}}/"))
print(json.dumps(made))
"""
REPLACE = """
from clinic.people.models import Patient
from intake.actions.invitations import invite
invite(patient=Patient.objects.get(pk={patient}), by=None)
"""


class Clinic:
    """An invited patient, and the phones that open the link."""

    def __init__(self, browser: Browser, server: DemoServer, patient: int, link: str) -> None:
        self.browser, self.server, self.patient, self.link = browser, server, patient, link
        self.contexts: list[BrowserContext] = []

    def replace_the_link(self) -> None:
        self.server.manage("shell", "-c", REPLACE.format(patient=self.patient))

    def device(self, *, javascript: bool = True) -> BrowserContext:
        context = self.browser.new_context(
            viewport=PHONE, base_url=self.server.url, locale="en-GB", java_script_enabled=javascript
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        return context

    def begin(self, context: BrowserContext, screen: str = "reason") -> Page:
        page = context.new_page()
        page.goto(self.link)
        tell_birth_date(page, BORN)
        page.get_by_role("button", name="Start").click()
        expect(page.locator("form[data-answers]")).to_be_visible()
        return self.open(context, screen, page)

    def open(self, context: BrowserContext, screen: str, page: Page | None = None) -> Page:
        page = page or context.new_page()
        page.goto(f"/i/step/{screen}/")
        expect(page.locator("form[data-answers]")).to_be_visible()
        return page

    def second_device(self, screen: str) -> Page:
        context = self.device()
        page = context.new_page()
        page.goto(self.link)
        tell_birth_date(page, BORN)
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("form[data-answers]")).to_be_visible()
        return self.open(context, screen, page)


@pytest.fixture(scope="module")
def invited(server: DemoServer) -> list[tuple[int, str]]:
    return [(patient, link) for patient, link in json.loads(server.manage("shell", "-c", INVITE).splitlines()[-1])]


@pytest.fixture
def clinic(browser: Browser, server: DemoServer, invited: list[tuple[int, str]]) -> Iterator[Clinic]:
    made = Clinic(browser, server, *invited.pop())
    yield made
    for context in made.contexts:
        context.close()


def tick(page: Page, value: str) -> None:
    page.locator("label", has=page.locator(f'input[value="{value}"]')).first.click()


def is_ticked(page: Page, value: str) -> bool:
    return page.locator(f'form[data-answers] input[value="{value}"]').is_checked()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_next_in_an_old_tab_keeps_the_pacemaker(clinic: Clinic, javascript: bool) -> None:
    device = clinic.device(javascript=javascript)
    new = clinic.begin(device, "implants")
    old = clinic.open(device, "implants")
    tick(new, "pacemaker")
    new.locator("label.choice", has=new.locator('[name="blood"][value="none"]')).click()
    press(new, "Next")
    new.wait_for_url(lambda url: "implants" not in url)
    press(old, "Next")  # what needs an answer is open in that tab: it asks
    expect(old.get_by_text("Please choose an answer").first).to_be_visible()
    assert is_ticked(clinic.open(device, "implants"), "pacemaker")


def test_two_devices_one_answer_and_the_patient_chooses(clinic: Clinic) -> None:
    phone = clinic.begin(clinic.device())
    tablet = clinic.second_device("reason")
    phone.locator("#id_reason").fill("My back since the garden")
    phone.locator("#id_reason").blur()
    expect(phone.locator("#saved")).to_contain_text(SAVED)
    tablet.locator("#id_reason").fill("My neck since the car")
    press(tablet, "Next")
    clash = tablet.locator(".clash")
    expect(clash).to_contain_text("My back since the garden")
    expect(clash).to_contain_text("My neck since the car")
    expect(tablet.locator("#id_reason")).to_have_value("My neck since the car")
    assert accessibility_faults(tablet) == []
    assert tablet.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    clash.get_by_role("button", name=re.compile("garden")).click()
    expect(tablet.locator("#id_reason")).to_have_value("My back since the garden")
    expect(tablet.locator(".clash")).to_have_count(0)
    press(tablet, "Next")
    expect(tablet.get_by_role("heading", name="What is it about?")).to_be_visible()


def test_enter_goes_on_and_chooses_nothing(clinic: Clinic) -> None:
    device = clinic.device()
    one = clinic.begin(device, "contact")
    two = clinic.open(device, "contact")
    one.locator('[name="phone.number"]').fill("+12025550111")
    one.locator('[name="phone.number"]').blur()
    expect(one.locator("#saved")).to_contain_text(SAVED)
    two.locator('[name="phone.number"]').fill("+12025550122")
    two.locator('[name="phone.number"]').press("Enter")
    expect(two.locator(".clash")).to_be_visible()
    two.locator('[name="phone.number"]').press("Enter")
    expect(two.locator(".clash")).to_contain_text("0111")  # still both: nobody has chosen


@pytest.mark.parametrize("way", ["close", "reload", "back"])
def test_leaving_right_after_the_last_letter_loses_nothing(clinic: Clinic, way: str) -> None:
    device = clinic.device()
    page = clinic.begin(device)
    page.locator("#id_reason").fill("It pulls")
    press(page, "Next")
    expect(page.get_by_role("heading", name="What is it about?")).to_be_visible()
    page.go_back()
    words = page.locator("#id_reason")
    expect(words).to_have_value("It pulls")
    words.fill("It pulls on the left, and at night")
    if way == "close":
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        page = device.new_page()
    elif way == "reload":
        page.reload()
    else:
        page.go_back()
        page.wait_for_load_state()
    if way != "reload":
        page.goto("/i/step/reason/")
    for _ in range(20):  # the last save leaves with the page: a new page, milliseconds later, may overtake it
        if page.locator("#id_reason").input_value() != "It pulls":
            break
        page.wait_for_timeout(250)
        page.goto("/i/step/reason/")
    expect(page.locator("#id_reason")).to_have_value("It pulls on the left, and at night")
    assert "pulls" not in page.evaluate(IN_STORAGE)


def test_typing_on_and_on_is_saved_meanwhile(clinic: Clinic) -> None:
    page = clinic.begin(clinic.device())
    with page.expect_response(re.compile("/save/"), timeout=20_000) as saved:
        for _ in range(15):  # on and on, until a save that was sent meanwhile is answered
            page.locator("#id_reason").press_sequentially("no pause at all ", delay=100)
            if saved.is_done():
                break
        assert saved.is_done()  # before the last letter


def test_four_taps_and_back_at_once_on_a_slow_net(clinic: Clinic) -> None:
    device = clinic.device()
    page = clinic.begin(device, "quality")

    slow = device.new_cdp_session(page)
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 2000, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    boxes = page.locator('form[data-answers] input[name="quality"]:not([data-alone])')
    chosen = [boxes.nth(n).get_attribute("value") for n in range(4)]
    for value in chosen:
        tick(page, str(value))
    press(page, "Back")
    page.wait_for_url(lambda url: "quality" not in url)
    page = clinic.open(device, "quality")
    assert all(is_ticked(page, str(value)) for value in chosen)


def test_offline_keeps_the_page_and_goes_on_by_itself(clinic: Clinic) -> None:
    device = clinic.device()
    page = clinic.begin(device)
    device.set_offline(True)
    words = page.locator("#id_reason")
    words.fill("Written in the lift")
    press(page, "Next")
    expect(page.locator("#saved")).to_contain_text(OFFLINE)
    expect(words).to_have_value("Written in the lift")
    assert accessibility_faults(page) == []
    device.set_offline(False)
    expect(page.get_by_role("heading", name="What is it about?")).to_be_visible()
    device.set_offline(True)  # all is saved, and still no error page of the browser
    press(page, "Back")
    expect(page.locator("#saved")).to_contain_text(OFFLINE)
    page.go_back()
    expect(page).to_have_url(re.compile("/i/step/about/"))  # the address goes back to what the page shows
    expect(page.locator("#saved")).to_contain_text(OFFLINE)
    device.set_offline(False)
    press(page, "Back")
    expect(page.locator("#id_reason")).to_have_value("Written in the lift")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_link_replaced_while_typing_keeps_the_words_on_the_page(clinic: Clinic, javascript: bool) -> None:
    device = clinic.device(javascript=javascript)
    page = clinic.begin(device)
    clinic.replace_the_link()
    page.locator("#id_reason").fill("All of my story")
    press(page, "Next")
    expect(page.get_by_role("heading", name="There is a newer link")).to_be_visible()
    if not javascript:
        expect(page.locator("#typed-1")).to_have_value("All of my story")
    else:
        expect(page.get_by_label("Your words")).to_have_value(re.compile("All of my story"))
        expect(page.locator("#id_reason")).to_have_value("All of my story")
        expect(page.locator("#closed")).to_be_focused()
        assert accessibility_faults(page) == []
        press(page, "Copy my words")
        expect(page.get_by_role("button", name="Copied")).to_be_visible()


def test_a_long_text_is_counted_not_cut(clinic: Clinic) -> None:
    device = clinic.device()
    page = clinic.begin(device)
    words = page.locator("#id_reason")
    words.fill("x" * 5000)
    expect(page.locator("#count-reason")).to_contain_text("3000 letters too many")
    press(page, "Next")
    expect(page.get_by_role("alert").first).to_contain_text("under 2000 letters; it is 5000 now")
    expect(words).to_have_value("x" * 5000)
    words = clinic.open(device, "reason").locator("#id_reason")
    expect(words).to_have_value("x" * 5000)


def test_stopping_keeps_the_words_and_back_says_the_right_ones(clinic: Clinic) -> None:
    device = clinic.device()
    page = clinic.begin(device)
    page.locator("#id_reason").fill("Later more")
    press(page, "Stop here and continue later")
    expect(page.get_by_role("heading", name="Your answers are safe with us")).to_be_visible()
    page.goto("/i/step/reason/")
    expect(page.get_by_role("heading", name="No form is open on this device")).to_be_visible()
    expect(page.locator("main")).to_contain_text("What you have answered is kept")
    expect(clinic.second_device("reason").locator("#id_reason")).to_have_value("Later more")


def test_cancel_really_cancels(clinic: Clinic) -> None:
    device = clinic.device()
    page = clinic.begin(device)
    page.locator("#id_reason").fill("As it was")
    press(page, "Next")
    expect(page.get_by_role("heading", name="What is it about?")).to_be_visible()
    page.goto("/i/step/reason/?then=check")
    page.locator("#id_reason").fill("Changed my mind")
    page.locator("#id_reason").blur()
    expect(page.locator("#saved")).to_contain_text(SAVED)
    press(page, "Cancel")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.locator("main")).to_contain_text("As it was")
    expect(page.locator("main")).not_to_contain_text("Changed my mind")
