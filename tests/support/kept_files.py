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
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.support.pure import imported

PACKAGES = ("clinic", "intake", "treatments")
ROOT = Path(__file__).resolve().parents[2]
KEPT = 2  # of each kind
FILE = "ashi.sqlite3"


@cache
def _code() -> str:
    """The same for the same code."""
    return _hash_of(path for package in PACKAGES for path in (ROOT / package).rglob("*"))


@cache
def _served() -> str:
    """The same for the same static files: our own, and those of the packages that are installed."""
    named = (ROOT / "package-lock.json", ROOT / "requirements.txt", ROOT / "scripts" / "bootstrap.scss")
    return _hash_of([*named, *(ROOT / "static").rglob("*")])


@cache
def _tables() -> str:
    """The same while tables, guards and permissions stay what they are, whatever else is changed meanwhile."""
    python = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    steps = [path for path in python if path.parent.name == "migrations"]
    named = {name for step in steps for name in imported(step)}
    return _hash_of(
        path for path in python
        if path in steps or {"models", "models.py", "audit"} & {*path.parts} or _module(path) in named
    )  # fmt: skip


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _hash_of(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file() and path.suffix != ".pyc":
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def seeded(folder: Path, fill: Callable[[Path], None]) -> None:
    """Copy the filled demo clinic and its static files into ``folder``. Made anew after an hour: its visits of today
    lie around the present. An hour from its making, within a day: one made just before the clock strikes is no older
    for that."""
    _copied("demo", f"{_code()}-{_served()}-{datetime.now(UTC):%Y%m%d}", folder, fill, lasts=timedelta(hours=1))


def migrated(file: Path, *, for_these_tables: bool = False) -> None:
    """Copy an SQLite clinic without any rows of its own to ``file``: all of it at once, or none.

    ``for_these_tables``: also one that was made before the rest of the code was changed (``make quick``).
    """
    kind, key = ("tables", _tables()) if for_these_tables else ("migrated", _code())
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".migrated-") as folder:
        _copied(kind, key, Path(folder), _migrate)
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
