"""Forms of the plan page: one for each kind of thing in a treatment. They check shape; safety is the planner's."""

from __future__ import annotations

from typing import Any

from django import forms

from treatments.planner.vocabulary import body, modalities
from treatments.plans.forms.ear_points import read_ear_points
from treatments.plans.forms.written import LevelsField, PairsField

Json = dict[str, Any]

SIDES = list(body.SIDES.items())
EAR_METHODS = list(modalities.EAR_METHODS.items())
HOME = list(modalities.HOME_CARE.items())


def adjuncts() -> list[tuple[str, str]]:
    return [(kind, known.name) for kind, known in modalities.ADJUNCTS.items()]


class PointForm(forms.Form):
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
    def initial_of(cls, point: Json) -> Json:
        return {
            **{name: point.get(name) for name in ("side", "role", "technique", "angle", "deqi", "where")},
            "diameter_mm": point["needle"]["diameter_mm"],
            "length_mm": point["needle"]["length_mm"],
            "depth_from": point["depth_mm"][0],
            "depth_to": point["depth_mm"][1],
            "levels": " ".join(point.get("levels") or []),
        }

    def clean(self) -> Json:
        data = super().clean() or self.cleaned_data
        low, high = data.get("depth_from"), data.get("depth_to")
        if low and high and low > high:
            self.add_error("depth_to", "The deeper end must not be less than the first number.")
        length = data.get("length_mm")
        if high and length and high >= length:
            self.add_error("length_mm", "The needle must be longer than the depth, so that its handle stays out.")
        return data

    def fields_of_item(self) -> Json:
        data = self.cleaned_data
        item = {name: data[name] for name in ("side", "role", "technique", "angle", "deqi", "levels")}
        item["needle"] = {"diameter_mm": data["diameter_mm"], "length_mm": data["length_mm"]}
        item["depth_mm"] = [data["depth_from"], data["depth_to"]]
        if data["where"]:
            item["where"] = data["where"]
        return item


class StageForm(forms.Form):
    position = forms.ChoiceField(choices=list(body.POSITION_TERMS.items()))
    side_up = forms.ChoiceField(label="side up", choices=[("", "–"), *SIDES[:2]], required=False)
    retention_min = forms.IntegerField(label="retention min", min_value=0, max_value=60)

    @classmethod
    def initial_of(cls, stage: Json) -> Json:
        return {name: stage.get(name) for name in ("position", "side_up", "retention_min")}

    def fields_of_item(self) -> Json:
        return {**self.cleaned_data, "side_up": self.cleaned_data["side_up"] or None}


class ElectroForm(forms.Form):
    """Pairs written BL25-BL26, more than one with a comma."""

    leads = PairsField(label="pairs", max_length=120)
    side = forms.ChoiceField(choices=SIDES)
    frequency_hz = forms.RegexField(
        label="Hz",
        regex=r"^\d{1,3}(\.\d)?([/-]\d{1,3})?$",
        error_messages={"invalid": "Write 2, 2-10 or 2/100."},
    )
    wave = forms.ChoiceField(choices=list(modalities.WAVES.items()))
    felt_strength = forms.CharField(label="felt strength", max_length=80)
    minutes = forms.IntegerField(min_value=1, max_value=30)
    from_visit = forms.IntegerField(label="from visit", min_value=1, max_value=30)

    @classmethod
    def initial_of(cls, electro: Json) -> Json:
        names = ("side", "frequency_hz", "wave", "felt_strength", "minutes")
        return {
            **{name: electro.get(name) for name in names},
            "from_visit": electro.get("from_visit") or 1,
            "leads": ", ".join("-".join(pair) for pair in electro["leads"]),
        }

    def fields_of_item(self) -> Json:
        return dict(self.cleaned_data)


def _keep_kind(form: forms.Form) -> None:
    """A kind that the vocabulary no longer has stays what it is in a plan that holds it; a new one must be known."""
    kind, field = (form.initial or {}).get("kind"), form.fields["kind"]
    if kind and kind not in dict(field.choices):  # type: ignore[attr-defined]
        field.choices = [*field.choices, (kind, modalities.adjunct_name(kind))]  # type: ignore[attr-defined]


