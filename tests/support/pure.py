"""Which tests touch no database, found by what they ask for and what they import: those run once, not on each database.

In doubt a test is not pure, and runs on both. A test is pure when it asks for no database (pytest-django then refuses
it one, and so do we, see ``refuse``), and neither its file nor what it imports of ``tests`` starts another program or
looks at which database there is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parents[2]
ASKS = {"db", "transactional_db", "django_db_setup", "live_server", "django_db_reset_sequences"}
# another program opens a database of its own; a connection or its settings tell which one there is
ELSEWHERE = {"subprocess", "multiprocessing", "django.db.connection", "django.db.connections", "django.conf.settings"}


def is_pure(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("django_db") or item.get_closest_marker("journey") or names & ASKS:
        return False
    case = getattr(item, "cls", None)
    if case is not None and issubclass(case, SimpleTestCase):
        return False
    return bool(item.get_closest_marker("pure")) or not (reaches(item.path) & ELSEWHERE)


@cache
def reaches(path: Path) -> frozenset[str]:
    """Everything that a file of ``tests`` imports, by itself or through other files of ``tests``."""
    seen: set[Path] = set()
    found: set[str] = set()
    waiting = [path, *_conftests(path)]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for name in imported(one):
            found.add(name)
            waiting += [file for file in _files(name) if file not in seen]
    return frozenset(found)


@cache
def imported(path: Path) -> frozenset[str]:
    """Dotted names, a module's and what is taken from it: ``from django.db import connection`` names both."""
    names: set[str] = set()
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) - node.level]) if node.level else ""
            module = ".".join(filter(None, (above, node.module)))
            names |= {module, *(f"{module}.{one.name}" for one in node.names)}
    return frozenset(names)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """An import is a statement: what stands inside expressions, most of a file, is not looked through."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "handlers", "finalbody", "cases"):
            inside = getattr(node, part, None)
            if isinstance(inside, list):  # the body of a lambda is an expression
                waiting += inside


def _conftests(path: Path) -> list[Path]:
    """Those beside it and above it, but for the one of all tests, which speaks of databases itself."""
    tests = ROOT / "tests"
    above = [folder for folder in path.parents if folder.is_relative_to(tests) and folder != tests]
    return [file for folder in above if (file := folder / "conftest.py").is_file()]


def _files(name: str) -> Iterator[Path]:
    if name.partition(".")[0] == "tests":
        base = ROOT / name.replace(".", "/")
        yield from (file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file())


@contextmanager
def refuse() -> Iterator[None]:
    """No connection is made inside, not even one whose refusal is swallowed on the way."""
    asked: list[str] = []
    open_one = BaseDatabaseWrapper.ensure_connection

    def refused(self: BaseDatabaseWrapper) -> None:
        asked.append(self.alias)
        raise AssertionError("a pure test asked for a database")

    BaseDatabaseWrapper.ensure_connection = refused  # type: ignore[method-assign]
    try:
        yield
    finally:
        BaseDatabaseWrapper.ensure_connection = open_one  # type: ignore[method-assign]
    assert not asked, "a pure test asked for a database, and something took no notice of the refusal"
