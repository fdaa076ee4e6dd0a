"""Letters and pictures: only what is one, not too large, the patient's to remove until it is sent, then kept."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from clinic.audit.models import AuditEvent
from intake.actions import attachments as actions
from intake.models import Attachment, IntakeResponse
from tests.factories.intake import ResponseFactory
from tests.intake.test_form_pages import phone_with
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
JPEG, PNG, PDF = b"\xff\xd8\xff\xe0 picture", b"\x89PNG\r\n\x1a\n picture", b"%PDF-1.7 letter"
HOSTILE = [b"<svg onload=alert(1)>", b"<html><script>", b"GIF89a", b"PK\x03\x04", b"MZ", b" %PDF-1.7", b"\x00" * 40]


def add(phone: Client, data: bytes, name: str = "letter.pdf", kind: str = "application/pdf") -> Any:
    return phone.post("/i/letters/", {"file": SimpleUploadedFile(name, data, content_type=kind)})


@pytest.fixture
def response() -> IntakeResponse:
    return ResponseFactory(complete=True)


@pytest.fixture
def phone(response: IntakeResponse) -> Client:
    return phone_with(response)


def send(phone: Client) -> None:
    phone.post("/i/consent/", {"agreed": "on", "name": "Ana", "methods": ["needles"]})
    assert phone.post("/i/send/").status_code == 302


@pytest.mark.parametrize(("data", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (PDF, "application/pdf")])
def test_a_picture_or_a_letter_is_kept_and_opened_by_who_treats(
    phone: Client, response: IntakeResponse, as_petra: Client, as_dora: Client, data: bytes, kind: str
) -> None:
    assert add(phone, data, name="MRI report‮.pdf").status_code == 302
    kept = Attachment.objects.get()
    assert (bytes(kept.data), kept.kind, kept.name) == (data, kind, "MRI report.pdf")
    assert kept.digest == hashlib.sha256(data).hexdigest()
    assert "MRI report" in page_text(phone.get("/i/check/"))
    path = f"/files/{kept.pk}/"
    assert as_petra.get(path).status_code == 404  # the form is not sent yet
    send(phone)
    opened = as_petra.get(path)
    assert opened.content == data and opened["Content-Type"] == kind
    assert opened["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert opened["X-Content-Type-Options"] == "nosniff" and "attachment" in opened["Content-Disposition"]
    assert AuditEvent.objects.filter(action="attachment.read", object_id=str(kept.pk)).exists()
    assert path in as_petra.get(f"/intakes/{response.pk}/").content.decode()
    assert as_dora.get(path).status_code == 403


@pytest.mark.parametrize("data", HOSTILE)
def test_anything_else_is_refused_whatever_it_calls_itself(phone: Client, data: bytes) -> None:
    answer = add(phone, data, name="photo.jpg", kind="image/jpeg")
    assert answer.status_code == 422 and "photo (JPG or PNG) or a PDF" in page_text(answer)
    assert not Attachment.objects.exists()


def test_nothing_chosen_and_too_large_are_said(phone: Client) -> None:
    assert "empty" in page_text(phone.post("/i/letters/"))
    answer = add(phone, PDF + b"0" * actions.LARGEST)
    assert answer.status_code == 422 and "too large" in page_text(answer)


def test_five_are_the_most_and_the_same_file_counts_once(phone: Client) -> None:
    for number in (1, 2, 3, 4, 5, 5):
        assert add(phone, PDF + bytes([number])).status_code == 302
    assert Attachment.objects.count() == 5
    assert "Five files are the most" in page_text(add(phone, PNG))


def test_it_is_the_patients_to_remove_until_the_form_is_sent(phone: Client, response: IntakeResponse) -> None:
    add(phone, PDF)
    other = ResponseFactory(complete=True)
    foreign = actions.add_attachment(other.pk, name="x.png", data=PNG)
    phone.post("/i/letters/remove/", {"attachment": foreign.pk})
    phone.post("/i/letters/remove/", {"attachment": "²"})
    assert Attachment.objects.count() == 2
    mine = Attachment.objects.get(response=response)
    assert phone.post("/i/letters/remove/", {"attachment": mine.pk}).status_code == 302
    assert not Attachment.objects.filter(response=response).exists()
    assert AuditEvent.objects.filter(action="attachment.removed", detail__sha256=mine.digest).exists()


def test_what_was_sent_stays(phone: Client, response: IntakeResponse) -> None:
    add(phone, PDF)
    send(phone)
    kept = Attachment.objects.get()
    assert kept.sent_at is not None
    assert phone.post("/i/letters/remove/", {"attachment": kept.pk}).status_code == 410
    assert add(phone, PNG).status_code == 410
    for statement in ("UPDATE intake_attachment SET name = 'x'", "DELETE FROM intake_attachment"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Attachment.objects.count() == 1


def test_nobody_without_the_link_adds_one(client: Client) -> None:
    assert add(client, PDF).status_code in (404, 409)
