"""A practitioner changes a plan: treatment goes on meanwhile, nothing typed is lost, the focus stays, drafts can go."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import accessibility_faults
from tests.journeys.robots import open_chart


def _draft(page: Page, name: str) -> None:
    """A new version of the plan in force, opened as a draft."""
    open_chart(page, name)
    page.get_by_role("link", name=re.compile(r"^v\d+, signed")).click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"))
    signed = page.url
    page.get_by_role("button", name="Change", exact=True).click()
    page.wait_for_url(lambda url: url != signed)
    expect(page.get_by_role("button", name="Sign the plan")).to_be_visible()


def _pressed_twice(page: Page, button: Locator, address: str) -> None:
    """The second time while the answer to the first is still on its way."""
    held: list[Route] = []
    page.route(address, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(address):
        button.press("Enter")
    button.press("Enter")
    held[0].continue_()


def test_a_draft_is_no_lock_and_can_be_discarded(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner")
    _draft(page, "Lindqvist")
    plan = page.url
    open_chart(page, "Lindqvist")
    expect(page.get_by_role("button", name="Start a visit")).to_be_visible()
    unfinished = page.get_by_label("Not finished")
    expect(unfinished).to_contain_text("Draft plan v2")
    assert not accessibility_faults(page)
    unfinished.get_by_role("link", name="Draft plan v2").click()
    expect(page).to_have_url(plan)
    expect(page.locator("#compared")).to_contain_text("Nothing differs.")

    page.get_by_text("Discard this draft…").click()
    page.get_by_role("button", name="Discard this draft").click()
    expect(page.get_by_text("Choose a reason.").first).to_be_visible()
    page.get_by_label("Why", exact=True).select_option("Started by mistake")
    page.get_by_role("button", name="Discard this draft").click()
    expect(page.get_by_label("Not finished")).to_have_count(0)
    expect(page.get_by_role("button", name="Start a visit")).to_be_visible()
    expect(page.get_by_text("Plan v2 discarded")).to_be_visible()
    page.goto(plan)
    expect(page.get_by_text("discarded, entered in error")).to_be_visible()


def test_the_forms_of_a_plan_keep_words_and_focus(open_page: Callable[..., Page]) -> None:
    page, other = open_page("practitioner"), open_page("practitioner2")
    _draft(page, "Okafor")
    panel = page.locator("section[aria-labelledby=ear]")

    # the planner's own ear points: the days are changed, a wrong name stays where it was typed
    change = panel.get_by_role("link", name=re.compile("^Change ")).first
    change.click()
    points = panel.get_by_label("Points")
    expect(points).not_to_have_value("")
    own = points.input_value()
    points.fill("shenmem")
    panel.get_by_role("button", name="Keep", exact=True).click()
    expect(panel.locator(".field-points .field-error")).to_contain_text("Did you mean TF4 Shenmen")
    expect(panel.get_by_label("Points")).to_have_value("shenmem")
    panel.get_by_label("Points").fill(own)
    panel.get_by_label("Keep days").fill("4")
    panel.get_by_role("button", name="Keep", exact=True).click()
    expect(panel).to_contain_text("keep 4 days")
    expect(change).to_be_focused()

    # Esc closes the form, and the focus is back where it was
    change.press("Enter")
    expect(panel.get_by_label("Points")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.get_by_label("Points")).to_have_count(0)
    expect(change).to_be_focused()

    # moving and removing by keyboard stays in the list
    rows = page.locator("table.points").first.locator("th[scope=row] .code")
    named = page.locator("table.points").first.locator(".edit-link")
    first, second, third = (named.nth(n).inner_text().removeprefix("Change").strip() for n in range(3))
    codes = [rows.nth(n).inner_text() for n in range(3)]
    page.get_by_role("button", name=f"Move {first} down", exact=True).first.focus()
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_text(codes[0])
    expect(page.get_by_role("button", name=f"Move {first} down", exact=True).first).to_be_focused()
    page.get_by_role("button", name=f"Remove {first}", exact=True).first.focus()
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_text(codes[2])
    expect(page.get_by_role("button", name=f"Remove {third}", exact=True).first).to_be_focused()
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_text(codes[0])
    expect(page.get_by_role("button", name="Undo")).to_be_focused()

    # what stands in the other forms stays when one is sent: an item's form, also when its row has moved, and a point
    expect(rows.nth(0)).to_have_text(codes[1])
    page.get_by_role("link", name=f"Change {first}", exact=True).first.click()
    page.get_by_label("Technique").select_option("reinforcing")
    stage = page.get_by_label("Add a point to stage 1", exact=True)
    stage.fill("no such point")
    stage.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="No single point matches")).to_be_focused()
    expect(page.get_by_label("Technique")).to_have_value("reinforcing")
    stage.fill("st36")
    page.get_by_role("button", name=f"Remove {second}", exact=True).first.click()
    expect(rows.nth(0)).to_have_text(codes[0])
    expect(stage).to_have_value("st36")
    expect(page.locator("#edit-stages0points0 .item-form")).to_have_count(1)
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("tr", has_text=codes[0]).first).to_contain_text("reinforcing")
    expect(stage).to_have_value("st36")

    # but a form goes if its item reads otherwise now: kept, it would bring back what was undone
    page.get_by_role("link", name=f"Change {first}", exact=True).first.click()
    expect(page.get_by_label("Technique")).to_have_value("reinforcing")

    # what is pressed while a change is on its way follows it: two changes are taken back by two presses at once
    _pressed_twice(page, page.get_by_role("button", name="Undo"), "**/undo/")
    expect(rows.nth(0)).to_have_text(codes[1])
    expect(page.locator("tr", has_text=codes[0]).first).not_to_contain_text("reinforcing")
    expect(page.locator("#plan .item-form")).to_have_count(0)
    _pressed_twice(page, page.get_by_role("button", name=f"Move {second} down", exact=True).first, "**/change/")
    expect(rows.nth(2)).to_have_text(codes[1])
    expect(page.get_by_role("button", name=f"Move {second} down", exact=True).first).to_be_focused()
    for place in (1, 0):
        page.get_by_role("button", name=f"Move {second} up", exact=True).first.click()
        expect(rows.nth(place)).to_have_text(codes[1])

    # a colleague changes the plan while a form is open
    page.get_by_role("link", name=f"Change {second}", exact=True).first.click()
    page.get_by_label("Technique").select_option("even")
    other.goto(page.url)
    other.get_by_role("button", name=f"Remove {third}", exact=True).first.click()
    expect(other.get_by_role("button", name=f"Remove {third}", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Keep", exact=True).click()
    told = page.get_by_role("alert").filter(has_text="Someone else has changed this plan")
    expect(told).to_be_focused()
    expect(told).to_contain_text(f"Not saved yet: Change {second}: technique even")
    expect(page.locator("#plan")).to_have_count(1)
    expect(page.locator("#plan #plan")).to_have_count(0)
    told.get_by_role("button", name="Apply my change").click()
    expect(page.locator("tr", has_text=codes[1]).first).to_contain_text("even")
    expect(page.get_by_role("button", name=f"Remove {third}", exact=True)).to_have_count(0)
    assert not accessibility_faults(page)
