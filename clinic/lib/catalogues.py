"""Catalogues of ``locale/``: made readable for gettext without GNU gettext, and brought up to date with the source.

``django.po`` is the source and in the repository; ``django.mo`` is made of it by whatever starts first (installing, the
server, a command, a test) and made again when the source has changed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import polib

from clinic.lib.catalogue_words import Message

NAME = "LC_MESSAGES/django.po"
PLURALS = {"es": "nplurals=2; plural=(n != 1);", "zh_Hans": "nplurals=1; plural=0;"}


def catalogue_of(folder: Path, code: str) -> Path:
    """The source of a language: ``locale/zh_Hans`` for "zh-hans"."""
    language, _, script = code.partition("-")
    return folder / (f"{language}_{script.title()}" if script else language) / NAME


def compile_stale(folder: Path) -> list[Path]:
    """Make each ``django.mo`` that is missing or older than its source. Several processes may do so at once."""
    made = []
    for source in sorted(folder.glob(f"*/{NAME}")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        written = polib.pofile(str(source), encoding="utf-8").to_binary()
        handle, name = tempfile.mkstemp(dir=source.parent, suffix=".mo.new")
        with os.fdopen(handle, "wb") as file:
            file.write(written)
        os.chmod(name, source.stat().st_mode & 0o777)
        os.replace(name, target)
        made.append(target)
    return made


def brought_up_to_date(source: Path, messages: Iterable[Message], words: Mapping[str, str]) -> list[Message]:
    """Write the catalogue anew: each message of the project, with the translation it had or that ``words`` has.

    Returns those without. ``words``: English -> translation; of a plural, its forms are looked up one by one; of a
    message in a context, "context|English" goes before.
    """
    code = source.parent.parent.name
    before = polib.pofile(str(source), encoding="utf-8") if source.is_file() else polib.POFile()
    had = {(entry.msgctxt or "", entry.msgid): entry for entry in before if not entry.obsolete}
    now = polib.POFile(wrapwidth=120)
    now.metadata = {
        "Language": code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[code],
    }
    lacking = []
    for message in messages:
        old = had.get(message.key)
        entry = polib.POEntry(msgid=message.text, msgctxt=message.context or None, occurrences=[(message.place, "")])
        told = words.get(f"{message.context}|{message.text}") if message.context else words.get(message.text)
        if message.plural:
            many = words.get(message.plural)
            entry.msgid_plural = message.plural
            if many and (told or PLURALS[code].startswith("nplurals=1")):
                forms = [many] if PLURALS[code].startswith("nplurals=1") else [told, many]
                entry.msgstr_plural = dict(enumerate(forms))
            else:
                entry.msgstr_plural = dict(old.msgstr_plural) if old and old.msgstr_plural else {}
            is_whole = bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())
        else:
            entry.msgstr = told or (old.msgstr if old else "")
            is_whole = bool(entry.msgstr)
        if "%(" in message.text:
            entry.flags.append("python-format")
        if not is_whole:
            lacking.append(message)
        now.append(entry)
    source.parent.mkdir(parents=True, exist_ok=True)
    now.save(str(source))
    return lacking


if __name__ == "__main__":  # scripts/install
    compile_stale(Path(__file__).resolve().parents[2] / "locale")
