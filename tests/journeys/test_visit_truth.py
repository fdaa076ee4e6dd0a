"""At the couch: what is ruled out stays out, what happened is told, what is known is not contradicted."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, accessibility_faults
from tests.journeys.robots import begin_visit, press_now
from tests.support.demo_server import DemoServer

KNOW = """
from clinic.people.actions.patients import record_safety_facts
from clinic.people.models import Patient, User
record_safety_facts(patient=Patient.objects.get(given_name="{name}"), facts={{"condition.pregnant": True}},
                    by=User.objects.get(email="practitioner@demo.ashi"))
"""


def fits(page: Page) -> None:
    """Nothing axe finds wrong, and nothing wider than a phone or a desk."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert not accessibility_faults(page)


def test_a_pregnancy_told_at_the_visit(open_page: Callable[..., Page]) -> None:
    page = open_page(as_="practitioner")
    begin_visit(page, "Valentina")
    page.clock.set_fixed_time("2020-01-01T03:33:00")  # this device's clock is wrong
    press_now(page, page.get_by_role("button", name="now").first)
    expect(page.locator("#id_s0-first_insertion")).not_to_have_value("03:33")
    page.get_by_role("radiogroup", name="Could the patient be pregnant?").get_by_text("yes").click()
    stop = page.locator("#visit-safety")
    expect(stop.get_by_role("heading", name=re.compile("does not fit what is known today"))).to_be_visible()
    expect(stop.get_by_role("button", name="Plan again")).to_be_visible()
    expect(stop.get_by_role("button", name="Keep with this reason").locator("visible=true")).to_have_count(0)
    page.get_by_label("Add a point").fill("LI4")
    page.locator("#add-point").click()
    refused = page.locator(".refused")
    expect(refused).to_contain_text("LI4 is not added")
    expect(page.get_by_label("Add a point")).to_have_value("LI4")
    refused.get_by_label("why it happened").select_option("not_known")
    refused.get_by_label("what happened").fill("Needled before she told; out at once, she is well")
    fits(page)
    refused.get_by_role("button", name="It was done: record it").click()
    expect(page.locator("#visit-safety")).to_contain_text("LI4: done although ruled out")
    with page.expect_navigation():
        page.get_by_role("button", name="All done as planned").click()
    page.get_by_role("link", name="record what happened").first.click()
    expect(page.get_by_label("what happened")).to_be_visible()
    fits(page)
    page.goto("/")
    incidents = page.get_by_role("region", name=re.compile("Incidents to review"))
    expect(incidents).to_contain_text("Needled before she told")
    incidents.get_by_role("link", name="Review it").click()
    expect(page.get_by_label("What was found")).to_be_visible()
    fits(page)
    page.get_by_label("What was found").fill("Midwife told, no complaints after two days")
    page.get_by_role("button", name="Reviewed").click()
    expect(page.get_by_role("status").filter(has_text="Reviewed.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("region", name=re.compile("Incidents to review"))).to_have_count(0)


def test_all_asked_no_leaves_what_is_known(open_page: Callable[..., Page], server: DemoServer) -> None:
    server.manage("shell", "--verbosity", "0", "-c", KNOW.format(name="Yara"))
    page = open_page(as_="practitioner")
    begin_visit(page, "Yara")  # her ten visits are done: the page asks
    page.get_by_role("button", name="All asked: no").click()
    expect(page.locator("input[name=start-flag_fever][value=no]")).to_be_checked()
    pregnant = page.locator(".safety-ask[data-known]").filter(has_text="Could the patient be pregnant?")
    expect(pregnant).to_contain_text("known")
    for radio in page.locator("input[name=start-pregnant]").all():
        expect(radio).not_to_be_checked()
