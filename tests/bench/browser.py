"""What a browser sees on a slow machine: bytes of a first view, largest paint, layout that moves, work that blocks; and
when the scripts of a page are ready on a slow network, too.

The demo clinic under the production server, Chromium with its processor slowed four times. Paints and readiness are
wall times: on a busy machine they say too much, never too little.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.bench.clinics import WEEK, Place, clinic
from tests.support import chromium
from tests.support.demo_server import PASSWORD, DemoServer, demo_server, serving
from tests.support.plain_server import free_port
from tests.support.stays import Manager

SLOWER = 4  # times
TARGETS = (
    "Targets: largest paint under 1500 ms, no layout shift, patient's first screen and a full week at most 60 kB, the "
    "first screen's scripts ready on slow 4G within 1000 ms."
)
# Slow 4G as Lighthouse and WebPageTest have it: bytes a second and milliseconds for each request
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
PATIENT = "patient"  # in a browser that has begun the form of the demo's link
QUESTIONS = "/i/step/where/"
PAGES = {  # name -> (who, address, width and height); no address: the patient's link
    "patient: first screen": ("", "", (390, 844)),
    "patient: body chart": (PATIENT, QUESTIONS, (390, 844)),
    "home, practitioner": ("practitioner", "/", (1440, 900)),
    "home, front desk": ("desk", "/", (1440, 900)),
    "calendar, week": ("desk", "/schedule/?view=week", (1440, 900)),
    "calendar, day": ("desk", "/schedule/", (1440, 900)),
    "chart": ("practitioner", "/patients/1/", (1440, 900)),
    "plan": ("practitioner", "/plans/1/", (1440, 900)),
    "visit": ("practitioner", "/visits/1/", (1440, 900)),
}
FULL = f"calendar, week of {WEEK} visits"  # of a seeded clinic of its own
TRIES = 3
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"  # all scripts are deferred
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
    """``first`` and ``again``: bytes over the wire with an empty cache and with what a first visit left in it;
    ``scripts``: of ``first``. ``paint_ms``: largest contentful paint; ``shift``: cumulative layout shift;
    ``blocked_ms``: of tasks past 50 ms; ``ready_ms``: from the click to the last script run, on slow 4G and with an
    empty cache."""

    page: str
    first: int
    scripts: int
    again: int
    elements: int
    paint_ms: float
    shift: float
    blocked_ms: float
    ready_ms: float


def measure(pages: dict[str, tuple[str, str, tuple[int, int]]] | None = None, *, full: Place | None) -> list[Seen]:
    """Of the demo clinic's pages, and of the full week of another clinic."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(**chromium.launch())
        try:
            seen: list[Seen] = []
            if pages is None or pages:
                with demo_server(Path(folder)) as server:
                    seen += _seen(browser, server, PAGES if pages is None else pages)
            if full is not None:
                with _seeded(full, Path(folder) / "full") as server:
                    monday = dt.date.today() + dt.timedelta(days=7 - dt.date.today().weekday())  # noqa: DTZ011
                    seen += _seen(browser, server, {FULL: ("desk", f"/schedule/?view=week&date={monday}", (1440, 900))})
            return seen
        finally:
            browser.close()


@contextmanager
def _seeded(place: Place, folder: Path) -> Iterator[DemoServer]:
    """The clinic under the production server, with its static files as they are served."""
    environment = {**place.environment, "ASHI_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    port, manager = free_port(), Manager(environment)
    try:
        manager.run("collectstatic", "--noinput", "--verbosity", "0")
        with serving(port, environment):
            yield DemoServer(f"http://127.0.0.1:{port}", "", folder, manager)
    finally:
        manager.stop()


def _seen(browser: Browser, server: DemoServer, pages: dict[str, tuple[str, str, tuple[int, int]]]) -> Iterator[Seen]:
    states: dict[str, Any] = {}
    for name, (who, address, size) in pages.items():
        if who not in states:
            states[who] = _entered(browser, server, who)
        where = address or server.intake_link
        with _slowed(browser, server, states[who], size) as (page, wire):
            sizes: dict[str, int] = {}
            scripts: set[str] = set()
            wire.on(
                "Network.responseReceived",
                lambda e, at=scripts: at.add(e["requestId"] if e["type"] == "Script" else ""),
            )
            wire.on(
                "Network.loadingFinished", lambda e, at=sizes: at.update({e["requestId"]: int(e["encodedDataLength"])})
            )
            seen = _opened(page, where)
            first, of_scripts = sum(sizes.values()), sum(size for one, size in sizes.items() if one in scripts)
            sizes.clear()
            _opened(page, where)
            again, elements = sum(sizes.values()), int(page.evaluate("document.querySelectorAll('*').length"))
        yield Seen(
            page=name,
            first=first,
            scripts=of_scripts,
            again=again,
            elements=elements,
            paint_ms=round(seen["paint"]),
            shift=round(seen["shift"], 4),
            blocked_ms=round(seen["blocked"]),
            ready_ms=_ready(browser, server, states[who], size, where),
        )


@contextmanager
def _slowed(
    browser: Browser, server: DemoServer, state: Any, size: tuple[int, int]
) -> Iterator[tuple[Page, CDPSession]]:
    """A page that has seen nothing yet, on a slow processor."""
    context = browser.new_context(
        base_url=server.url,
        locale="en-GB",
        viewport={"width": size[0], "height": size[1]},
        storage_state=state,
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page, wire
    context.close()


def _opened(page: Page, address: str) -> dict[str, float]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # what is drawn late counts too
    seen: dict[str, float] = page.evaluate("window.seen")
    return seen


def _ready(browser: Browser, server: DemoServer, state: Any, size: tuple[int, int], address: str) -> float:
    """The best of some: others on this machine only make it longer."""
    found = []
    for _ in range(TRIES):
        with _slowed(browser, server, state, size) as (page, wire):
            wire.send("Network.emulateNetworkConditions", SLOW_4G)
            page.goto(address, wait_until="load")
            found.append(float(page.evaluate(READY)))
    return round(min(found))


def _entered(browser: Browser, server: DemoServer, who: str) -> Any:
    context = browser.new_context(base_url=server.url, locale="en-GB")
    enter(context.new_page(), server, who)
    state = context.storage_state()
    context.close()
    return state


def enter(page: Page, server: DemoServer, who: str) -> None:
    """Sign in, or follow the patient's link and start; nothing for nobody."""
    if who == PATIENT:
        page.goto(server.intake_link)
        page.get_by_role("button", name="Start").click()
        page.wait_for_url("**/i/step/**")
    elif who:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(f"{who}@demo.ashi")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.locator("header.topbar").wait_for()


def table(rows: list[Seen]) -> str:
    """As Markdown."""
    lines = [
        f"| Page (processor {SLOWER}x slower) | bytes, first view | scripts | bytes, again | elements | "
        "largest paint, ms | layout shift | blocked, ms | scripts ready on slow 4G, ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['page']} | {row['first']:,} | {row['scripts']:,} | {row['again']:,} | {row['elements']} | "
        f"{row['paint_ms']:.0f} | {row['shift']} | {row['blocked_ms']:.0f} | {row['ready_ms']:.0f} |"
        for row in rows
    ]
    return "\n".join([*lines, "", TARGETS])


if __name__ == "__main__":  # of the pages named, or of all
    words = tuple(sys.argv[1:] or [""])
    wanted = {name: one for name, one in PAGES.items() if name.startswith(words)}
    print(table(measure(wanted, full=clinic("sqlite", 1000, "") if FULL.startswith(words) else None)))
