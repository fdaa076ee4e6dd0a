"""The form of a review: Roland-Morris as a total or as its 24 statements, pain, overall change, activities."""

from __future__ import annotations

from typing import Any

from django import forms

from intake.questionnaire.load import load_instruments

ACTIVITY_ROWS = 3


class ReviewForm(forms.Form):
    """Every field may be left out, but not all of them."""

    nrs_now = forms.IntegerField(label="Pain now, 0–10", min_value=0, max_value=10, required=False)
    nrs_average = forms.IntegerField(
        label="Pain on average in the last 7 days, 0–10", min_value=0, max_value=10, required=False
    )
    nrs_worst = forms.IntegerField(
        label="Worst pain in the last 7 days, 0–10", min_value=0, max_value=10, required=False
    )
    rmdq = forms.IntegerField(label="Roland-Morris total, 0–24", min_value=0, max_value=24, required=False)
    rmdq_asked = forms.BooleanField(label="The 24 statements below were asked: count the ticks", required=False)
    ticks = forms.MultipleChoiceField(
        label="Roland-Morris: tick what is true today", required=False, widget=forms.CheckboxSelectMultiple
    )
    pgic = forms.TypedChoiceField(label="Overall change", required=False, coerce=int, empty_value=None)
    filled_by = forms.ChoiceField(
        label="Filled in by", choices=[("patient", "the patient, on paper"), ("staff", "asked by staff")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instruments = load_instruments()
        self.fields["ticks"].choices = [  # type: ignore[attr-defined]
            (str(place), text) for place, text in enumerate(instruments["rmdq"].items, start=1)
        ]
        pgic = instruments["pgic"]
        self.fields["pgic"].choices = [  # type: ignore[attr-defined]
            ("", "Not asked"),
            *[(place, text) for place, text in enumerate(pgic.answers, start=pgic.answers_from)],
        ]
        for row in range(1, ACTIVITY_ROWS + 1):
            self.fields[f"activity_{row}"] = forms.IntegerField(
                label=f"Activity {row}, 0 cannot do – 10 as before", min_value=0, max_value=10, required=False
            )
        for name, field in self.fields.items():
            if name not in ("ticks", "rmdq_asked"):
                is_choice = isinstance(field, forms.ChoiceField)
                field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
            elif name == "rmdq_asked":
                field.widget.attrs["class"] = "form-check-input"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("ticks") and not data.get("rmdq_asked"):
            data["rmdq_asked"] = True  # somebody who ticks has asked
        if data.get("rmdq_asked"):
            counted = len(data.get("ticks") or [])
            if data.get("rmdq") is not None and data["rmdq"] != counted:
                self.add_error("rmdq", f"The ticks add up to {counted}. Leave one of the two out.")
            data["rmdq"] = counted
        if not self.errors and not self.values():
            raise forms.ValidationError("Write at least one score.")
        return data

    def values(self) -> dict[str, float]:
        """Measure -> value, only what was answered."""
        data = self.cleaned_data
        names = ("nrs_now", "nrs_average", "nrs_worst", "rmdq", "pgic")
        values = {name: float(data[name]) for name in names if data.get(name) is not None}
        rows = [data.get(f"activity_{row}") for row in range(1, ACTIVITY_ROWS + 1)]
        answered = [row for row in rows if row is not None]
        if answered:
            values["activities"] = round(sum(answered) / len(answered), 2)
        return values

    def activity_fields(self) -> list[Any]:
        return [self[f"activity_{row}"] for row in range(1, ACTIVITY_ROWS + 1)]
