"""All knowledge files that a patient reads, with the words they have in a language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

from clinic.lib.complaints import SHIPPED, beside
from clinic.lib.file_words import BESIDES, LANGUAGES, TranslatedReader
from intake.assessment.knowledge.said import SPOKEN as SAID
from intake.questionnaire.consent import SPOKEN as CONSENT
from intake.questionnaire.load import DIRECTORY, MESSAGES, SPOKEN
from treatments.planner.knowledge.load import FOLDER
from treatments.plans.spoken import SPOKEN as AT_HOME


@dataclass(frozen=True)
class SpokenFile:
    """``wanted``: address -> English sentence; ``place``: the file with the words of the language."""

    name: str
    place: Path
    wanted: dict[str, str]

    def pairs(self) -> dict[str, Any]:
        """What the language has, as written."""
        return tomli.loads(self.place.read_text("utf-8")) if self.place.is_file() else {}

    @property
    def is_left_out(self) -> bool:
        return "left_out" in self.pairs()

    def besides(self) -> str:
        """The part of the file that is no sentences, as written."""
        text = self.place.read_text("utf-8") if self.place.is_file() else ""
        starts = [text.find(f"[{key}]") for key in BESIDES if f"\n[{key}]" in text]
        return text[min(starts) :] if starts else ""


def spoken_files(language: str) -> Iterator[SpokenFile]:
    """Each file of ours with sentences for patients; packs of a clinic have their own folder."""
    intake = {**SPOKEN, **CONSENT, **MESSAGES, **SAID}
    names = sorted(f"instruments/{path.name}" for path in (DIRECTORY / "instruments").glob("*.toml"))
    names += [name for name in intake if (DIRECTORY / name).is_file()]
    for folder, keys, here in ((DIRECTORY, intake, names), (FOLDER, AT_HOME, ["aftercare.toml", "sites.toml"])):
        read = TranslatedReader(folder, "en", keys)
        for name in here:
            yield from _spoken(read, name, folder / LANGUAGES / language / name)
        for file in keys.keys() & {"questions.toml", "home_care.toml", "findings.toml"}:
            for name, path in beside(file):
                if path.is_relative_to(SHIPPED):
                    yield from _spoken(read, read.add(name, path), path.parent / LANGUAGES / language / path.name)


def _spoken(read: TranslatedReader, name: str, place: Path) -> Iterator[SpokenFile]:
    wanted = read.wanted(name, read.file(name))
    read.raise_faults()
    if wanted:
        yield SpokenFile(name, place, wanted)
