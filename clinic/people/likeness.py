"""Is someone about to be added here already, in another spelling? Asked before saving, never decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Q

from clinic.people.models import Patient, PatientWord
from clinic.people.search import find_patients
from clinic.people.words import BORN, search_words

LIKE = 0.75  # out of 1: when two names count as similar. DESIGN: "Katrin Maier" and "Kathrin Meyer" are (0.83)
AT_MOST = 60  # examined by each of the three ways
SHOWN = 3


def same_person(fields: Mapping[str, Any]) -> list[Patient]:
    """Patients who may be the one in ``fields``: the same name in any order and spelling without a different date of
    birth, or a similar name with the same date of birth or the same phone.
    """
    names = f"{fields['given_name']} {fields['family_name']}"
    born: dt.date | None = fields.get("date_of_birth")
    phone = str(fields.get("phone") or "")
    ways = [find_patients(names)]
    if born:
        days = PatientWord.objects.filter(word=f"{BORN}{born:%Y%m%d}").values("patient_id")
        ways.append(Patient.objects.filter(pk__in=days))
    if phone:
        digits = "".join(c for c in phone if c.isdigit())
        written = Q(word=digits) | Q(word=str(getattr(fields["phone"], "national_number", digits)))
        ways.append(Patient.objects.filter(pk__in=PatientWord.objects.filter(written).values("patient_id")))
    seen: dict[int, tuple[float, Patient]] = {}
    for way in ways:
        for one in way[:AT_MOST]:
            likeness = alike(names, str(one))
            is_phone = bool(fields.get("phone")) and one.phone == fields["phone"]
            is_day = bool(born) and one.date_of_birth == born
            is_other_day = bool(born and one.date_of_birth) and not is_day
            is_same = likeness == 1 and (not is_other_day or is_phone)
            if is_same or (likeness >= LIKE and (is_day or (is_phone and not is_other_day))):
                seen[one.pk] = (likeness, one)
    ranked = sorted(seen.values(), key=lambda pair: (-pair[0], -pair[1].pk))
    return [one for _likeness, one in ranked[:SHOWN]]


def alike(one: str, other: str) -> float:
    """1 for the same words in any order, spacing or hyphenation; else the share of letters that agree in order.

    A name that only lacks words of the other (“Zoë Brontë” for Zoë Brontë-Łuk) counts as similar.
    """
    mine, theirs = search_words(one), search_words(other)
    if sorted(mine) == sorted(theirs) or _together(mine) & _together(theirs):
        return 1.0
    if min(len(mine), len(theirs)) > 1 and (set(mine) <= set(theirs) or set(theirs) <= set(mine)):
        return 0.9
    return SequenceMatcher(None, " ".join(sorted(mine)), " ".join(sorted(theirs)), autojunk=False).ratio()


def _together(words: list[str]) -> set[str]:
    """Written as one word, starting from each word: “Chen Mei Ling” and “Meiling Chen”."""
    return {"".join(words[start:] + words[:start]) for start in range(len(words))}
