"""Clinics of each size on each engine, seeded once and kept in .bench/ until the seeder changes.

What is measured is a copy, with the migrations that came since.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".bench"
WEEK = 600


@dataclass(frozen=True)
class Place:
    """One clinic: where its files are, and its DATABASE_URL."""

    engine: str
    patients: int
    folder: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        own = {"ASHI_VAR": str(self.folder), "ASHI_HTTPS": "0", "ASHI_DEMO": "1", "DATABASE_URL": self.url}
        return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "tests.support.plain_settings"}

    def python(self, *words: str, out: int | None = None) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=out, text=True, check=True
        )
        return done.stdout or ""


def key() -> str:
    """Of what decides who is in a seeded clinic."""
    found = hashlib.sha256(str(WEEK).encode())
    for path in sorted((ROOT / "treatments/demo/scale").glob("*.*")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def clinic(engine: str, patients: int, server: str) -> Place:
    """A fresh copy of the seeded clinic. ``server``: DATABASE_URL of a PostgreSQL, where it is asked for."""
    folder = KEPT / f"{engine}-{patients}"
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "key"
    fresh = told.exists() and told.read_text() == key()
    if engine == "sqlite":
        seeded, used = folder / "seeded.sqlite3", folder / "used.sqlite3"
        if not fresh or not seeded.exists():
            for old in folder.glob("*.sqlite3*"):
                old.unlink()
            _seed(Place(engine, patients, folder, f"sqlite:///{seeded}"))
        for old in folder.glob("used.sqlite3*"):
            old.unlink()
        shutil.copyfile(seeded, used)
        return _ready(Place(engine, patients, folder, f"sqlite:///{used}"))
    seeded_name, used_name = f"seeded_{patients}", f"used_{patients}"
    if not fresh or not _exists(server, seeded_name):
        _sql(server, f"DROP DATABASE IF EXISTS {used_name}", f"DROP DATABASE IF EXISTS {seeded_name}")
        _sql(server, f"CREATE DATABASE {seeded_name}")
        _seed(Place(engine, patients, folder, _named(server, seeded_name)))
    _sql(server, f"DROP DATABASE IF EXISTS {used_name}", f"CREATE DATABASE {used_name} TEMPLATE {seeded_name}")
    return _ready(Place(engine, patients, folder, _named(server, used_name)))


def _ready(place: Place) -> Place:
    (place.folder / "key").write_text(key())
    place.python("manage.py", "migrate", "-v0")
    return place


def _seed(place: Place) -> None:
    print(f"seeding {place.patients} patients on {place.engine}", flush=True)
    place.python("manage.py", "migrate", "-v0")
    place.python("manage.py", "seed_scale", "--patients", str(place.patients), "--week", str(WEEK))


def _named(server: str, name: str) -> str:
    before, _, after = server.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{name}{'?' + after if after else ''}"


def _sql(server: str, *statements: str) -> list[tuple[object, ...]]:
    import psycopg2

    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _exists(server: str, name: str) -> bool:
    return bool(_sql(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))
