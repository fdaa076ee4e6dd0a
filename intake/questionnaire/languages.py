"""The languages of the patient's side: who has read the words, and which measures have none that may be used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clinic.lib.file_words import ENGLISH, LANGUAGES, TranslatedReader, languages
from clinic.lib.knowledge_files import Fault, Reviewed, Strict, Text
from intake.questionnaire.instruments import read_instruments
from intake.questionnaire.load import DIRECTORY, SPOKEN

FILE = "language.toml"


class LanguageFile(Strict):
    name: Text
    review: Reviewed


@dataclass(frozen=True)
class SpokenLanguage:
    """``left_out``: (measure, why) of those that are not asked in it."""

    code: str
    name: str
    review: Reviewed
    left_out: tuple[tuple[str, str], ...]

    @property
    def is_draft(self) -> bool:
        return self.review.status == "draft"


def spoken_languages(directory: Path = DIRECTORY) -> dict[str, SpokenLanguage]:
    """Every language beside English by its code. Raises KnowledgeError."""
    return {code: load_language(code, directory) for code in languages(directory) if code != ENGLISH}


@lru_cache(maxsize=16)
def load_language(code: str, directory: Path = DIRECTORY) -> SpokenLanguage:
    """Raises KnowledgeError, also for a measure with an owner whose translation does not say whose it is."""
    read = TranslatedReader(directory, code, SPOKEN)
    file = read.whole(f"{LANGUAGES}/{code}/{FILE}", LanguageFile)
    measures = read_instruments(read).values()
    for measure in measures:
        if measure.credit_line and measure.items and not (measure.translation or measure.left_out):
            place = f"{LANGUAGES}/{code}/instruments/{measure.id}.toml"
            read.faults.append(Fault(place, "translation", "whose words are these, and under which licence?"))
    read.raise_faults()
    assert file
    left_out = tuple((measure.short, measure.left_out) for measure in measures if measure.left_out)
    return SpokenLanguage(code, file.name, file.review, left_out)
