"""What a patient's phone loads: at most 60 kB compressed for the first screen and the first question, all in; and of it
what must be there before the scripts of the first screen run, at 200 kB a second on slow 4G."""

from __future__ import annotations

import secrets

import pytest
from django.test import Client

from clinic.lib.tokens import hash_of
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.intake.test_form_pages import phone_with
from tests.support.weight import linked, size_of, zipped

pytestmark = pytest.mark.django_db
MOST, LEAST = 60_000, 15_000  # what weighs less has not been counted whole
FIRST, AT_ONCE = 26_000, 6  # bytes and files of the first screen: two turns of six, the page's own among them


def test_the_first_screen_is_light() -> None:
    token, response = secrets.token_urlsafe(32), ResponseFactory()
    InvitationFactory(token_hash=hash_of(token))
    first = Client().get(f"/i/{token}/", follow=True)
    question = phone_with(response).get("/i/step/reason/")
    files = {name: size_of(name) for page in (first, question) for name in linked(page.content.decode())}
    assert any(name.endswith(".css") for name in files) and any(name.endswith(".js") for name in files)
    total = sum(files.values()) + zipped(first.content) + zipped(question.content)
    assert LEAST < total <= MOST, (total, files)
    shown = linked(first.content.decode())
    alone = sum(files[name] for name in shown) + zipped(first.content)
    assert LEAST < alone <= FIRST and len(shown) <= AT_ONCE, (alone, shown)
    chart = phone_with(ResponseFactory(answers={"complaint": "place"})).get("/i/step/where/")
    assert zipped(chart.content) <= 15_000
