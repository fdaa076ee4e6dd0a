"""Every page looked at once by everybody who may: what it sends, what it shows, what it leaves behind."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import URLResolver, get_resolver

from clinic import __version__
from clinic.audit.models import AuditEvent, NamedPatient
from clinic.outbox.models import Message
from clinic.people.access import ROLES, Permission, permission_for
from clinic.people.models import Patient
from tests.support.forms_found import forms_on
from tests.support.furnished import CANARY, Address, FurnishedCase, addresses
from tests.support.page_text import page_text
from tests.support.taken_back import taken_back

WHO = (*ROLES, "link", "nobody")
SIGNS_OUT = {"admin:logout", "account_logout"}
# what a look may leave behind: the trail itself, sessions, how often wrong links were tried, the row /healthz writes
MAY_GROW = {"audit_auditevent", "audit_namedpatient", "django_session", "intake_ratecount", "outbox_heartbeat"}
POSING = "?status=cancelled&sign=1&delete=1&acknowledge=1&note=x&confirm=yes&revision=1&version=1&action=delete"


@dataclass(frozen=True)
class Look:
    """One GET: whose, where, and what came of it."""

    who: str
    address: Address
    status: int
    headers: dict[str, str]
    text: str
    noted: frozenset[int]  # patients named by the events it left

    def __str__(self) -> str:
        return f"{self.who} GET {self.address.path} ({self.address.name}): {self.status}"


def tables() -> dict[str, str]:
    """A checksum of every table that a look must not touch."""
    sums = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in MAY_GROW:
                cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
                sums[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return sums


def look(client: Client, who: str, address: Address, query: str = POSING, **sent: Any) -> Look:
    """With ``data`` a POST, else a GET."""
    newest = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    answer = client.post(address.path, **sent) if sent else client.get(address.path + query)
    noted = set(NamedPatient.objects.filter(event_id__gt=newest).values_list("patient_id", flat=True))
    is_words = not answer.streaming and answer.headers.get("Content-Type") != "application/pdf"
    text = page_text(answer) if is_words else ""
    return Look(who, address, answer.status_code, dict(answer.headers), text, frozenset(noted))


class EveryPage(FurnishedCase):
    looks: list[Look]
    changed: set[str]
    names: dict[str, int]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        logging.disable(logging.CRITICAL)
        cls.names = dict(Patient.objects.values_list("family_name", "pk"))
        made = cls.made
        clients = {who: made.client(who) for who in WHO}
        before = tables()
        cls.looks = []
        for address in addresses(made, most=2):
            permission = permission_for(address.name)
            for who in WHO:
                may = permission is Permission.ANYONE or permission in ROLES.get(who, ())
                if address.name not in SIGNS_OUT and (may or who in ("front_desk", "nobody")):
                    cls.looks.append(look(clients[who], who, address))
        after = tables()
        cls.changed = {table for table in before if before[table] != after[table]}
        logging.disable(logging.NOTSET)

    def shown(self) -> list[Look]:
        return [look for look in self.looks if look.status == 200]

    @pytest.mark.quick
    def test_most_pages_open(self) -> None:
        """The other tests say something only if pages were seen."""
        assert len(self.shown()) > 130, len(self.shown())
        assert not [str(look) for look in self.looks if look.status >= 500]
        clinical = "".join(look.text for look in self.shown() if look.who == "practitioner")
        assert clinical.count(CANARY) > 20

    def test_looking_changes_nothing(self) -> None:
        assert not self.changed

    def test_the_foot_names_the_version_of_ashi(self) -> None:
        """And no other: a page's own ``version`` must not stand in its place."""
        feet = [(one, *re.findall(r"site-foot[^>]*>\s*([^<]*?)\s*<", one.text)) for one in self.looks]
        told = [row for row in feet if len(row) > 1]
        assert len(told) > 50
        assert not [f"{row[0]}: {row[1:]}" for row in told if row[1:] != (f"Ashi {__version__}",)]

    def test_headers_are_on_every_answer(self) -> None:
        wrong = []
        for one in self.looks:
            policy = one.headers.get("Content-Security-Policy", "")
            strict = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
            fine = (
                strict
                and one.headers.get("X-Content-Type-Options") == "nosniff"
                and one.headers.get("X-Frame-Options") == "DENY"
                and one.headers.get("Referrer-Policy") in ("same-origin", "no-referrer")
                and "no-store" in one.headers.get("Cache-Control", "")
            )
            if not fine:
                wrong.append(f"{one}: {one.headers}")
        assert not wrong, "\n".join(wrong[:10])

    def test_only_clinicians_see_clinical_text(self) -> None:
        seen = [
            str(look) for look in self.looks if look.who in ("front_desk", "owner", "nobody") and CANARY in look.text
        ]
        assert not seen, "\n".join(seen)

    def test_the_front_desk_opens_its_pages(self) -> None:
        assert sum(look.who == "front_desk" for look in self.shown()) > 20

    def test_a_patients_link_shows_nobody_else(self) -> None:
        own = {Patient.objects.get(pk=self.made.patients[stage]).family_name for stage in ("half", "course")}
        others = set(self.names) - own
        seen = [f"{look}: {name}" for look in self.shown() if look.who in ("link", "nobody")
                for name in others if name in look.text]  # fmt: skip
        assert not seen, "\n".join(seen)

    def unnoted(self, looks: Iterable[Look]) -> list[str]:
        return [
            f"{look}: shows {name}, notes {sorted(look.noted)}"
            for look in looks
            for name, pk in self.names.items()
            if look.who not in ("link", "nobody") and name in look.text and pk not in look.noted
        ]

    def test_whoever_is_named_on_a_page_is_named_in_the_trail(self) -> None:
        missing = self.unnoted(self.shown())
        assert not missing, "\n".join(missing)

    def test_whoever_is_asked_for_is_named_in_the_trail(self) -> None:
        """Every page takes a patient's number and a name to look for, whether it knows what to do with them or not."""
        name, pk = next(iter(self.names.items()))
        clients = {who: self.made.client(who) for who in ("owner", "practitioner", "front_desk")}
        queries = (f"?patient={pk}", f"?q={name[:2]}")
        pages = {(one.who, one.address.name): one for one in self.shown() if one.who in clients}
        asked = [look(clients[one.who], one.who, one.address, query) for one in pages.values() for query in queries]
        assert sum(name in one.text for one in asked) > 10
        missing = self.unnoted(asked)
        assert not missing, "\n".join(missing)

    def test_whoever_is_named_in_the_answer_to_a_form_is_named_in_the_trail(self) -> None:
        """Every form of every page sent as it stands, and with nothing in it."""
        clients = {who: self.made.client(who) for who in ("owner", "practitioner", "front_desk")}
        sent: dict[tuple[str, str], tuple[Address, list[tuple[str, str]]]] = {}
        for one in self.shown():
            for form in forms_on(one.text, page=one.address.path) if one.who in clients else ():
                if form.method == "post" and "/logout" not in form.action and "/accounts/" not in form.action:
                    sent.setdefault(
                        (one.who, re.sub(r"\d+", "N", form.action)),
                        (Address(one.address.name, form.action), form.fields),
                    )
        answers = []
        for (who, _), (address, fields) in sent.items():
            for data in (dict(fields), {}):
                with taken_back():
                    answers.append(look(clients[who], who, address, data=data))
        refused = [one for one in answers if one.status in (200, 409, 422)]
        assert len(refused) > 20, len(refused)
        missing = self.unnoted(refused)
        assert not missing, "\n".join(missing)

    def test_no_clinical_text_in_trail_mail_sessions(self) -> None:
        kept = json.dumps(list(AuditEvent.objects.values_list("action", "actor_name", "object_id", "detail")))
        assert "assessment.saved" in kept and CANARY not in kept
        letters = Message.objects.values_list("subject", "body")
        assert letters and not [letter for letter in letters if CANARY in "".join(letter)]
        assert not [one for one in Session.objects.all() if CANARY in json.dumps(one.get_decoded())]

    def test_a_request_from_elsewhere_is_refused(self) -> None:
        """Every changing method on every address, without the form's token."""
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        client, methods = (
            self.made.client("owner", enforce_csrf_checks=True),
            itertools.cycle(("PUT", "PATCH", "DELETE")),
        )
        let_in = []
        for address in addresses(self.made, most=1):
            for method in ("POST", next(methods)):
                answer = client.generic(method, address.path)
                if answer.status_code != 403:
                    let_in.append(f"{method} {address.path}: {answer.status_code}")
        assert not let_in, "\n".join(let_in)

    def clinical_pages(self) -> list[Address]:
        return [
            look.address
            for look in self.shown()
            if look.who == "practitioner" and any(name in look.text for name in self.names)
        ]

    def test_what_cannot_be_noted_is_not_shown(self) -> None:
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        client = self.made.client("practitioner")
        pages = self.clinical_pages()
        assert len(pages) > 15
        with patch("clinic.audit.writing.append", side_effect=IntegrityError(f"{CANARY} no room")):
            for address in pages:
                answer = client.get(address.path)
                assert answer.status_code in (500, 503), f"{address.path}: {answer.status_code}"
                text = page_text(answer)
                assert CANARY not in text and not any(name in text for name in self.names), address.path

    def test_what_cannot_be_noted_is_not_saved(self) -> None:
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        made, client = self.made, self.made.client("practitioner")
        patient, visit = made.values["patient_id"][1], made.values["visit_id"][0]
        plan, draft = made.values["plan_id"][0], made.values["assessment_id"][0]
        posts: list[tuple[str, dict[str, Any]]] = [
            ("/patients/new/", {"given_name": "Nobody", "family_name": "Noted", "no_phone": "none"}),
            (f"/patients/{patient}/edit/", {"given_name": "Nobody", "family_name": "Noted", "version": "1"}),
            (f"/patients/{patient}/invite/", {}),
            (f"/assessments/{draft}/save/", {"f.tongue.pale": "1", "revision": "2"}),
            (f"/plans/{plan}/undo/", {"revision": "1"}),
            (f"/visits/{visit}/all-done/", {"revision": "2"}),
            (f"/schedule/{made.values['appointment_id'][0]}/status/", {"status": "cancelled"}),
        ]
        before = tables()
        with patch("clinic.audit.writing.append", side_effect=IntegrityError("no room")):
            for path, data in posts:
                answer = client.post(path, data)
                assert answer.status_code in (500, 503), f"{path}: {answer.status_code}"
        assert tables() == before

    def test_a_fault_tells_nothing(self) -> None:
        """Neither the 500 page nor the log says what the fault said; a link's token is not in the log either."""
        formatter = settings.LOGGING["handlers"]["console"]["formatter"]
        assert settings.LOGGING["formatters"][formatter]["()"] == "clinic.logs.QuietFormatter"
        from clinic.logs import QuietFormatter

        client = self.made.client("practitioner")
        fault = ValueError(f"{CANARY} is not a number")
        with patch("treatments.front.presenters.chart.page_of", side_effect=fault), self.assertLogs() as caught:
            answer = client.get(f"/patients/{self.made.patients['course']}/")
        assert answer.status_code == 500 and CANARY not in page_text(answer)
        line = QuietFormatter().format(caught.records[-1])
        assert CANARY not in line and "builtins.ValueError" in line and "chart.py" in line
        with self.assertLogs() as caught:
            client.post(f"/i/{self.made.open_link}/")
            client.get("/a/unknown-token/")
        assert self.made.open_link in "".join(record.getMessage() for record in caught.records)
        lines = "".join(QuietFormatter().format(record) for record in caught.records)
        assert self.made.open_link not in lines and "unknown-token" not in lines and "/i/…" in lines


def test_no_address_is_exempt_from_the_token() -> None:
    """Whatever the libraries offer: no view of the site is marked so."""

    def views(entries: list[Any]) -> list[Any]:
        return [
            found
            for entry in entries
            for found in (views(entry.url_patterns) if isinstance(entry, URLResolver) else [entry.callback])
        ]

    exempt = [view for view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)]
    assert not exempt


def test_production_settings_pass_djangos_own_examination() -> None:
    """`check --deploy` with the environment of a clinic."""
    environment = {
        **os.environ,
        "ASHI_HTTPS": "1",
        "ASHI_DEMO": "0",
        "DJANGO_DEBUG": "0",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "ASHI_HOSTS": "ashi.clinic.example",
        "ASHI_BASE_URL": "https://ashi.clinic.example",
        "EMAIL_HOST": "mail.clinic.example",
        "ASHI_FROM_EMAIL": "Ashi <no-reply@clinic.example>",
        "ASHI_ENV_FILE": "",  # a developer's own file is not under test
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
