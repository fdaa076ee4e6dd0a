"""Two people on one record: the second is told what the first saved, and loses nothing of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import NOW, begin_visit, open_chart


def _add(page: Page, point: str) -> None:
    page.get_by_label("Add a point to stage 1").fill(point)
    page.get_by_label("Side", exact=True).first.select_option("right")  # her left leg takes no needles
    page.get_by_role("button", name="Add", exact=True).first.click()


def test_both_edits_of_a_plan_stand(open_page: Callable[..., Page]) -> None:
    first, second = open_page("practitioner"), open_page("practitioner2", PHONE)
    open_chart(first, "Abendroth")
    first.get_by_role("link", name=re.compile("plan", re.IGNORECASE)).first.click()
    expect(first.get_by_role("heading", name="Treatment plan")).to_be_visible()
    second.goto(first.url)

    _add(first, "ST36")
    expect(first.locator(NOW).first).to_contain_text("ST36")
    _add(second, "SP9")  # from a page that does not know of ST36
    told = second.get_by_role("alert").filter(has_text="Someone else has changed this plan")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Dr. Lin Wei")
    expect(told).to_contain_text("SP9")
    expect(second.locator(NOW).first).not_to_contain_text("SP9")
    assert not accessibility_faults(second)
    told.get_by_role("button", name="Apply my change").click()
    expect(second.locator(NOW).first).to_contain_text("SP9")
    expect(second.locator(NOW).first).to_contain_text("ST36")


def test_two_people_chart_one_visit(open_page: Callable[..., Page]) -> None:
    """Notes of one and count of the other both stand; the same field is shown twice and chosen."""
    first, second = open_page("practitioner"), open_page("practitioner2", PHONE)
    begin_visit(first, "Laurent")
    second.goto(first.url)
    how, saved = "How it was since the last visit", re.compile(r"Saved \d\d:\d\d")

    second.get_by_label("needles out").first.fill("5")
    second.get_by_label("needles out").first.blur()
    expect(second.locator("#visit-saved")).to_contain_text(saved)
    first.get_by_label(how).fill("slept through")
    first.get_by_label(how).blur()
    expect(first.locator("#visit-saved")).to_contain_text("needles out: 5")  # told, and on this page, too
    expect(first.get_by_label("needles out").first).to_have_value("5")

    second.get_by_label(how).fill("woke twice")
    second.get_by_label(how).blur()  # from a page that does not know of the other's words
    told = second.get_by_role("alert").filter(has_text="Someone else changed the same field")
    expect(told).to_contain_text("slept through")
    expect(told).to_contain_text("woke twice")
    expect(second.get_by_label(how)).to_have_value("woke twice")
    assert second.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not accessibility_faults(second)
    told.get_by_label("Yours").check()
    expect(second.locator("#visit-clashes")).to_be_empty()
    expect(second.locator("#visit-saved")).to_contain_text(saved)
    first.reload()
    expect(first.get_by_label(how)).to_have_value("woke twice")
    expect(first.get_by_label("needles out").first).to_have_value("5")
