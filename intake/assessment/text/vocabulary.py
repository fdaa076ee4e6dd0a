"""The words of one language: what each stands for alone, and at the beginning of a fixed sequence of words. Pure.

Words and sequences are kept as one long text in order, and are looked up in it: tens of thousands of objects, of which
most are never needed, would take many times the memory and the time to make.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

Sequence = tuple[tuple[str, ...], str]  # further terms, and the name the whole stands for
END = "!"  # between the words and the name; in the alphabet the sign after the blank, and in no word
BETWEEN = "|"  # between lines; in no word and no name
_BEHIND = chr(ord(END) + 1)


class Lines:
    """Lines in order, as one text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """``text``: as `joined` makes it."""
        self._text = text

    @staticmethod
    def joined(lines: Iterable[str]) -> str:
        return "".join(f"{line}{BETWEEN}" for line in sorted(lines))

    def between(self, first: str, behind: str) -> list[str]:
        """Those from ``first`` on that come before ``behind``."""
        return self._text[self._place(first) : self._place(behind)].split(BETWEEN)[:-1]

    def __contains__(self, line: str) -> bool:
        return self._text.startswith(line + BETWEEN, self._place(line))

    def __iter__(self) -> Iterator[str]:
        return iter(self._text.split(BETWEEN)[:-1])

    def _place(self, line: str) -> int:
        """Where the first line begins that does not come before this one."""
        text = self._text
        low, high = 0, len(text)  # both the beginning of a line, or the end
        while low < high:
            at = text.rfind(BETWEEN, low, (low + high) // 2) + 1 or low
            end = text.index(BETWEEN, at)
            if text[at:end] < line:
                low = end + 1
            else:
                high = at
        return low


class Uses(NamedTuple):
    """What a term is used for."""

    alone: tuple[str, ...]  # the names it stands for by itself
    sequences: dict[str, list[Sequence]]  # second term -> the sequences that begin with the two


class Vocabulary:
    """What the terms of a language stand for, each taken apart when a text first contains it."""

    __slots__ = ("_lines", "_ready")

    def __init__(self, lines: Lines) -> None:
        """``lines``: ``term further terms<END>name``, each term as it is written in the lexicon."""
        self._lines = lines
        self._ready: dict[str, Uses] = {}

    def uses(self, term: str) -> Uses:
        ready = self._ready.get(term)
        if ready is None:
            ready = self._ready[term] = self._read(term)
        return ready

    def _read(self, term: str) -> Uses:
        alone: set[str] = set()
        sequences: dict[str, list[Sequence]] = {}
        for line in self._lines.between(f"{term} ", f"{term}{_BEHIND}"):
            words, _, name = line.partition(END)
            further = words[len(term) :].split()
            if further:
                sequences.setdefault(further[0], []).append((tuple(further[1:]), name))
            else:
                alone.add(name)
        return Uses(tuple(sorted(alone)), sequences)
