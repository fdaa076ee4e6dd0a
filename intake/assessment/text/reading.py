"""What a patient's own words say: serious signs, and words that raise a question.

Pure. Every lexicon reads every text, so a patient may write in any of its languages. No network: a sign is found
because words of the lexicon occur together, and the excerpt shows them. Where it is silent, or half a danger is read,
the words are weighed (net.py): that asks, or confirms the half, and never clears.
Sources: the signs are those of the red-flag and contraindication tables (KNOWN, CES-CARD); the wording of lay
phrases is our own (DESIGN), measured by the sentences kept with the tests; nobody has validated it clinically.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .context import Context
from .language import Language, Lexicon, Sign, Strength
from .match import Matcher, Occurrence
from .net import LANGUAGE, Weighed, load_net, stretches
from .words import Words, split

MAX_PER_FINDING = 3  # places shown for one finding in one text
DANGER = ("flag.", "condition.")
FURTHER = 0.7  # by so much more must words weigh that speak for another danger than the half that was read (DESIGN)
MOST_WEIGHED = 2  # questions of one text that rest on weights alone (DESIGN)


@dataclass(frozen=True, slots=True)
class TextSign:
    """A finding read from a text.

    ``states``: the patient says it about themselves and the present; it stops like a ticked yes. ``asks``: a word that
    raises the question; ``in_doubt`` if it was said whole, yet of another, of the past, or as a fear, or if it rests on
    weights of words alone. ``is_concept``: read by the second net. ``start`` and ``end`` are positions in
    ``texts[text_key]``, and ``excerpt`` is the text there.
    """

    finding: str
    text_key: str
    excerpt: str
    start: int
    end: int
    language: str
    strength: Strength
    in_doubt: bool = False
    is_concept: bool = False


def read_texts(texts: Mapping[str, str], lexicon: Lexicon, *, weighs: bool = True) -> tuple[TextSign, ...]:
    """All signs of all texts, ordered by text, position and finding; accepts any strings. Names of medicines and
    conditions are no sentences: nothing to weigh."""
    return _read(texts, lexicon, tells=False, weighs=weighs)


def read_story(texts: Mapping[str, str], lexicon: Lexicon) -> tuple[TextSign, ...]:
    """Place, beginning, kind and what eases or worsens it, as told: to be confirmed, never taken as said."""
    return _read(texts, lexicon, tells=True, weighs=False)


def _read(texts: Mapping[str, str], lexicon: Lexicon, *, tells: bool, weighs: bool) -> tuple[TextSign, ...]:
    signs: list[TextSign] = []
    for key in sorted(texts):
        words = split(texts[key])
        if words.folded:
            signs.extend(_read_text(key, words, lexicon, tells, weighs))
    return tuple(signs)


def _read_text(key: str, words: Words, lexicon: Lexicon, tells: bool, weighs: bool) -> list[TextSign]:
    readings = [_Reading.of(words, language) for language in lexicon.languages]
    kept: dict[str, list[TextSign]] = {}
    found = [sign for reading in readings for sign in _read_language(key, words, reading, readings, tells)]
    if weighs:
        found = _weighed(key, words, readings, found)
    for sign in sorted(found, key=lambda sign: (sign.strength == "asks", sign.in_doubt)):
        known = kept.setdefault(sign.finding, [])
        if len(known) < MAX_PER_FINDING and all(sign.start >= k.end or sign.end <= k.start for k in known):
            known.append(sign)
    for finding, signs in kept.items():
        if any(sign.strength == "states" for sign in signs):  # a question about what is said adds nothing
            kept[finding] = [sign for sign in signs if sign.strength == "states"]
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


def _read_language(key: str, words: Words, reading: _Reading, readings: list[_Reading], tells: bool) -> list[TextSign]:
    signs: list[TextSign] = []
    places: dict[int, list[Occurrence]] = {}
    spoken = (_speakers(sentence, readings) for sentence in range(len(words.sentence_starts)))
    is_spoken = any(not speakers or reading in speakers for speakers in spoken)  # else every concept would be foreign
    for number, match, anywhere in reading.matcher.signs(concepts=is_spoken):
        sign = reading.language.signs[number]
        if (sign.strength == "tells") is not tells:
            continue
        known = places.setdefault(number, [])
        # an overlap with an earlier match adds nothing
        if len(known) == MAX_PER_FINDING or any(match.start < k.end and k.start < match.end for k in known):
            continue
        if not all(map(reading.context.is_said, anywhere)):
            continue
        speakers = _speakers(words.sentences[match.start], readings)
        if _is_foreign(match, sign, reading, readings, speakers):
            continue
        verdicts = {judge.context.verdict(match, sign.ignores) for judge in _judges(match, reading, speakers)}
        if "denied" in verdicts or ("doubted" in verdicts and sign.strength != "states"):
            continue
        # what may be over, or only feared, stops nothing, and is asked about
        in_doubt = "doubted" in verdicts
        strength: Strength = "asks" if in_doubt else sign.strength
        start, end = words.starts[match.start], words.ends[match.end - 1]
        excerpt, language = words.text[start:end], reading.language.code
        signs.append(TextSign(sign.finding, key, excerpt, start, end, language, strength, in_doubt, sign.is_concept))
        if not in_doubt:
            known.append(match)
    return signs


def _weighed(key: str, words: Words, readings: list[_Reading], found: list[TextSign]) -> list[TextSign]:
    """What was read, confirmed where the words of its stretch weigh enough; a question where nothing was read."""
    net = load_net()
    asked: list[tuple[float, TextSign]] = []
    for first, end in stretches(words):
        sentences = range(words.sentences[first], words.sentences[end - 1] + 1)
        speakers = [_speakers(sentence, readings) for sentence in sentences]
        if not all(not here or any(reading.language.code == LANGUAGE for reading in here) for here in speakers):
            continue
        weighed = net.weigh(words.folded[first:end], first)
        if weighed is None or (not any(speakers) and not weighed.is_known):
            continue
        begin, stop = words.starts[first], words.ends[end - 1]
        here = [sign for sign in found if begin <= sign.start < stop and sign.finding.startswith(DANGER)]
        if not here and weighed.score >= net.asks_from:
            asked.append((-weighed.score, _asked(key, words, weighed)))
        else:
            meant_to_ask = {sign.finding for sign in here if sign.strength == "asks" and not sign.is_concept}
            halves = [sign for sign in here if _is_half(sign) and sign.finding not in meant_to_ask]
            confirmed = [half for half in halves if _is_confirmed(half, words, first, end)]
            found = [replace(sign, strength="states") if sign in confirmed else sign for sign in found]
    return found + [sign for _, sign in sorted(asked, key=lambda one: one[0])[:MOST_WEIGHED]]


def _is_confirmed(half: TextSign, words: Words, first: int, end: int) -> bool:
    """Whether the other words of its stretch speak for it: those of the half itself say no more than the half."""
    net = load_net()
    own = range(bisect_left(words.starts, half.start), bisect_left(words.starts, half.end))
    others = net.weigh(words.folded[first:end], first, own)
    if others is None or others.score < net.confirms_from:
        return False
    return half.finding in others.findings or others.score >= net.confirms_from + FURTHER


def _asked(key: str, words: Words, weighed: Weighed) -> TextSign:
    start, end = words.starts[weighed.first], words.ends[weighed.last]
    return TextSign(weighed.findings[0], key, words.text[start:end], start, end, LANGUAGE, "asks", in_doubt=True)


def _is_half(sign: TextSign) -> bool:
    """Half a concept awaits its other half; a sign that asks by itself is meant to ask, whatever else is said."""
    return sign.strength == "asks" and sign.is_concept and not sign.in_doubt


def _speakers(sentence: int, readings: list[_Reading]) -> list[_Reading]:
    """The languages that know most of the little words in a sentence; none if it has no such words."""
    counts = [reading.matcher.common_words(sentence) for reading in readings]
    return [reading for reading, count in zip(readings, counts, strict=True) if count == max(counts) > 0]


def _is_foreign(
    match: Occurrence, sign: Sign, reading: _Reading, readings: list[_Reading], speakers: list[_Reading]
) -> bool:
    """Whether the words belong to another language: a concept is read in the language of the sentence; what looks
    misspelt here may be right there ("Fieber" is no misspelt "fiebre"); and a single word that the language of the
    sentence knows is left to it ("cancer ward")."""
    is_spoken = not speakers or reading in speakers
    if sign.is_concept or match.guesses:
        if not is_spoken:
            return True
        return bool(match.guesses) and any(
            other.matcher.knows(match.used) for other in speakers or readings if other is not reading
        )
    return not is_spoken and len(match.used) == 1 and any(other.matcher.knows(match.used) for other in speakers)


def _judges(match: Occurrence, reading: _Reading, speakers: list[_Reading]) -> list[_Reading]:
    """Which languages may cancel a match: its own, and for a single word, which several languages may share
    ("cancer", "stent"), also the language of the sentence."""
    if len(match.used) > 1:
        return [reading]
    return [reading, *(other for other in speakers if other is not reading)]
