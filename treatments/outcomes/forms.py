"""The form of a review: its fields come from the registry of measures, each asked as its file says."""

from __future__ import annotations

from typing import Any

from django import forms

from intake.questionnaire.instruments import InstrumentFile
from treatments.outcomes.asked_measures import asked_of
from treatments.planner.outcomes.measures import mean_score


class ReviewForm(forms.Form):
    """Any field may be left empty, but not all of them."""

    filled_by = forms.ChoiceField(
        label="Filled in by",
        choices=[("patient", "the patient, on paper"), ("staff", "asked by staff")],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, about: str | None = None, **kwargs: Any) -> None:
        """`about`: the complaint, whose measures are asked; None: all are."""
        super().__init__(*args, **kwargs)
        self.measures = [measure for measure in asked_of(about) if measure.review is not None]
        for measure in self.measures:
            self.fields |= _fields(measure)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for measure in self._asked("statements"):
            ticks, was_asked = data.get(f"{measure.id}_ticks"), data.get(f"{measure.id}_asked")
            if ticks or was_asked:  # ticks mean that it was asked
                counted = len(ticks or [])
                if data.get(measure.id) is not None and data[measure.id] != counted:
                    self.add_error(measure.id, f"The ticks add up to {counted}. Leave one of the two out.")
                data[measure.id] = counted
        if not self.errors and not self.values():
            raise forms.ValidationError("Write at least one score.")
        return data

    def values(self) -> dict[str, float]:
        """Measure -> value, only what was answered."""
        data = self.cleaned_data
        rows = {measure.id for measure in self._asked("rows")}
        values = {
            measure.id: mean_score(measure.id, [data.get(name) for name in _row_names(measure)])
            if measure.id in rows
            else data.get(measure.id)
            for measure in self.measures
        }
        return {measure: float(value) for measure, value in values.items() if value is not None}

    def numbers(self) -> list[Any]:
        """The single fields: a number, a total or a choice for each measure."""
        return [self[measure.id] for measure in self.measures if measure.id in self.fields]

    def statements(self) -> list[dict[str, Any]]:
        """Questionnaires whose statements can be ticked one by one instead of entering the total."""
        return [
            {
                "measure": measure,
                "asked": self[f"{measure.id}_asked"],
                "ticks": (ticks := self[f"{measure.id}_ticks"]),
                "is_open": bool(ticks.errors or ticks.value()),
            }
            for measure in self._asked("statements")
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Measures with a number per row."""
        return [
            {
                "measure": measure,
                "fields": (fields := [self[name] for name in _row_names(measure)]),
                "is_open": any(field.value() or field.errors for field in fields),
            }
            for measure in self._asked("rows")
        ]

    def _asked(self, how: str) -> list[InstrumentFile]:
        return [measure for measure in self.measures if measure.review and measure.review.ask == how]


def _row_names(measure: InstrumentFile) -> list[str]:
    return [f"{measure.id}_{row}" for row in range(1, measure.item_count + 1)]


def _fields(measure: InstrumentFile) -> dict[str, forms.Field]:
    assert measure.review is not None
    label = measure.review.label
    if measure.review.ask == "choice":
        choices = [("", "Not asked"), *enumerate(measure.answers, start=measure.answers_from)]
        select = forms.Select(attrs={"class": "form-select"})
        return {
            measure.id: forms.TypedChoiceField(
                label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=select
            )
        }
    if measure.review.ask == "rows":
        printed = len(measure.items) == measure.item_count  # its questions are its own, not the patient's
        return {
            name: _number(measure, measure.items[place - 1] if printed else label.format(n=place))
            for place, name in enumerate(_row_names(measure), start=1)
        }
    fields: dict[str, forms.Field] = {measure.id: _number(measure, f"{label}, {measure.minimum:g}–{measure.maximum:g}")}
    if measure.review.ask == "statements":
        fields[f"{measure.id}_asked"] = forms.BooleanField(
            label=f"The {len(measure.items)} statements below were asked: count the ticks",
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )
        fields[f"{measure.id}_ticks"] = forms.MultipleChoiceField(
            label=f"{measure.short}: tick what is true today",
            choices=[(str(place), text) for place, text in enumerate(measure.items, start=1)],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    return fields


def _number(measure: InstrumentFile, label: str) -> forms.Field:
    """Whole numbers on the scale; a mean copied from paper has a fraction, its rows are whole."""
    is_row = measure.review is not None and measure.review.ask == "rows"
    low, high = measure.minimum, measure.maximum
    widget = forms.NumberInput(attrs={"class": "form-control"})
    if measure.whole or is_row:
        return forms.IntegerField(label=label, min_value=int(low), max_value=int(high), required=False, widget=widget)
    return forms.FloatField(label=label, min_value=low, max_value=high, required=False, widget=widget)
