"""Somebody signed out: scripts get a 401, forms their own words back, nobody is led to an address of forms."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from clinic.people import signed_out
from clinic.people.models import User
from tests.factories.people import UserFactory
from tests.support.furnished import walk
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
WORDS = "Slept through two nights, then stiff again."


@pytest.mark.parametrize(
    "headers",
    [{"HX-Request": "true"}, {"Accept": "application/json"}, {"X-Ashi-Background": "1"}, {"Sec-Fetch-Mode": "cors"}],
)
def test_a_script_gets_a_401_and_no_page_to_put_into_its_page(headers: dict[str, str]) -> None:
    for answer in (Client().get("/today/", headers=headers), Client().post("/visits/1/save/", headers=headers)):
        assert answer.status_code == 401 and answer.content == b""
        assert answer.headers["X-Ashi-Signed-Out"] == "/accounts/login/"


def test_an_idle_session_is_answered_the_same() -> None:
    client = Client()
    client.force_login(UserFactory(desk=True))
    client.get("/today/")
    session = client.session
    session["active_at"] = time.time() - settings.SESSION_IDLE_SECONDS - 5
    session.save()
    assert client.get("/session/", headers={"Accept": "application/json"}).status_code == 401


def test_a_form_gets_its_words_back_and_no_password() -> None:
    sent = {
        "close.response": WORDS,
        "revision": "3",
        "new_password": "a very secret phrase",
        "csrfmiddlewaretoken": "abcde",
    }
    answer = Client().post("/visits/1/sign/", sent, headers={"Referer": "http://testserver/visits/1/"})
    page = page_text(answer)
    assert answer.status_code == 401 and WORDS in page and "close response" in page and "not saved" in page
    assert "secret phrase" not in page and "abcde" not in page
    assert "next=%2Fvisits%2F1%2F" in page and "sign%2F" not in page


def test_a_stale_token_gives_the_words_back_to_our_own_pages_only() -> None:
    client = Client(enforce_csrf_checks=True)
    ours = client.post("/visits/1/save/", {"x": WORDS}, headers={"Origin": "http://testserver"})
    theirs = client.post("/visits/1/save/", {"x": WORDS}, headers={"Origin": "http://evil.example"})
    assert ours.status_code == theirs.status_code == 403
    assert WORDS in page_text(ours) and WORDS not in page_text(theirs)
    assert ours.headers["X-Ashi-Token"] == "stale"


def test_nobody_is_led_to_an_address_that_only_takes_forms() -> None:
    """Of all addresses: whoever is signed out and looks there comes home after signing in, or back to the page."""
    only_posts = 0
    for name, route in set(walk(get_resolver())):
        if "<" in route or "(" in route or name.startswith("admin:"):
            continue
        answer = Client().get(f"/{route}")
        if answer.status_code == 302 and "/accounts/login/?next=" in answer["Location"]:
            view = answer.resolver_match.func if answer.resolver_match else None  # type: ignore[attr-defined]
            assert view is not None
            led = "next=/" + ("" if not signed_out.takes_get(view) else route)
            assert answer["Location"].endswith(led), (route, answer["Location"])
    for path in ("/visits/1/sign/", "/plans/1/undo/", "/assessments/1/save/", "/schedule/1/status/"):
        assert Client().get(path)["Location"] == "/accounts/login/?next=/"
        only_posts += 1
    assert only_posts


def test_an_old_address_of_a_form_is_not_followed_after_signing_in() -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    typed = {"login": "o@example.org", "password": "a long pass phrase"}
    for asked, led in (("/visits/1/sign/", "/"), ("/keys/", "/keys/"), ("/no/such/page/", "/")):
        assert Client().post(f"/accounts/login/?next={asked}", {**typed, "next": asked})["Location"] == led


def test_the_page_learns_who_is_signed_in_and_the_token_of_now() -> None:
    client = Client()
    user = UserFactory(desk=True)
    client.force_login(user)
    told: dict[str, Any] = client.get("/session/", headers={"Accept": "application/json"}).json()
    assert told["user"] == user.pk and len(told["token"]) == 64
    assert "signed in again" in page_text(client.get("/session/back/"))
