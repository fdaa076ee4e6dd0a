"""Where the names and templates of a lexicon occur in a text.

Pure and linear: every template looks at most a fixed number of words ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from .language import Language
from .templates import Chain, Template
from .words import Words

MAX_GUESSES = 2  # misspelt words in one occurrence
MAX_AT_ONE_WORD = 6  # occurrences kept per first word
SENTENCE_SAMPLE = 40  # words used to determine the language of a sentence
UNLESS_REACH = 12  # words around a match in which exceptions are searched for


class Occurrence(NamedTuple):
    start: int  # first word
    end: int  # word after the last
    used: tuple[int, ...]  # the words that made it, without the gaps
    guesses: int  # how many of them needed a guess at the spelling


Found = dict[int, list[Occurrence]]  # first word -> occurrences
_NOTHING: Found = {}


class Matcher:
    """One text seen with one language."""

    def __init__(self, words: Words, language: Language) -> None:
        self.words = words
        self._language = language
        self._found: dict[str, Found] = {}
        self._done: set[str] = set()
        self._common: dict[int, int] = {}
        self._contrasts: list[int] | None = None
        self._walls: list[int] | None = None
        self._sayings = self._find_sayings()
        self._read_words()
        self._present = set(self._found)
        self._add_phrases()

    def _find_sayings(self) -> dict[int, tuple[int, int]]:
        """Word -> first word and end of the saying it is in."""
        folded, sayings, found = self.words.folded, self._language.sayings, {}
        if sayings:
            for i, word in enumerate(folded):
                for further in sayings.get(word, ()):
                    end = i + 1 + len(further)
                    if folded[i + 1 : end] == further:
                        found.update(dict.fromkeys(range(i, end), (i, end)))
        return found

    def _read_words(self) -> None:
        speller_terms = self._language.speller.terms
        terms = [speller_terms(word) for word in self.words.folded]
        uses, found = self._language.vocabulary.uses, self._found
        last = len(terms) - 1
        intensifiers = self._language.intensifiers
        folded = self.words.folded
        for i, (here, guessed) in enumerate(terms):
            if not here:
                continue
            alone: Occurrence | None = None
            in_saying = i in self._sayings
            for term in here:
                names, seconds = uses(term)
                if names and not in_saying:
                    if alone is None:
                        alone = Occurrence(i, i + 1, (i,), int(guessed))
                    for name in names:
                        places = found.get(name)
                        if places is None:
                            found[name] = {i: [alone]}
                        elif i not in places:
                            places[i] = [alone]
                        else:
                            self._keep(name, alone)
                if i < last and seconds:
                    at = i + 1
                    for second in terms[at][0]:
                        for rest, name in seconds.get(second, ()):
                            self._keep_sequence(name, (i, at), rest, terms)
                    if at < last and folded[at] in intensifiers:
                        at += 1
                        for second in terms[at][0]:
                            for rest, name in seconds.get(second, ()):
                                self._keep_sequence(name, (i, at), rest, terms)

    def _add_phrases(self) -> None:
        """The phrases that may occur: all they need is there."""
        index, present = self._language.phrases_by_name, self._present
        new = [name for name in index if name in present]
        while new:
            for phrase, needs in index.get(new.pop(), ()):
                if phrase not in present and needs <= present:
                    present.add(phrase)
                    new.append(phrase)

    def _keep_sequence(
        self, name: str, begin: tuple[int, int], rest: tuple[str, ...], terms: list[tuple[tuple[str, ...], bool]]
    ) -> None:
        first, at = begin
        used: tuple[int, ...] = begin
        folded, intensifiers = self.words.folded, self._language.intensifiers
        for part in rest:
            at += 1
            if at + 1 < len(terms) and part not in terms[at][0] and folded[at] in intensifiers:
                at += 1
            if at >= len(terms) or part not in terms[at][0]:
                return
            used = (*used, at)
        if self.words.sentences[at] != self.words.sentences[first]:
            return
        if self._sayings and self._splits_saying(first, at + 1):
            return
        guesses = sum(terms[k][1] for k in used)
        if guesses <= MAX_GUESSES:
            self._keep(name, Occurrence(first, at + 1, used, guesses))

    def _splits_saying(self, first: int, end: int) -> bool:
        """Whether only a part of a saying lies between: "have a wee" of "have a wee bit of pain"."""
        sayings = (self._sayings[i] for i in range(first, end) if i in self._sayings)
        return any(begin < first or end < ending for begin, ending in sayings)

    def _keep(self, name: str, occurrence: Occurrence) -> None:
        here = self._found.setdefault(name, {}).setdefault(occurrence.start, [])
        if len(here) < MAX_AT_ONE_WORD and all(known.end != occurrence.end for known in here):
            here.append(occurrence)

    def _count(self, occurrences: Iterable[Occurrence]) -> list[int]:
        """How many of them begin before each word."""
        marks = [0] * (len(self.words.folded) + 1)
        for occurrence in occurrences:
            marks[occurrence.start] = 1
        return [0, *accumulate(marks)]

    def cue(self, kind: str) -> list[Occurrence]:
        """Occurrences of a kind of cue, in order, without those that its exceptions cover.

        No spelling is guessed here: a wrong guess would silence a serious sign.
        """
        templates, exceptions = self._language.cues.get(kind, ((), ()))
        present = self._present
        here = [template for template in templates if template.needs <= present]
        found = [o for template in here for o in self.occurrences(template) if not o.guesses]
        if found and exceptions:
            here = [template for template in exceptions if template.needs <= present]
            covered = {i for template in here for o in self.occurrences(template) for i in range(o.start, o.end)}
            found = [o for o in found if not covered.intersection(o.used)]
        return sorted(set(found))

    def has_contrast(self, first: int, last: int) -> bool:
        """Whether there is a contrasting word ("but") from first up to, not including, last."""
        if self._contrasts is None:
            self._contrasts = self._count(self.cue("contrast"))
        return self._contrasts[max(last, first)] > self._contrasts[first]

    def _has_wall(self, first: int, last: int) -> bool:
        """Whether there is one that no template reaches across: in "but nothing comes" the thought continues."""
        if self._walls is None:
            self._walls = [0] * (len(self.words.folded) + 2)  # none gets in the way of finding them
            bridges = {occurrence.start for occurrence in self.cue("bridge")}
            self._walls = self._count(o for o in self.cue("contrast") if o.start not in bridges)
        return self._walls[max(last, first)] > self._walls[first]

    def common_words(self, sentence: int) -> int:
        """How many of the first words of a sentence are little words of this language: shows whose sentence it is."""
        known = self._common.get(sentence)
        if known is not None:
            return known
        starts, folded = self.words.sentence_starts, self.words.folded
        end = starts[sentence + 1] if sentence + 1 < len(starts) else len(folded)
        first = starts[sentence]
        known = sum(word in self._language.common for word in folded[first : min(end, first + SENTENCE_SAMPLE)])
        self._common[sentence] = known
        return known

    def knows(self, used: tuple[int, ...]) -> bool:
        """Whether these words are words of the lexicon as they are written."""
        answers = [self._language.speller.terms(self.words.folded[i]) for i in used]
        return all(terms and not guessed for terms, guessed in answers)

    def signs(self, *, concepts: bool) -> list[tuple[int, Occurrence, tuple[str, ...]]]:
        """Number of the sign, where it occurs, and the names that must be said anywhere for it."""
        signs = self._language.signs
        found: set[tuple[int, Occurrence, tuple[str, ...]]] = set()
        templates_of = self._language.signs_by_name.of
        for name in self._present:
            for number, template in templates_of(name):
                if template.needs <= self._present and (concepts or not signs[number].is_concept):
                    found.update((number, here, template.anywhere) for here in self.occurrences(template))
        return sorted(found)

    def find(self, name: str) -> Found:
        """Occurrences of a name by their first word."""
        phrase = self._language.phrases.get(name)
        if phrase is not None and name not in self._done:
            self._done.add(name)
            for template in phrase:
                for occurrence in self.occurrences(template):
                    self._keep(name, occurrence)
        return self._found.get(name, _NOTHING)

    def occurrences(self, template: Template) -> Iterator[Occurrence]:
        if not template.needs <= self._present:
            return
        found = self._chain(template.chains[0])
        for window, chain in zip(template.windows, template.chains[1:], strict=True):
            found = self._either_order(found, self._chain(chain), window)
        for here in found.values():
            for occurrence in here:
                if not any(self._is_near(name, occurrence) for name in template.unless):
                    yield occurrence

    def _is_near(self, name: str, occurrence: Occurrence) -> bool:
        found = self.find(name)
        sentences = self.words.sentences
        first = max(0, occurrence.start - UNLESS_REACH)
        last = min(len(sentences), occurrence.end + UNLESS_REACH)
        return any(i in found and sentences[i] == sentences[occurrence.start] for i in range(first, last))

    def _chain(self, chain: Chain) -> Found:
        found = self.find(chain.names[0])
        for gap, name in zip(chain.gaps, chain.names[1:], strict=True):
            following = self.find(name)
            joined: Found = {}
            for here in found.values():
                for occurrence in here:
                    self._join(joined, occurrence, following, gap, nearest=False)
            found = joined
        return found

    def _either_order(self, left: Found, right: Found, window: int) -> Found:
        joined: Found = {}
        for first, second in ((left, right), (right, left)):
            for here in first.values():
                for occurrence in here:
                    self._join(joined, occurrence, second, window, nearest=True)
        return joined

    def _join(self, joined: Found, first: Occurrence, following: Found, gap: int, *, nearest: bool) -> None:
        """Add first + second for each second at most ``gap`` words later; with ``nearest`` only the first such one, and
        one between the words of first counts too. A gap below 0 reaches into the next sentence."""
        if not following:
            return
        sentences = self.words.sentences
        further, gap = (1, -gap) if gap < 0 else (0, gap)
        if nearest and first.end - first.start > len(first.used):
            for at in range(first.start + 1, first.end):
                for second in following.get(at, ()):
                    if second.end < first.end and not set(second.used) & set(first.used):
                        self._add(joined, first, second)
        last = sentences[first.end - 1] + further
        within = range(first.end, min(first.end + gap + 1, len(sentences)))
        # of few words and many places between, only the words are visited
        for at in sorted(at for at in following if at in within) if len(following) < gap else within:
            if at not in following:
                continue
            if sentences[at] > last or self._has_wall(first.end, at):
                return
            for second in following[at]:
                self._add(joined, first, second)
            if nearest:
                return

    @staticmethod
    def _add(joined: Found, first: Occurrence, second: Occurrence) -> None:
        end, guesses = max(first.end, second.end), first.guesses + second.guesses
        here = joined.setdefault(first.start, [])
        if guesses <= MAX_GUESSES and len(here) < MAX_AT_ONE_WORD and all(known.end != end for known in here):
            here.append(Occurrence(first.start, end, tuple(sorted(first.used + second.used)), guesses))
