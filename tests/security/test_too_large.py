"""What is too large is refused before any of it is read, by whoever it is sent."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


class NeverRead(io.BytesIO):
    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.parametrize("path", ["/accounts/login/", "/i/start/", "/nowhere/"])
def test_a_huge_body_is_413_and_not_read(client: Client, path: str) -> None:
    answer = client.generic(
        "POST", path, content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": NeverRead(), "CONTENT_LENGTH": "300000000"},
    )  # fmt: skip
    assert answer.status_code == 413 and "Too much at once" in page_text(answer)
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_file_nobody_asked_for_never_reaches_the_disk(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / "missing"))  # a file there would be a fault
    sent = SimpleUploadedFile("x.bin", b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 10_000))
    assert client.post("/accounts/login/", {"login": "a@b.example", "password": "x", "f": sent}).status_code == 200
