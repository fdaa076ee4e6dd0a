"""What the front desk should see about a patient before the visit, in a word or two and without anything medical.

Apps above say it here (``register``, when they are ready); the day board shows it without knowing who says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

Note = Callable[[Collection[int]], Iterable[int]]  # of these patients, those whom the words are true of
_notes: dict[str, Note] = {}


def register(words: str, note: Note) -> None:
    """``words``: as they are shown. One query for however many patients."""
    _notes[words] = note


def notes_of(patients: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The words for each patient who has any."""
    found: dict[int, list[str]] = defaultdict(list)
    for words, note in _notes.items() if patients else ():
        for patient in note(patients):
            found[patient].append(words)
    return {patient: tuple(words) for patient, words in found.items()}
