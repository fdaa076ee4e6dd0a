"""Ear points as people write them: codes in any letter case, English names, pinyin, characters; comma-separated."""

from __future__ import annotations

import re

from django import forms

from treatments.clinic_knowledge import planner_knowledge
from treatments.planner.knowledge.point_names import find_ear, near_ear
from treatments.planner.treatment.shapes import EarPointJson

_BETWEEN = re.compile(r"(?<!\d),|,(?!\d)|[;、，；\n]")  # the comma of AT1,2,4i belongs to its code


def read_ear_points(text: str) -> list[EarPointJson]:
    """The zones a text names, each once, as a plan stores them. Raises ValidationError naming what is not a zone."""
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
