"""The form of a point of the clinic's own: its answers are the tables that would stand in the clinic's file."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from clinic.lib.knowledge_files import Fault
from clinic.lib.loose import Json
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import OwnPoint
from treatments.planner.treatment.written import read_depth
from treatments.planner.vocabulary.body import POSITIONS, REGIONS
from treatments.planner.vocabulary.modalities import ANGLES

NOTHING = "nothing"
BENEATH = {
    "pneumothorax": "lung", "kidney": "kidney", "spinal_cord": "spinal cord", "peritoneum": "inside of the belly",
    "bowel": "bowel", "bladder": "bladder", "nerve": "large nerve", "vessel": "large vessel", "heart": "heart",
    "eye": "eye",
}  # fmt: skip
PREGNANCY = (
    ("forbid", "not at all, whenever pregnancy is possible"),
    ("forbid_t1", "not in the first 12 weeks, later with a reason"),
    ("override", "only with a reason"),
)
READ = "KNOWN: the clinic's word, not compared with a printed source"
_OF_FAULT = {"depth_mm": "depth", "cap_mm": "depth", "risks": "beneath", "english": "name", "sources": "source"}


class OwnPointForm(forms.Form):
    """What is not said is the careful choice; what a needle must know is asked for."""

    code = forms.CharField(label="Code", max_length=13, help_text="Letters of your own, a dash and a number: T-77.08")
    name = forms.CharField(label="Name", max_length=40)
    hanzi = forms.CharField(label="In characters", max_length=20, required=False)
    region = forms.ChoiceField(
        label="Region", help_text="Every rule of safety goes by it: choose the riskiest that it touches."
    )
    sides = forms.ChoiceField(
        label="Side",
        choices=[("", "Choose"), ("bilateral", "left and right"), ("midline", "in the midline")],
    )
    location = forms.CharField(
        label="Where it lies", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="So that someone else finds it: the bone or crease next to it, and how far from it",
    )  # fmt: skip
    depth = forms.CharField(label="Depth in mm", max_length=7, help_text="Never deeper than the second number: 8-15")
    angle = forms.ChoiceField(label="Angle", required=False)
    beneath = forms.MultipleChoiceField(
        label="What lies beneath", widget=forms.CheckboxSelectMultiple,
        choices=[*BENEATH.items(), (NOTHING, "nothing of these")],
        error_messages={"required": "Say what lies beneath, or that it is nothing of these."},
    )  # fmt: skip
    uses = forms.CharField(label="Used for", max_length=200)
    positions = forms.MultipleChoiceField(
        label="Reached", widget=forms.CheckboxSelectMultiple, choices=[*POSITIONS.items()], required=False,
        help_text="None ticked: as its region is reached",
    )  # fmt: skip
    pregnancy = forms.ChoiceField(label="In pregnancy", choices=PREGNANCY, required=False)
    electro = forms.ChoiceField(
        label="Current", required=False, choices=[("no", "none"), ("override", "only with a reason")]
    )
    moxa = forms.ChoiceField(label="Moxa", required=False, choices=[("no", "no"), ("yes", "yes")])
    caution = forms.CharField(label="To mind", max_length=300, required=False)
    source = forms.CharField(label="Where this comes from", max_length=200, help_text="Teacher, course, book")

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = planner_knowledge().own_limits
        regions = [(one, f"{REGIONS[one]}, {limits[one].cap_mm} mm at most") for one in REGIONS if one in limits]
        cast(forms.ChoiceField, self.fields["region"]).choices = [("", "Choose"), *regions]
        angles = [("", "the careful one of the region"), *((one, one) for one in ANGLES)]
        cast(forms.ChoiceField, self.fields["angle"]).choices = angles
        if code:  # is the name of the point in plans: it stays
            self.fields["code"].disabled = True

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

    def clean_depth(self) -> list[int]:
        try:
            low, high = read_depth(self.cleaned_data["depth"].strip())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return [low, high]

    def clean_beneath(self) -> list[str]:
        ticked = list(self.cleaned_data["beneath"])
        if NOTHING in ticked and len(ticked) > 1:
            raise forms.ValidationError("Either something lies beneath, or nothing of these.")
        return [one for one in ticked if one != NOTHING]

    def tables(self) -> Json:
        """As they would stand in the clinic's file. The region's risks are named whatever was ticked."""
        told = self.cleaned_data
        key = f"OWN-{told['code']}"
        limit = planner_knowledge().own_limits[told["region"]]
        low, high = told["depth"]
        point = {
            "code": told["code"],
            "name": told["name"].strip(),
            "region": told["region"],
            "sides": told["sides"],
            "location": " ".join(told["location"].split()),
            "uses": told["uses"].strip(),
            "depth_mm": [low, high],
            "cap_mm": high,
            "risks": [*dict.fromkeys((*limit.risks, *told["beneath"]))],
            "sources": [key],
        }
        given = ("hanzi", "angle", "positions", "pregnancy", "electro", "moxa", "caution")
        point |= {name: told[name] for name in given if told[name]}
        return {"source": [{"key": key, "title": told["source"].strip(), "read": READ}], "point": [point]}

    def refuse(self, faults: tuple[Fault, ...]) -> None:
        """The words of the checks, each at the answer that it is about."""
        for fault in faults:
            key, colon, text = fault.text.partition(": ")
            field = _OF_FAULT.get(key, key)
            if colon and field in self.fields:
                self.add_error(field, text)
            elif (last := fault.key.rpartition(": ")[2]) in self.fields:
                self.add_error(last, fault.text)
            else:
                self.add_error("name" if "name" in fault.text else None, fault.text)

    @staticmethod
    def initial_of(row: OwnPoint) -> dict[str, Any]:
        point = row.tables["point"][0]
        low, high = point["depth_mm"]
        return {
            **point,
            "depth": f"{low}-{high}" if low != high else str(high),
            "beneath": point["risks"] or [NOTHING],
            "source": row.tables["source"][0]["title"],
        }
