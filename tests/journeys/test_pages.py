"""Every main page at three widths, for each role: no error, no sideways scrolling, nothing axe finds wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults

PAGES = {
    "owner": ["/", "/clinic/", "/audit/", "/patients/", "/knowledge/", "/accounts/2fa/"],
    "desk": [
        "/",
        "/today/",
        "/schedule/",
        "/followups/",
        "/intakes/",
        "/patients/",
        "/patients/1/",
        "/patients/new/",
        "/patients/1/edit/",
    ],
    "practitioner": [
        "/",
        "/patients/1/",
        "/patients/1/safety/",
        "/patients/3/assessment/",
        "/plans/1/",
        "/visits/1/",
        "/outcomes/1/",
        "/intakes/1/",
        "/knowledge/points/BL23/",
        "/knowledge/complaints/",
        "/knowledge/complaints/shoulder/",
        "/knowledge/rules/",
        "/knowledge/contraindications/",
    ],
}


# whoever is named on a page could have a name that fills a phone's width by itself
LONG_NAMES = """for (const name of document.querySelectorAll("main a[href^='/patients/'] > strong, main h1")) {
  name.textContent = "Maximiliana Wolfeschlegelsteinhausenbergerdorffdonaudampfschifffahrt";
}"""


@pytest.mark.parametrize("role", PAGES)
def test_main_pages(role: str, open_page: Callable[..., Page]) -> None:
    page = open_page(role)
    faults = []
    for path in PAGES[role]:
        for width in (390, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(path)
            assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
            if width == 390:  # what is folded away must fit, too
                page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
                page.evaluate(LONG_NAMES)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                faults.append(f"{path} at {width} is {wide} px too wide")
        faults += [f"{path}: {fault}" for fault in accessibility_faults(page)]
    assert not faults, "\n".join(faults)


def test_the_desk_is_refused_clinical_pages(open_page: Callable[..., Page]) -> None:
    page = open_page("desk")
    for path in ("/plans/1/", "/visits/1/", "/outcomes/1/", "/intakes/1/", "/patients/1/assessment/", "/audit/"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 403, path


def test_a_patient_is_found_from_the_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("desk")
    page.keyboard.press("/")
    page.keyboard.type("dan oka")
    expect(page.locator("#find-results a").first).to_contain_text("Okafor")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Daniel Okafor")).to_be_visible()
