"""What a browser sees on a slow machine: bytes of a first view, largest paint, layout that moves, work that blocks.

The demo clinic under the production server, Chromium with its processor slowed four times. Paints are wall times: on a
busy machine they say too much, never too little.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import chromium
from tests.support.demo_server import PASSWORD, DemoServer, demo_server

SLOWER = 4  # times
TARGETS = "Targets: largest paint under 1500 ms, no layout shift, patient's first screen at most 60 kB."
PAGES = {  # name -> (who, address, width and height); no address: the patient's link
    "patient: first screen": ("", "", (390, 844)),
    "home, practitioner": ("practitioner", "/", (1440, 900)),
    "home, front desk": ("desk", "/", (1440, 900)),
    "calendar, week": ("desk", "/schedule/?view=week", (1440, 900)),
    "calendar, day": ("desk", "/schedule/", (1440, 900)),
    "chart": ("practitioner", "/patients/1/", (1440, 900)),
    "plan": ("practitioner", "/plans/1/", (1440, 900)),
    "visit": ("practitioner", "/visits/1/", (1440, 900)),
}
WATCH = """
window.seen = {paint: 0, shift: 0, blocked: 0};
new PerformanceObserver(l => { for (const e of l.getEntries()) window.seen.paint = e.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.seen.shift += e.value; })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) window.seen.blocked += Math.max(0, e.duration - 50); })
  .observe({type: 'longtask', buffered: true});
"""


class Seen(TypedDict):
    """``first`` and ``again``: bytes over the wire with an empty cache and with what a first visit left in it.
    ``paint_ms``: largest contentful paint; ``shift``: cumulative layout shift; ``blocked_ms``: of tasks past 50 ms."""

    page: str
    first: int
    again: int
    elements: int
    paint_ms: float
    shift: float
    blocked_ms: float


def measure(pages: dict[str, tuple[str, str, tuple[int, int]]] | None = None) -> list[Seen]:
    with tempfile.TemporaryDirectory() as folder, demo_server(Path(folder)) as server, sync_playwright() as driver:
        launch = chromium.launch()
        browser = driver.chromium.launch(**launch)
        try:
            return list(_seen(browser, server, pages or PAGES))
        finally:
            browser.close()


def _seen(browser: Browser, server: DemoServer, pages: dict[str, tuple[str, str, tuple[int, int]]]) -> Iterator[Seen]:
    states: dict[str, Any] = {"": None}
    for name, (who, address, (width, height)) in pages.items():
        if who not in states:
            states[who] = _signed_in(browser, server, who)
        context = browser.new_context(
            base_url=server.url,
            locale="en-GB",
            viewport={"width": width, "height": height},
            storage_state=states[who],
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        sizes: list[int] = []
        wire.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(int(event["encodedDataLength"])))
        first, seen = _opened(page, address or server.intake_link, sizes)
        again, _ = _opened(page, address or server.intake_link, sizes)
        elements = int(page.evaluate("document.querySelectorAll('*').length"))
        context.close()
        yield Seen(
            page=name,
            first=first,
            again=again,
            elements=elements,
            paint_ms=round(seen["paint"]),
            shift=round(seen["shift"], 4),
            blocked_ms=round(seen["blocked"]),
        )


def _opened(page: Page, address: str, sizes: list[int]) -> tuple[int, dict[str, float]]:
    sizes.clear()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # what is drawn late counts too
    return sum(sizes), page.evaluate("window.seen")


def _signed_in(browser: Browser, server: DemoServer, who: str) -> Any:
    context = browser.new_context(base_url=server.url, locale="en-GB")
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{who}@demo.ashi")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("header.topbar").wait_for()
    state = context.storage_state()
    context.close()
    return state


def table(rows: list[Seen]) -> str:
    """As Markdown."""
    lines = [
        f"| Page (processor {SLOWER}x slower) | bytes, first view | bytes, again | elements | largest paint, ms | "
        "layout shift | blocked, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['page']} | {row['first']:,} | {row['again']:,} | {row['elements']} | {row['paint_ms']:.0f} | "
        f"{row['shift']} | {row['blocked_ms']:.0f} |"
        for row in rows
    ]
    return "\n".join([*lines, "", TARGETS])


if __name__ == "__main__":
    print(table(measure()))
