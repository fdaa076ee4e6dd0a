"""The sheet for home in the patient's words: headings, sides, how often, and the sentences of the knowledge files."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from intake.assessment.knowledge.said import clause
from intake.spoken import clauses, language
from treatments.planner.treatment.shapes import DoseJson
from treatments.plans.spoken import pieces, told

HEADINGS = {
    "acupressure": pgettext_lazy("at home", "Press these points"),
    "heat": pgettext_lazy("at home", "Warmth"),
    "movement": pgettext_lazy("at home", "Move"),
    "breathing": pgettext_lazy("at home", "Breathe"),
    "cool": pgettext_lazy("at home", "Coolness"),
    "pacing": pgettext_lazy("at home", "Share out your strength"),
    "sleep": pgettext_lazy("at home", "Rest and sleep"),
    "support": pgettext_lazy("at home", "Support"),
    "diary": pgettext_lazy("at home", "Keep a short diary"),
    "other": pgettext_lazy("at home", "Also"),
}
SIDES = {
    "left": pgettext_lazy("side of a point", "left"),
    "right": pgettext_lazy("side of a point", "right"),
    "both": pgettext_lazy("side of a point", "both sides"),
    "midline": pgettext_lazy("side of a point", "in the middle"),
}
YOUR = {
    "your left": pgettext_lazy("press on", "your left"),
    "your right": pgettext_lazy("press on", "your right"),
    "each": pgettext_lazy("press on", "each"),
}
NOT_THERE = {
    ("left", "buttock, hip and leg"): pgettext_lazy("at home", "Not on the left buttock, hip and leg."),
    ("right", "buttock, hip and leg"): pgettext_lazy("at home", "Not on the right buttock, hip and leg."),
    ("left", "shoulder and arm"): pgettext_lazy("at home", "Not on the left shoulder and arm."),
    ("right", "shoulder and arm"): pgettext_lazy("at home", "Not on the right shoulder and arm."),
}
TIMES = {
    1: pgettext_lazy("times a week", "once"),
    2: pgettext_lazy("times a week", "twice"),
    3: pgettext_lazy("times a week", "three times"),
    4: pgettext_lazy("times a week", "four times"),
    5: pgettext_lazy("times a week", "five times"),
    6: pgettext_lazy("times a week", "six times"),
}


def is_english() -> bool:
    return language() == "en"


def sheet_text(text: str) -> str | None:
    """A plan's text for home in the language in use; None if it is the practitioner's own."""
    if is_english():
        return text
    found = pieces(text, language())
    if found is None:
        return None
    places = told(language(), "sites.toml")
    said = []
    for words, filled in found:
        if not words:
            said.append(str(NOT_THERE[filled["side"], filled["limb"]]))
            continue
        if (place := filled.get("place")) is not None:
            if place not in places:
                return None
            words = words.replace("{place}", places[place])
        if (your := filled.get("your")) is not None:
            words = words.replace("{your}", str(YOUR[your]))
        said.append(words)
    return _joined(said)


def quoted(findings: Sequence[str], *, is_man: bool) -> str:
    """ "You said that a and that b."; empty where nothing of it has words."""
    known = clauses()
    said = [clause(known[one], to_patient=True, is_man=is_man) for one in findings if one in known]
    if not said:
        return ""
    words = pgettext("between what a patient said", " and that ").join(said)
    return pgettext("at home", "You said that {what}.").format(what=words)


def aftercare_text(text: str) -> str:
    """A sentence of the aftercare in the language in use."""
    return text if is_english() else told(language(), "aftercare.toml").get(text, text)


def _joined(sentences: Sequence[str]) -> str:
    return ("" if (get_language() or "").startswith("zh") else " ").join(sentences)


def dose_words(dose: DoseJson) -> str:
    """ "Twice a week for 4 weeks, then once a week for 2 weeks: 10 visits." """
    parts = []
    for phase in dose["phases"]:
        weeks, often = phase["weeks"], phase["per_week"]
        if often == 7:
            part = ngettext("daily for {weeks} week", "daily for {weeks} weeks", weeks)
        else:
            part = ngettext("{times} a week for {weeks} week", "{times} a week for {weeks} weeks", weeks)
        times = str(TIMES[often]) if often in TIMES else _("{number} times").format(number=often)
        parts.append(part.format(times=times, weeks=weeks))
    text = pgettext("between phases of a course", ", then ").join(parts)
    visits = ngettext("{course}: {number} visit", "{course}: {number} visits", dose["sessions"])
    return visits.format(course=f"{text[:1].upper()}{text[1:]}", number=dose["sessions"])
