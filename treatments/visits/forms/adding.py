"""Forms of a visit page that add: a point or treatment that was not planned, and an amendment once it is signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst

from treatments.planner.treatment.written import read_pairs
from treatments.planner.vocabulary.modalities import added_on_the_day
from treatments.plans.forms.ear_points import read_ear_points
from treatments.plans.forms.items import SIDES
from treatments.visits.forms.stops import AnsweredForm


class AddPointForm(AnsweredForm):
    """A point by any spelling. A reason is asked for only if safety stops it."""

    stage = forms.CharField(max_length=8)
    q = forms.CharField(
        label="Add a point",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "bl23, Shenshu, 肾俞"}),
    )
    side = forms.ChoiceField(label="side", choices=[("", "usual"), *SIDES], required=False)


class AddItemForm(AnsweredForm):
    """Current, cups, moxa, hands or ear that was not planned. ``what``: pairs, a place, or ear points."""

    kind = forms.ChoiceField(
        label="Add", choices=lambda: [(kind, capfirst(name)) for kind, name in added_on_the_day().items()]
    )
    what = forms.CharField(
        label="pairs, place or ear points",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "BL25-BL26, lumbar muscles, TF4 Shenmen"}),
    )
    side = forms.ChoiceField(label="side", choices=SIDES[:3])
    stage = forms.CharField(max_length=8)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, what = data.get("kind", ""), data.get("what", "")
        try:
            if kind == "electro":
                data["leads"] = read_pairs(what)
            elif kind.startswith("ear_"):
                data["points"] = read_ear_points(what)
        except forms.ValidationError as error:
            self.add_error("what", error)
        except ValueError as error:
            self.add_error("what", str(error))
        return data


class AmendForm(forms.Form):
    text = forms.CharField(label="Amendment", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
