"""Enter in a one-line field saves, looks or sends what the field is for; it never charts, signs, books or deletes.

The forms are found on the pages themselves, also on the pages that refuse and that tell of a clash. What Enter may do
is listed here, each with its fields: a button that comes first in a form without standing here fails.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from urllib.parse import urlencode

from django.urls import Resolver404, resolve

from clinic.people.models import Patient
from tests.support.enter_found import Press, enter_on
from tests.support.forms_found import forms_on
from tests.support.furnished import FurnishedCase, addresses
from tests.support.page_text import page_text
from tests.support.taken_back import taken_back

ANY = ""  # keeps or looks, whatever the field
# (address, what the button sends besides) -> the fields (a pattern) in which Enter may press it
MAY: dict[tuple[str, str], str] = {
    ("visits:save", ""): ANY,
    ("visits:reason", ""): "reason",
    ("intake:assessment_save", ""): ANY,
    ("intake:step", ""): ANY,
    ("intake:asked", "go=next"): ANY,
    ("intake:own_question", "preview=1"): ANY,
    ("intake:own_question_add", "preview=1"): ANY,
    ("intake:birth", ""): "day|month|year",
    ("intake:by_phone", ""): "day|month|year",
    ("intake:code", ""): "code",
    ("intake:consent", ""): "name|agreed|methods",  # the name is the signature
    ("intake:acknowledge", ""): "note",
    ("intake:invite", "how=email"): "email",
    ("plans:change", ""): ANY,  # one item of a draft; the plan has an undo
    ("plans:reason", ""): "reason",
    ("plans:episode_open", ""): "words",
    ("plans:what_if", ""): "q",
    ("plans:closer", ""): "point",
    ("plans:take_protocol", ""): "protocol",  # an edit of a draft; the plan has an undo
    ("plans:save_protocol", ""): "name",
    ("knowledge:own_add", ""): "name",
    ("knowledge:own_edit", ""): "name",
    ("knowledge:own_point_add", ""): ANY,  # what is not right is asked again, with what was typed
    ("knowledge:own_point", ""): ANY,
    ("knowledge:own_rule_off", ""): "rule|reason",
    ("plans:proposal_closer", ""): "point",
    ("knowledge:points", ""): "q",
    ("knowledge:rules", ""): "q",
    ("audit:trail", ""): ANY,
    ("people:clinic", ""): ANY,
    ("people:patients", ""): "q",
    ("people:patient_add", ""): ANY,
    ("people:patient_edit", ""): ANY,
    ("scheduling:absences", ""): ANY,  # told at once, with the visits it hits; one press takes it away
    ("scheduling:calendar", ""): "date",
    ("scheduling:course", ""): "at|first_day|weekdays",
    ("scheduling:course", "use=as-typed"): r"(day|clock)-\d+",
    ("scheduling:move", ""): "day|clock",
    ("scheduling:new", "look=1"): ANY,
    ("account_login", ""): ANY,
    ("account_change_password", ""): ANY,
    ("account_reauthenticate", ""): ANY,
    ("account_reset_password", ""): ANY,
    ("admin:password_change", ""): ANY,
}
ADMIN = re.compile(r"admin:\w+_(add|change|changelist)")  # Django's own: Save, or Go when an action was chosen
NOT_WALKED = {"admin:logout", "account_logout", "intake:leave"}
ROLES = ("owner", "practitioner", "front_desk", "link", "nobody")


def faults_of(presses: list[Press], page: str) -> Iterator[str]:
    for press in presses:
        try:
            name = resolve(press.target).view_name
        except Resolver404:
            name = press.target
        fields = MAY.get((name, f"{press.name}={press.value}" if press.name else ""))
        if (fields is None and not ADMIN.fullmatch(name)) or (fields and not re.fullmatch(fields, press.field)):
            yield f"{page}: {press} ({name})"


class Enter(FurnishedCase):
    def setUp(self) -> None:
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_enter_does_what_its_field_is_for(self) -> None:
        faults: dict[str, None] = {}
        fields, sent = 0, set()
        for role in ROLES:
            client = self.made.client(role)
            for address in addresses(self.made, most=2):
                answer = client.get(address.path) if address.name not in NOT_WALKED else None
                if answer is None or not answer.get("Content-Type", "").startswith("text/html"):
                    continue
                html = page_text(answer)
                found = enter_on(html, page=address.path)
                fields += len(found)
                faults |= dict.fromkeys(faults_of(found, address.path))
                for form in forms_on(html, page=address.path):
                    kind = re.sub(r"\d+", "1", form.action)
                    if form.method != "post" or kind in sent or "log" in kind or "leave" in kind:
                        continue
                    sent.add(kind)
                    faults |= dict.fromkeys(self.faults_after(client, form.action, form.fields))
        assert fields > 300, fields
        assert not faults, "\n".join(faults)

    def test_enter_never_saves_the_same_person_twice(self) -> None:
        client = self.made.client("front_desk")
        same = Patient.objects.get(pk=self.made.patients["half"])
        typed = {"given_name": same.given_name, "family_name": same.family_name, "no_phone": "none"}
        html = page_text(client.post("/patients/new/", typed))
        assert "Save as another person" in html
        assert not list(faults_of(enter_on(html, page="/patients/new/"), "/patients/new/"))

    def faults_after(self, client, path: str, fields: list[tuple[str, str]]) -> Iterator[str]:
        """The same for the pages that answer a form sent as it is, from an old page, and empty."""
        old = [(name, "0" if name in ("revision", "version") else value) for name, value in fields]
        changed = [(name, "9" if value in ("", "0") else value) for name, value in old]
        for what, body in (("as it is", fields), ("old", changed), ("empty", [])):
            kept = deepcopy(client.cookies)
            with taken_back():
                answer = client.post(path, urlencode(body), content_type="application/x-www-form-urlencoded")
            client.cookies = kept  # a tablet that is handed over signs out
            if answer.get("Content-Type", "").startswith("text/html"):
                yield from faults_of(enter_on(page_text(answer), page=path), f"{path} sent {what}")


def test_a_first_button_that_charts_is_found() -> None:
    """The finder finds: the visit page as it was once."""
    page = (
        '<form method="post" action="/visits/1/save/" id="f"><input name="start-pain_now" type="number">'
        '<button formaction="/visits/1/all-done/">All done as planned</button><button>Save</button></form>'
    )
    assert list(faults_of(enter_on(page, page="/visits/1/"), "/visits/1/"))
    first = '<button form="f">Save</button>'
    assert not list(faults_of(enter_on(first + page, page="/visits/1/"), "/visits/1/"))
