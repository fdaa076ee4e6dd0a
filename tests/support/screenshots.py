"""``make screenshots``: the six main screens as pictures for the README, taken from a fresh demo clinic."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import chromium
from tests.support.demo_server import PASSWORD, DemoServer, demo_server

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def _next_workday() -> str:
    """The next Monday to Friday after today: the fullest picture of a calendar."""
    day = dt.date.today() + dt.timedelta(days=1)  # noqa: DTZ011
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day.isoformat()


def _page(browser: Browser, server: DemoServer, *, as_: str = "", size: dict[str, int]) -> Page:
    page = browser.new_context(viewport=size, base_url=server.url, locale="en-GB").new_page()
    if as_:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(f"{as_}@demo.ashi")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(server.url + "/")
    return page


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=str(PICTURES / f"{name}.png"))


def _phone(browser: Browser, server: DemoServer) -> None:
    page = _page(browser, server, size=PHONE)
    page.goto(server.intake_link)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/i/step/"))
    page.goto("/i/step/where/")
    for region in ("low_back_left", "buttock_left"):
        page.locator(f'[data-region="{region}"]').first.click()
    _shoot(page, "patient-phone")


def _practitioner(browser: Browser, server: DemoServer) -> None:
    page = _page(browser, server, as_="practitioner", size=WIDE)
    page.goto("/patients/?q=Okafor")
    page.get_by_role("link", name=re.compile("Okafor")).first.click()
    _shoot(page, "chart")
    page.get_by_role("link", name=re.compile("^v1, signed")).click()
    page.locator("table.points details.why summary").nth(1).click()
    _shoot(page, "plan")
    page.goto("/patients/?q=Okafor")
    page.get_by_role("link", name=re.compile("Okafor")).first.click()
    page.get_by_role("button", name=re.compile("visit")).first.click()
    page.wait_for_url(re.compile("/visits/"))
    _shoot(page, "visit")
    page.goto("/patients/?q=Petrova")
    page.get_by_role("link", name=re.compile("Petrova")).first.click()
    patient = re.search(r"/patients/(\d+)/", page.url)
    assert patient
    page.goto(f"/patients/{patient.group(1)}/assessment/")
    page.get_by_role("button", name="Start the assessment").click()
    for finding in ("tongue.red_sides", "pulse.wiry", "palpation.general_tension"):
        control = page.locator(f'input[name="f.{finding}"][value="1"]').get_attribute("id")
        page.locator(f'label[for="{control}"]').click()
    page.wait_for_timeout(1500)
    page.evaluate("window.scrollTo(0, 0)")
    _shoot(page, "assessment")


def main() -> None:
    """Writes docs/images/*.png."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo_server(Path(folder)) as server, sync_playwright() as play:
        browser = play.chromium.launch(**chromium.launch())
        _phone(browser, server)
        _practitioner(browser, server)
        page = _page(browser, server, as_="desk", size=WIDE)
        page.goto(f"/schedule/?view=day&date={_next_workday()}")
        _shoot(page, "desk-calendar")
        browser.close()


if __name__ == "__main__":
    main()
