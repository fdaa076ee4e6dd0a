"""The session ends while somebody types: the text stays, a dialog signs in again, and the same press is sent."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import begin_visit, open_chart
from tests.support.demo_server import PASSWORD, DemoServer

COLLEAGUE = """
from clinic.people.models import User
like = User.objects.get(email="practitioner2@demo.ashi")
User.objects.create(email="second.factor@demo.ashi", password=like.password, name="Two Factors", is_practitioner=True)
"""
WORDS = "Turning is easier, written while nobody was signed in"


def end_session(page: Page) -> None:
    """As after half an hour: the session is gone, the rest of the browser as it was."""
    page.context.clear_cookies(name=re.compile(r"^(__Host-)?ashi$"))


def dialog(page: Page) -> Locator:
    box = page.get_by_role("dialog", name="You were signed out")
    expect(box).to_be_visible()
    return box


def sign_in_again(page: Page, as_: str, code: str = "") -> None:
    with page.expect_popup() as opened:
        dialog(page).get_by_role("link", name="Sign in").click()
    window = opened.value
    window.get_by_label("Email").fill(f"{as_}@demo.ashi")
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()
    if code:
        window.get_by_label(re.compile("code", re.IGNORECASE)).fill(code)
        window.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("dialog", name="You were signed out")).not_to_be_visible()


def test_a_visits_note_is_saved_and_signed_by_the_press_that_met_the_end(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner", PHONE)
    begin_visit(page, "Reinholt")
    field = page.get_by_label("How it was since the last visit")
    end_session(page)
    field.fill(WORDS)
    field.blur()  # saves by itself
    expect(dialog(page)).to_contain_text("not saved yet")
    assert not accessibility_faults(page)
    expect(field).to_have_value(WORDS)
    sign_in_again(page, "practitioner")
    expect(page.locator("#visit-saved")).to_contain_text("Saved")

    end_session(page)
    page.get_by_role("button", name="Sign and lock").click()
    sign_in_again(page, "practitioner")
    expect(page.get_by_role("alert").filter(has_text="Not signed yet")).to_be_visible()  # and no empty 405
    expect(field).to_have_value(WORDS)


def test_a_point_added_to_a_plan(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner")
    open_chart(page, "Abendroth")
    page.get_by_role("link", name=re.compile("plan", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", name="Treatment plan")).to_be_visible()
    page.get_by_label("Add a point to stage 1").fill("LI11")
    page.get_by_label("Side", exact=True).first.select_option("right")
    expect(page.locator(".point-results").first).to_contain_text("LI11")
    end_session(page)
    page.get_by_role("button", name="Add", exact=True).first.click()
    dialog(page)
    expect(page.locator("table.points").first).to_be_visible()  # the sign-in page has not taken the plan's place
    sign_in_again(page, "practitioner")
    expect(page.locator("table.points").first).to_contain_text("LI11")


@pytest.fixture
def colleague(server: DemoServer) -> str:
    """Somebody of their own: whoever turns the second factor on cannot sign in as the others do."""
    server.manage("shell", "--verbosity", "0", "-c", COLLEAGUE)
    return "second.factor"


def test_an_assessment_saves_itself_after_a_second_factor(open_page: Callable[..., Page], colleague: str) -> None:
    page = open_page(colleague)
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Confirm|Go on|Continue")).click()
    page.get_by_text("No camera? Type the key").click()
    secret = page.locator("p.text-break").inner_text()
    left = 30_000 - time.time() * 1000 % 30_000
    if left < 10_000:  # a slow machine would send the code when it no longer holds
        page.wait_for_timeout(left + 100)
    page.get_by_label("Authenticator code").fill(
        totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    )
    page.get_by_role("button", name="Turn it on").click()
    recovery = page.get_by_role("list", name="Unused codes").get_by_role("listitem").first.inner_text()

    open_chart(page, "Petrova")
    page.get_by_role("button", name="Assess").first.click()
    page.wait_for_url(re.compile("/assessments/"))
    notes = page.locator("textarea[name='notes']")
    end_session(page)
    notes.fill(WORDS)
    notes.blur()
    sign_in_again(page, colleague, recovery)
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.reload()
    expect(page.locator("textarea[name='notes']")).to_have_value(WORDS)


def test_somebody_else_signing_in_sends_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page("desk")
    page.goto("/patients/new/")
    end_session(page)
    page.get_by_label("Given name").fill("Typed")
    page.get_by_label("Family name").fill("Bydesk")
    page.get_by_role("button", name=re.compile("Save|Add")).last.click()
    with page.expect_popup() as opened:
        dialog(page).get_by_role("link", name="Sign in").click()
    window = opened.value
    window.get_by_label("Email").fill("owner@demo.ashi")
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("Someone else is signed in now")
    expect(page.get_by_label("Given name")).to_have_value("Typed")


def test_without_scripts_the_words_come_back(open_page: Callable[..., Page], browser: object) -> None:
    page = open_page("desk")
    context = page.context.browser.new_context(
        base_url=page.url.split("/today")[0].rstrip("/"), java_script_enabled=False
    )  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto("/accounts/login/")
    plain.get_by_label("Email").fill("desk@demo.ashi")
    plain.get_by_label("Password").fill(PASSWORD)
    plain.get_by_role("button", name="Sign in", exact=True).click()
    expect(plain.locator("header.topbar")).to_be_visible()
    plain.goto("/patients/new/")
    context.clear_cookies(name=re.compile(r"^(__Host-)?ashi$"))
    plain.get_by_label("Family name").fill("Kept Onpage")
    plain.get_by_role("button", name=re.compile("Save|Add")).last.click()
    expect(plain.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(plain.get_by_label("family name")).to_have_value("Kept Onpage")
    context.close()
