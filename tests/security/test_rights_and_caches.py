"""Whoever lost a right is told nothing any more, not even that nothing has changed since."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from clinic.people.models import User
from tests.factories.scheduling import AppointmentFactory, clinic_in

pytestmark = pytest.mark.django_db


def _another_password(user: User) -> None:
    user.set_password("another one, and a long one")
    user.save()


TAKEN: dict[str, Callable[[User], object]] = {
    "role": lambda user: User.objects.filter(pk=user.pk).update(is_front_desk=False),
    "account": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "password": _another_password,
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("page", ["/today/", "/schedule/feed/"])
def test_unchanged_is_not_said_to_who_may_not_read_it(dora: User, page: str, taken: str) -> None:
    clinic_in("UTC")
    visit = AppointmentFactory(starts_at=timezone.now().replace(hour=10, minute=0, second=0, microsecond=0))
    client, day = Client(), visit.starts_at.date()
    client.force_login(dora)
    asked = {"start": f"{day}T00:00:00", "end": f"{day}T23:00:00"}
    part = {"HX-Request": "true"} if page == "/today/" else {}
    shown = client.get(page, asked, headers=part)
    tag = shown.get("ETag") or html.unescape(re.search('data-tag="([^"]+)"', shown.content.decode())[1])  # type: ignore[index]
    assert client.get(page, asked, headers={**part, "If-None-Match": tag}).status_code == 304
    TAKEN[taken](dora)
    for told in (tag, f"W/{tag}", "*"):
        answer = client.get(page, asked, headers={**part, "If-None-Match": told})
        assert answer.status_code in (302, 401, 403), (told, answer.status_code)
        assert str(visit.patient) not in answer.content.decode() and answer["Cache-Control"] == "no-store"
        assert not answer.get("ETag")
