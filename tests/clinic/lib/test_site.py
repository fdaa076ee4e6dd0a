"""Links that leave the site: from the settings, whatever a visitor says; without a setting, from the request."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from clinic import environment
from clinic.lib import site
from clinic.outbox.delivery import deliver_due
from clinic.outbox.models import Message
from clinic.people.models import Clinic
from intake.actions import answers
from tests.factories.intake import ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import AppointmentFactory

BASE = "https://clinic.example"
PATH = "/schedule/"


def asked(host: str) -> str:
    """What a page says that this host was asked for."""
    page = site.SiteMiddleware(lambda request: HttpResponse(site.link_to("scheduling:calendar")))
    return page(RequestFactory().get("/", headers={"host": host})).content.decode()


def test_without_a_setting_it_is_what_the_browser_asked_for(settings: Any) -> None:
    settings.ASHI_BASE_URL, settings.ALLOWED_HOSTS = "", ["one.example", "two.example:8000", "two.example"]
    assert asked("one.example") == f"http://one.example{PATH}"
    assert asked("two.example:8000") == f"http://two.example:8000{PATH}"
    assert site.full("/x/") == "http://localhost/x/"  # and afterwards nobody asks any more


def test_the_setting_counts_whatever_was_asked_for(settings: Any) -> None:
    settings.ASHI_BASE_URL, settings.ALLOWED_HOSTS = BASE, ["*"]
    assert asked("evil.example") == site.link_to("scheduling:calendar") == f"{BASE}{PATH}"


def test_a_page_that_breaks_leaves_no_request_behind() -> None:
    def breaks(request: HttpRequest) -> HttpResponse:
        raise KeyError

    with pytest.raises(KeyError):
        site.SiteMiddleware(breaks)(RequestFactory().get("/", headers={"host": "testserver"}))
    assert site.full("/") == "http://localhost/"


@pytest.mark.parametrize("said", ["https://clinic.example", "https://clinic.example/", "http://127.0.0.1:8000", ""])
def test_an_address_of_a_site_is_read(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("ASHI_BASE_URL", said)
    assert environment.web_address("ASHI_BASE_URL") == said.rstrip("/")


@pytest.mark.parametrize("said", ["clinic.example", "ftp://clinic.example", "https://", "https://clinic.example/ashi"])
def test_anything_else_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("ASHI_BASE_URL", said)
    with pytest.raises(ImproperlyConfigured, match=r"ASHI_BASE_URL=.* is no address of a site"):
        environment.web_address("ASHI_BASE_URL")


@pytest.mark.django_db
def test_every_mail_with_a_link_has_it_from_the_setting(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    """Asked under another name that the server answers, too: an invitation, dates, an alarm, a new password."""
    settings.ASHI_BASE_URL, settings.ALLOWED_HOSTS = BASE, ["other.example"]
    Clinic.objects.update_or_create(pk=1, defaults={"name": "Willow", "alert_email": "alarm@clinic.example"})
    desk, visit = UserFactory(desk=True), AppointmentFactory(patient=PatientFactory(email="ana@mail.example"))
    client = Client(headers={"host": "other.example"})
    client.force_login(desk)
    with django_capture_on_commit_callbacks(execute=True):
        to = {"how": "email", "email": visit.patient.email}
        client.post(reverse("intake:invite", args=[visit.patient.pk]), to)
        client.post(reverse("scheduling:link", args=[visit.pk]), {"mail": "1"})
        answers.save_answers(ResponseFactory().pk, values={"saddle_numbness": "yes"})
        Client(headers={"host": "other.example"}).post(reverse("account_reset_password"), {"email": desk.email})
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds == {"invitation", "appointment_link", "red_flag", "account"}
    deliver_due()
    assert len(mail.outbox) == 4
    for letter in mail.outbox:
        assert f"{BASE}/" in letter.body and "other.example" not in letter.body, letter.body
        assert letter.subject and "{" not in letter.subject + letter.body
