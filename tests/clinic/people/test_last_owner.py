"""Two owners remove each other at the same time: one stays."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.admin import StaffAdmin
from clinic.people.models import User
from tests.support.on_disk import on_disk, together
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db(transaction=True)
PHRASE = "quiet otters swim at dawn"


def owner(name: str) -> tuple[User, Client]:
    person = User.objects.create_user(f"{name}@example.org", PHRASE, name=name, is_owner=True)
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PHRASE})
    client.post("/accounts/reauthenticate/", {"password": PHRASE})
    return person, client


@pytest.fixture(autouse=True)
def as_in_production(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    with on_disk(tmp_path):
        yield


@pytest.mark.parametrize("without", ["is_owner", "is_active"])
def test_one_of_two_owners_stays(without: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a lock both would be judged before either is written: the two meet there, if they can."""
    meeting, write = threading.Barrier(2), StaffAdmin.save_model

    def save_model(self: StaffAdmin, *args: Any) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):  # the other one waits for this one
            meeting.wait(timeout=2)
        write(self, *args)

    monkeypatch.setattr(StaffAdmin, "save_model", save_model)
    (anna, annas), (bert, berts) = owner("anna"), owner("bert")

    def remove(client: Client, other: User) -> HttpResponse:
        form = {"name": other.name, "email": other.email, "colour": other.colour, "is_owner": "on", "is_active": "on"}
        del form[without]
        return client.post(f"/admin/people/user/{other.pk}/change/", form)  # type: ignore[return-value]

    answers = together(lambda: remove(annas, bert), lambda: remove(berts, anna))
    assert User.objects.filter(is_owner=True, is_active=True).count() == 1, answers
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    refused = next(answer for answer in answers if answer.status_code == 200)
    assert "This is the last owner" in page_text(refused)
    assert AuditEvent.objects.filter(action="user.changed").count() == 1
