"""What a page showed when it was rendered: kept in the page itself, signed, so that a save can tell what changed."""

from __future__ import annotations

import secrets
import time

from django.core import signing
from django.http import QueryDict

from clinic.lib.signed import told_by
from intake.questionnaire.merging import Opened, drawn
from intake.questionnaire.values import Answers, Screen

LAST_SEQ = 1_000_000_000


def seal(screen: Screen, answers: Answers, *, response_id: int) -> str:
    """For a page about to be rendered with the stored answers."""
    shown = {q.id: drawn(q, answers[q.id]) for q in screen.questions if q.id in answers}
    return signing.dumps(
        [secrets.token_urlsafe(12), shown, int(time.time())], salt=_salt(screen, response_id), compress=True
    )


def opened(screen: Screen, data: QueryDict, *, response_id: int) -> Opened:
    """The page that posts. One that does not say what it showed counts as blank: it withdraws nothing."""
    try:
        page, shown, *drawn_at = told_by(data.get("_page", ""), salt=_salt(screen, response_id))
    except signing.BadSignature:
        return Opened()
    told = data.get("_seq", "")  # without scripts always 0
    seq = min(int(told), LAST_SEQ) if told.isascii() and told.isdigit() and len(told) < 12 else 0
    seconds = int(time.time()) - drawn_at[0] if drawn_at else None
    return Opened(page, dict(shown), seq, seconds)


def _salt(screen: Screen, response_id: int) -> str:
    return f"intake.page.{response_id}.{screen.id}"
