"""A made-up language for patients, in which every sentence stands in ⟦brackets⟧.

What a patient reads without brackets has not gone through gettext or the files of a language.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from clinic.lib.file_words import sentences, written
from clinic.lib.knowledge_files import Reader
from clinic.people.templatetags.languages import own_names
from intake import spoken
from intake.assessment.knowledge.said import SPOKEN as SAID
from intake.questionnaire.consent import SPOKEN as CONSENT
from intake.questionnaire.load import DIRECTORY, MESSAGES, SPOKEN
from tests.factories.intake import PLAIN

ALL = {**SPOKEN, **CONSENT, **MESSAGES, **SAID}
# an instrument's credit line stands as its owner wrote it
HIDDEN = re.compile(r'<(script|style|template)\b.*?</\1>|<!--.*?-->|<p class="credit">.*?</p>', re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
# what people wrote themselves
DATA = (
    *dict(own_names()).values(),
    "Ashi",
    "阿是",
    "Our clinic",
    "Ana M.",
    "Ana Muster",
    PLAIN["reason"],
    "Rosa Muster",
    "sister",
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The knowledge of the intake, with a language `xx` beside the English one."""
    copy = tmp_path_factory.mktemp("knowledge") / "intake"
    shutil.copytree(DIRECTORY, copy)
    instruments = [f"instruments/{path.name}" for path in (copy / "instruments").glob("*.toml")]
    for name in [*instruments, *(one for one in ALL if (copy / one).is_file() and one.endswith(".toml"))]:
        english = sentences(Reader(copy).file(name), ALL.get(name, ALL["instruments"]))
        if pairs := {where: (words, f"⟦{words}⟧") for where, words in english}:
            place = copy / "languages" / "xx" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(written(pairs), encoding="utf-8")
    return copy


@pytest.fixture
def brackets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every patient's browser asks for `xx`, and gettext has a word for everything."""
    translation.gettext("")  # Django chooses its gettext at the first word

    def spoken_in_brackets(message: str) -> str:
        return f"⟦{message}⟧" if message and translation.get_language() == "xx" else message

    def plural(one: str, many: str, number: int) -> str:
        return spoken_in_brackets(one if number == 1 else many)

    monkeypatch.setattr(translation._trans, "gettext", spoken_in_brackets)
    monkeypatch.setattr(translation._trans, "ngettext", plural)
    monkeypatch.setattr(translation._trans, "pgettext", lambda context, message: spoken_in_brackets(message))
    monkeypatch.setattr("clinic.people.language.translation.get_language_from_request", lambda request: "xx")
    monkeypatch.setattr(spoken, "DIRECTORY", folder)
    yield


def unspoken(page: Any) -> str:
    """What of a page stands outside of the brackets, names and addresses apart."""
    text = HIDDEN.sub(" ", page.content.decode())
    said = " | ".join([*SPOKEN_ATTRIBUTE.findall(text), re.sub(r"<[^>]*>", " | ", text)])
    said = html.unescape(said)
    while BRACKETS.search(said):
        said = BRACKETS.sub(" ", said)
    for known in DATA:
        said = said.replace(known, " ")
    return " ".join(part for part in said.split() if re.search(r"[^\W\d_]{2}", part))
