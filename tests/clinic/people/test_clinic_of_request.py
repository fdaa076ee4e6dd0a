"""The clinic is on the request: read once for a page, and what draws or checks a page takes it from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.people import models
from clinic.people.models import Clinic, User
from tests.factories.people import UserFactory

ROOT = Path(models.__file__).resolve().parents[2]
DRAWN = ("views", "forms")


def test_no_view_and_no_form_looks_the_clinic_up() -> None:
    files = [path for room in ("clinic", "intake", "treatments") for path in (ROOT / room).rglob("*.py")]
    files = [path for path in files if {*path.parts, path.stem} & set(DRAWN)]
    assert len(files) > 40
    assert [str(path.relative_to(ROOT)) for path in files if "Clinic.current()" in path.read_text("utf-8")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/patients/", "/schedule/", "/schedule/absences/", "/today/", "/clinic/"])
def test_a_page_asks_for_the_clinic_once(path: str) -> None:
    Clinic.objects.update_or_create(pk=1, defaults={"name": "Willow Gate", "time_zone": "Pacific/Auckland"})
    client = Client()
    client.force_login(UserFactory(owner=True))
    User.objects.update(is_practitioner=True)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, follow=True)
    assert answer.status_code == 200
    rows = [one["sql"] for one in asked if 'FROM "people_clinic"' in one["sql"]]
    own = 1 if path == "/clinic/" else 0  # that page changes it, and reads it afresh
    assert len(rows) <= (1 + own) * (1 + len(answer.redirect_chain)), rows
    assert "Willow Gate" in answer.content.decode()
