"""The signed consent: method by method on the record, and as a file for the patient."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.people.actions.patients import safety_facts_of
from intake.actions import answers as actions
from intake.actions.consent import sign_consent
from intake.models import IntakeResponse
from intake.questionnaire.consent import as_signed, load_consent
from tests.factories.intake import ResponseFactory
from tests.intake.test_form_pages import phone_with

pytestmark = pytest.mark.django_db
ALL = load_consent().methods


def sent(*, agreed: Any, **more: Any) -> IntakeResponse:
    response = ResponseFactory(complete=True, **more)
    sign_consent(response.pk, name="Ana Muster", signature="", agreed=agreed)
    return actions.submit(response.pk)


def test_what_is_not_ticked_reaches_the_record_and_what_is_ticked_later_lifts_it() -> None:
    first = sent(agreed=ALL.keys() - {"cups", "gua_sha"})
    facts = safety_facts_of(first.patient)
    assert {method.id for method in ALL.values() if facts.get(method.finding)} == {"cups", "gua_sha"}
    sent(agreed=ALL.keys() - {"gua_sha"}, patient=first.patient)
    facts = safety_facts_of(first.patient)
    assert facts["wish.no_cups"] is False and facts["wish.no_gua_sha"] is True


def test_a_wish_against_it_in_the_answers_outlives_a_tick() -> None:
    answers = ResponseFactory.build(complete=True).answers | {"wishes": ["no_electricity"]}
    response = sent(agreed=ALL, answers=answers)
    assert safety_facts_of(response.patient)["wish.no_electricity"] is True


def test_the_text_stays_as_it_was_read() -> None:
    given = as_signed(load_consent(), agreed=["needles"], for_minor=True, language="en")
    assert given["statement"] == load_consent().statement_for_minor
    assert [one["agreed"] for one in given["methods"]] == [True] + [False] * (len(ALL) - 1)
    with pytest.raises(ValueError, match="laser"):
        as_signed(load_consent(), agreed=["laser"], for_minor=False, language="en")


def test_the_patient_takes_a_copy_before_and_for_an_hour_after_sending() -> None:
    response = ResponseFactory(complete=True)
    phone = phone_with(response)
    assert phone.get("/i/consent/copy/").status_code in (404, 410)  # nothing signed for methods yet
    phone.post("/i/consent/", {"agreed": "on", "name": "王芳 <b>#", "methods": ["needles"]})
    copy = phone.get("/i/consent/copy/")
    assert copy.status_code == 200 and copy.content.startswith(b"%PDF-")
    assert copy["Content-Type"] == "application/pdf" and copy["Cache-Control"] == "no-store"
    assert "attachment" in copy["Content-Disposition"]
    phone.post("/i/send/")
    assert b"/i/consent/copy/" in phone.get("/i/sent/").content
    assert phone.get("/i/consent/copy/").content.startswith(b"%PDF-")


def test_later_others_may_use_this_device(monkeypatch: pytest.MonkeyPatch) -> None:
    response = ResponseFactory(complete=True)
    phone = phone_with(response)
    phone.post("/i/consent/", {"agreed": "on", "name": "Ana", "methods": ["needles"]})
    phone.post("/i/send/")
    later = timezone.now() + dt.timedelta(hours=2)
    monkeypatch.setattr("intake.views.form.timezone.now", lambda: later)
    assert phone.get("/i/consent/copy/").status_code != 200


def test_nobody_without_the_link_gets_it(client: Client) -> None:
    sent(agreed=ALL)
    assert client.get("/i/consent/copy/").status_code != 200


def test_staff_who_read_records_get_it_and_the_desk_does_not(as_petra: Client, as_dora: Client) -> None:
    response = sent(agreed=ALL)
    path = f"/intakes/{response.pk}/consent/"
    assert as_petra.get(path).content.startswith(b"%PDF-")
    assert as_dora.get(path).status_code == 403
