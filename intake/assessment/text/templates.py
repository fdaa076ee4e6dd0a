"""How a template is written, and what it becomes (the language of templates is described in ``lexicon``). Pure.

Templates stay as they are written until a text first needs them: of thousands a text needs a few dozen, and what is not
made takes neither time nor memory. Whether they are sound is known before that: the compiler looks at each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

CHAIN_GAP = 2  # words allowed between two names of a chain, unless the template says otherwise
WINDOW = 8  # words between two chains joined by &
NEXT_SENTENCE_WINDOW = 10  # words between two chains joined by +
CONCEPT_WINDOW = 25  # the same, in a concept

_PIECE = re.compile(r"'[^']*'|[>&+]\d*|[!@]?\w+|\S")


class Chain(NamedTuple):
    """Names in order; at most ``gaps[i]`` words between names i and i+1."""

    names: tuple[str, ...]
    gaps: tuple[int, ...]


class Template(NamedTuple):
    """Chains that occur together; ``needs`` are all the names without which it cannot match."""

    chains: tuple[Chain, ...]
    windows: tuple[int, ...]  # words between chain i and i+1, either order; below 0: also in the next sentence
    unless: tuple[str, ...]
    anywhere: tuple[str, ...]  # names that must be said about the patient somewhere in the text
    needs: frozenset[str]


pieces = _PIECE.findall  # of a template: names, quoted words, and the signs between them


def needed(cut: Sequence[str]) -> list[str]:
    """The names without which a template cannot match, of its pieces."""
    return [piece.lstrip("@") for piece in cut if piece[0] not in "&+>!"]


def template(entry: str, reach: int = NEXT_SENTENCE_WINDOW) -> Template:
    """A template as it is looked for. The name of quoted words is the piece itself. A part without names has an empty
    chain, which the compiler refuses."""
    names: list[str] = []
    gaps: list[int] = []
    chains = [(names, gaps)]
    windows: list[int] = []
    unless: list[str] = []
    anywhere: list[str] = []
    gap = CHAIN_GAP
    for piece in pieces(entry):
        sign = piece[0]
        if sign in "&+":
            windows.append(int(piece[1:] or WINDOW) if sign == "&" else -int(piece[1:] or reach))
            names, gaps = [], []
            chains.append((names, gaps))
        elif sign == ">":
            gap = int(piece[1:] or CHAIN_GAP)
        elif sign in "!@":
            (unless if sign == "!" else anywhere).append(piece[1:])
        else:
            if names:
                gaps.append(gap)
            gap = CHAIN_GAP
            names.append(piece)
    return Template(
        tuple([Chain(tuple(names), tuple(gaps)) for names, gaps in chains]),
        tuple(windows),
        tuple(unless),
        tuple(anywhere),
        frozenset([*anywhere, *(name for names, _ in chains for name in names)]),
    )


class Templates:
    """The templates of a phrase or of a cue."""

    __slots__ = ("_ready", "_written")

    def __init__(self, written: Sequence[str]) -> None:
        self._written = written
        self._ready: tuple[Template, ...] | None = None

    def __iter__(self) -> Iterator[Template]:
        if self._ready is None:
            self._ready = tuple(map(template, self._written))
        return iter(self._ready)


class TemplatesByName:
    """The templates of signs, by the rarest name each needs: most are never looked at."""

    __slots__ = ("_ready", "_written")

    def __init__(self, written: Mapping[str, list[tuple[int, int, str]]]) -> None:
        """``written``: name -> number of the sign, how far a ``+`` reaches in it, and the template."""
        self._written = written
        self._ready: dict[str, tuple[tuple[int, Template], ...]] = {}

    def of(self, name: str) -> tuple[tuple[int, Template], ...]:
        """Number of the sign, and the template."""
        ready = self._ready.get(name)
        if ready is None:
            written = self._written.get(name, ())
            ready = self._ready[name] = tuple((number, template(entry, reach)) for number, reach, entry in written)
        return ready
