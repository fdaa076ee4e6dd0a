"""Ear points as they are written: codes in any case, English names, pinyin, characters; a comma between two."""

from __future__ import annotations

import re

from django import forms

from treatments.clinic_knowledge import planner_knowledge
from treatments.planner.knowledge.point_names import find_ear, near_ear
from treatments.planner.treatment.shapes import EarPointJson

_BETWEEN = re.compile(r"(?<!\d),|,(?!\d)|[;、，；\n]")  # the comma of AT1,2,4i belongs to its code


def read_ear_points(text: str) -> list[EarPointJson]:
    """The zones that a text names, each once, as a plan keeps them. Raises ValidationError naming what is none."""
    knowledge = planner_knowledge()
    found: dict[str, EarPointJson] = {}
    problems = []
    for part in (part.strip() for part in _BETWEEN.split(text)):
        if not part:
            continue
        zone = find_ear(part, knowledge)
        if zone is None:
            near = ", ".join(f"{near.code} {near.name}" for near in near_ear(part, knowledge))
            hint = f"Did you mean {near}?" if near else "Write a code or a name: TF4, Shenmen, 神门."
            problems.append(f"“{part[:40]}” is not one ear point that Ashi knows. {hint}")
        else:
            found[zone.code] = {"code": zone.code, "name": zone.name}
    if problems:
        raise forms.ValidationError(problems)
    if not found:
        raise forms.ValidationError("Write at least one ear point, as TF4 Shenmen.")
    return list(found.values())
