"""Two people on one record: the second is told what the first saved, and loses nothing of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults


def _chart(page: Page, name: str) -> None:
    page.goto(f"/patients/?q={name}")
    page.get_by_role("link", name=re.compile(name)).first.click()


def _add(page: Page, point: str) -> None:
    page.get_by_label("Add a point to stage 1").fill(point)
    page.get_by_label("Side", exact=True).first.select_option("right")  # her left leg takes no needles
    page.get_by_role("button", name="Add", exact=True).first.click()


def test_both_edits_of_a_plan_stand(open_page: Callable[..., Page]) -> None:
    first, second = open_page("practitioner"), open_page("practitioner2", PHONE)
    _chart(first, "Abendroth")
    first.get_by_role("link", name=re.compile("plan", re.IGNORECASE)).first.click()
    expect(first.get_by_role("heading", name="Treatment plan")).to_be_visible()
    second.goto(first.url)

    _add(first, "ST36")
    expect(first.locator("table.points")).to_contain_text("ST36")
    _add(second, "SP9")  # from a page that does not know of ST36
    told = second.get_by_role("alert").filter(has_text="Somebody else changed this plan meanwhile")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Dr. Lin Wei")
    expect(told).to_contain_text("SP9")
    expect(second.locator("table.points")).not_to_contain_text("SP9")
    assert not accessibility_faults(second)
    told.get_by_role("button", name="Apply my change").click()
    expect(second.locator("table.points")).to_contain_text("SP9")
    expect(second.locator("table.points")).to_contain_text("ST36")


def test_a_visit_saved_twice_lets_the_writer_choose(open_page: Callable[..., Page]) -> None:
    first, second = open_page("practitioner"), open_page("practitioner", PHONE)
    _chart(first, "Reinholt")
    first.get_by_role("button", name=re.compile("visit")).first.click()
    first.wait_for_url(re.compile("/visits/"))
    second.goto(first.url)

    how = "How it was since the last visit"
    first.get_by_label(how).fill("slept through")
    first.get_by_label(how).blur()
    expect(first.locator("#visit-saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    second.get_by_label(how).fill("woke twice")
    second.get_by_label(how).blur()  # saves by itself, from an old page
    told = second.get_by_role("alert").filter(has_text="Somebody else saved this visit")
    expect(told).to_contain_text("slept through")
    expect(told).to_contain_text("woke twice")
    expect(second.get_by_label(how)).to_have_value("woke twice")
    assert second.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    told.get_by_role("button", name="Save mine over it").click()
    expect(second.get_by_label(how)).to_have_value("woke twice")
    first.reload()
    expect(first.get_by_label(how)).to_have_value("woke twice")
