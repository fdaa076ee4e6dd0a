"""Which tests run once, and which on both databases: told by what they ask for and import, in doubt on both."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tests.support import pure

HERE = Path(__file__)
PLAIN = "import json\nfrom intake.assessment import assess\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of tests of its own."""
    monkeypatch.setattr(pure, "ROOT", tmp_path)
    (tmp_path / "tests" / "rooms").mkdir(parents=True)
    return tmp_path / "tests"


def item(path: Path, *, asks: tuple[str, ...] = (), marks: tuple[str, ...] = (), cls: type | None = None) -> Any:
    return SimpleNamespace(path=path, fixturenames=asks, cls=cls, get_closest_marker=dict.fromkeys(marks, True).get)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_what_asks_for_nothing_is_pure(folder: Path) -> None:
    assert pure.is_pure(item(written(folder / "rooms" / "test_one.py", PLAIN)))


@pytest.mark.parametrize("asked", sorted(pure.ASKS))
def test_whoever_asks_for_a_database_is_not(folder: Path, asked: str) -> None:
    assert not pure.is_pure(item(written(folder / "rooms" / "test_one.py", PLAIN), asks=("tmp_path", asked)))


def test_nor_whoever_is_marked_so(folder: Path) -> None:
    path = written(folder / "rooms" / "test_one.py", PLAIN)
    assert not pure.is_pure(item(path, marks=("django_db",)))
    assert not pure.is_pure(item(path, marks=("django_db", "pure")))


@pytest.mark.parametrize(
    "line",
    [
        "import subprocess",
        "from subprocess import run",
        "from django.db import connection",
        "from django.db import models, connections",
        "from django.conf import settings",
        "def inside():\n    import multiprocessing",
        "from tests.support.starts import it",
        "from tests.support import starts",
        "import tests.support.starts",
        "from ..support import starts",
        "from tests.support.between import it",
    ],
)
def test_nor_whoever_may_reach_one_elsewhere(folder: Path, line: str) -> None:
    (folder / "support").mkdir()
    written(folder / "support" / "starts.py", "import subprocess\nit = 1\n")
    written(folder / "support" / "between.py", "from .starts import it\n")
    assert not pure.is_pure(item(written(folder / "rooms" / "test_one.py", f"{PLAIN}{line}\n")))


def test_the_files_of_fixtures_above_it_count(folder: Path) -> None:
    path = written(folder / "rooms" / "test_one.py", PLAIN)
    written(folder / "rooms" / "conftest.py", "import subprocess\n")
    assert not pure.is_pure(item(path))


@pytest.mark.parametrize("room", ["clinic", "intake", "treatments"])
def test_no_fixtures_of_a_room_take_all_its_tests_along(room: str) -> None:
    """What the conftest of a room imports counts for each of its tests: hundreds ran on both databases once."""
    files = [*(HERE.parents[1] / room).rglob("conftest.py")]
    assert files and [file for file in files if pure.reaches(file) & pure.ELSEWHERE] == []


def test_a_pure_test_is_refused_a_database() -> None:
    with pytest.raises(AssertionError, match="a pure test asked for a database"), pure.refuse():
        connection.ensure_connection()


def test_also_when_the_refusal_is_swallowed() -> None:
    swallowed = contextlib.suppress(AssertionError, DatabaseError)
    with pytest.raises(AssertionError, match="took no notice"), pure.refuse(), swallowed:
        connection.ensure_connection()


@pytest.mark.parametrize(("is_journey", "is_pure", "runs"), [(False, False, 2), (False, True, 1), (True, False, 1)])
def test_no_test_is_lost(is_journey: bool, is_pure: bool, runs: int) -> None:
    """Twice what may differ between databases, once what touches none, once what needs a browser."""
    script = (HERE.parents[2] / "scripts" / "test").read_text(encoding="utf-8")
    chosen = re.findall(r'-m "([a-z ]+)"', script)
    assert len(chosen) == 3
    asked = {"journey": is_journey, "pure": is_pure}
    assert sum(bool(eval(words, {}, asked)) for words in chosen) == runs, chosen
