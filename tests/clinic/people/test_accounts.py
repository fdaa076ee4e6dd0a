"""Accounts of staff: how a colleague comes in, what the owner may and may not do, who is slowed and who is let in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.people.models import Clinic, User
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
OWNER, PHRASE = "olu@example.org", "quiet otters swim at dawn"
PROXY = "127.0.0.1"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def browser(address: str = "192.0.2.1") -> Client:
    return Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": f"198.51.100.9, {address}"})


def sign_in(client: Client, email: str, password: str = PHRASE) -> bool:
    client.post("/accounts/login/", {"login": email, "password": password})
    return client.get("/keys/").status_code == 200


@pytest.fixture
def owner() -> Client:
    User.objects.create_user(OWNER, PHRASE, name="Olu Owner", is_owner=True)
    client = browser()
    assert sign_in(client, OWNER)
    client.post("/accounts/reauthenticate/", {"password": PHRASE})
    return client


def form(person: User | None = None, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"name": "Nia New", "email": "nia@example.org", "colour": "#2f6f5e", "is_active": "on"}
    if person:
        data |= {"name": person.name, "email": person.email}
        data |= {f: "on" for f in ("is_owner", "is_practitioner", "is_front_desk") if getattr(person, f)}
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


def letters() -> list[Any]:
    mail.outbox.clear()
    deliver_due()
    return list(mail.outbox)


def link_in(letter: Any) -> str:
    return str(next(word for word in letter.body.split() if "/accounts/password/reset/key/" in word))


def test_the_whole_way_of_a_new_colleague(owner: Client, django_capture_on_commit_callbacks: Any) -> None:
    """Behind a proxy, while somebody elsewhere asks for resets and guesses without end."""
    for _ in range(25):
        stranger = browser("203.0.113.66")
        stranger.post("/accounts/password/reset/", {"email": "nia@example.org"})
    assert owner.post("/admin/people/user/add/", form(is_practitioner="on")).status_code == 302
    letter = next(one for one in letters() if one.subject == "Ashi: choose your password")
    assert letter.to == ["nia@example.org"] and "Olu Owner" in letter.body

    nia = browser("192.0.2.77")
    where = nia.get(link_in(letter), follow=True).redirect_chain[-1][0]
    nia.post(where, {"password1": PHRASE, "password2": PHRASE})
    browser("203.0.113.66").post("/accounts/password/reset/", {"email": "nia@example.org"})  # anybody may do that
    assert sign_in(nia, "nia@example.org")
    nia.post("/accounts/reauthenticate/", {"password": PHRASE})
    secret = re.search(r"text-break\">([A-Z2-7]+)<", page_text(nia.get("/accounts/2fa/totp/activate/")))
    assert secret, "the second factor cannot be set up"

    def code() -> str:
        counter = next(iter(totp.yield_hotp_counters_from_time()))
        return str(totp.format_hotp_value(totp.hotp_value(secret.group(1), counter)))

    nia.post("/accounts/2fa/totp/activate/", {"code": code()})
    again = browser("192.0.2.77")
    assert not sign_in(again, "nia@example.org"), "the password alone opens nothing any more"
    assert "Second factor" in page_text(again.get("/accounts/2fa/authenticate/"))


def test_a_replaced_address_neither_signs_in_nor_gets_links(owner: Client) -> None:
    person = User.objects.create_user("old@example.org", PHRASE, name="Priya", is_practitioner=True)
    browser().post("/accounts/password/reset/", {"email": "old@example.org"})
    owner.post(f"/admin/people/user/{person.pk}/change/", form(person, email="New@Example.org"))
    letters()
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")) == [
        ("new@example.org", True, True)
    ]
    assert not sign_in(browser(), "old@example.org") and sign_in(browser(), "new@example.org")
    browser().post("/accounts/password/reset/", {"email": "old@example.org"})
    assert [letter.subject for letter in letters()] == ["Ashi: no account with this address"]


def test_the_owner_sets_no_passwords_and_the_person_is_told(owner: Client) -> None:
    person = User.objects.create_user("p@example.org", PHRASE, name="Priya", is_practitioner=True)
    page = page_text(owner.get(f"/admin/people/user/{person.pk}/change/"))
    assert "password" in page and 'type="password"' not in page and "argon2" not in page
    data = form(person, is_owner="on", email="q@example.org", new_password="not for the owner to say", send_link="on")
    assert owner.post(f"/admin/people/user/{person.pk}/change/", data).status_code == 302
    assert User.objects.get(pk=person.pk).check_password(PHRASE)
    told = {(letter.to[0], letter.subject) for letter in letters()}
    assert ("p@example.org", "Ashi: your account was changed") in told
    assert ("q@example.org", "Ashi: your account was changed") in told
    assert ("q@example.org", "Ashi: choose a new password") in told
    event = AuditEvent.objects.get(action="user.changed")
    assert event.detail["changes"] == {"email": ["p@example.org", "q@example.org"], "is_owner": [False, True]}
    assert AuditEvent.objects.filter(action="staff.link_sent", actor_kind="staff").exists()


def test_accounts_are_changed_only_by_who_has_shown_again_who_they_are() -> None:
    person = User.objects.create_user(OWNER, PHRASE, name="Olu Owner", is_owner=True)
    client = browser()
    sign_in(client, OWNER)
    for answer in (
        client.get(f"/admin/people/user/{person.pk}/change/"),
        client.post(f"/admin/people/user/{person.pk}/change/", form(person, name="Somebody Else")),
    ):
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get(pk=person.pk).name == "Olu Owner"


@pytest.mark.parametrize("change", [{"is_owner": None}, {"is_active": None}])
def test_there_is_never_no_owner(owner: Client, change: dict[str, None]) -> None:
    last = User.objects.get(email=OWNER)
    User.objects.create_user("gone@example.org", PHRASE, name="Gone", is_owner=True, is_active=False)
    answer = owner.post(f"/admin/people/user/{last.pk}/change/", form(last, **change))
    assert answer.status_code == 200 and "This is the last owner" in page_text(answer)
    second = User.objects.create_user("two@example.org", PHRASE, name="Two", is_owner=True)
    assert owner.post(f"/admin/people/user/{second.pk}/change/", form(second, **change)).status_code == 302
    assert not User.objects.filter(pk=second.pk, is_owner=True, is_active=True).exists()


@pytest.mark.parametrize(
    "password",
    ["passwordpassword", "123456789012345", "aaaaaaaaaaaaaaaa", "acupuncture12345", "priyaraman123456",
     "Willowroom2026!!", "qwertyuiopqwertyuiop", "abcabcabcabcabcabc"],
)  # fmt: skip
def test_what_everybody_guesses_first_is_no_password(password: str) -> None:
    Clinic.objects.update_or_create(pk=1, defaults={"name": "Willow Room"})
    with pytest.raises(ValidationError):
        validate_password(password, User(name="Priya Raman", email="priya@willow.example"))


@pytest.mark.parametrize("password", [PHRASE, "korrekt pferd batterie heftklammer", "vT9#kLq2mXw8zRb4"])
def test_a_sentence_of_ones_own_is_taken(password: str) -> None:
    validate_password(password, User(name="Priya Raman", email="priya@willow.example"))
