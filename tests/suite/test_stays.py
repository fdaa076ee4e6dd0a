"""The manage.py that stays: each command as if it were the first, a fault told and the next one answered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kept_files import FILE
from tests.support.stays import Manager


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    told = {"ASHI_VAR": str(tmp_path), "ASHI_ENV_FILE": "", "DATABASE_URL": f"sqlite:///{tmp_path / FILE}"}
    staying = Manager({**os.environ, **told})
    yield staying
    staying.stop()


def ask(manager: Manager, code: str) -> str:
    return manager.run("shell", "-v", "0", "-c", code)


def test_each_command_stands_alone(manager: Manager) -> None:
    assert ask(manager, "kept = 6 * 7; print(kept); print('twice', kept * 2)") == "42\ntwice 84\n"
    started = manager.process
    with pytest.raises(AssertionError, match="NameError"):
        ask(manager, "print(kept)")
    with pytest.raises(AssertionError, match="no such table"):
        ask(manager, "print(Patient.objects.count())")
    with pytest.raises(AssertionError, match="SystemExit"):
        ask(manager, "raise SystemExit(3)")
    assert ask(manager, "print('still here')") == "still here\n"
    assert manager.process is started
