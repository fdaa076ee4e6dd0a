"""Forms of the plan page: one for each kind of item in a treatment. They check shape; safety is the planner's job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypedDict, TypeVar, cast

from django import forms

from treatments.planner.treatment.shapes import (
    AdjunctFields,
    AdjunctJson,
    DoseFields,
    DoseJson,
    EarFields,
    EarJson,
    EarPointJson,
    ElectroFields,
    ElectroJson,
    HomeCareFields,
    HomeCareJson,
    PointFields,
    PointJson,
    StageFields,
    StageJson,
    TreatmentJson,
)
from treatments.planner.treatment.written import levels_text, pairs_text, phases_text
from treatments.planner.vocabulary import body, modalities
from treatments.plans.forms.ear_points import read_ear_points
from treatments.plans.forms.written import LevelsField, PairsField, PhasesField, frequency_field

Item = TypeVar("Item", bound=Mapping[str, Any])
Fields = TypeVar("Fields", bound=Mapping[str, Any])
Initial = dict[str, Any]  # form field -> its value

SIDES = list(body.SIDES.items())
EAR_METHODS = list(modalities.EAR_METHODS.items())
HOME = list(modalities.HOME_CARE.items())


def adjuncts() -> list[tuple[str, str]]:
    return [(kind, known.name) for kind, known in modalities.ADJUNCTS.items()]


class ItemForm(forms.Form, Generic[Item, Fields]):
    """The form for one kind of item in a plan: filled from it, and read into the fields it changes."""

    @classmethod
    def initial_of(cls, item: Item) -> Initial:
        raise NotImplementedError

    def fields_of_item(self) -> Fields:
        """What was typed, if all of it is valid; fields are named as in the item."""
        return cast(Fields, dict(self.cleaned_data))


class PointForm(ItemForm[PointJson, PointFields]):
    """Where and how one point is needled. Lengths in mm."""

    side = forms.ChoiceField(choices=SIDES)
    role = forms.ChoiceField(choices=list(modalities.ROLES.items()))
    technique = forms.ChoiceField(choices=list(modalities.TECHNIQUES.items()))
    diameter_mm = forms.FloatField(label="needle ∅ mm", min_value=0.12, max_value=0.5)
    length_mm = forms.IntegerField(label="needle length mm", min_value=7, max_value=125)
    depth_from = forms.IntegerField(label="depth from mm", min_value=1, max_value=120)
    depth_to = forms.IntegerField(label="to mm", min_value=1, max_value=120)
    angle = forms.ChoiceField(choices=list(modalities.ANGLES.items()))
    deqi = forms.ChoiceField(choices=list(modalities.DEQI.items()))
    levels = LevelsField(label="levels", required=False, max_length=60)
    where = forms.CharField(label="where", required=False, max_length=120)

    @classmethod
    def initial_of(cls, item: PointJson) -> Initial:
        low, high = item["depth_mm"]
        return {
            "side": item["side"],
            "role": item.get("role"),
            "technique": item["technique"],
            "angle": item["angle"],
            "deqi": item["deqi"],
            "where": item.get("where"),
            **item["needle"],
            "depth_from": low,
            "depth_to": high,
            "levels": levels_text(item.get("levels")),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        low, high = data.get("depth_from"), data.get("depth_to")
        if low and high and low > high:
            self.add_error("depth_to", "The deeper end must not be less than the first number.")
        length = data.get("length_mm")
        if high and length and high >= length:
            self.add_error("length_mm", "The needle must be longer than the depth, so that its handle stays out.")
        return data

    def fields_of_item(self) -> PointFields:
        data = self.cleaned_data
        fields: PointFields = {
            "side": data["side"],
            "role": data["role"],
            "technique": data["technique"],
            "angle": data["angle"],
            "deqi": data["deqi"],
            "levels": data["levels"],
            "needle": {"diameter_mm": data["diameter_mm"], "length_mm": data["length_mm"]},
            "depth_mm": [data["depth_from"], data["depth_to"]],
        }
        if data["where"]:
            fields["where"] = data["where"]
        return fields


class StageForm(ItemForm[StageJson, StageFields]):
    position = forms.ChoiceField(choices=list(body.POSITION_TERMS.items()))
    side_up = forms.ChoiceField(label="side up", choices=[("", "–"), *SIDES[:2]], required=False)
    retention_min = forms.IntegerField(label="retention min", min_value=0, max_value=60)

    @classmethod
    def initial_of(cls, item: StageJson) -> Initial:
        return {
            "position": item["position"],
            "side_up": item.get("side_up"),
            "retention_min": item["retention_min"],
        }

    def fields_of_item(self) -> StageFields:
        data = self.cleaned_data
        return {
            "position": data["position"],
            "side_up": data["side_up"] or None,
            "retention_min": data["retention_min"],
        }


class ElectroForm(ItemForm[ElectroJson, ElectroFields]):
    """Pairs written BL25-BL26, comma-separated."""

    leads = PairsField(label="pairs", max_length=120)
    side = forms.ChoiceField(choices=SIDES)
    frequency_hz = frequency_field()
    wave = forms.ChoiceField(choices=list(modalities.WAVES.items()))
    felt_strength = forms.CharField(label="felt strength", max_length=80)
    minutes = forms.IntegerField(min_value=1, max_value=30)
    from_visit = forms.IntegerField(label="from visit", min_value=1, max_value=30)

    @classmethod
    def initial_of(cls, item: ElectroJson) -> Initial:
        return {
            "leads": pairs_text(item["leads"]),
            "side": item["side"],
            "frequency_hz": item["frequency_hz"],
            "wave": item["wave"],
            "felt_strength": item["felt_strength"],
            "minutes": item["minutes"],
            "from_visit": item.get("from_visit") or 1,
        }


def _keep_kind(form: forms.Form) -> None:
    """A kind no longer in the vocabulary is kept in a plan that has it; a new one must be known."""
    kind, field = (form.initial or {}).get("kind"), form.fields["kind"]
    if kind and kind not in dict(field.choices):  # type: ignore[attr-defined]
        field.choices = [*field.choices, (kind, modalities.adjunct_name(kind))]  # type: ignore[attr-defined]


class AdjunctForm(ItemForm[AdjunctJson, AdjunctFields]):
    kind = forms.ChoiceField(choices=adjuncts)
    detail = forms.CharField(max_length=60, required=False)
    where = forms.CharField(max_length=120)
    minutes = forms.IntegerField(min_value=1, max_value=60)
    from_visit = forms.IntegerField(label="from visit", min_value=1, max_value=30, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _keep_kind(self)

    @classmethod
    def initial_of(cls, item: AdjunctJson) -> Initial:
        return {
            "kind": item["kind"],
            "detail": item["detail"],
            "where": item["where"],
            "minutes": item["minutes"],
            "from_visit": item.get("from_visit"),
        }


class EarForm(ItemForm[EarJson, EarFields]):
    """Ear points by code or name: TF4, shenmen, 神门; AH9 Lumbosacral spine."""

    method = forms.ChoiceField(choices=EAR_METHODS)
    side = forms.ChoiceField(choices=list(body.EAR_SIDES.items()))
    points = forms.CharField(max_length=200)
    keep_days = forms.IntegerField(label="keep days", min_value=0, max_value=7, required=False)

    @classmethod
    def initial_of(cls, item: EarJson) -> Initial:
        return {
            "method": item["method"],
            "side": item["side"],
            "points": ", ".join(f"{point['code']} {point['name']}".strip() for point in item["points"]),
            "keep_days": item.get("keep_days"),
        }

    def clean_points(self) -> list[EarPointJson]:
        return read_ear_points(self.cleaned_data["points"])

    def fields_of_item(self) -> EarFields:
        data = self.cleaned_data
        return {
            "method": data["method"],
            "side": data["side"],
            "points": data["points"],
            "keep_days": data["keep_days"] or 0,
        }


class HomeCareForm(ItemForm[HomeCareJson, HomeCareFields]):
    kind = forms.ChoiceField(choices=HOME)
    text = forms.CharField(label="in the patient's words", max_length=600, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _keep_kind(self)

    @classmethod
    def initial_of(cls, item: HomeCareJson) -> Initial:
        return {"kind": item["kind"], "text": item["text"]}


class DoseForm(ItemForm[DoseJson, DoseFields]):
    """Phases are written 2x4, 1x2: times a week x weeks. Reviews are visit numbers."""

    phases = PhasesField(label="times a week × weeks", max_length=60)
    review_at = forms.CharField(label="review at visits", max_length=60, required=False)

    @classmethod
    def initial_of(cls, item: DoseJson) -> Initial:
        return {
            "phases": phases_text(item["phases"]),
            "review_at": ", ".join(map(str, item.get("review_at", []))),
        }

    def clean_review_at(self) -> list[int]:
        words = self.cleaned_data["review_at"].replace(",", " ").split()
        if not all(word.isdecimal() for word in words):
            raise forms.ValidationError("Write visit numbers: 4, 8.")
        return sorted({int(word) for word in words})


class PrincipleFields(TypedDict):
    principle: str


class PrincipleForm(ItemForm[TreatmentJson, PrincipleFields]):
    principle = forms.CharField(max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    @classmethod
    def initial_of(cls, item: TreatmentJson) -> Initial:
        return {"principle": item["principle"]}
