"""Links that act as keys: an unguessable token, of which only the hash is stored."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """256 bits, safe in a URL. Show it at once: it cannot be recovered."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex, so that a copy of the database opens nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
