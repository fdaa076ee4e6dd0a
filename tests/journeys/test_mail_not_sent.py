"""A mail that cannot go out: the people at the clinic are told so, until somebody has done something about it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.support.demo_server import DemoServer


def test_a_link_that_could_not_be_mailed_is_told_until_somebody_acts(
    open_page: Callable[..., Page], server: DemoServer
) -> None:
    desk = open_page("desk")
    desk.goto("/patients/new/")
    desk.get_by_label("Given name").fill("Nora")
    desk.get_by_label("Family name").fill("Mailless")
    desk.get_by_label("E-mail", exact=True).fill("nora.mailless@example.org")
    desk.get_by_label("has no phone").check()
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.wait_for_url(re.compile(r"/patients/\d+/"))
    number = re.search(r"/patients/(\d+)/", desk.url).group(1)  # type: ignore[union-attr]
    desk.goto(f"/patients/{number}/invite/")
    desk.locator("button[value=email]").click()
    expect(desk.get_by_role("status")).to_contain_text(
        "NOT sent to nora.mailless@example.org. No mail server is set up"
    )
    another = desk.get_by_role("link", name="make a new one to show")  # it can be given another way
    expect(another).to_have_attribute("href", f"/patients/{number}/invite/")

    desk.goto("/")
    unsent = desk.get_by_role("region", name="E-mail NOT sent")
    unsent.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")  # of more than three
    row = unsent.get_by_role("listitem").filter(has_text="Nora Mailless")
    expect(row).to_contain_text("NOT sent to nora.mailless@example.org")
    assert accessibility_faults(desk) == []
    desk.set_viewport_size(PHONE)
    assert accessibility_faults(desk) == []
    row.get_by_role("button", name=re.compile("Set aside")).click()
    expect(desk.get_by_role("region", name="Today in the clinic")).to_be_visible()
    expect(row).to_have_count(0)
