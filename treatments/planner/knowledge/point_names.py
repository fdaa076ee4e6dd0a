"""Finds points by any usual spelling: old channel letters, pinyin with or without tones, characters, English."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import lru_cache

from treatments.planner.knowledge.besides import EarPoint
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Point

# WHO letters of a channel and the letters books use for it.
_SPELLINGS = {
    "LU": "LU L",
    "PC": "P PC HC XB",
    "LI": "LI CO IC",
    "ST": "ST S E M",
    "SP": "SP MP LP",
    "HT": "HT H HE C",
    "SI": "SI IT",
    "BL": "BL B UB V",
    "KI": "KI K KID KD R",
    "TE": "TE TB TH SJ TW",
    "GB": "GB G VB",
    "LR": "LR LIV LV F",
    "GV": "GV DU DM TV",
    "CV": "CV REN RN RM",
}
CHANNEL_LETTERS = {spelling: code for code, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_CODE = re.compile(r"([A-Z]+)[ .\-]*0*(\d{1,2})")
_EXTRA = re.compile(r"(?:EX|EXTRA|M)?[ .\-]*(HN|CA|B|UE|LE)[ .\-]*0*(\d{1,2})")
OWN_CODE = re.compile(r"[A-Z]{1,4}-[0-9A-Z][0-9A-Z.]{0,7}")  # letters of one's own, a dash, a number: T-77.08
_WHO = re.compile(r"[A-Z]{2}\d|EX-|ASHI")
OWN_EAR_CODES = "BFA-"  # the battlefield set: our codes, not zones of the standard
_NOT_A_LETTER = re.compile(r"[^0-9a-z一-鿿]")


def is_own(code: str) -> bool:
    """Whether a code is written like those of a clinic's own points: `T-77.08`."""
    return OWN_CODE.fullmatch(code) is not None and not _WHO.match(code)


def find_point(text: str, knowledge: PlannerKnowledge) -> Point | None:
    """The point this spelling means; None if it means none or could mean several."""
    code = _code_of(text, knowledge)
    if code is not None:
        return knowledge.points[code]
    codes = _names(knowledge).get(plain_name(text), ())
    return knowledge.points[codes[0]] if len(codes) == 1 else None


def search_points(text: str, knowledge: PlannerKnowledge, limit: int = 12) -> list[Point]:
    """Points beginning with this text, best first: the exact match, names, then codes; ordered by code."""
    exact = find_point(text, knowledge)
    wanted = plain_name(text)
    if not wanted:
        return []
    ranks: dict[str, int] = {exact.code: 0} if exact else {}
    prefix = _code_prefix(text)
    for name, codes in _names(knowledge).items():
        for code in codes:
            if name == wanted:
                ranks[code] = min(ranks.get(code, 9), 1)
            elif name.startswith(wanted):
                ranks[code] = min(ranks.get(code, 9), 2)
            elif len(wanted) >= 3 and wanted in name:
                ranks[code] = min(ranks.get(code, 9), 4)
    if prefix:
        for code in knowledge.points:
            if code.replace("-", "").startswith(prefix):
                ranks[code] = min(ranks.get(code, 9), 3)
    order = sorted(ranks, key=lambda code: (ranks[code], _by_number(code)))
    return [knowledge.points[code] for code in order[:limit]]


def find_ear(text: str, knowledge: PlannerKnowledge) -> EarPoint | None:
    """The ear zone this code or name means, in any letter case: ``ah6a``, ``shenmen``, ``神门``, ``TF4 Shenmen``.

    A zone of the standard wins over one of our own codes with the same name. None if it means none or several.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    by_code = {code.casefold(): zone for code, zone in knowledge.ear_points.items()}
    code, _, name = folded.partition(" ")
    if folded in by_code:
        return by_code[folded]
    wanted = plain_name(text)
    named = [zone for zone in knowledge.ear_points.values() if wanted and wanted in _ear_names(zone)]
    if not named and name and code in by_code:
        return by_code[code]
    standard = [zone for zone in named if not zone.code.startswith(OWN_EAR_CODES)] or named
    return standard[0] if len(standard) == 1 else None


def near_ear(text: str, knowledge: PlannerKnowledge, limit: int = 4) -> list[EarPoint]:
    """Zones that may have been meant: the code or name begins with the text, contains it, or is spelt much like it."""
    wanted = plain_name(text)
    zones = sorted(knowledge.ear_points.values(), key=lambda zone: not zone.code.startswith(OWN_EAR_CODES))
    names = {name: zone for zone in zones for name in (plain_name(zone.code), *_ear_names(zone))}
    likely = sorted((not name.startswith(wanted), name) for name in names if wanted and wanted in name)
    alike = difflib.get_close_matches(wanted, list(names), n=limit, cutoff=0.6)
    return list({names[name].code: names[name] for name in [*(name for _, name in likely), *alike]}.values())[:limit]


def _ear_names(zone: EarPoint) -> set[str]:
    return {plain_name(name) for name in (zone.name, zone.pinyin, zone.hanzi) if name}


@lru_cache(maxsize=4096)
def plain_name(text: str) -> str:
    """Lower case without tones, spaces and punctuation; characters stay: `Shèn Shū` -> `shenshu`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_A_LETTER.sub("", bare)


def _code_of(text: str, knowledge: PlannerKnowledge) -> str | None:
    upper = unicodedata.normalize("NFKC", text).strip().upper()
    if upper in knowledge.points:
        return upper
    matched = _CODE.fullmatch(upper)
    if matched and matched[1] in CHANNEL_LETTERS:
        code = f"{CHANNEL_LETTERS[matched[1]]}{int(matched[2])}"
        if code in knowledge.points:
            return code
    extra = _EXTRA.fullmatch(upper)
    if extra and upper.startswith(("EX", "HN", "UE", "LE", "CA")):
        code = f"EX-{extra[1]}{int(extra[2])}"
        if code in knowledge.points:
            return code
    return "ASHI" if upper in ("ASHI", "A SHI", "A-SHI") and "ASHI" in knowledge.points else None


def _code_prefix(text: str) -> str:
    """A partial code in WHO letters without a dash (`ub2` -> `BL2`, `ex-b` -> `EXB`), or ""."""
    upper = re.sub(r"[ .\-]", "", unicodedata.normalize("NFKC", text)).upper()
    matched = re.fullmatch(r"([A-Z]+)(\d{0,2})", upper)
    if not matched:
        return ""
    letters = matched[1] if matched[1].startswith("EX") else CHANNEL_LETTERS.get(matched[1], "")
    return f"{letters}{matched[2].lstrip('0')}" if letters else ""


def _by_number(code: str) -> tuple[str, int]:
    matched = re.fullmatch(r"(\D+)(\d+)", code)
    return (matched[1], int(matched[2])) if matched else (code, 0)


@lru_cache(maxsize=4)
def _names(knowledge: PlannerKnowledge) -> dict[str, tuple[str, ...]]:
    """Plain name -> codes, built on first use: it reads every point."""
    index: dict[str, list[str]] = {}
    for code, point in knowledge.points.items():
        names = (point.name, point.pinyin, point.hanzi, point.hanzi_traditional, point.english, *point.aliases)
        if not _WHO.match(code):  # a clinic's own: T-77.08, also written t7708
            names = (code, *names)
        for name in dict.fromkeys(plain_name(name) for name in names):
            if name:
                index.setdefault(name, []).append(code)
    return {name: tuple(codes) for name, codes in index.items()}
