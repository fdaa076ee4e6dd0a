"""Which regions of the body free words name: `beside the spine T3 to T10, not the neck` -> upper and middle back."""

from __future__ import annotations

import re

from intake.assessment import Case

from .candidates import region_of_level
from .recipes import PlannerKnowledge

_REGION_WORDS = (
    ("upper_back", r"upper back|shoulder[- ]blades?|scapula\w*|trapezius|rhomboid\w*|between the shoulder"),
    ("mid_back", r"mid(dle)? back|rib cage"),
    ("shoulder", r"shoulders?(?![- ]blade)"),
    ("chest", r"chest|breast\w*|sternum|ribs?(?! cage)"),
    ("neck", r"neck|nape|occiput"),
    ("abdomen", r"abdom\w*|belly|navel"),
    ("sacrum", r"sacr\w*|tail ?bone|coccyx"),
    ("buttock", r"buttocks?|glute\w*|piriformis"),
    ("hip", r"hips?|trochanter\w*"),
    ("low_back", r"low(er)? back|loins?|lumbar|quadratus"),
    ("thigh", r"thighs?|hamstrings?"),
    ("knee", r"(?<!below the )knees?"),
    ("leg", r"calf|calves|legs?|below the knee|shins?"),
    ("foot", r"foot|feet|ankles?"),
    ("forearm", r"arms?|forearms?|elbows?|wrists?|hands?"),
    ("head", r"head|scalp|temples?"),
)
LIMB_OF_REGION = {"thigh": "leg", "knee": "leg", "leg": "leg", "foot": "leg", "forearm": "arm"}


def regions_in(words: str) -> tuple[str, ...]:
    """Regions named in free words; what a clause with `not` or `never` names is left out."""
    text = re.sub(r"\b(not|never|away from|without)\b[^,;.]*", " ", words.lower())
    found = [region for region, pattern in _REGION_WORDS if re.search(rf"\b(?:{pattern})\b", text)]
    numbers = [int(n) for n in re.findall(r"\bt(\d{1,2})\b", text) if 1 <= int(n) <= 12]
    if numbers:
        found += [region_of_level(f"T{n}") for n in range(min(numbers), max(numbers) + 1)]
    if re.search(r"\bl[1-5]\b", text):
        found.append("low_back")
    return tuple(dict.fromkeys(found))


def tender_regions(where: str, case: Case, knowledge: PlannerKnowledge) -> tuple[str, ...]:
    """Where a tender point lies: as palpated, as the site table says, else by its words; () where none tells."""
    for place in case.palpation:
        if place.where == where and place.region:
            site = knowledge.sites.get(place.region)
            return (site.region if site else place.region,)
    for site in knowledge.sites.values():
        if where in site.ashi:
            return (site.region,)
    return regions_in(where)
