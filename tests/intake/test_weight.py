"""What a patient's phone loads: at most 60 kB compressed for the first screen and the first question, all in."""

from __future__ import annotations

import gzip
import re
import secrets
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from clinic.lib.tokens import hash_of
from intake.models import Invitation
from tests.factories.intake import ResponseFactory
from tests.intake.test_form_pages import phone_with

pytestmark = pytest.mark.django_db
MOST, LEAST = 60_000, 8_000  # what weighs less has not been counted whole
LINKED = re.compile(r'(?:href|src)="/static/([^"?]+\.(?:css|js|svg|png|woff2?))[^"]*"')


def weighs(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def linked(html: str) -> set[str]:
    return set(LINKED.findall(html))


def size_of(name: str) -> int:
    path = finders.find(name) or finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name))
    assert isinstance(path, str), f"no such file: {name}"
    return weighs(Path(path).read_bytes())


def test_the_first_screen_is_light() -> None:
    response = ResponseFactory()
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=response.invitation_id).update(token_hash=hash_of(token))
    first = Client().get(f"/i/{token}/", follow=True)
    question = phone_with(response).get("/i/step/reason/")
    files = {name: size_of(name) for page in (first, question) for name in linked(page.content.decode())}
    assert any(name.endswith(".css") for name in files) and any(name.endswith(".js") for name in files)
    total = sum(files.values()) + weighs(first.content) + weighs(question.content)
    assert LEAST < total <= MOST, (total, files)
    chart = phone_with(ResponseFactory(answers={"complaint": "place"})).get("/i/step/where/")
    assert weighs(chart.content) <= 15_000
