"""Which field of an item's form a refusal belongs to: what was typed stays, with the reason next to it."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

# the field that a stop of the safety review is about; all other stops go to the field that names the item
_BY_CODE = {
    "depth_past_cap": "depth_to",
    "depth_past_patient_cap": "depth_to",
    "depth_missing": "depth_to",
    "needle_too_short": "length_mm",
    "perpendicular_thorax": "angle",
    "side_missing": "side",
    "side_wrong": "side",
    "level_missing": "levels",
    "where_missing": "where",
    "retention_long": "retention_min",
    "ea_different_sides": "side",
    "ea_too_long": "minutes",
    "ear_method": "method",
    "ear_too_long": "keep_days",
}
_BY_KIND = {
    "stages": "position",
    "electro": "leads",
    "adjuncts": "kind",
    "ear": "points",
    "home_care": "text",
    "dose": "phases",
    "principle": "principle",
}


def refuse(form: forms.Form, kind: str, refusals: Iterable[tuple[str, str]]) -> None:
    """Add every refusal, a stop's code and its sentence, to its field; without a field it is a non-field error."""
    for code, text in refusals:
        field = _BY_CODE.get(code) or _BY_KIND.get(kind)
        form.add_error(field if field in form.fields else None, text)
