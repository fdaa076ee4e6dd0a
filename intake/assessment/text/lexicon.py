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

from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path

from clinic.lib import kept_reading, knowledge_files

from .language import Language, Lexicon, Plain

FOLDER = Path(__file__).resolve().parents[2] / "knowledge" / "texts"
ABOVE = ("medicines.toml", "concepts.toml")  # above the languages
# what decides what becomes of a file: see `kept_reading`
CODE = (
    Path(__file__),
    *sorted(set(Path(__file__).parent.glob("*.py")) - {Path(__file__)}),
    Path(knowledge_files.__file__),
)


@lru_cache(maxsize=1)
@knowledge_files.all_kept()
def load_lexicon() -> Lexicon:
    """All lexicons of the folder, in order of language. Raises KnowledgeError with every fault found."""
    files = lexicon_files()
    return _lexicon(kept_reading.kept("lexicon", files, CODE, partial(_compiled, files)))


def lexicon_files() -> dict[str, str]:
    """``medicines.toml``, ``concepts.toml`` and ``language/theme.toml`` -> TOML text."""
    files = {f"{path.parent.name}/{path.name}": path.read_text("utf-8") for path in sorted(FOLDER.glob("*/*.toml"))}
    return {name: (FOLDER / name).read_text("utf-8") for name in ABOVE} | files


def read_lexicon(files: dict[str, str]) -> Lexicon:
    """Lexicon from ``language/theme.toml`` -> TOML text. Raises KnowledgeError with every fault found."""
    return _lexicon(_compiled(files))


def _lexicon(languages: Iterable[Plain]) -> Lexicon:
    return Lexicon(tuple(map(Language.of, languages)))


def _compiled(files: dict[str, str]) -> list[Plain]:
    from .files import compiled  # with all that checks files: not needed for what was compiled before

    return compiled(files)
