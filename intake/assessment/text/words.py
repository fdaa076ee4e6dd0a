"""Words of a free text: their positions, how they read without case, accents and apostrophes, and where clauses end.

Pure. Accepts any string: broken Unicode, emoji or a million letters give tokens or nothing, never an error.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Chinese is written without spaces, so each of its characters is a token of its own.
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W_{_HAN}]"
# Combining marks, soft hyphens and zero-width characters are part of a word; so are apostrophes of every kind.
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060"
_APOSTROPHES = "'\u2018\u2019\u02bc`\u00b4\u2032"
_TOKEN = re.compile(rf"[{_HAN}]|{_LETTER}(?:{_LETTER}|[{_INSIDE}]|[{_APOSTROPHES}](?={_LETTER}))*")
_DROPPED = re.compile(rf"[{_INSIDE}{_APOSTROPHES}]")
_FULL_STOP = re.compile(r"[!?;\n\r。！？；]|(?<!\.)\.(?!\.)")
_PAUSE = re.compile(r"[,:()\[\]，、：（）–—…]|\.\.|\s-+\s")
# "can t", "don t": the apostrophe became a space.
_LOOSE_T = frozenset({"can", "don", "won", "isn", "didn", "doesn", "couldn", "haven", "hasn", "wasn", "aren", "wouldn"})

# A full stop after these is not an end ("ca. 3 Monate", "my dr. says"); nor after a number before what it counts.
_ABBREVIATIONS = frozenset({
    "approx", "aprox", "bspw", "bzw", "ca", "dr", "dra", "evtl", "ggf", "ggfs", "inkl", "mr", "mrs", "nr",
    "prof", "sr", "sra", "ungef", "vs", "zb",
})  # fmt: skip
_COUNTED = frozenset({
    "april", "august", "brustwirbel", "dezember", "februar", "halswirbel", "januar", "juli", "juni",
    "lebensjahr", "lebensmonat", "lendenwirbel", "maerz", "mai", "marz", "mes", "monat", "monats", "november",
    "oktober", "schwangerschaftsmonat", "schwangerschaftswoche", "semana", "september", "ssw", "tag", "tage",
    "tages", "trimenon", "trimester", "woche", "wochen",
})  # fmt: skip

_LONGEST = 60  # letters of a word that are read; anything longer is not a word

NO_BREAK, COMMA, SENTENCE = 0, 1, 2


def folded_word(word: str) -> str:
    """The word in lower case without accents, apostrophes and invisible signs: ``Can’t`` -> ``cant``."""
    if word.isascii():
        if word.isalnum():
            return word.lower()
        return _DROPPED.sub("", word.lower())
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return _DROPPED.sub("", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


fold = lru_cache(maxsize=8192)(folded_word)  # of texts, whose words come again and again


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut into words. All tuples have one entry per word.

    ``breaks[i]`` is what comes before word i (nothing, a comma, the end of a sentence), ``sentences[i]`` the number
    of its sentence.
    """

    text: str
    folded: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: tuple[int, ...]
    sentences: tuple[int, ...]
    sentence_starts: tuple[int, ...]  # word index at which each sentence begins


def split(text: str) -> Words:
    """Cut a text into words in one pass."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[int] = []
    sentences: list[int] = []
    sentence_starts: list[int] = []
    last_end = 0
    for match in _TOKEN.finditer(text):
        word = fold(match.group()[:_LONGEST])
        if not word:
            continue
        start, end = match.span()
        gap = text[last_end:start]
        if folded and word == "t" and gap == " " and folded[-1] in _LOOSE_T:
            folded[-1] += "t"
            ends[-1] = last_end = end
            continue
        kind = _break_kind(gap, word, folded, breaks) if folded else SENTENCE
        if kind == SENTENCE:
            sentence_starts.append(len(folded))
        folded.append(word)
        starts.append(start)
        ends.append(end)
        breaks.append(kind)
        sentences.append(len(sentence_starts) - 1)
        last_end = end
    return Words(
        text,
        tuple(folded),
        tuple(starts),
        tuple(ends),
        tuple(breaks),
        tuple(sentences),
        tuple(sentence_starts),
    )


def _break_kind(gap: str, following: str, before: list[str], breaks: list[int]) -> int:
    if gap == " " or gap == "":
        return NO_BREAK
    if _FULL_STOP.search(gap):
        return NO_BREAK if gap in (".", ". ") and _is_inner_stop(gap, following, before, breaks) else SENTENCE
    return COMMA if _PAUSE.search(gap) else NO_BREAK


def _is_inner_stop(gap: str, following: str, before: list[str], breaks: list[int]) -> bool:
    """Whether the full stop belongs to the word before it: 38.5, "32. Woche", "z.B. nachts", "ca. drei"."""
    previous = before[-1]
    if gap == "." and following[0].isdigit():
        return True
    if previous.isdigit():
        return len(previous) <= 2 and following in _COUNTED
    if len(previous) == 1 and previous.isascii():
        if gap == ".":
            return len(following) == 1
        joined = len(before) > 1 and len(before[-2]) == 1 and breaks[-1] == NO_BREAK
        return joined and previous != "m"  # "at 4 p.m. I fell" may be two
    return previous in _ABBREVIATIONS