class AdjunctForm(forms.Form):
    kind = forms.ChoiceField(choices=adjuncts)
    detail = forms.CharField(max_length=60, required=False)
    where = forms.CharField(max_length=120)
    minutes = forms.IntegerField(min_value=1, max_value=60)
    from_visit = forms.IntegerField(label="from visit", min_value=1, max_value=30, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _keep_kind(self)

    @classmethod
    def initial_of(cls, item: Json) -> Json:
        return {name: item.get(name) for name in ("kind", "detail", "where", "minutes", "from_visit")}

    def fields_of_item(self) -> Json:
        return dict(self.cleaned_data)


class EarForm(forms.Form):
    """Ear points by code or name: TF4, shenmen, 神门; AH9 Lumbosacral spine."""

    method = forms.ChoiceField(choices=EAR_METHODS)
    side = forms.ChoiceField(choices=list(body.EAR_SIDES.items()))
    points = forms.CharField(max_length=200)
    keep_days = forms.IntegerField(label="keep days", min_value=0, max_value=7, required=False)

    @classmethod
    def initial_of(cls, ear: Json) -> Json:
        points = ", ".join(f"{point['code']} {point['name']}".strip() for point in ear["points"])
        return {
            "method": ear["method"],
            "side": ear["side"],
            "points": points,
            "keep_days": ear.get("keep_days"),
        }

    def clean_points(self) -> list[Json]:
        return read_ear_points(self.cleaned_data["points"])

    def fields_of_item(self) -> Json:
        return {**self.cleaned_data, "keep_days": self.cleaned_data["keep_days"] or 0}


class HomeCareForm(forms.Form):
    kind = forms.ChoiceField(choices=HOME)
    text = forms.CharField(label="in the patient's words", max_length=600, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _keep_kind(self)

    @classmethod
    def initial_of(cls, item: Json) -> Json:
        return {"kind": item["kind"], "text": item["text"]}

    def fields_of_item(self) -> Json:
        return dict(self.cleaned_data)


class DoseForm(forms.Form):
    """Phases written 2x4, 1x2: times a week x weeks. Reviews as visit numbers."""

    phases = forms.CharField(label="times a week × weeks", max_length=60)
    review_at = forms.CharField(label="review at visits", max_length=60, required=False)

    @classmethod
    def initial_of(cls, dose: Json) -> Json:
        return {
            "phases": ", ".join(f"{phase['per_week']}×{phase['weeks']}" for phase in dose["phases"]),
            "review_at": ", ".join(str(n) for n in dose.get("review_at", [])),
        }

    def clean_phases(self) -> list[Json]:
        phases = []
        for text in self.cleaned_data["phases"].lower().replace("×", "x").split(","):
            times, _, weeks = text.strip().partition("x")
            if not (times.strip().isdecimal() and weeks.strip().isdecimal()):
                raise forms.ValidationError("Write 2×4, 1×2 for twice a week for 4 weeks, then once for 2.")
            phases.append({"per_week": int(times), "weeks": int(weeks)})
        if any(not 1 <= phase["per_week"] <= 7 or not 1 <= phase["weeks"] <= 52 for phase in phases):
            raise forms.ValidationError("1 to 7 times a week, 1 to 52 weeks.")
        if sum(phase["per_week"] * phase["weeks"] for phase in phases) > 60:
            raise forms.ValidationError("A course has at most 60 visits: review before that.")
        return phases

    def clean_review_at(self) -> list[int]:
        words = self.cleaned_data["review_at"].replace(",", " ").split()
        if not all(word.isdecimal() for word in words):
            raise forms.ValidationError("Write visit numbers: 4, 8.")
        return sorted({int(word) for word in words})

    def fields_of_item(self) -> Json:
        return dict(self.cleaned_data)


class PrincipleForm(forms.Form):
    principle = forms.CharField(max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
