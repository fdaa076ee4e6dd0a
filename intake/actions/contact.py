"""What the answers say about who the patient is and how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.questionnaire.values import Answers

PHONE, EMERGENCY = "phone", "emergency_contact"  # ids in questionnaire.toml
SAME = ("preferred_name", "pronouns", "email", "messages_by", "occupation", "doctor")  # ids that are fields of Patient


def contact_of(answers: Answers) -> dict[str, str]:
    """Fields of Patient -> text, for those answered."""
    phone: Mapping[str, Any] = answers.get(PHONE) or {}
    other: Mapping[str, Any] = answers.get(EMERGENCY) or {}
    told = {name: answers.get(name) or "" for name in SAME} | {
        "phone": phone.get("number", ""),
        "no_phone": phone.get("none", ""),
        "emergency_name": other.get("name", ""),
        "emergency_phone": other.get("phone", ""),
        "emergency_relation": other.get("relation", ""),
    }
    return {name: text for name, text in told.items() if text}
