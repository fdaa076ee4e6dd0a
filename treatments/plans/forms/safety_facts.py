"""What a practitioner types about a patient's safety, read into a finding where the vocabulary has one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from clinic.people.models import SafetyEntry
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.medicines import find_medicine
from intake.assessment.text import load_lexicon, read_texts

NOTHING = ("", "what the words say, else nothing")


class SafetyEntryForm(forms.Form):
    kind = forms.ChoiceField(label="What", choices=SafetyEntry.Kind.choices)
    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"list": "safety-names", "autocomplete": "off"})
    )
    counts_as = forms.ChoiceField(label="Counts as", required=False)
    place = forms.CharField(label="Place", max_length=80, required=False, help_text="of an implant or device")
    since = forms.DateField(
        label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counts_as"].choices = [NOTHING, *conditions()]  # type: ignore[attr-defined]

    def clean_since(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["since"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("The date cannot be in the future.")
        return day

    def entry(self) -> dict[str, Any]:
        """As ``add_entry`` takes it."""
        data = self.cleaned_data
        said = {"finding": data["counts_as"], "asks": ""}
        if not data["counts_as"]:
            said = _read(data["kind"], data["name"])
        return {"kind": data["kind"], "name": data["name"], "place": data["place"], "since": data["since"], **said}


def conditions() -> list[tuple[str, str]]:
    """The conditions and wishes of the vocabulary, in its order."""
    labels = load_intake_knowledge().labels
    return [(f, label) for f, label in labels.items() if f.startswith(("condition.", "wish."))]


def _read(kind: str, name: str) -> dict[str, str]:
    """A medicine by its name; a condition by its own words; anything else as the patient's words are read."""
    words = name.strip().casefold()
    for finding, label in conditions():
        if words == label.casefold():
            return {"finding": finding, "asks": ""}
    if kind == SafetyEntry.Kind.MEDICINE and (medicine := find_medicine(name)) is not None:
        states = medicine.of.strength == "states"
        return {"finding": medicine.of.finding if states else "", "asks": "" if states else medicine.of.finding}
    if kind == SafetyEntry.Kind.PREGNANCY:
        return {"finding": "condition.pregnant", "asks": ""}
    for sign in read_texts({"name": name}, load_lexicon(), weighs=False):
        if sign.finding.startswith("condition."):
            states = sign.strength == "states"
            return {"finding": sign.finding if states else "", "asks": "" if states else sign.finding}
    return {"finding": "", "asks": ""}
