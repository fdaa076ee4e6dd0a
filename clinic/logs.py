"""What may appear in a log: URLs without tokens, errors without the data that caused them."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

_TOKEN = re.compile(r"/(i|a|reset/key)/(?!(?:start|birth|leave|step|alert|consent|check|send|sent)\b)[^/\s\"']+")


class QuietFormatter(logging.Formatter):
    """Link tokens become "…". Of an exception the type and the lines of code stay, its message is dropped: the
    database's messages quote the row it refused, and Python's quote the value.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler's text for the exception, if any
        return _TOKEN.sub(r"/\1/…", super().format(record))

    def formatException(self, exc_info: Any) -> str:
        _, error, where = exc_info
        lines = ["Traceback (most recent call last):\n", *traceback.format_tb(where)]
        causes: list[str] = []
        while error is not None and len(causes) < 5:
            causes.append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "".join(lines) + " <- ".join(causes) + " (its text is left out: it may quote a record)"
