"""One version: told by the command line, at the foot of staff's and patients' pages, and by the changelog."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from clinic import __version__
from tests.factories.people import UserFactory
from tests.support.page_text import page_text

ROOT = Path(__file__).resolve().parents[2]
FOOT = re.compile(rf"<footer [^>]*> ?Ashi {re.escape(__version__)} ?</footer>")


def test_the_command_line_tells_it() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"Ashi {__version__}\n"


def test_the_changelog_begins_with_it() -> None:
    told = re.search(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert told is not None and told[1] == __version__


@pytest.mark.django_db
def test_staff_see_it_at_the_foot(client: Client) -> None:
    client.force_login(UserFactory(desk=True))
    assert FOOT.search(page_text(client.get("/")))


@pytest.mark.django_db
def test_patients_see_it_at_the_foot(client: Client) -> None:
    assert FOOT.search(page_text(client.get(f"/i/{'x' * 43}/")))
