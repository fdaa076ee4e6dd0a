"""Clinics made once for this code and copied: migrating takes some ten seconds, filling the demo half a minute."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = 2  # of each kind
FILE = "ashi.sqlite3"


@cache
def _code() -> str:
    """The same for the same code."""
    found = hashlib.sha256()
    for package in ("clinic", "intake", "treatments"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def seeded(folder: Path, fill: Callable[[Path], None]) -> None:
    """Copy the filled demo clinic into ``folder``. Made anew after an hour: its visits of today lie around the present.
    An hour from its making, within a day: one made just before the clock strikes is no older for that."""
    _copied("demo", f"{_code()}-{datetime.now(UTC):%Y%m%d}", folder, fill, lasts=timedelta(hours=1))


def migrated(file: Path) -> None:
    """Copy an SQLite clinic without any rows of its own to ``file``: all of it at once, or none."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".migrated-") as folder:
        _copied("migrated", _code(), Path(folder), _migrate)
        (Path(folder) / FILE).rename(file)


def _migrate(folder: Path) -> None:
    told = {"ASHI_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / FILE}", "ASHI_HTTPS": "0", "ASHI_DEMO": "1"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"],
        cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _copied(kind: str, key: str, into: Path, fill: Callable[[Path], None], *, lasts: timedelta | None = None) -> None:
    """``fill(home)`` makes the files when this key has none yet; one at a time, the others wait."""
    kept = ROOT / "var" / "seeds" / kind
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = kept / key
        made = home / "made"
        if lasts and made.exists() and time.time() - made.stat().st_mtime > lasts.total_seconds():
            shutil.rmtree(home)
        if not home.exists():
            unfinished = kept / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            fill(unfinished)
            (unfinished / made.name).touch()
            unfinished.rename(home)
        os.utime(home)
        for old in sorted((p for p in kept.iterdir() if p.is_dir()), key=lambda p: -p.stat().st_mtime)[KEPT:]:
            shutil.rmtree(old)
        shutil.copytree(home, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("made"))
