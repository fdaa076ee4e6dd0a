"""What a patient's own words say: serious signs, and words that raise a question.

Pure. Every lexicon reads every text, so a patient may write in any of its languages. No network: a sign is found
because words of the lexicon occur together, and the excerpt shows them. Beside them all words of an English stretch are
weighed (net.py): the weights make a question a stop or a stop a question, and never silence one (decision 61).
Sources: the signs are those of the red-flag and contraindication tables (KNOWN, CES-CARD); the wording of lay
phrases is our own (DESIGN), measured by the sentences kept with the tests; nobody has validated it clinically.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .context import Context
from .language import Language, Lexicon, Sign, Strength
from .match import Matcher, Occurrence
from .net import LANGUAGE, Meaning, Weighed, features, load_net, stretches
from .words import Words, split

MAX_PER_FINDING = 3  # places shown for one finding in one text
FLAG = "flag."
DANGER = (FLAG, "condition.")
HALF_READ = 6.0  # what half a danger read adds to the words that speak for it (DESIGN)
NEARLY = 0.8  # of the likeliest: a danger that may be meant as well (DESIGN)
OUT_OF_CONTEXT = 1.5  # so much more must a sentence weigh without those round it (DESIGN)
CLEAR = -1.7  # the score from which down a stretch as a whole speaks against any danger (DESIGN)
ONE_DANGER = 0.25  # what a word's leaning towards one danger adds to its being grave (DESIGN)
MOST_WEIGHED = 2  # signs of one text that rest on weights alone (DESIGN)


@dataclass(frozen=True, slots=True)
class TextSign:
    """A finding read from a text.

    ``states``: the patient says it about themselves and the present; it stops like a ticked yes. ``asks``: a word that
    raises the question; ``in_doubt`` if it was said whole, yet of another, of the past, or as a fear. Both are in doubt
    if they rest on weights of words alone: these may mean it. ``is_concept``: read by the second net. ``start`` and
    ``end`` are positions in ``texts[text_key]``, and ``excerpt`` is the text there.
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
    """What was read, with the one decision between `stops` and `asks` made by all words of its stretch; and what the
    words alone say where nothing was read. A question never becomes silence."""
    net = load_net()
    alone: list[tuple[float, TextSign]] = []
    for first, end in stretches(words):
        sentences = range(words.sentences[first], words.sentences[end - 1] + 1)
        speakers = [_speakers(sentence, readings) for sentence in sentences]
        if not all(not here or any(reading.language.code == LANGUAGE for reading in here) for here in speakers):
            continue
        parts = _parts(words, first, end, sentences, found)
        if not parts:
            continue
        here, is_known = parts[0].here, 2 * parts[0].weighed.single > end - first
        if not any(speakers) and (not is_known or any(sign.language != LANGUAGE for sign in here)):
            continue
        said = [sign for sign in here if _is_said(sign)]
        if said:
            bears_out = any(part.worth >= net.stops_from for part in parts if any(map(_is_said, part.here)))
            if any(speakers) and is_known and not bears_out:
                found = [replace(sign, strength="asks") if sign in said else sign for sign in found]
            continue
        best = max(parts, key=lambda part: part.worth)
        meaning = net.meaning(best.weighed)
        # a sentence stops only where its stretch is not clear: the next one may say that nothing is wrong
        is_open = parts[0].worth >= CLEAR
        if any(sign.finding.startswith(FLAG) for sign in best.here):  # a medicine or condition is no half of a danger
            meant = _meant(meaning, best.here) if is_open and best.worth >= net.stops_from else ""
            raised = [sign for sign in best.here if sign.finding == meant]
            found = [replace(sign, strength="states") if sign in raised else sign for sign in found]
            if meant and not raised:
                alone.append((-best.worth, _alone(key, words, best.first, meaning, meant, "states")))
            continue
        # words that speak for one danger among all say more than words that are only grave
        sure = best.worth + ONE_DANGER * max(meaning.findings.values(), default=0.0)
        meant = _meant(meaning, []) if is_open and sure >= net.stops_alone_from else ""
        if meant:
            alone.append((-sure, _alone(key, words, best.first, meaning, meant, "states")))
        elif sure >= net.asks_from and meaning.findings and not best.here:
            alone.append((-sure, _alone(key, words, best.first, meaning, next(iter(meaning.findings)), "asks")))
    return found + [sign for _, sign in sorted(alone, key=lambda one: one[0])[:MOST_WEIGHED]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch, or a sentence of it: the word it begins at, its words weighed, the dangers read in it, and what both
    are worth together."""

    first: int
    weighed: Weighed
    here: list[TextSign]
    worth: float


def _parts(words: Words, first: int, end: int, sentences: range, found: list[TextSign]) -> list[_Part]:
    """The stretch itself, then each of its sentences: a story round a danger does not make it less. None if the stretch
    has no word of a weight."""
    net = load_net()
    starts = (*words.sentence_starts, len(words.folded))
    spans = [(first, end)]
    if len(sentences) > 1:
        spans += [(starts[sentence], starts[sentence + 1]) for sentence in sentences]
    parts: list[_Part] = []
    for begin, behind in spans:
        weighed = net.weigh(features(words, begin, behind))
        if weighed is not None:
            low, high = words.starts[begin], words.ends[behind - 1]
            here = [sign for sign in found if low <= sign.start < high and sign.finding.startswith(DANGER)]
            worth = weighed.score + net.read[_most(here)] - (OUT_OF_CONTEXT if parts else 0)
            parts.append(_Part(begin, weighed, here, worth))
    return parts


def _is_said(sign: TextSign) -> bool:
    return sign.strength == "states" and sign.finding.startswith(FLAG)


def _most(here: list[TextSign]) -> str:
    """The most that signs and concepts read, as the weights know it (`Net.read`)."""
    said = [sign for sign in here if _is_said(sign)]
    if said:
        return "concept" if all(sign.is_concept for sign in said) else "sign"
    open_ = [sign for sign in here if sign.strength == "asks"]
    if any(not sign.in_doubt for sign in open_):
        return "asks" if any(not (sign.in_doubt or sign.is_concept) for sign in open_) else "half"
    return "doubt" if open_ else "nothing"


def _meant(meaning: Meaning, here: list[TextSign]) -> str:
    """Which danger the words mean: of those that are nearly as likely as the likeliest the gravest. What was half read
    counts for its danger. "" if they rather mean a condition or a medicine, which stops nothing."""
    likely = dict(meaning.findings)
    for sign in here:
        if sign.finding.startswith(FLAG):
            likely[sign.finding] = likely.get(sign.finding, 0.0) + (HALF_READ if not sign.in_doubt else HALF_READ / 2)
    best = max(likely.values(), default=0.0)
    near = [finding for finding in load_net().findings if likely.get(finding, -1.0) >= NEARLY * best]
    return near[0] if near and near[0].startswith(FLAG) else ""


def _alone(key: str, words: Words, first: int, meaning: Meaning, finding: str, strength: Strength) -> TextSign:
    """What the words alone say of the stretch that begins at word ``first``."""
    start, end = words.starts[first + meaning.first], words.ends[first + meaning.last]
    return TextSign(finding, key, words.text[start:end], start, end, LANGUAGE, strength, in_doubt=True)


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
