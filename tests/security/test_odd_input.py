"""Whatever is sent to whichever address: an answer in words, never a 500.

Which odd value meets which field is drawn from a fixed seed; ODD_DEPTH=10 in the environment draws ten times as much.
"""

from __future__ import annotations

import logging
import os
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from clinic.people.access import Permission, permission_for
from tests.support.forms_found import FoundForm, forms_on
from tests.support.furnished import Address, FurnishedCase, addresses
from tests.support.page_text import page_text
from tests.support.taken_back import taken_back

ODD = {
    "nul": "Ana\0Muster",
    "only nul": "\0",
    "lone surrogate": b"Ana \xed\xa0\x80 Muster",
    "not utf-8": b"\xff\xfe\x80",
    "long": "x" * 100_000,
    "right to left": "\u202egnp.exe \u05e9\u05dc\u05d5\u05dd",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "date that is none": "2026-02-30",
    "moment": "9999-12-31T23:59|9223372036854775807",
    "nan": "NaN",
    "infinite": "-Infinity",
    "exponent": "1e999999",
    "2**63": str(2**63),
    "long number": "9" * 5000,
    "other digits": "\u00b2\u0663",
    "minus": "-1",
    "empty": "",
    "json": '{"a": [null, {"__proto__": 1}]}',
    "json nul": '"\\u0000\\ud800"',
    "markup": "<script>alert(1)</script>{{ 7|add:7 }}{% now 'Y' %}",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../etc/passwd%00",
    "quotes": "'; DROP TABLE x; --\"",
    "crlf": "a\r\nSet-Cookie: b=c",
}
ASKED = [
    "q",
    "page",
    "day",
    "view",
    "start",
    "end",
    "patient",
    "practitioner",
    "service",
    "clock",
    "slot",
    "changed",
    "booked",
    "nonce",
    "at",
    "new",
    "point",
    "channel",
    "region",
    "kind",
    "after",
    "typing",
    "then",
    "next",
    "action",
    "look",
    "first_day",
    "part_of_day",
    "use",
    "flag",
    "item",
    "key",
    "uid",
    "revision",
    "version",
    "o",
    "p",
    "all",
]
ODD_NUMBERS = (str(2**63), str(2**31), "0", "9" * 40)
ODD_WORDS = (b"\0", b"\xed\xa0\x80", b"a" * 3000, "\u202e\u05e9".encode(), b"..", b"%", b"'")
DEPTH = int(os.environ.get("ODD_DEPTH", "1"))
SIGNS_OUT = {"admin:logout", "account_logout", "intake:leave"}


def role_for(name: str) -> str:
    """Somebody who may enter."""
    permission = permission_for(name)
    if name.startswith("intake:") and permission is Permission.ANYONE:
        return "link"
    if permission in (Permission.MANAGE_CLINIC, Permission.READ_AUDIT):
        return "owner"
    return "practitioner"


