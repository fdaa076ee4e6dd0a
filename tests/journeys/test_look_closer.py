"""A practitioner looks closer at a plan with the keyboard alone: a point, three plans, what to press, and a swap."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.test_plan_drafts import _draft


def test_a_point_is_asked_for_a_plan_chosen_and_a_point_swapped(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner")
    _draft(page, "Zhou")
    plan = page.url
    page.get_by_role("link", name="Look closer").press("Enter")
    page.wait_for_url(re.compile(r"/closer/$"))

    field = page.get_by_role("searchbox", name="Point")
    field.fill("百会")
    field.press("Enter")
    answer = page.locator("#why-not-answer")
    expect(answer).to_contain_text("GV20")
    expect(answer).to_contain_text("Which answer would bring it in")

    page.get_by_role("link", name="Work them out").press("Enter")
    expect(page.get_by_role("heading", name="Press", exact=True)).to_be_visible()
    page.get_by_role("link", name="Show them").press("Enter")
    fewest = page.get_by_role("region", name="Fewest needles")
    expect(fewest).to_be_visible()
    assert not accessibility_faults(page)
    fewest.get_by_role("button", name="Choose this one").press("Enter")
    page.wait_for_url(plan)
    expect(page.get_by_text("Plan chosen: fewest needles")).to_have_count(1)

    swap = page.locator("#plan .swap-link").first
    was = re.sub(r"^In place of (\S+).*…$", r"\1", swap.inner_text().strip())
    swap.focus()
    swap.press("Enter")
    form = page.locator(".swap-form")
    expect(form).to_contain_text(f"Without {was}")
    taken = form.get_by_role("button", name=re.compile("^Take ")).first
    expect(form.get_by_text(f"Without {was}")).to_be_focused()  # what would be lost is read first
    page.keyboard.press("Tab")
    expect(taken).to_be_focused()
    assert not accessibility_faults(page)
    taken.press("Enter")
    expect(page.get_by_text(re.compile(f"in place of {was}")).first).to_be_attached()
    expect(page.locator("#plan .swap-link").first).to_be_focused()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("Last edit undone")).to_have_count(1)


def test_on_a_phone_nothing_runs_off_the_side(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner", size=PHONE)
    _draft(page, "Marsh")
    page.goto(f"{page.url}closer/?point=BL23&show=styles")
    expect(page.get_by_role("region", name="By channel")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], width
    assert not accessibility_faults(page)
