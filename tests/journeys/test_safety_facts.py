"""What a practitioner learns between two visits, typed on the page of safety, reaches the plan before the needle."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults
from tests.journeys.robots import begin_visit, open_chart


def test_a_new_anticoagulant_typed_between_two_visits_stops_the_plan(open_page: Callable[..., Page]) -> None:
    page = open_page("practitioner")
    open_chart(page, "Okafor")
    expect(page.get_by_role("heading", name="Plan in force")).to_be_visible()
    page.get_by_role("region", name="Safety").get_by_role("link", name="Change").click()
    page.wait_for_url(re.compile(r"/patients/\d+/safety/$"))
    expect(page.get_by_text(re.compile("It fits|Stop: it does not fit"))).to_be_visible()
    assert not accessibility_faults(page)
    page.get_by_label("Name").fill("Eliquis 5 mg")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text(re.compile("It stops the plan in force"))).to_be_visible()
    expect(page.get_by_text("blood thinner").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"booked visits? follow"))).not_to_have_count(0)

    open_chart(page, "Okafor")
    expect(page.get_by_role("alert").filter(has_text="does not fit what is known today")).to_contain_text("Eliquis")
    page.get_by_role("link", name=re.compile(r"^v\d+, signed")).first.click()
    expect(page.get_by_role("alert").filter(has_text="does not fit what is known today")).to_contain_text("Eliquis")

    begin_visit(page, "Okafor")
    expect(page.get_by_role("heading", name=re.compile("Stop: the signed plan does not fit"))).to_be_visible()
    page.get_by_role("link", name="medicines, conditions, implants").click()
    page.get_by_role("button", name=re.compile("^No longer.*Eliquis")).click()
    expect(page.get_by_text(re.compile("It lifts"))).to_be_visible()
