"""Whatever happens to an account and its sessions leaves an event, with the address it came from."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core import mail
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.people.models import User
from tests.factories.people import PatientFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "o@example.org", "a long pass phrase"


@pytest.fixture
def owner() -> User:
    return User.objects.create_user(EMAIL, PASSWORD, name="Olu", is_owner=True)


def sign_in(client: Client, password: str = PASSWORD, email: str = EMAIL) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def events() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__startswith="staff.").order_by("id"))


def actions() -> list[str]:
    return [event.action for event in events()]


def code_for(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


def test_signing_in_and_out(owner: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(client)
    client.post("/accounts/logout/")
    signed_in, out = events()
    assert (signed_in.action, out.action) == ("staff.signed_in", "staff.signed_out")
    assert signed_in.detail == {"with": ["password"]}
    assert {signed_in.address, out.address} == {"192.0.2.7"}


def test_being_idle_is_told_apart(owner: User) -> None:
    client = Client()
    sign_in(client)
    client.get("/keys/")
    session = client.session
    session["active_at"] = time.time() - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    client.get("/keys/")
    assert events()[-1].action == "staff.signed_out" and events()[-1].detail == {"idle": True}


def test_a_failed_sign_in_names_the_account_but_never_what_was_typed(owner: User) -> None:
    client = Client(REMOTE_ADDR="2001:db8::1")
    sign_in(client, "wrong one")
    sign_in(client, "x", "my-password-by-mistake@example.org")
    known, unknown = events()
    assert known.action == unknown.action == "staff.sign_in_failed"
    assert (known.object_type, known.object_id) == ("user", str(owner.pk)) and unknown.object_id == ""
    assert (known.actor_kind, known.outcome, known.address) == ("nobody", "refused", "2001:db8::1")
    kept = str(list(AuditEvent.objects.values()))
    assert "wrong one" not in kept and "my-password" not in kept


def test_passwords(owner: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": EMAIL})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    deliver_due()
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    where = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": "quiet otters swim at dawn", "password2": "quiet otters swim at dawn"})
    sign_in(client, "quiet otters swim at dawn")
    new = "old rivers bend twice slowly"
    typed = {"oldpassword": "quiet otters swim at dawn", "password1": new, "password2": new}
    client.post("/accounts/password/change/", typed)
    told = [action for action in actions() if action != "staff.signed_out"]
    assert told == [
        "staff.reset_asked", "staff.reset_asked", "staff.password_reset", "staff.signed_in", "staff.password_changed"
    ]  # fmt: skip
    assert [event.detail.get("account") for event in events()[:2]] == ["known", "unknown"]
    assert told_by_mail() == ["Password Reset", "Password Changed"]


@pytest.mark.django_db(transaction=True)  # allauth tells of a new factor when the row is committed
def test_second_factor_leaves_events_and_is_told_to_the_person(owner: User) -> None:
    client = Client()
    sign_in(client)
    client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/reauthenticate/", {"password": "not this"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = page_text(client.get("/accounts/2fa/totp/activate/"))
    secret = re.search(r"text-break\">([A-Z2-7]+)<", page)
    assert secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret.group(1))})
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    told = [(event.action.removeprefix("staff."), event.detail.get("factor")) for event in events()]
    assert told[:2] == [("signed_in", None), ("password_refused", None)]
    assert sorted(told[2:]) == [
        ("factor_added", "recovery_codes"),
        ("factor_added", "totp"),
        ("factor_removed", "recovery_codes"),
        ("factor_removed", "totp"),
        ("factor_renewed", "recovery_codes"),
    ]
    assert told_by_mail() == [
        "Authenticator App Activated", "New Recovery Codes Generated", "Authenticator App Deactivated"
    ]  # fmt: skip


def told_by_mail() -> list[str]:
    """What went out to the person, oldest first."""
    mail.outbox.clear()
    deliver_due()
    assert {to for letter in mail.outbox for to in letter.to} <= {EMAIL}
    return [letter.subject.removeprefix("Ashi: ") for letter in mail.outbox]


def test_a_wrong_and_a_right_code(owner: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(owner, secret)
    client = Client()
    sign_in(client)
    wrong = "000000" if code_for(secret) != "000000" else "111111"
    client.post("/accounts/2fa/authenticate/", {"code": wrong})
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    refused, used, signed_in = events()
    assert (refused.action, refused.outcome) == ("staff.factor_refused", "refused")
    assert (used.action, signed_in.action) == ("staff.factor_used", "staff.signed_in")
    assert signed_in.detail == {"with": ["password", "totp"]}


def test_reading_the_trail_is_an_event_of_the_patient_who_was_asked_about(owner: User) -> None:
    patient = PatientFactory()
    client = Client()
    client.force_login(owner)
    client.get("/patients/")
    page = page_text(client.get(f"/audit/?patient={patient.pk}&action=patients."))
    client.get("/audit/?action=has diabetes")
    assert "patients.listed" in page and "list of 1" in page
    first, second = AuditEvent.objects.filter(action="trail.read").order_by("id")
    assert first.patient_id == patient.pk and first.detail == {"action": "patients."}
    assert second.detail == {}, "what is typed into the filter at will may be anything"


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(owner: User, settings: Any) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9, 192.0.2.44"}
    client = Client(REMOTE_ADDR="127.0.0.1", headers=forged)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    sign_in(client, "wrong one")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sign_in(client, "wrong one")
    assert [event.address for event in events()] == ["127.0.0.1", "192.0.2.44"]
