"""What is done to a patient: the ten modalities that safety judges, and the kinds of treatment a plan holds.

A modality is a column of the safety table. A kind is what a plan names (`cupping_dry`); each is judged by one modality
(`cupping`). A new kind of adjunct is one row in ADJUNCTS here and its rules in knowledge/adjuncts.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Modality = Literal[
    "needle", "deep_trunk", "ea", "tacks", "seeds", "magnets", "cupping", "guasha", "moxa_heat", "acupressure"
]


@dataclass(frozen=True, slots=True)
class ModalityWords:
    """`name` at the beginning of a sentence, `heading` of a narrow column, `item` the contract's name for it
    when all of it is withheld."""

    name: str
    heading: str
    item: str


MODALITIES: dict[Modality, ModalityWords] = {
    "needle": ModalityWords("Needles", "Needle", "needles"),
    "deep_trunk": ModalityWords("Deep needles", "Deep, trunk", "deep needles in trunk and buttock"),
    "ea": ModalityWords("Current", "Electro", "electro"),
    "tacks": ModalityWords("Press tacks", "Tacks", "press_tacks"),
    "seeds": ModalityWords("Ear seeds", "Seeds", "seeds"),
    "magnets": ModalityWords("Magnets", "Magnets", "magnets"),
    "cupping": ModalityWords("Cups", "Cups", "cupping_dry"),
    "guasha": ModalityWords("Gua sha", "Gua sha", "gua_sha"),
    "moxa_heat": ModalityWords("Moxa and heat", "Moxa, heat", "moxa_indirect"),
    "acupressure": ModalityWords("Pressure", "Pressing", "acupressure"),
}
SUCTION = frozenset({"cupping", "guasha"})  # break small vessels


@dataclass(frozen=True, slots=True)
class AdjunctKind:
    """What is done besides needling. `needled`: on needles that are in; `runs_alone`: from a distance, it needs
    nobody's hands and touches no skin."""

    name: str
    modality: Modality
    needled: bool = False
    runs_alone: bool = False

    @property
    def is_warm(self) -> bool:
        return self.modality == "moxa_heat"


ADJUNCTS: dict[str, AdjunctKind] = {
    "cupping_dry": AdjunctKind("cupping", "cupping"),
    "gua_sha": AdjunctKind("gua sha", "guasha"),
    "moxa_indirect": AdjunctKind("moxa", "moxa_heat"),
    "warm_needle": AdjunctKind("warm needle", "moxa_heat", needled=True),
    "heat_lamp": AdjunctKind("heat lamp", "moxa_heat", runs_alone=True),
    "acupressure": AdjunctKind("acupressure", "acupressure"),
    "tuina": AdjunctKind("tuina", "acupressure"),
}

EarMethod = Literal["seeds", "magnets", "needles", "press_tacks"]
EAR_METHODS: dict[str, str] = {
    "seeds": "seeds",
    "magnets": "magnets",
    "needles": "needles",
    "press_tacks": "press tacks",
}
WORN_HOME = ("seeds", "magnets", "press_tacks")  # what the patient takes home in the ear

HOME_CARE: dict[str, str] = {
    "acupressure": "pressing points",
    "heat": "warmth",
    "movement": "movement",
    "breathing": "breathing",
    "pacing": "pacing and breaks",
    "sleep": "rest and sleep",
    "support": "pillow, belt, support",
    "cool": "coolness",
    "diary": "diary",
    "aftercare": "after the treatment",
    "other": "other",
}

Technique = Literal["reinforcing", "reducing", "even"]
TECHNIQUES: dict[str, str] = {"reducing": "reducing", "even": "even", "reinforcing": "reinforcing"}
Deqi = Literal["clear", "mild", "none"]
DEQI: dict[str, str] = {"clear": "clear", "mild": "mild", "none": "none"}
Angle = Literal["perpendicular", "oblique", "transverse"]
ANGLES: dict[str, str] = {"perpendicular": "perpendicular", "oblique": "oblique", "transverse": "transverse"}
Role = Literal["local", "distal", "root", "calm"]
ROLES: dict[str, str] = {"local": "local", "distal": "distal", "root": "root", "calm": "calm"}
WAVES: dict[str, str] = {
    "dense_disperse": "dense-disperse",
    "continuous": "continuous",
    "intermittent": "intermittent",
}

_DRAWS_BLOOD = re.compile(r"\b(wet|bleed\w*|blood-?letting|lancet|plum[- ]blossom|seven[- ]star)\b")


def draws_blood(*words: str) -> bool:
    """Whether a text names a technique that draws blood, which Ashi does not offer."""
    return bool(_DRAWS_BLOOD.search(" ".join(words).lower().replace("_", " ")))


def adjunct_name(kind: str) -> str:
    """The words for a kind of adjunct; an unknown one (of an older plan) is shown by its id, never as nothing."""
    known = ADJUNCTS.get(kind)
    return known.name if known else _plain(kind)


def ear_method_name(method: str) -> str:
    return EAR_METHODS.get(method) or _plain(method)


def home_care_name(kind: str) -> str:
    return HOME_CARE.get(kind) or _plain(kind)


def added_on_the_day() -> dict[str, str]:
    """What a visit may add besides points: current, adjuncts, ear points by method (`ear_seeds`)."""
    return {
        "electro": "electro",
        **{kind: known.name for kind, known in ADJUNCTS.items()},
        **{f"ear_{method}": f"ear {name}" for method, name in EAR_METHODS.items()},
    }


def _plain(kind: str) -> str:
    return kind.replace("_", " ").strip() or "something without a name"
