"""Forms of the visit page: a small form for each thing charted. They check shape; safety is the planner's job."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.forms.boundfield import BoundField

from clinic.lib.complaints import DEFAULT
from clinic.people.models import User
from treatments.models.incident import incident_reasons
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.treatment.visit_shapes import (
    ChartedAdjunct,
    ChartedEar,
    ChartedElectro,
    ChartedPoint,
    ChartedStage,
    CloseJson,
    StartJson,
    UnsaidJson,
)
from treatments.planner.treatment.written import (
    MOST_DEPTH,
    depth_text,
    levels_text,
    needle_text,
    pairs_text,
    read_depth,
)
from treatments.planner.vocabulary.modalities import DEQI, TECHNIQUES
from treatments.plans.forms.items import SIDES
from treatments.plans.forms.written import LevelsField, NeedleField, PairsField, frequency_field
from treatments.visits import observed
from treatments.visits.forms.stops import SmallForm, small
from treatments.visits.safety_questions import questions_about, questions_of

Item = TypeVar("Item", bound=Mapping[str, Any])
Initial = dict[str, Any]  # form field -> its value
YES_NO = [("yes", "yes"), ("no", "no")]
DONE = [("done", "done"), ("not_done", "not done")]
TIME_OF_DAY = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$")


class TimeOfDay(forms.CharField):
    """HH:MM, kept as text: a time on the day of the visit in the clinic's time zone."""

    widget = forms.TextInput(attrs={"type": "time"})

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))[:5]
        if text and not TIME_OF_DAY.match(text):
            raise forms.ValidationError("Use 24-hour time, e.g. 14:05.")
        return text


