"""Which measures are asked of whom: those that the complaint names, and those that no complaint names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.lib.complaints import complaints
from intake.questionnaire.instruments import InstrumentFile, load_instruments

WHY = {"ask_first": "permission is asked for first", "no": "its licence does not allow it"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A measure that the field uses for a complaint and that is not asked here, with the reason."""

    name: str
    why: str
    licence: str


def asked_of(complaint: str | None) -> list[InstrumentFile]:
    """The measures asked about a complaint, in the order of forms; of one without a pack, or not known: all."""
    measures = load_instruments()
    pack = complaints().get(complaint) if complaint else None
    if pack is None:
        return list(measures.values())
    own = {measure.id for measure in pack.measures if measure.use == "yes"}
    others = {measure.id for other in complaints().values() for measure in other.measures if measure.use == "yes"}
    in_pain = any(measures[name].decides == "pain" for name in own if name in measures)
    return [
        measure
        for measure in measures.values()
        if measure.id in own or (measure.id not in others and (in_pain or measure.decides != "pain"))
    ]


def left_out_of(complaint: str | None) -> list[LeftOut]:
    """What is not asked about a complaint for want of a licence."""
    pack = complaints().get(complaint) if complaint else None
    known: Mapping[str, InstrumentFile] = load_instruments()
    return [
        LeftOut(_name(known, measure.id), WHY[measure.use], measure.licence)
        for measure in (pack.measures if pack else ())
        if measure.use != "yes"
    ]


def _name(known: Mapping[str, InstrumentFile], measure: str) -> str:
    return known[measure].short if measure in known else measure.replace("_", " ").upper()
