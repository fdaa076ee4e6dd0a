"""A module that is imported when something of it is first asked for behaves like one that is there."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

from clinic.lib.later import imported_later, imported_now
from clinic.people.apps import PASSKEYS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "heavy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("count = 0")
    (folder / "module.py").write_text(
        textwrap.dedent("""
        import time
        import heavy_package
        heavy_package.count += 1
        time.sleep(0.05)
        value = 5
        """)
    )
    monkeypatch.syspath_prepend(tmp_path)
    imported_later("heavy_package.module")
    yield "heavy_package"
    for name in ("heavy_package", "heavy_package.module"):
        sys.modules.pop(name, None)


def test_it_is_imported_once_and_when_asked(package: str):
    heavy = import_module(package)
    from heavy_package import module  # type: ignore[import-not-found]

    assert heavy.count == 0
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: module.value, range(40))) == {5}
    assert heavy.count == 1
    assert sys.modules["heavy_package.module"] is heavy.module is not module
    module.value = 6
    from heavy_package.module import value  # type: ignore[import-not-found]

    assert value == 6
    with pytest.raises(AttributeError):
        module.nothing  # noqa: B018


def test_names_of_it_are_imported_as_of_any(package: str):
    from heavy_package.module import value  # type: ignore[import-not-found]

    assert value == 5
    imported_later("heavy_package.module")  # it is there already
    assert import_module("heavy_package.module").value == 5


def test_it_is_imported_at_once_where_wanted(package: str):
    imported_now("heavy_package.module")
    assert import_module(package).count == 1


def test_what_cannot_be_imported_says_so_each_time(package: str, tmp_path: Path):
    (tmp_path / "heavy_package" / "module.py").write_text("import no_such_module_at_all")
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
            import_module("heavy_package.module").value  # noqa: B018


def test_a_server_is_ready_without_what_passkeys_need():
    code = f"""
    import clinic.wsgi, sys
    from clinic.lib.later import imported_now
    assert "fido2" not in sys.modules and "cryptography" not in sys.modules
    imported_now({PASSKEYS!r})
    from allauth.mfa.webauthn.internal import flows
    assert "fido2" in sys.modules and flows.auth.begin_registration and flows.auth.Fido2Server
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
