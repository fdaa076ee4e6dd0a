"""What a patient said, as a clause: "cold or damp weather makes it worse", "you are tired most of the day".

The clauses stand beside the findings (findings.toml). The practitioner reads them of the patient, the patient as "you"
and in their own language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from clinic.lib.complaints import beside, folders
from clinic.lib.file_words import ENGLISH, LANGUAGES, TranslatedReader
from clinic.lib.knowledge_files import Fault

FILE = "findings.toml"
SPOKEN = {FILE: frozenset({"said"})}
WOMEN_ONLY = re.compile(r"\[([^\[\]]*)\]")
PRONOUNS = {"they": "you", "them": "you", "their": "your"}
BRACES = re.compile(r"\{(they|them|their)\}")


def clause_is_whole(text: str) -> bool:
    """Whether nothing in braces or brackets would be left over."""
    return not re.search(r"[{}\[\]]", clause(text, to_patient=True, is_man=False))


def clause(text: str, *, to_patient: bool, is_man: bool) -> str:
    """One clause in the second person (`to_patient`) or in the third."""
    if "[" in text:
        text = WOMEN_ONLY.sub("" if is_man else r"\1", text)
    if "{" in text:
        text = BRACES.sub(lambda found: PRONOUNS[found[1]] if to_patient else found[1], text)
    return text


@lru_cache(maxsize=2048)
def sentence(texts: tuple[str, ...], *, is_man: bool) -> str:
    """ "The patient said that a and that b.", as a practitioner reads it; empty for nothing."""
    clauses = [clause(text, to_patient=False, is_man=is_man) for text in texts]
    return f"The patient said that {' and that '.join(clauses)}." if clauses else ""


def load_clauses(directory: Path, language: str = ENGLISH) -> Mapping[str, str]:
    """Finding -> its clause for the patient. Raises KnowledgeError."""
    return _load(directory, language, folders())


@lru_cache(maxsize=8)
def _load(directory: Path, language: str, where: tuple[Path, ...]) -> dict[str, str]:
    read = TranslatedReader(directory, language, SPOKEN)
    names = [FILE]
    for name, path in beside(FILE):
        # what a pack of a clinic says in English alone is not said in the middle of another language
        if language == ENGLISH or (path.parent / LANGUAGES / language / FILE).is_file():
            names.append(read.add(name, path))
    found: dict[str, str] = {}
    for name in names:
        for group, table in read.file(name).items():
            said = {f"{group}.{key}": text for key, text in table.get("said", {}).items()}
            if language != ENGLISH:
                for key in (key for key, text in said.items() if "{" in text):
                    read.faults.append(Fault(name, f"said.{key}", f"{language} speaks to the patient: no {{they}}"))
            found |= said
    read.raise_faults()
    return found