class OddInput(FurnishedCase):
    """One client for each role; every request is taken back, so that no door closes behind one."""

    def setUp(self) -> None:
        self.clients = {role: self.made.client(role) for role in ("owner", "practitioner", "front_desk", "link")}
        self.faults: list[str] = []
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.random = random.Random(2026)

    def tearDown(self) -> None:
        assert not self.faults, "\n".join(self.faults[:40]) + f"\n({len(self.faults)} in all)"

    def send(self, client: Client, method: str, path: str, what: str, **request: Any) -> HttpResponse:
        with taken_back():
            answer = client.generic(method, path, **request)
        if answer.status_code >= 500:
            fault = getattr(answer, "exc_info", None)
            self.faults.append(f"{method} {path[:120]} with {what}: {answer.status_code} {fault[1]!r:.200}" if fault
                               else f"{method} {path[:120]} with {what}: {answer.status_code}")  # fmt: skip
        return answer

    def client_for(self, name: str) -> Client:
        return self.clients[role_for(name)]

    def each(self) -> Iterator[Address]:
        return (address for address in addresses(self.made, most=1) if address.name not in SIGNS_OUT)

    def test_odd_words_in_the_query(self) -> None:
        odd = {what: value[:500] for what, value in ODD.items()}  # a server cuts the address line at some 8 kB
        for address in self.each():
            for _ in range(DEPTH):
                query = {name: self.random.choice(list(odd.values())) for name in ASKED}
                self.send(self.client_for(address.name), "GET", f"{address.path}?{urlencode(query)}", f"{query}")
        for what, value in odd.items():
            for path in (
                "/patients/",
                "/patients/search/",
                "/schedule/feed/",
                "/schedule/new/",
                "/audit/",
                "/plans/points/",
            ):
                query = dict.fromkeys(ASKED, value)
                client = self.clients["owner" if path == "/audit/" else "practitioner"]
                self.send(client, "GET", f"{path}?{urlencode(query)}", what)

    def test_odd_ids_in_the_path(self) -> None:
        numbers = re.compile(r"(?<=/)\d+(?=/)")
        for address in self.each():
            client = self.client_for(address.name)
            for odd in ODD_NUMBERS if numbers.search(address.path) else ():
                for method in ("GET", "POST") if odd == ODD_NUMBERS[0] or DEPTH > 1 else ("GET",):
                    self.send(client, method, numbers.sub(odd, address.path), "that id")
        for start in ("/i/", "/a/", "/knowledge/points/", "/i/step/", "/admin/people/patient/", "/"):
            for odd in ODD_WORDS:
                for role in ("link", "owner"):
                    self.send(self.clients[role], "GET", f"{start}{quote_from_bytes(odd)}/", "that word")

    def found_forms(self) -> list[tuple[str, FoundForm]]:
        """(role, form) of every form on every page, each address once for each role."""
        found: dict[tuple[str, str], FoundForm] = {}
        for address in addresses(self.made, most=1):
            if address.name in SIGNS_OUT:
                continue
            role = role_for(address.name)
            answer = self.clients[role].get(address.path)
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                continue
            for form in forms_on(page_text(answer), page=address.path):
                if form.method == "post" and "logout" not in form.action and "/leave/" not in form.action:
                    found.setdefault((role, re.sub(r"\d+", "1", form.action)), form)
        return [(role, form) for (role, _), form in found.items()]

    def test_odd_values_in_every_form(self) -> None:
        forms = self.found_forms()
        assert len(forms) > 40, [form.action for _, form in forms]
        for role, form in forms:
            sent = [(name, value) for name, value in form.fields if name != "csrfmiddlewaretoken"]
            for what in self.random.sample(sorted(ODD), min(len(ODD), 2 * DEPTH)):
                self.post(role, form.action, {name: ODD[what] for name, _ in sent}, f"every field {what}")
            for name, _ in self.random.sample(sent, min(len(sent), 2 * DEPTH)):
                what = self.random.choice(sorted(ODD))
                self.post(role, form.action, {**dict(sent), name: ODD[what]}, f"{name} {what}")
            self.post(role, form.action, {}, "nothing")
            self.post(role, form.action, [*sent, *((f"{name}[]", "1") for name, _ in sent), *sent], "everything twice")

    def post(self, role: str, path: str, fields: Any, what: str) -> HttpResponse:
        form = "application/x-www-form-urlencoded"
        return self.send(self.clients[role], "POST", path, what, data=urlencode(fields), content_type=form)

    def test_odd_bodies_to_every_address(self) -> None:
        form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
        for address in self.each():
            client = self.client_for(address.name)
            self.send(client, "POST", address.path, "broken parts", data="--y\r\n", content_type=parts)
            self.send(client, "POST", address.path, "json", data='{"a": NaN}', content_type="application/json")
        for path in ("/patients/new/", "/i/step/you/", "/schedule/new/", "/accounts/login/"):
            client = self.clients["link" if path.startswith("/i/") else "practitioner"]
            many = urlencode({f"field{n}": n for n in range(5000)})
            assert self.send(client, "POST", path, "5000 fields", data=many, content_type=form).status_code == 400
            odd_set = f"{form}; charset=utf-99"
            self.send(client, "POST", path, "a character set of its own", data="a=b", content_type=odd_set)
            self.send(client, "POST", path, "no type", data=b"\0\xff", content_type="?")

    def test_three_megabytes_are_too_much(self) -> None:
        body = "reason=" + "x" * 3_000_000
        form = "application/x-www-form-urlencoded"
        answer = self.send(self.clients["practitioner"], "POST", "/patients/new/", "3 MB", data=body, content_type=form)
        assert answer.status_code == 413

    def test_nul_is_left_out(self) -> None:
        """PostgreSQL cannot store it; the answer is the same on both databases."""
        answer = self.clients["practitioner"].get("/patients/?q=Dani%00el%20Okafor")
        assert answer.status_code == 200 and "Okafor" in page_text(answer)
        cookie = self.made.client("practitioner")
        cookie.cookies[settings.SESSION_COOKIE_NAME] = '"abcdefghij\\000"'
        assert cookie.get("/").status_code == 302
