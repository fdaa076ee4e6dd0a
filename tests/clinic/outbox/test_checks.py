"""What is told before the server starts: whether mail can go out, and whether its links lead back."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.outbox.checks import mail_can_go_out

SMTP, NONE = "django.core.mail.backends.smtp.EmailBackend", "clinic.outbox.backend.NoServerBackend"


@pytest.mark.parametrize(
    ("transport", "no_mail", "sender", "faults"),
    [
        (SMTP, "", "Ashi <no-reply@clinic.example>", []),
        (NONE, "", "", ["outbox.E001"]),
        (NONE, "1", "", []),
        (SMTP, "1", "no-reply@clinic.example", ["outbox.E002"]),
        (SMTP, "", "Ashi no-reply", ["outbox.E003"]),
        (SMTP, "", "", ["outbox.E003"]),
    ],
)
def test_mail_settings(
    settings: Any, monkeypatch: pytest.MonkeyPatch, transport: str, no_mail: str, sender: str, faults: list[str]
) -> None:
    settings.ASHI_MAIL_TRANSPORT = transport
    settings.ALLOWED_HOSTS, settings.ASHI_BASE_URL = ["clinic.example"], "https://clinic.example"
    monkeypatch.setenv("ASHI_NO_MAIL", no_mail)
    monkeypatch.setenv("ASHI_FROM_EMAIL", sender)
    assert [fault.id for fault in mail_can_go_out(None)] == faults


@pytest.mark.parametrize(
    ("base", "faults"),
    [
        ("https://clinic.example", []),
        ("https://clinic.example:8443", []),
        ("", ["outbox.E004"]),
        ("https://elsewhere.example", ["outbox.E004"]),
    ],
)
def test_links_in_mails_lead_to_a_site_that_answers(
    settings: Any, monkeypatch: pytest.MonkeyPatch, base: str, faults: list[str]
) -> None:
    settings.ASHI_MAIL_TRANSPORT, settings.ASHI_BASE_URL = SMTP, base
    settings.ALLOWED_HOSTS = ["clinic.example"]
    monkeypatch.setenv("ASHI_NO_MAIL", "")
    monkeypatch.setenv("ASHI_FROM_EMAIL", "no-reply@clinic.example")
    assert [fault.id for fault in mail_can_go_out(None)] == faults
