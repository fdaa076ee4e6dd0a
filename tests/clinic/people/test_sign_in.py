"""Signing in: demo accounts only in a demo, idle time ends a session, a background request does not keep it alive."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.people.models import User
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}


def sign_in(email: str) -> tuple[Client, int]:
    client = Client()
    answer = client.post("/accounts/login/", {"login": email, "password": "a long pass phrase"})
    return client, answer.status_code


@pytest.mark.parametrize(("demo", "status"), [(True, 302), (False, 200)])
def test_demo_accounts_sign_in_only_in_a_demo(settings: Any, demo: bool, status: int) -> None:
    settings.ASHI_DEMO = demo
    User.objects.create_user("owner@demo.ashi", "a long pass phrase", name="Owner", is_owner=True)
    _, answered = sign_in("owner@demo.ashi")
    assert answered == status


def test_signing_in_leaves_an_event(settings: Any) -> None:
    User.objects.create_user("p@example.org", "a long pass phrase", name="Pia", is_practitioner=True)
    sign_in("P@Example.org")
    assert AuditEvent.objects.get(action="staff.signed_in").actor_name == "Pia"


def test_nobody_can_sign_up() -> None:
    assert Client().get("/accounts/signup/").status_code in (302, 403)
    Client().post("/accounts/signup/", {"email": "x@example.org", "password1": "a long pass phrase"})
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "headers", "still_in"),
    [(29, {}, True), (31, {}, False)],
)
def test_idle_time_signs_out(minutes: int, headers: dict, still_in: bool) -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in("o@example.org")
        assert client.get("/keys/").status_code == 200
        clock.shift(datetime.timedelta(minutes=minutes))
        assert (client.get("/keys/", headers=headers).status_code == 200) is still_in


def test_background_requests_do_not_count_as_being_there() -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in("o@example.org")
        client.get("/keys/")
        for _ in range(5):
            clock.shift(datetime.timedelta(minutes=7))
            answer = client.get("/keys/", headers={"X-Ashi-Background": "1"})
        assert answer.status_code == 401


def test_pages_are_not_kept_by_browsers_and_carry_the_policy() -> None:
    answer = Client().get("/accounts/login/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert answer.headers["Cache-Control"].startswith("no-store") or "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_wrong_password_is_told_in_a_summary_and_the_address_is_kept() -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    page = page_text(Client().post("/accounts/login/", {"login": "o@example.org", "password": "not this one"}))
    assert "error-summary" in page and 'value="o@example.org"' in page
    assert "Remember" not in page  # shared computers: the session ends with the browser


def test_somebody_new_chooses_a_password_by_mail(mailoutbox: list[Any]) -> None:
    User.objects.create_user("new@example.org", None, name="Nia New", is_front_desk=True)
    client = Client()
    client.post("/accounts/password/reset/", {"email": "new@example.org"})
    assert not mailoutbox  # the page waits for no mail server
    deliver_due()
    mail = mailoutbox[0]
    assert mail.subject == "Ashi: choose a new password" and mail.to == ["new@example.org"]
    link = next(word for word in mail.body.split() if "/accounts/password/reset/key/" in word)
    form = client.get(link, follow=True)
    assert "Save the new password" in page_text(form)
    where = form.redirect_chain[-1][0]
    weak = client.post(where, {"password1": "short", "password2": "short"})
    assert "error-summary" in page_text(weak)
    typed = {"password1": "quiet otters swim at dawn", "password2": "quiet otters swim at dawn"}
    assert "Password changed" in page_text(client.post(where, typed, follow=True))
    assert User.objects.get(email="new@example.org").check_password("quiet otters swim at dawn")
    used = page_text(Client().get(link, follow=True))
    assert "This link no longer works" in used and "Ask for a new link" in used


def test_a_forgotten_password_page_does_not_tell_who_works_here(mailoutbox: list[Any]) -> None:
    User.objects.create_user("known@example.org", "a long pass phrase", name="Kim", is_front_desk=True)
    pages = []
    for address in ("known@example.org", "stranger@example.org"):
        answer = Client().post("/accounts/password/reset/", {"email": address}, follow=True)
        pages.append(answer.content.decode().split("<main")[1])
    assert pages[0] == pages[1] and "Check your e-mail" in pages[0]
    deliver_due()
    assert "signup" not in mailoutbox[1].body and "nobody signs in with it" in mailoutbox[1].body


def test_the_second_factor_page_says_whether_it_is_on() -> None:
    user = User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    client = Client()
    client.force_login(user)
    page = page_text(client.get("/accounts/2fa/"))
    assert "Set up the app" in page and "Whoever learns your password" in page


def test_a_second_factor_is_set_up_and_then_asked_for() -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    client, _ = sign_in("o@example.org")
    page = page_text(client.get("/accounts/2fa/totp/activate/", follow=True))
    assert "Is it you?" in page
    client.post("/accounts/reauthenticate/", {"password": "a long pass phrase"})
    page = page_text(client.get("/accounts/2fa/totp/activate/"))
    found = re.search(r"text-break\">([A-Z2-7]+)<", page)
    assert found
    secret = found.group(1)

    def code() -> str:
        counter = next(iter(totp.yield_hotp_counters_from_time()))
        return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))

    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000" if code() != "000000" else "111111"})
    assert "error-summary" in page_text(wrong) and secret in page_text(wrong)
    codes = page_text(client.post("/accounts/2fa/totp/activate/", {"code": code()}, follow=True))
    listed = re.findall(r"<li>(\d{8})</li>", codes)
    assert len(listed) == 10 and "Recovery codes" in codes
    assert "10 of 10 left" in page_text(client.get("/accounts/2fa/"))

    again, _ = sign_in("o@example.org")
    assert again.get("/clinic/").status_code == 302  # the password alone does not open anything
    asked = page_text(again.get("/accounts/2fa/authenticate/"))
    assert "Second factor" in asked
    assert "error-summary" in page_text(again.post("/accounts/2fa/authenticate/", {"code": "x"}))
    again.post("/accounts/2fa/authenticate/", {"code": listed[0]})
    assert again.get("/clinic/").status_code == 200