def number_field(label: str, low: int, high: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def text_field(label: str, most: int = 300, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


def yes_no(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=YES_NO, required=False, widget=forms.RadioSelect)


class HintedField(BoundField):
    """A field with the hint that its form has for it as placeholder."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        hint = cast(PartForm[Any], self.form).hints.get(self.name)
        return {**built, "placeholder": hint} if hint is not None else built


class PartForm(SmallForm, Generic[Item]):
    """A part of the record: ``initial_of(item)`` reads it, ``keep_in(item)`` writes valid input. A field is stored
    under its own name, except for those in OTHERWISE."""

    OTHERWISE: tuple[str, ...] = ()
    bound_field_class = HintedField
    hints: Mapping[str, str] = {}

    def stored(self) -> Iterator[tuple[str, Any]]:
        """Each field and what it shows of the record, whatever was typed."""
        for name, field in self.fields.items():
            yield name, field.prepare_value(self.get_initial_for_field(field, name))

    @classmethod
    def initial_of(cls, item: Item) -> Initial:
        return {name: item.get(name) for name in cls.base_fields}

    @classmethod
    def hints_of(cls, item: Item) -> dict[str, str]:
        """The placeholder of an empty field: what was planned, which is not an answer."""
        hints = {"minutes": item.get("planned_minutes"), "retention_min": item.get("planned_retention_min")}
        return {name: f"plan {value}" for name, value in hints.items() if value and name in cls.base_fields}

    def keep_in(self, item: Item) -> None:
        """Put valid input into the item; a field in error keeps the stored value."""
        data = self.cleaned_data
        kept = {name: data[name] for name in self.fields if name in data and name not in self.OTHERWISE}
        cast(dict[str, Any], item).update(kept)


def flag_field(finding: str) -> str:
    return finding.replace(".", "_")


class StartForm(PartForm[StartJson]):
    """How things have been since the last visit, pain today, the short safety questions, tongue and pulse."""

    pain_now = number_field("Pain now, 0–10", 0, 10)
    pain_average = number_field("On average since last time, 0–10", 0, 10)
    also_pain_now = number_field("Pain now, 0–10", 0, 10)
    also_pain_average = number_field("On average since last time, 0–10", 0, 10)
    since_last = text_field("How it was since the last visit", 600, rows=2)
    unwanted = yes_no("Any side effects after the last treatment?")
    unwanted_text = text_field("What")
    pregnant = yes_no("Could the patient be pregnant?")
    tongue = text_field("Tongue", 200)
    pulse = text_field("Pulse", 200)
    medicines = text_field("New medicines or illness", 200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions_about(self.initial.get("about", DEFAULT), self.initial.get("about_also", ""))
        if not self.initial.get("about_also"):
            del self.fields["also_pain_now"], self.fields["also_pain_average"]
        self.OTHERWISE = tuple(map(flag_field, self.questions))
        for finding, question in self.questions.items():
            self.fields[flag_field(finding)] = yes_no(question)

    @classmethod
    def initial_of(cls, item: StartJson) -> Initial:
        answers = item.get("flags", {})
        flags = {flag_field(finding): answers.get(finding, "") for finding in questions_of(item)}
        return (
            super().initial_of(item)
            | flags
            | {name: item.get(name, "") for name in ("about", "about_also") if name in item}
        )

    def keep_in(self, item: StartJson) -> None:
        super().keep_in(item)
        item["flags"] = {f: self.cleaned_data.get(flag_field(f), "") for f in self.questions}

    def flag_fields(self) -> list[Any]:
        return [self[flag_field(finding)] for finding in self.questions]


class StageForm(PartForm[ChartedStage]):
    first_insertion = TimeOfDay(label="first needle in", required=False)
    retention_min = number_field("needles stayed, min", 1, 90)
    in_corrected = number_field("needles in, corrected", 0, 99)
    out = number_field("needles out", 0, 99)
    out_at = TimeOfDay(label="out at", required=False)


class PointForm(PartForm[ChartedPoint]):
    """How one point was needled: depth reached and deqi only as observed, needle as ``0.25x40``."""

    done = forms.ChoiceField(label="Done", choices=DONE, required=False, widget=forms.RadioSelect)
    side = forms.ChoiceField(choices=SIDES)
    technique = forms.ChoiceField(choices=list(TECHNIQUES.items()))
    deqi = forms.ChoiceField(label="deqi obtained", choices=[("", "not noted"), *DEQI.items()], required=False)
    depth = forms.CharField(label="depth mm, reached", max_length=9, required=False)
    found = text_field("found by palpation at", 80)
    needle_size = NeedleField(label="needle mm", max_length=11)
    spine = LevelsField(label="levels", max_length=40, required=False)
    note = text_field("note", 160)
    OTHERWISE = ("depth", "needle_size", "spine")

    @classmethod
    def initial_of(cls, item: ChartedPoint) -> Initial:
        reached = observed.depth_of(item)
        return {
            "done": item["done"],
            "side": item["side"],
            "technique": item["technique"],
            "note": item["note"],
            "found": item.get("found"),
            "deqi": observed.deqi_of(item),
            "depth": depth_text(*reached, dash="-") if reached else "",
            "needle_size": needle_text(item["needle"]),
            "spine": levels_text(item["levels"]),
        }

    @classmethod
    def hints_of(cls, item: ChartedPoint) -> dict[str, str]:
        meant = observed.span(observed.intended_depth(item))
        return {"depth": f"plan {meant}" if item["planned"] else f"usual {meant}", "found": item.get("where", "")}

    def clean_depth(self) -> int | list[int] | None:
        text = self.cleaned_data["depth"].strip()
        if text == self.initial.get("depth") and "-" in text:
            return read_depth(text)  # a range from an older record, unchanged
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_DEPTH:
            raise forms.ValidationError("Write the depth reached in mm, one number, as 20.")
        return int(text)

    def keep_in(self, item: ChartedPoint) -> None:
        super().keep_in(item)
        data = self.cleaned_data
        if "depth" in data:
            item["depth_mm"] = data["depth"]
        if "needle_size" in data:
            item["needle"] = data["needle_size"]
        if "spine" in data:
            item["levels"] = data["spine"]


class ElectroForm(PartForm[ChartedElectro]):
    """Current as actually given; felt strength from 0 (nothing) to 10 (the strongest bearable)."""

    done = forms.ChoiceField(label="Done", choices=DONE, required=False, widget=forms.RadioSelect)
    pairs = PairsField(label="pairs", max_length=120)
    frequency_hz = frequency_field()
    minutes = number_field("minutes", 1, 30)
    felt = number_field("felt, 0–10", 0, 10)
    note = text_field("note", 160)
    OTHERWISE = ("pairs",)

    @classmethod
    def initial_of(cls, item: ChartedElectro) -> Initial:
        return super().initial_of(item) | {"pairs": pairs_text(item["leads"])}

    def keep_in(self, item: ChartedElectro) -> None:
        super().keep_in(item)
        if "pairs" in self.cleaned_data:
            item["leads"] = self.cleaned_data["pairs"]
            if "pairs" in self.changed_data:
                item["lead_levels"] = []  # they gave the levels of the previous pairs


class AdjunctForm(PartForm[ChartedAdjunct]):
    done = forms.ChoiceField(label="Done", choices=DONE, required=False, widget=forms.RadioSelect)
    minutes = number_field("minutes", 1, 60)
    where = text_field("where", 120)
    note = text_field("note", 160)


class EarForm(PartForm[ChartedEar]):
    done = forms.ChoiceField(label="Done", choices=DONE, required=False, widget=forms.RadioSelect)
    side = forms.ChoiceField(choices=[("left", "left"), ("right", "right"), ("both", "both")], required=False)
    remove_on = forms.DateField(
        label="take off on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    out = number_field("needles out", 0, 20)
    note = text_field("note", 160)

    OTHERWISE = ("remove_on",)

    def keep_in(self, item: ChartedEar) -> None:
        super().keep_in(item)
        if "remove_on" in self.cleaned_data:
            day: dt.date | None = self.cleaned_data["remove_on"]
            item["remove_on"] = day.isoformat() if day else ""


def mismatch_codes() -> list[tuple[str, str]]:
    return [("", "-"), *incident_reasons("needle_count").items()]


def staff_names() -> list[tuple[str, str]]:
    """Who may have counted: everyone who works here now, by name, as stored in the record."""
    return [("", "-"), *((name, name) for name in User.objects.filter(is_active=True).values_list("name", flat=True))]


class CloseForm(PartForm[CloseJson]):
    """Response, advice, notes, and what the ledger needs in words."""

    response = text_field("What changed right after", 600, rows=2)
    pain_after = number_field("Pain after, 0–10", 0, 10)
    advice = text_field("Advice given", 600, rows=2)
    notes = text_field("Notes", 4000, rows=3)
    mismatch_code = forms.ChoiceField(label="What is known of them", choices=mismatch_codes, required=False)
    mismatch_where = text_field("Place: where found, or where looked for", 200)
    mismatch_by = forms.ChoiceField(label="Counted by", required=False)
    mismatch_reason = text_field("More about it", 300)
    needle_maker = text_field("Needle maker", 80)
    needle_material = text_field("Needle material", 80)
    not_treated = text_field("No treatment today, because", 300)
    flag_action = text_field("What was done about the red flag", 600, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by = forms.ChoiceField(label="Counted by", choices=cache(staff_names), required=False)  # asked for once
        self.fields["mismatch_by"] = small(by)


WHY_NOT = [("", "-"), *reasons_for("unsaid").items()]


class UnsaidForm(PartForm[UnsaidJson]):
    """Why something that belongs in the note is missing."""

    pain = forms.ChoiceField(label=observed.ASKED["pain"], choices=WHY_NOT, required=False)
    time = forms.ChoiceField(label=observed.ASKED["time"], choices=WHY_NOT, required=False)
    response = forms.ChoiceField(label=observed.ASKED["response"], choices=WHY_NOT, required=False)
