"""What a patient is found by, and what is searched for: pure text, no database, no clock.

A patient's words are in an index and are found by their first letters. So that any part of a telephone number or of a
Chinese name is found too, their endings are words of their own.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

LONGEST = 80  # letters of one word in the index
MOST_WORDS = 6  # of a query
BORN = "@"  # precedes a date of birth, so that no telephone number looks like one
# Letters that Unicode does not decompose into a letter and a mark.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("łŁƚ", "l"),
        **dict.fromkeys("øØ", "o"),
        **dict.fromkeys("đĐðÐɖ", "d"),
        "ı": "i",
        "ħ": "h",
        "Ħ": "h",
        **dict.fromkeys("þÞ", "th"),
        **dict.fromkeys("æÆ", "ae"),
        **dict.fromkeys("œŒ", "oe"),
        "ß": "ss",
        "ẞ": "ss",
        **dict.fromkeys("ŧŦ", "t"),
        **dict.fromkeys("ŋŊ", "n"),
        **dict.fromkeys("əƏ", "e"),
        "ĸ": "k",
        "ɓ": "b",
        "ƙ": "k",
    }
)
_ALSO = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}  # written out, as on a passport
_JOINERS = "\u200c\u200d"  # Persian and Indic names are spelled with them
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
# Regions that write dates month first (CLDR's short date patterns).
MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "AS", "VI", "UM", "MP", "FM", "MH", "PW"})


def clean_name(text: str) -> str:
    """A name without invisible characters: soft hyphens, zero-width spaces, direction marks."""
    kept = []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) in ("Cf", "Cc") and not letter.isspace():
            is_spelling = letter in _JOINERS and 0 < place < len(text) - 1 and text[place - 1] > "\u0590"
            if not is_spelling:
                continue
        kept.append(letter)
    return " ".join("".join(kept).split())


def fold(text: str) -> str:
    """Lower case without accents; anything but letters is unchanged."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold().translate(_LETTERS)
    plain = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", plain)  # recomposes Korean syllables


def search_words(*texts: Any) -> list[str]:
    """The folded words of a text, each once."""
    return list(dict.fromkeys(_split(fold(" ".join(str(text) for text in texts if text)))))


def _joined(words: list[str]) -> list[str]:
    """Adjacent words joined: Mei-Ling is also Meiling."""
    pairs = [first + second for first, second in pairwise(words)]
    return [*pairs, "".join(words)] if len(words) > 2 else pairs


def _endings(word: str, shortest: int) -> list[str]:
    return [word[start:] for start in range(len(word) - shortest + 1)]


def _written_out(text: str) -> str:
    small = unicodedata.normalize("NFC", text.lower())
    return "".join(_ALSO.get(letter, letter) for letter in small)


def index_words(*, given_name: str, family_name: str, email: str, phone: Any, born: dt.date | None) -> list[str]:
    """All words a patient is found by."""
    words: list[str] = []
    for spelled in ((given_name, family_name), (_written_out(given_name), _written_out(family_name))):
        given, family = (search_words(name) for name in spelled)
        words += [*given, *family, *_joined(given), *_joined(family)]
        for run in _CJK.findall(fold(" ".join(spelled))) + [
            "".join(_CJK.findall(fold(one + other))) for one, other in (spelled, spelled[::-1])
        ]:
            words += _endings(run[:12], 1)
    words += search_words(email)
    if phone:
        words += phone_words(phone)
    if born:
        words += [f"{BORN}{born:%Y%m%d}", f"{BORN}-{born:%m%d}"]
    return list(dict.fromkeys(word[:LONGEST] for word in words if word))


def phone_words(phone: Any) -> list[str]:
    """Digits of a number with and without country code, as dialled nationally, and each of its endings."""
    national = str(getattr(phone, "national_number", None) or "")
    if not national:  # an unparsable number: its digits as they are
        return _endings("".join(re.findall(r"\d", str(phone))), 3)
    whole = f"{phone.country_code}{national}"
    zeros = "0" * (getattr(phone, "number_of_leading_zeros", None) or 1) if phone.italian_leading_zero else ""
    dialled = "".join(re.findall(r"\d", phone.as_national))
    return [whole, f"{phone.country_code}{zeros}{national}", dialled, *_endings(f"{zeros}{national}", 3)]


