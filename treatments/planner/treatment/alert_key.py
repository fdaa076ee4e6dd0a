"""What a safety alert and the reason given for it share: rule and subject, always joined the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def alert_key(code: str, subject: str) -> str:
    """Equal for the same rule about the same thing, whatever the order of the plan."""
    return f"{code}|{subject}"


def key_of_reason(reason: Mapping[str, Any]) -> str:
    """The key of the alert that a stored reason was given for."""
    return alert_key(reason["code"], reason["item"])


def split_key(key: str) -> tuple[str, str]:
    """Rule and subject of a key; anything else is a rule without a subject."""
    code, _, subject = key.partition("|")
    return code, subject
