"""Where Chromium is, and how tests start it. Run as a program: says how to get one when there is none."""

from __future__ import annotations

import os
import shutil
import sys

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """The browser's path: CHROMIUM if set, else what the machine has, else None."""
    given = os.environ.get("CHROMIUM")
    return given or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


if __name__ == "__main__" and executable() is None:
    sys.exit(
        "No Chromium was found for the journeys. On Debian: apt-get install chromium. "
        "Or name one with CHROMIUM=/path, or leave the journeys out with SKIP_BROWSER=1 make test."
    )
