"""The words of one language: what each stands for alone, and at the beginning of a fixed sequence of words. Pure."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

Sequence = tuple[tuple[str, ...], str]  # further terms, and the name the whole stands for
END = "!"  # between the words and the name; in the alphabet the sign after the blank, and in no word
_BEHIND = chr(ord(END) + 1)


class Uses(NamedTuple):
    """What a term is used for."""

    alone: tuple[str, ...]  # the names it stands for by itself
    sequences: dict[str, list[Sequence]]  # second term -> the sequences that begin with the two


class Vocabulary:
    """What the terms of a language stand for.

    One sorted list of lines: those of a term are side by side, and are taken apart when a text first contains it. Most
    never are, and loading stays fast and small.
    """

    __slots__ = ("_lines", "_ready")

    def __init__(self, lines: list[str]) -> None:
        """``lines``, sorted: ``term further terms<END>name``, each term as it is written in the lexicon."""
        self._lines = lines
        self._ready: dict[str, Uses] = {}

    def uses(self, term: str) -> Uses:
        ready = self._ready.get(term)
        if ready is None:
            ready = self._ready[term] = self._read(term)
        return ready

    def _read(self, term: str) -> Uses:
        lines = self._lines
        alone: set[str] = set()
        sequences: dict[str, list[Sequence]] = {}
        first = bisect_left(lines, f"{term} ")
        for line in lines[first : bisect_left(lines, term + _BEHIND, first)]:
            words, _, name = line.partition(END)
            further = words[len(term) :].split()
            if further:
                sequences.setdefault(further[0], []).append((tuple(further[1:]), name))
            else:
                alone.add(name)
        return Uses(tuple(sorted(alone)), sequences)
