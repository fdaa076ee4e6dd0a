"""What is asked for (requirements*.in) and what is locked (requirements*.txt) say the same; the lock is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("requirements", "requirements-dev", "requirements-node")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def asked(kind: str) -> dict[str, tuple[str, str]]:
    """Name -> (version, reason)."""
    found = {}
    for line in (ROOT / f"{kind}.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r ")):
            match = re.fullmatch(r"([\w.\[\]-]+)==([\w.]+)(?: +# (.+))?", line)
            assert match, f"{kind}.in: not a pinned requirement: {line}"
            found[plain(match[1])] = (match[2], match[3] or "")
    return found


def locked(kind: str) -> dict[str, tuple[str, int]]:
    """Name -> (version, number of hashes)."""
    text = (ROOT / f"{kind}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    found = {}
    for block in blocks:
        name, _, rest = block.partition("==")
        found[plain(name)] = (
            re.split(r"[ \\]", rest, maxsplit=1)[0],
            len(re.findall(r"--hash=sha256:[0-9a-f]{64}", block)),
        )
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_for_is_what_is_locked(kind: str) -> None:
    lock = locked(kind)
    for name, (version, _reason) in asked(kind).items():
        assert lock[name][0] == version, f"{name}: run scripts/lock"


@pytest.mark.parametrize("kind", KINDS)
def test_every_locked_package_has_its_hashes(kind: str) -> None:
    lock = locked(kind)
    assert lock
    assert [name for name, (_version, hashes) in lock.items() if not hashes] == []


@pytest.mark.parametrize("kind", ("requirements", "requirements-dev"))
def test_every_package_asked_for_says_why(kind: str) -> None:
    assert [name for name, (_version, reason) in asked(kind).items() if not reason] == []


def test_checks_run_with_what_a_clinic_runs_with() -> None:
    runs, checks = locked("requirements"), locked("requirements-dev")
    assert {name: checks.get(name) for name in runs} == runs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["in", "txt"])
def test_no_address_of_an_index_is_written_down(kind: str, ending: str) -> None:
    assert "://" not in (ROOT / f"{kind}.{ending}").read_text(encoding="utf-8")
