"""Journeys: real people's ways through a real server in a real browser. Any script error or policy violation fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.demo_server import PASSWORD, DemoServer, demo_server

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
expect.set_options(timeout=20_000)  # a busy machine is not a broken page
# A search that a newer letter replaced (hx-sync) is dropped on purpose, and htmx says so in these two lines when the
# older one was still under way. A request that failed says htmx:sendError, htmx:timeout or htmx:responseError.
DROPPED = re.compile(r"^htmx:(afterRequest|sendAbort)\b")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    with demo_server(tmp_path_factory.mktemp("clinic")) as running:
        yield running


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """Role -> the browser's state after signing in: the form is walked once, not before each journey."""
    return {}


@pytest.fixture
def open_page(browser: Browser, server: DemoServer, signed_in: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """Opens fresh browsers: ``open_page(as_="desk", size=PHONE)``. Nobody signed in when ``as_`` is empty."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def opener(as_: str = "", size: dict[str, int] = DESK, *, loses_line: bool = False) -> Page:
        state = signed_in.get(as_)
        # Whoever holds a phone here has asked for less motion: a tenth of a form's processor time. Staff have not, nor
        # have the phones that test_intake_saving.py, test_intake_phone.py and test_their_language_in_trouble.py open.
        motion: Literal["reduce", "no-preference"] = "reduce" if size == PHONE else "no-preference"
        context = browser.new_context(
            viewport=size, base_url=server.url, locale="en-GB", storage_state=state, reduced_motion=motion
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                troubles.append(f"{page.url}: {said.text}")
                if said.type == "error"
                and "status of 4" not in said.text
                and not DROPPED.match(said.text)
                and not (loses_line and re.search("Failed to load resource|Response Status Error|htmx:", said.text))
                else None
            ),
        )
        if as_:
            page.goto("/")
            if "/accounts/login/" in page.url:  # the first time, or a journey has signed them out
                page.get_by_label("Email").fill(f"{as_}@demo.ashi")
                page.get_by_label("Password").fill(PASSWORD)
                page.get_by_role("button", name="Sign in", exact=True).click()
                expect(page.locator("header.topbar")).to_be_visible()
                signed_in[as_] = context.storage_state()
            expect(page.locator("header.topbar")).to_be_visible()
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


def accessibility_faults(page: Page, *, also_dark: bool = False) -> list[str]:
    """What axe finds wrong with the page as it stands (WCAG 2.2 A and AA); ``also_dark``: and its colours by night."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = _axe(page, "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
    if also_dark:  # nothing else of a page depends on it
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {fault}" for fault in _axe(page, "color-contrast")]
        page.emulate_media(color_scheme="light")
    return found


def _axe(page: Page, *only: str) -> list[str]:
    page.evaluate("Promise.allSettled(document.getAnimations().filter(a => a.transitionProperty).map(a => a.finished))")
    found = page.evaluate(
        "only => axe.run({runOnly: only, resultTypes: ['violations'], preload: false}).then(r => r.violations.map("
        "v => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map(n => n.html).join(' | ')}`))",
        list(only),
    )
    return list(found)
