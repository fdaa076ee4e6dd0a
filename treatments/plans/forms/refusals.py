"""Beside which field of an item's form a refusal is said: what was typed stays, with the reason beside it."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

# the field a stop of the safety review speaks of; every other stop is said at the field that names the item
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
    """Put every refusal, a stop's code and its sentence, beside its field; without a field it is of the whole form."""
    for code, text in refusals:
        field = _BY_CODE.get(code) or _BY_KIND.get(kind)
        form.add_error(field if field in form.fields else None, text)
