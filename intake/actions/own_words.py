"""What the patient says of their own words when asked back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from intake.actions.answers import save_answers
from intake.actions.drafts import locked_draft
from intake.models import IntakeResponse, PhoneCall
from intake.questionnaire.own_words import WORDS, row_of


@transaction.atomic
def settle_words(
    response_id: int,
    *,
    said: Mapping[str, str],
    words: Mapping[str, dict[str, list[str]]],
    call: PhoneCall | None = None,
) -> IntakeResponse:
    """Keep what was said, finding -> one of ``own_words.SAID``, beside the words it was said of. Raises LinkNotOpen."""
    response = locked_draft(response_id)
    rows: dict[str, Any] = dict(response.answers.get(WORDS) or {})
    rows |= {finding: row_of(one, words[finding], response.answers) for finding, one in said.items()}
    return save_answers(response_id, values={WORDS: rows or None}, call=call)
