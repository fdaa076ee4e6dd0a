"""What a patient's own words say: serious signs, and words that raise a question.

Pure. Every lexicon reads every text, so a patient may write in any of its languages. No statistics and no network:
a sign is found because words of the lexicon occur together, and the excerpt shows them.
Sources: the signs are those of the red-flag and contraindication tables (KNOWN, CES-CARD); the wording of lay
phrases is our own (DESIGN), measured by the sentences kept with the tests; nobody has validated it clinically.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .context import Context
from .match import Matcher, Occurrence
from .schema import Language, Lexicon
from .words import Words, split

MAX_PER_FINDING = 3  # places shown for one finding in one text


@dataclass(frozen=True, slots=True)
class TextSign:
    """A finding read from a text.

    ``states``: the patient says it about themselves and the present; it stops like a ticked yes. ``asks``: a word that
    raises the question. ``start`` and ``end`` are positions in ``texts[text_key]``, and ``excerpt`` is the text there.
    """

    finding: str
    text_key: str
    excerpt: str
    start: int
    end: int
    language: str
    strength: Literal["states", "asks"]


def read_texts(texts: Mapping[str, str], lexicon: Lexicon) -> tuple[TextSign, ...]:
    """All signs of all texts, ordered by text, position and finding; accepts any strings."""
    signs: list[TextSign] = []
    for key in sorted(texts):
        words = split(texts[key])
        if words.folded:
            signs.extend(_read_text(key, words, lexicon))
    return tuple(signs)


def _read_text(key: str, words: Words, lexicon: Lexicon) -> list[TextSign]:
    readings = [_Reading.of(words, language) for language in lexicon.languages]
    kept: dict[str, list[TextSign]] = {}
    for reading in readings:
        for sign in _read_language(key, words, reading, readings):
            known = kept.setdefault(sign.finding, [])
            if len(known) < MAX_PER_FINDING and all(sign.start >= k.end or sign.end <= k.start for k in known):
                known.append(sign)
    return sorted((sign for signs in kept.values() for sign in signs), key=lambda s: (s.start, s.end, s.finding))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One text as one language sees it."""

    language: Language
    matcher: Matcher
    context: Context

    @classmethod
    def of(cls, words: Words, language: Language) -> _Reading:
        matcher = Matcher(words, language)
        return cls(language, matcher, Context(matcher))


def _read_language(key: str, words: Words, reading: _Reading, readings: list[_Reading]) -> list[TextSign]:
    signs: list[TextSign] = []
    places: dict[int, list[Occurrence]] = {}
    for number, match, anywhere in reading.matcher.signs():
        known = places.setdefault(number, [])
        # an overlap with an earlier match adds nothing
        if len(known) == MAX_PER_FINDING or any(match.start < k.end and k.start < match.end for k in known):
            continue
        if not all(map(reading.context.is_said, anywhere)):
            continue
        sign = reading.language.signs[number]
        speakers = _speakers(match, readings)
        if match.guesses and _is_foreign(match, reading, readings, speakers):
            continue
        if not any(judge.context.silences(match, sign.ignores) for judge in _judges(match, reading, speakers)):
            signs.append(_text_sign(sign.finding, sign.strength, key, words, match, reading.language.code))
            known.append(match)
    return signs


def _speakers(match: Occurrence, readings: list[_Reading]) -> list[_Reading]:
    """The languages that know most of the little words in the sentence of the match; none if it has no such words."""
    sentence = readings[0].matcher.words.sentences[match.start]
    counts = [reading.matcher.common_words(sentence) for reading in readings]
    return [reading for reading, count in zip(readings, counts, strict=True) if count == max(counts) > 0]


def _is_foreign(match: Occurrence, reading: _Reading, readings: list[_Reading], speakers: list[_Reading]) -> bool:
    """Whether what looks misspelt in this language belongs to another ("Fieber" is not a misspelt "fiebre")."""
    if speakers and reading not in speakers:
        return True
    return any(other.matcher.knows(match.used) for other in speakers or readings if other is not reading)


def _judges(match: Occurrence, reading: _Reading, speakers: list[_Reading]) -> list[_Reading]:
    """Which languages may cancel a match: its own, and for a single word, which several languages may share
    ("cancer", "stent"), also the language of the sentence."""
    if len(match.used) > 1:
        return [reading]
    return [reading, *(other for other in speakers if other is not reading)]


def _text_sign(
    finding: str,
    strength: Literal["states", "asks"],
    key: str,
    words: Words,
    match: Occurrence,
    language: str,
) -> TextSign:
    start, end = words.starts[match.start], words.ends[match.end - 1]
    return TextSign(finding, key, words.text[start:end], start, end, language, strength)
