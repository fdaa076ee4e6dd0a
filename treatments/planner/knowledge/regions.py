"""The regions of the body that free text names: `beside the spine T3 to T10, not the neck` -> upper and middle back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from intake.assessment import AshiPlace
from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Site
from treatments.planner.vocabulary.body import region_of_level

_REGION_WORDS = (
    ("upper_back", r"upper back|shoulder[- ]blades?|scapula\w*|trapezius|rhomboid\w*|between the shoulder"),
    ("mid_back", r"mid(dle)? back|ribs?( cage)?"),
    ("shoulder", r"shoulders?(?![- ]blade)"),
    ("chest", r"chest|breast\w*|sternum"),
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
    ("forearm", r"arms?|forearms?|elbows?|wrists?|thumbs?"),
    ("head", r"head(?! of)|scalp|temples?"),
)
_NAMED = tuple((region, re.compile(rf"\b(?:{pattern})\b")) for region, pattern in _REGION_WORDS)
_EXCEPT = re.compile(r"\b(not|never|away from|without)\b[^,;.]*")
_THORACIC, _LUMBAR = re.compile(r"\bt(\d{1,2})\b"), re.compile(r"\bl[1-5]\b")


def regions_in(words: str) -> tuple[str, ...]:
    """Regions named in free text, except in a clause with `not` or `never`."""
    text = _EXCEPT.sub(" ", words.lower())
    found = [region for region, pattern in _NAMED if pattern.search(text)]
    numbers = [int(n) for n in _THORACIC.findall(text) if 1 <= int(n) <= 12]
    if numbers:
        found += [region_of_level(f"T{n}") for n in range(min(numbers), max(numbers) + 1)]
    if _LUMBAR.search(text):
        found.append("low_back")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=512)
def regions_of(words: str) -> tuple[str, ...]:
    """The same for words of the knowledge, read once. Not for what a practitioner writes about a patient."""
    return regions_in(words)


def tender_region(where: str, palpation: Sequence[AshiPlace], knowledge: PlannerKnowledge) -> str | None:
    """Where a tender point lies, by its words and by the sites that palpation recorded with the same words.

    Of all regions named, the one needled least deeply: a point of the low back described as next to the
    shoulder blade is needled as over the lung. None if nothing says where it lies.
    """
    for site in knowledge.sites.values():
        if where in site.ashi:
            return site.region
    named = list(regions_in(where))
    told = [place.region for place in palpation if place.where == where and place.region]
    named += [knowledge.sites[region].region if region in knowledge.sites else region for region in told]
    limited = [region for region in named if region in knowledge.ashi]
    if limited:
        return min(limited, key=lambda region: (knowledge.ashi[region].depth_mm[1], region))
    return named[0] if named else None


def painful_sites(facts: Facts, knowledge: PlannerKnowledge) -> tuple[Site, ...]:
    """The painful sites, leading one first."""
    return tuple(sorted((knowledge.sites[site] for site in facts.sites), key=lambda site: site.rank))
