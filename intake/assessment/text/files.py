"""Reads the files of all languages and compiles them, each fault with its file. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from clinic.lib.knowledge_files import Fault, KnowledgeError, Model, faults_of, parsed

from .compiler import Compiler, names_in
from .language import Plain
from .schema import ConceptsFile, LexiconFile, MedicinesFile

MEDICINES, CONCEPTS = "medicines.toml", "concepts.toml"  # above the languages


def compiled(files: Mapping[str, str]) -> list[Plain]:
    """The languages of ``language/theme.toml`` -> TOML text, in order. Raises KnowledgeError with every fault found."""
    faults: list[Fault] = []
    medicines_file = _read(MEDICINES, MedicinesFile, files, faults)
    concepts_file = _read(CONCEPTS, ConceptsFile, files, faults)
    medicines = {} if medicines_file is None else medicines_file.root
    concepts = () if concepts_file is None else concepts_file.concept
    languages: dict[str, list[str]] = {}
    for name in sorted(files.keys() - {MEDICINES, CONCEPTS}):
        languages.setdefault(name.partition("/")[0], []).append(name)
    found: list[Plain] = []
    known: set[str] = set()
    for language, names in languages.items():  # one after the other: what was read of one is let go before the next
        read = {name: _read(name, LexiconFile, files, faults) for name in names}
        parts = {name: part for name, part in read.items() if part is not None}
        if not parts:
            continue
        compiler = Compiler(language, parts, medicines, concepts)
        found.append(compiler.language())
        faults.extend(compiler.faults)
        known.update(name for part in parts.values() for name in (*part.words, *part.phrases))
        del read, parts, compiler
    faults.extend(
        Fault(MEDICINES, name, "no language has words of this name") for name in sorted(medicines.keys() - known)
    )
    faults.extend(
        Fault(CONCEPTS, concept.finding, f"no language has words of the name {name!r}")
        for concept in concepts
        for template in (*concept.whole, *concept.half)
        for name in names_in(template)
        if name not in known
    )
    if not found:
        faults.append(Fault("", "", "no lexicon file found"))
    if faults:
        raise KnowledgeError(faults)
    return found


def _read(name: str, model: type[Model], files: Mapping[str, str], faults: list[Fault]) -> Model | None:
    """One file; None, with the faults kept, if it cannot be read. A file that is not there is an empty one."""
    try:
        return model.model_validate(parsed(name, files[name].encode(), faults) if name in files else {})
    except ValidationError as error:
        faults += faults_of(name, "", error, model)
    return None
