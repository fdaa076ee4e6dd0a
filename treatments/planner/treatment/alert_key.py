"""What a safety alert and the reason given for it have in common: rule and subject, joined in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def alert_key(code: str, subject: str) -> str:
    """The same for the same rule about the same thing, however the plan is ordered."""
    return f"{code}|{subject}"


def key_of_reason(reason: Mapping[str, Any]) -> str:
    """The key of the alert that a stored reason was given for."""
    return alert_key(reason["code"], reason["item"])


def split_key(key: str) -> tuple[str, str]:
    """Rule and subject of a key; what is no key is a rule without a subject."""
    code, _, subject = key.partition("|")
    return code, subject
