"""Fields for what is written in one line: they keep the text for redisplay, and return what a plan stores."""

from __future__ import annotations

from typing import Any

from django import forms

from treatments.planner.treatment.shapes import NeedleJson, PhaseJson
from treatments.planner.treatment.written import read_levels, read_needle, read_pairs, read_phases


class _Written(forms.CharField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.read(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def read(self, text: str) -> Any:
        raise NotImplementedError


class PairsField(_Written):
    """Pairs of leads: BL25-BL26, comma-separated."""

    def read(self, text: str) -> list[list[str]]:
        return read_pairs(text)


class LevelsField(_Written):
    """Levels of the spine: L4 L5."""

    def read(self, text: str) -> list[str]:
        return read_levels(text)


class NeedleField(_Written):
    """Diameter and length: 0.25x40."""

    def read(self, text: str) -> NeedleJson:
        return read_needle(text)


class PhasesField(_Written):
    """Times a week × weeks: 2×4, 1×2."""

    def read(self, text: str) -> list[PhaseJson]:
        return read_phases(text)


def frequency_field() -> forms.RegexField:
    return forms.RegexField(
        label="Hz",
        regex=r"^\d{1,3}(\.\d)?([/-]\d{1,3})?$",
        error_messages={"invalid": "Write 2, 2-10 or 2/100."},
    )
