"""The lexicons of the free texts: a folder of TOML files per language in ``intake/knowledge/texts``, read strictly.

A file holds the signs of one theme and their words. Lists are strings with one entry per line (TOML's
own lists take four times as long to read); a line beginning with ``#`` is a comment:

* ``[[sign]]``: a finding, its strength and the templates that show it, with sentences for the tests:
  ``says`` (each shows the finding) and ``does_not_say`` (each is harmless);
* ``[phrases]``: name -> templates over names: coverage comes from combination, not from lists of sentences;
* ``[words]``: name -> words and fixed sequences of words (``back passage``); ``*`` stands for any ending.

A name is in the one file that uses it, or in ``shared.toml``. Other files have no signs:

* ``medicines.toml``, above the languages: names of medicines, written once, that join the words of the same name in
every language that has it;
* ``concepts.toml``, above the languages: danger concepts, the second net. Each is built from what a red flag means,
its templates from names alone (no quoted words); a language reads those of which it has every name. The words that only
concepts use stand in ``concepts.toml`` of the language;
* ``cues_*.toml``: ``[cues]``, what cancels a phrase (negation, history, worry, other people), each with
exceptions;
* ``everyday.toml``: ``common``, the little words that reveal the language of a sentence; ``ordinary``, everyday words
that must not be taken for a misspelt word of the lexicon; ``sayings``, fixed sequences whose words do not mean what
they mean alone (``wee bit``, ``dead tired``): inside one a word counts only as part of an entry that contains the
whole saying (``high blood pressure``).

A template reads: ``cannot feel`` one after the other with at most two words between; ``cannot >0 feel`` with
none between; ``numb & saddle`` in either order with at most eight words between, ``numb &4 saddle`` with four;
``chest + sweat`` likewise within ten words, also in the sentence before or after; ``!cold`` not in the same stretch of
the sentence; ``@pregnant`` said of the patient anywhere in the text; ``'wet myself'`` these words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from clinic.lib.knowledge_files import Fault, KnowledgeError, Model, all_kept, faults_of, parsed

from .compiler import Compiler, names_in
from .schema import ConceptsFile, Lexicon, LexiconFile, MedicinesFile

FOLDER = Path(__file__).resolve().parents[2] / "knowledge" / "texts"
MEDICINES, CONCEPTS = "medicines.toml", "concepts.toml"  # above the languages


@lru_cache(maxsize=1)
@all_kept()
def load_lexicon() -> Lexicon:
    """All lexicons of the folder, in order of language. Raises KnowledgeError with every fault found."""
    return read_lexicon(lexicon_files())


def lexicon_files() -> dict[str, str]:
    """``medicines.toml``, ``concepts.toml`` and ``language/theme.toml`` -> TOML text."""
    files = {f"{path.parent.name}/{path.name}": path.read_text("utf-8") for path in sorted(FOLDER.glob("*/*.toml"))}
    return {name: (FOLDER / name).read_text("utf-8") for name in (MEDICINES, CONCEPTS)} | files


def read_lexicon(files: dict[str, str]) -> Lexicon:
    """Lexicon from ``language/theme.toml`` -> TOML text. Raises KnowledgeError with every fault found."""
    faults: list[Fault] = []
    medicines_file = _read(MEDICINES, MedicinesFile, files, faults)
    concepts_file = _read(CONCEPTS, ConceptsFile, files, faults)
    medicines = {} if medicines_file is None else medicines_file.root
    concepts = () if concepts_file is None else concepts_file.concept
    languages: dict[str, list[str]] = {}
    for name in sorted(files.keys() - {MEDICINES, CONCEPTS}):
        languages.setdefault(name.partition("/")[0], []).append(name)
    compiled = []
    known: set[str] = set()
    for language, names in languages.items():  # one after the other: what was read of one is let go before the next
        read = {name: _read(name, LexiconFile, files, faults) for name in names}
        parts = {name: part for name, part in read.items() if part is not None}
        if not parts:
            continue
        compiler = Compiler(language, parts, medicines, concepts)
        compiled.append(compiler.language())
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
    if not compiled:
        faults.append(Fault("", "", "no lexicon file found"))
    if faults:
        raise KnowledgeError(faults)
    return Lexicon(tuple(compiled))


def _read(name: str, model: type[Model], files: Mapping[str, str], faults: list[Fault]) -> Model | None:
    """One file; None, with the faults kept, if it cannot be read. A file that is not there is an empty one."""
    try:
        return model.model_validate(parsed(name, files[name].encode(), faults) if name in files else {})
    except ValidationError as error:
        faults += faults_of(name, "", error, model)
    return None
