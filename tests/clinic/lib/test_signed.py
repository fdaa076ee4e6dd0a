"""What was signed here is checked once; what was not is refused each time, and with another key everything is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing

from clinic.lib.signed import told_by


def test_what_was_signed_is_told_and_nothing_else() -> None:
    text = signing.dumps({"held": [[1, 2]]}, salt="a salt")
    for _ in range(2):
        assert told_by(text, salt="a salt") == {"held": [[1, 2]]}
        for forged, salt in ((f"{text}x", "a salt"), (text, "another"), ("", "a salt"), (text.swapcase(), "a salt")):
            with pytest.raises(signing.BadSignature):
                told_by(forged, salt=salt)


def test_with_another_key_it_is_checked_anew(settings: Any) -> None:
    text = signing.dumps([1], salt="a salt")
    assert told_by(text, salt="a salt") == [1]
    settings.SECRET_KEY = "of another clinic, and quite as long as it ought to be"
    with pytest.raises(signing.BadSignature):
        told_by(text, salt="a salt")
