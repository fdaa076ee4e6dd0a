"""Reads settings from the environment: invalid values are refused with a clear message, never guessed."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


FILE = Path(__file__).resolve().parent.parent / ".env"


def load() -> None:
    """Values from .env for what the environment does not set. Nothing in it is run, unlike with a shell's ``. .env``.

    Not for the demo: it must never find the clinic's own database. ASHI_ENV_FILE names another file; empty: none.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else each start looks through every package for some
    named = os.environ.get("ASHI_ENV_FILE")
    if named == "" or flag("ASHI_DEMO"):
        return
    file = Path(named or FILE)
    if not file.exists():
        return
    import dotenv  # with all that it brings, only for who has such a file

    for name, value in dotenv.dotenv_values(file, interpolate=False).items():
        if value:
            os.environ.setdefault(name, value)


def private() -> None:
    """Files written by this process are for its own user only: the database, its journal, keys, back-ups."""
    os.umask(0o077)


def text(name: str, default: str = "") -> str:
    """A setting as written; empty counts as unset."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    """A whole number. Raises ImproperlyConfigured on anything else."""
    raw = text(name, str(default))
    if not raw.isdecimal():
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number.")
    return int(raw)


def flag(name: str, default: bool = False) -> bool:
    """A yes/no setting. Raises ImproperlyConfigured on anything but 1/0, true/false, yes/no, on/off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither yes nor no. Set it to 1 or 0.")


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated setting as a list, without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def web_address(name: str, default: str = "") -> str:
    """The address of a site, as https://clinic.example.org, without a path. Raises ImproperlyConfigured."""
    raw = text(name, default).rstrip("/")
    parts = urlsplit(raw)
    if raw and (
        parts.scheme not in ("http", "https") or not parts.hostname or raw != f"{parts.scheme}://{parts.netloc}"
    ):
        raise ImproperlyConfigured(f"{name}={raw!r} is no address of a site. Write it as https://clinic.example.org")
    return raw


def file(name: str, usual: Path) -> Path | None:
    """A file named by a setting, whether it exists or not; else the default if it exists; else None."""
    given = os.environ.get(name, "").strip()
    if given:
        return Path(given).absolute()
    return usual if usual.is_file() else None


def folder(name: str, usual: Path) -> Path | None:
    """A folder named by a setting, whether it exists or not; else the default if it exists; else None."""
    given = os.environ.get(name, "").strip()
    if given:
        return Path(given).absolute()
    return usual if usual.is_dir() else None


def secret_key(folder: Path) -> str:
    """DJANGO_SECRET_KEY, or one generated on first use and kept in var/secret-key (readable by the owner only)."""
    given = os.environ.get("DJANGO_SECRET_KEY", "")
    if given:
        return given
    kept = folder / "secret-key"
    try:
        return kept.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    import secrets

    made = secrets.token_urlsafe(50)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"No DJANGO_SECRET_KEY is set and {kept} cannot be written ({error.strerror}). "
            "Set DJANGO_SECRET_KEY to a long random text."
        ) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made)
    return made
