"""Fields for what is written in one line: they keep the text to show it again, and give what a plan keeps."""

from __future__ import annotations

from typing import Any

from django import forms

from treatments.planner.treatment.written import read_levels, read_pairs


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
    """Pairs of leads: BL25-BL26, more than one with a comma."""

    def read(self, text: str) -> list[list[str]]:
        return read_pairs(text)


class LevelsField(_Written):
    """Levels of the spine: L4 L5."""

    def read(self, text: str) -> list[str]:
        return read_levels(text)
