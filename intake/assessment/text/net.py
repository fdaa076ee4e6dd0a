"""The third net, over signs and concepts: words that patients with a danger write more often than others.

Pure. The weights stand in ``intake/knowledge/texts/net_en.txt``, made by ``tests/support/word_weights.py`` from the
labelled sentences of the repository: a logistic regression over words and pairs of neighbours, so what a decision rests
on can be quoted. Together with what signs and concepts read they decide between `stops` and `asks`; they never silence
(decision 61). English only (DESIGN).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from .words import SENTENCE, Words

FILE = Path(__file__).resolve().parents[2] / "knowledge" / "texts" / "net_en.txt"
LANGUAGE = "en"
STRETCH = 40  # words weighed together: whole sentences up to this many, as long as the sentences it was made from
QUOTED = 8  # words quoted at most
FEW = 15  # features that say nothing, thought of with each stretch (DESIGN)
NUMBER, STOP, DENIED = "0", ".", "no:"  # any number; the end of a sentence; before a word behind one of these:
NO_WORDS = frozenset({
    "no", "not", "never", "without", "nothing", "none", "neither", "nor", "nobody", "cant", "cannot", "didnt", "doesnt",
    "dont", "hasnt", "havent", "isnt", "wasnt", "wont",
})  # fmt: skip

Feature = tuple[str, int, int]  # what is weighed, its first word, and of how many words it is


class Weighed(NamedTuple):
    """``score``: how much the words of a stretch speak for a danger (0: as much for as against). ``known``: what of it
    has a weight: the line, the first word of it in the stretch, and of how many words it is."""

    score: float
    known: dict[str, tuple[str, int, int]]

    @property
    def single(self) -> int:
        """How many different words have a weight."""
        return sum(" " not in feature for feature in self.known)


class Meaning(NamedTuple):
    """``findings``: how much the words speak for which, the likeliest first. ``first`` and ``last``: the words that
    weigh most, in the stretch."""

    findings: dict[str, float]
    first: int
    last: int


class LinesByWord:
    """A word or two neighbours -> its line, looked up in the text itself: as objects they would take four times as
    much. By a hash, as each word of a text is looked up: `vocabulary.Lines` goes by their order, for few."""

    __slots__ = ("_places", "_text")

    def __init__(self, text: str) -> None:
        """``text``: lines of a word, a tab and what is said of it."""
        self._text = f"\n{text.strip()}\n"
        lines = self._text[1:-1].split("\n")
        # where the line of each word begins, at the first free place from the one its hash names; 0: free
        self._places = array("I", bytes(4 << (2 * len(lines)).bit_length()))
        last, begin = len(self._places) - 1, 1
        for line in lines:
            at = hash(line.partition("\t")[0]) & last
            while self._places[at]:
                at = (at + 1) & last
            self._places[at] = begin
            begin += len(line) + 1

    def get(self, feature: str) -> str | None:
        places = self._places
        last = len(places) - 1
        at = hash(feature) & last
        while begin := places[at]:
            if self._text.startswith(f"{feature}\t", begin):
                return self._text[begin + len(feature) + 1 : self._text.index("\n", begin)]
            at = (at + 1) & last
        return None


@dataclass(frozen=True, slots=True)
class Net:
    """``findings``: the gravest first. ``asks_from``, ``stops_alone_from``: the score, with what speaks for one danger,
    from which words alone ask, or stop. ``stops_from``: the score from which what signs and concepts read there stops,
    with what is added for it (``read``). ``lines``: a word or two neighbours -> their weight, then the findings they
    speak for, each with its weight."""

    findings: tuple[str, ...]
    base: float
    asks_from: float
    stops_from: float
    stops_alone_from: float
    read: dict[str, float]
    lines: LinesByWord

    def weigh(self, cut: Iterable[Feature]) -> Weighed | None:
        """The features of one stretch; None if none has a weight."""
        known: dict[str, tuple[str, int, int]] = {}
        total, lines = 0.0, self.lines
        for feature, at, width in cut:
            line = lines.get(feature)
            if line is not None and feature not in known:
                known[feature] = (line, at, width)
                total += float(line.partition(" ")[0])
        return Weighed(self.base + total / size(len(known)), known) if known else None

    def meaning(self, weighed: Weighed) -> Meaning:
        spoken = [0.0] * max(at + width for _, at, width in weighed.known.values())
        kinds: dict[int, float] = {}
        for line, at, width in weighed.known.values():
            weight, *further = line.split()
            for place in range(at, at + width):
                spoken[place] += float(weight) / width
            for entry in further:
                kind, _, worth = entry.partition(":")
                kinds[int(kind)] = kinds.get(int(kind), 0.0) + float(worth)
        likely = sorted(kinds, key=lambda kind: (-kinds[kind], kind))
        return Meaning({self.findings[kind]: kinds[kind] for kind in likely}, *_heaviest(spoken))


def features(words: Words, first: int = 0, end: int | None = None) -> list[Feature]:
    """Each word, and each pair of neighbours with the ends of sentences among them; what stands behind a "no" up to the
    next pause counts besides as a word of its own."""
    found: list[Feature] = []
    previous, is_denied = STOP, False
    for at in range(first, len(words.folded) if end is None else end):
        here = at - first
        pause = words.breaks[at]
        if pause:
            is_denied = False
            if pause == SENTENCE and here:
                found.append((f"{previous} {STOP}", here - 1, 1))
                previous = STOP
        word = words.folded[at]
        if word.isdigit():
            word = NUMBER
        found.append((word, here, 1))
        found.append((f"{previous} {word}", here - (previous != STOP), 1 + (previous != STOP)))
        if is_denied:
            found.append((f"{DENIED}{word}", here, 1))
        is_denied = is_denied or word in NO_WORDS
        previous = word
    if found:
        found.append((f"{previous} {STOP}", found[-1][1] + found[-1][2] - 1, 1))
    return found


def size(features: int) -> float:
    """What the weights of so many are divided by: less than their number, so that several say more than one; and a few
    words alone say little."""
    return sqrt(features + FEW)


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
    """Lines beginning with # are comments; then the findings, the numbers, and a line for each word."""
    head, _, rest = text[text.index("\nfindings\t") + 1 :].partition("\nwords\n")
    told = dict(line.split("\t", 1) for line in head.splitlines())
    base, asks, stops, alone = (float(told[name]) for name in ("base", "asks_from", "stops_from", "stops_alone_from"))
    read = {name: float(worth) for name, worth in (entry.split(":") for entry in told["read"].split())}
    return Net(tuple(told["findings"].split()), base, asks, stops, alone, read, LinesByWord(rest))
