"""Every address with every role and nobody: the one table says the answer, and no address is missing from it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.audit.models import AuditEvent
from clinic.people.access import ADDRESSES, ROLES, Permission, permission_for
from clinic.people.models import User

# closed on purpose: the library offers them, Ashi does not
CLOSED = {
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_inactive",
    "account_set_password",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_login_by_phone",
    "account_verify_phone",
    "account_signup_by_passkey",
    "mfa_signup_webauthn",
    "mfa_trust",
    "usersessions_list",
}


def walk(resolver: URLResolver, route: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from walk(entry, here, inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or ''}", here


ALL = sorted(set(walk(get_resolver())))


def example(route: str) -> str:
    """A path for a route: numbers become one that no row has, words become a word."""
    path = re.sub(r"\(\?P<\w+>[^)]*\)", "1-1", route)
    path = re.sub(r"<int:\w+>", "987654321", path)
    path = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000000", path)
    path = re.sub(r"<(?:\w+:)?\w+>", "word", path)
    return "/" + path.replace("^", "").replace("$", "").replace("\\Z", "")


def test_every_address_is_listed() -> None:
    missing = [(name, route) for name, route in ALL if permission_for(name) is None and name not in CLOSED]
    assert not missing, f"add these to ADDRESSES in clinic/people/access.py: {missing}"


def test_the_table_names_no_address_that_is_gone() -> None:
    names = {name for name, _ in ALL}
    assert not [name for name in ADDRESSES if not name.endswith(":*") and name not in names]


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    made = {"nobody": Client(raise_request_exception=False)}
    for role in ROLES:
        user = User.objects.create_user(f"{role}@example.org", "a long pass phrase", name=role, **{f"is_{role}": True})
        made[role] = Client(raise_request_exception=False)
        made[role].force_login(user)
    gone = User.objects.create_user("gone@example.org", "a long pass phrase", name="gone", is_owner=True)
    made["gone"] = Client(raise_request_exception=False)
    made["gone"].force_login(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    return made


SIGNS_OUT = {"admin:logout", "account_logout"}  # not for a shared session
# refused even to who holds the permission: staff are never removed, and the library's helper wants parameters
REFUSED_STILL = {"admin:people_user_delete", "admin:autocomplete"}


def fault(who: str, permission: Permission | None, status: int, url: str, *, is_look: bool) -> str:
    """What is wrong with an answer, or nothing."""
    if status >= 500:
        return "broke"
    if permission is Permission.ANYONE:
        return "" if status != 403 else "was refused"
    if who in ("nobody", "gone"):
        if not is_look:  # a form is answered 401 with its own words: nobody is sent on to an address of forms
            return "" if status == 401 else "was let in"
        return "" if status == 302 and url.startswith(("/accounts/login/", "/admin/login/")) else "was let in"
    if permission is None or permission not in ROLES[who]:
        return "" if status == 403 else "was not refused"
    return "" if status != 403 else "was refused"


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_each_address_answers_as_the_table_says(clients: dict, method: str) -> None:
    faults = []
    # who may pass is decided before the method is looked at: two roles and nobody are enough for the rarer ones
    people = clients if method in ("get", "post") else {who: clients[who] for who in ("nobody", "front_desk", "owner")}
    for name, route in ALL:
        if name in SIGNS_OUT:
            continue
        path, permission = example(route), permission_for(name)
        for who, client in people.items():
            answer = getattr(client, method)(path)
            wrong = fault(
                who, permission, answer.status_code, getattr(answer, "url", ""), is_look=method in ("get", "head")
            )
            if wrong and not (name in REFUSED_STILL and answer.status_code == 403):
                faults.append(f"{who} {method} {path} ({name}): {answer.status_code} {wrong}")
    assert not faults, "\n".join(faults)


def test_a_refusal_is_in_the_audit_trail(clients: dict) -> None:
    clients["front_desk"].get("/audit/")
    event = AuditEvent.objects.get(action="address.refused")
    assert (event.actor_name, event.outcome) == ("front_desk", "refused")


def test_taking_a_role_away_bites_at_once(clients: dict) -> None:
    assert clients["practitioner"].get("/patients/new/").status_code == 200
    User.objects.filter(email="practitioner@example.org").update(is_practitioner=False)
    assert clients["practitioner"].get("/patients/new/").status_code == 403
