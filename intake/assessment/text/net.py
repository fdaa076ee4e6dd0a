"""The third net under signs and concepts: words that patients with a danger write more often than others.

Pure. The weights stand in ``intake/knowledge/texts/net_en.txt``, made by ``tests/support/word_weights.py`` from the
labelled sentences of the repository: a logistic regression over words and pairs of neighbours, so what a question rests
on can be quoted. It only asks, or confirms what the second net half read; it never clears. English only (DESIGN).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from .words import Words

FILE = Path(__file__).resolve().parents[2] / "knowledge" / "texts" / "net_en.txt"
LANGUAGE = "en"
STRETCH = 40  # words weighed together: whole sentences up to this many, as long as the sentences it was made from
QUOTED = 8  # words quoted at most
MOST_KINDS = 3  # a half read danger is confirmed if it is one of so many that the words speak for


class Weighed(NamedTuple):
    """``score``: how much the words speak for a danger (0: as much for as against). ``findings``: which, the likeliest
    first. ``first`` and ``last``: the words that weigh most. ``is_known``: whether most of the words have a weight."""

    score: float
    findings: list[str]
    first: int
    last: int
    is_known: bool


@dataclass(frozen=True, slots=True)
class Net:
    """``lines``: a word or two neighbours -> their weight, then the findings they speak for, each with its weight."""

    findings: tuple[str, ...]
    base: float
    asks_from: float
    confirms_from: float
    lines: dict[str, str]

    def weigh(self, folded: Sequence[str], first: int = 0, besides: range = range(0)) -> Weighed | None:
        """The words of one stretch, which begins at word ``first`` of its text, without those at ``besides``; None if
        none of them has a weight."""
        spoken = [0.0] * len(folded)
        kinds: dict[int, float] = {}
        known = {}
        for feature, at, width in features(folded):
            if first + at in besides or first + at + width - 1 in besides:
                continue
            line = self.lines.get(feature)
            if line is not None and feature not in known:
                weight, *further = line.split()
                known[feature] = float(weight)
                for place in range(at, at + width):
                    spoken[place] += known[feature] / width
                for entry in further:
                    kind, _, weight = entry.partition(":")
                    kinds[int(kind)] = kinds.get(int(kind), 0.0) + float(weight)
        if not known or not kinds:
            return None
        score = self.base + sum(known.values()) / sqrt(len(known))
        likely = sorted(kinds, key=lambda kind: (-kinds[kind], kind))[:MOST_KINDS]
        begin, end = _heaviest(spoken)
        is_known = 2 * sum(" " not in feature for feature in known) > len(set(folded))
        return Weighed(score, [self.findings[kind] for kind in likely], first + begin, first + end, is_known)


def features(folded: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Each word and each pair of neighbours, its place, and of how many words it is."""
    for at, word in enumerate(folded):
        yield word, at, 1
        if at:
            yield f"{folded[at - 1]} {word}", at - 1, 2


def stretches(words: Words) -> Iterator[tuple[int, int]]:
    """First word and end of each stretch: sentences together, up to the length of a stretch."""
    starts = (*words.sentence_starts, len(words.folded))
    begin = starts[0]
    for here, following in pairwise(starts):
        if following - begin > STRETCH and here > begin:
            yield begin, here
            begin = here
    yield begin, starts[-1]


def _heaviest(spoken: list[float]) -> tuple[int, int]:
    """First and last of the neighbouring words that together weigh most."""
    best, at = 0.0, (0, 0)
    for first in range(len(spoken)):
        total = 0.0
        for last in range(first, min(first + QUOTED, len(spoken))):
            total += spoken[last]
            if total > best:
                best, at = total, (first, last)
    return at


@lru_cache(maxsize=1)
def load_net() -> Net:
    return parse_net(FILE.read_text("utf-8"))


def parse_net(text: str) -> Net:
    """Lines beginning with # are comments; then the findings, the three numbers, and a line for each word."""
    head, _, rest = text[text.index("\nfindings\t") + 1 :].partition("\nwords\n")
    told = dict(line.split("\t", 1) for line in head.splitlines())
    lines = dict(line.split("\t", 1) for line in rest.splitlines())
    base, asks_from, confirms_from = (float(told[name]) for name in ("base", "asks_from", "confirms_from"))
    return Net(tuple(told["findings"].split()), base, asks_from, confirms_from, lines)
