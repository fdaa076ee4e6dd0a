"""What Lighthouse says of the pages that `tests/bench/browser.py` opens: its scores, and what its slow phone measured.

Brought by npm into `tests/bench/npm/`, by the hashes of its lock, when first asked for: 176 MB that no
other check needs. Scores are 0 to 100. Its performance score comes of wall times: a busy machine only lowers it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, TypedDict

from playwright.sync_api import Playwright, sync_playwright

from tests.bench.browser import PAGES, enter
from tests.support import chromium
from tests.support.demo_server import DemoServer, demo_server
from tests.support.plain_server import free_port

HERE = Path(__file__).parent / "npm"
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
KINDS = ("performance", "accessibility", "best-practices")  # "seo" wants search engines to find what they must not
MOBILE = 500  # px: what is narrower is measured as Lighthouse's slow phone, the rest as its desktop
FIGURES = {
    "largest-contentful-paint": "paint_ms",
    "total-blocking-time": "blocked_ms",
    "cumulative-layout-shift": "shift",
    "total-byte-weight": "bytes",
}


class Scored(TypedDict):
    """``performance``, ``accessibility``, ``best_practices``: 0 to 100. ``lost``: what took points away, in its words.
    ``paint_ms``, ``blocked_ms``, ``shift`` and ``bytes`` as Lighthouse reckons them for its slow phone or desktop."""

    page: str
    device: str
    performance: int
    accessibility: int
    best_practices: int
    paint_ms: float
    blocked_ms: float
    shift: float
    bytes: float
    lost: list[str]


def measure() -> list[Scored]:
    _bring()
    with tempfile.TemporaryDirectory() as folder, demo_server(Path(folder)) as server, sync_playwright() as driver:
        return [_scored(driver, server, Path(folder), name) for name in PAGES]


def _scored(driver: Playwright, server: DemoServer, folder: Path, name: str) -> Scored:
    """In a fresh browser that has signed in, or begun the form, and then forgotten what it had fetched."""
    who, address, (width, _) = PAGES[name]
    device, port = "phone" if width < MOBILE else "desktop", free_port()
    how = chromium.launch()
    how["args"] = [*how["args"], f"--remote-debugging-port={port}"]
    context = driver.chromium.launch_persistent_context(folder / name, base_url=server.url, locale="en-GB", **how)
    try:
        page = context.new_page()
        enter(page, server, who)
        context.new_cdp_session(page).send("Network.clearBrowserCache")
        page.goto("about:blank")
        report = _report(server.url + address if address else server.intake_link, port, device)
    finally:
        context.close()
    scores = {kind: round(100 * report["categories"][kind]["score"]) for kind in KINDS}
    found = {key: round(float(report["audits"][audit]["numericValue"]), 4) for audit, key in FIGURES.items()}
    return Scored(
        page=name,
        device=device,
        performance=scores["performance"],
        accessibility=scores["accessibility"],
        best_practices=scores["best-practices"],
        paint_ms=round(found["paint_ms"]),
        blocked_ms=round(found["blocked_ms"]),
        shift=found["shift"],
        bytes=found["bytes"],
        lost=list(_lost(report)),
    )


def _lost(report: dict[str, Any]) -> list[str]:
    """Audits that count and did not pass, but those of time, which the score itself tells."""
    counting = {
        one["id"]
        for kind in KINDS[1:]
        for one in report["categories"][kind]["auditRefs"]
        if one["weight"] and report["audits"][one["id"]]["score"] not in (1, None)
    }
    return [report["audits"][one]["title"] for one in sorted(counting)]


def _report(address: str, port: int, device: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        words = [
            *(str(PROGRAM), address, f"--port={port}", "--disable-storage-reset", "--quiet"),
            *("--output=json", f"--output-path={file}", f"--only-categories={','.join(KINDS)}"),
            *(["--preset=desktop"] if device == "desktop" else []),
        ]
        done = subprocess.run(["bash", str(chromium.NODE), *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Lighthouse gave up on {address}: {(done.stderr or done.stdout).strip()[-600:]}")
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return report


def _bring() -> None:
    if not PROGRAM.exists():
        quietly = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(["bash", str(chromium.NODE), "npm", "ci", *quietly, f"--prefix={HERE}"], check=True)


def table(rows: list[Scored]) -> str:
    """As Markdown."""
    lines = [
        "| Page, by Lighthouse | as | performance | accessibility | best practices | largest paint, ms | blocked, ms | "
        "layout shift | bytes | not passed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {row['page']} | {row['device']} | {row['performance']} | {row['accessibility']} "
        f"| {row['best_practices']} | {row['paint_ms']:.0f} | {row['blocked_ms']:.0f} | {row['shift']:g} "
        f"| {row['bytes']:,.0f} | {'; '.join(row['lost']) or 'none'} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure()))