# --- what is asked for --------------------------------------------------------------------------------
def asked_ways(text: str, *, region: str) -> list[list[str]]:
    """Readings of a query: a patient matches if, for one reading, each word is the beginning of one of theirs.

    ``region``: where the clinic is, for dates such as 3/4/1984.
    """
    plain = fold(text.replace("(0)", " "))
    ways = [_digits_together(_split(plain))]
    written = fold(_written_out(text))
    if written != fold(text):
        ways.append(_digits_together(_split(written)))
    for span, born in _dates_in(plain, region):
        rest = search_words(plain[: span[0]] + " " + plain[span[1] :])
        ways += [[*rest, word] for word in born]
    words = ways[0]
    for place, (first, second) in enumerate(pairwise(words[:MOST_WORDS])):
        if not (first.isdigit() or second.isdigit()):
            ways.append([*words[:place], first + second, *words[place + 2 :]])
    ways = [way[:MOST_WORDS] for way in ways if way]
    return [list(way) for way in dict.fromkeys(tuple(way) for way in ways)]


def _split(plain: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in plain).split()


def _digits_together(words: list[str]) -> list[str]:
    """A telephone number, however spaced, is one word; 00 and + mean the same."""
    together: list[str] = []
    for word in words:
        if word.isdecimal() and together and together[-1].isdecimal():
            together[-1] += word
        else:
            together.append(word)
    return [_western(word) for word in together]


def _western(word: str) -> str:
    if not word.isdecimal():
        return word
    digits = "".join(str(int(digit)) for digit in word)  # Arabic and other digits, too
    return digits[2:] if digits.startswith("00") and len(digits) > 4 else digits


_D, _SEP = r"(?<!\d)(\d{1,2})", r"[\s./,-]+"
_YEAR = r"(\d{4}|\d{2})(?!\d)"
_NAMED = r"([a-z]{3,9})\.?"
_PATTERNS = (
    ("ymd", re.compile(r"(?<!\d)(\d{4})[\s./-]+(\d{1,2})[\s./-]+(\d{1,2})(?!\d)")),
    ("xyy", re.compile(rf"{_D}([\s./-]+)(\d{{1,2}})[\s./-]+{_YEAR}")),
    ("dny", re.compile(rf"{_D}(?:st|nd|rd|th)?\.?\s*(?:of\s+)?{_NAMED}(?:[\s,.-]+{_YEAR})?")),
    ("ndy", re.compile(rf"(?<![a-z]){_NAMED}\s*(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:[\s,.-]+{_YEAR})?")),
    ("packed", re.compile(r"(?<!\d)(\d{8})(?!\d)")),
    ("xy", re.compile(rf"{_D}([./-])(\d{{1,2}})\.?(?!\d)")),
    ("y", re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")),
)


def _dates_in(plain: str, region: str) -> Iterable[tuple[tuple[int, int], list[str]]]:
    """(position, words of the index it may mean) for the first reading that is a date."""
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            words = _read(kind, found.groups(), region)
            if words:
                yield found.span(), words
                return


def _read(kind: str, parts: tuple[str | None, ...], region: str) -> list[str]:
    one = [part or "" for part in parts]
    if kind == "y":
        return [f"{BORN}{one[0]}"]
    if kind == "ymd":
        return _words(one[0], one[1], one[2])
    if kind == "packed":
        text = one[0]
        return _words(text[:4], text[4:6], text[6:]) or _by_region(text[:2], text[2:4], text[4:], "/", region)
    if kind == "xyy":
        return _by_region(one[0], one[2], one[3], one[1], region)
    if kind == "xy":
        return _by_region(one[0], one[2], "", one[1], region)
    day, name = (one[0], one[1]) if kind == "dny" else (one[1], one[0])
    month = next((number for number, full in enumerate(_MONTHS, start=1) if full.startswith(name)), 0)
    return _words(one[2], str(month), day)


def _by_region(first: str, second: str, year: str, separator: str, region: str) -> list[str]:
    """Dots mean day first everywhere; else as the region writes, or the other way round if that is not a date."""
    is_month_first = region in MONTH_FIRST and "." not in separator
    day, month = (second, first) if is_month_first else (first, second)
    return _words(year, month, day) or _words(year, day, month)


def _words(year: str, month: str, day: str) -> list[str]:
    """Both centuries for a two-digit year; without a year that day in every year. Empty: no such date."""
    years = [year] if len(year) != 2 else [f"19{year}", f"20{year}"]
    words = []
    for one in years:
        try:
            born = dt.date(int(one or 2000), int(month), int(day))  # 2000 has a 29 February
        except ValueError:
            continue
        words.append(f"{BORN}{born:%Y%m%d}" if one else f"{BORN}-{born:%m%d}")
    return [word for word in words if len(word) == 9 or "-" in word]
