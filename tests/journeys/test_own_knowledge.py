"""Own knowledge with the keyboard alone: a group kept and typed into a plan, a snippet typed into a visit's note."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults
from tests.journeys.robots import begin_visit
from tests.journeys.test_plan_drafts import _draft


def _keep(page: Page, link: str, name: str, field: str, text: str) -> None:
    page.goto("/knowledge/own/")
    page.get_by_role("link", name=link).press("Enter")
    page.get_by_label("Name").fill(name)
    page.get_by_label(field).fill(text)
    page.get_by_role("button", name="Keep", exact=True).press("Enter")
    expect(page.get_by_text(f";{name}", exact=True)).to_be_visible()
    assert not accessibility_faults(page)


def test_a_group_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner")
    _keep(page, "New group", "gb-sciatica", "Points", "GB31 painful 20-30\nGB37 painful\nGB41 painful 5-10")
    _draft(page, "Bellamy")
    field = page.get_by_label("Add a point to stage 1")
    field.press_sequentially(";gb")
    expect(page.locator("#found-1")).to_contain_text(";gb-sciatica")
    field.press_sequentially("-sciatica")
    field.press("Enter")
    expect(page.get_by_text("Added the group gb-sciatica")).to_be_attached()
    stage = page.locator("section.stage").first
    for code in ("GB31", "GB37", "GB41"):
        expect(stage.get_by_role("rowheader", name=re.compile(f"^{code} "))).to_be_visible()
    expect(stage.get_by_role("row", name=re.compile("^GB31 "))).to_contain_text("20–30")
    expect(page.get_by_label("Add a point to stage 1")).to_be_focused()
    assert not accessibility_faults(page)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(stage.get_by_role("rowheader", name=re.compile("^GB31 "))).to_have_count(0)


def test_a_snippet_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner")
    _keep(page, "New snippet", "calm-after", "Text", "Rested for ten minutes; calm and warm.")
    begin_visit(page, "Keating")
    notes = page.get_by_label("Notes")
    notes.press_sequentially("Second visit. ;calm-after")
    notes.press("Enter")
    expect(notes).to_have_value("Second visit. Rested for ten minutes; calm and warm.")
    notes.press("Enter")
    expect(notes).to_have_value("Second visit. Rested for ten minutes; calm and warm.\n")


def test_an_own_point_by_keyboard(open_page: Callable[..., Page]) -> None:
    """Written down, found in a plan by its name, stopped once it is out of use; its words stay to be read."""
    page = open_page("practitioner")
    page.goto("/knowledge/own/")
    page.get_by_role("link", name="New point").press("Enter")
    page.get_by_label("Code").fill("T-77.08")
    page.get_by_label("Name").fill("Sihuashang")
    page.get_by_label("Region").select_option("leg")
    page.locator("#id_sides").select_option("bilateral")
    page.get_by_label("Where it lies").fill("between the shoulder blades")
    page.get_by_label("Depth in mm").fill("8-12")
    page.get_by_label("nothing of these").press("Space")
    page.get_by_label("Used for").fill("pain of the knee")
    page.get_by_label("Where this comes from").fill("A course of Master Tung's points")
    page.get_by_role("button", name="Keep", exact=True).press("Enter")
    expect(page.get_by_text("choose that region").first).to_be_visible()  # the words name the upper back
    assert not accessibility_faults(page)
    page.get_by_label("Where it lies").fill("beside the shin bone, close to the bone")
    page.get_by_role("button", name="Keep", exact=True).press("Enter")
    expect(page.get_by_role("link", name="T-77.08", exact=True)).to_be_visible()
    assert not accessibility_faults(page)
    _draft(page, "Bellamy")
    field = page.get_by_label("Add a point to stage 1")
    field.press_sequentially("sihua")
    expect(page.locator("#found-1")).to_contain_text("T-77.08")
    field.press("Enter")
    row = page.locator("section.stage").first.get_by_role("row", name=re.compile("^T-77.08 "))
    expect(row).to_contain_text("Place: beside the shin bone")
    expect(page.get_by_text("only chosen by hand, never proposed").first).to_be_visible()
    assert not accessibility_faults(page)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(row).to_have_count(0)
    page.goto("/knowledge/own/")
    page.get_by_role("button", name=re.compile("^Retire.*T-77.08")).press("Enter")
    expect(page.get_by_text("retired since")).to_be_visible()
    page.get_by_role("link", name="T-77.08", exact=True).press("Enter")
    expect(page.get_by_text("retired.")).to_be_visible()
    assert not accessibility_faults(page)
