"""What the assessment page posts, read and validated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from intake.actions.assessment import Examination
from intake.assessment import load_intake_knowledge
from intake.assessment.spine import PALPATED
from intake.presenters.assessment import SIDES

ANSWERS: dict[str, bool | None] = {"1": True, "0": False, "": None}
NOTES_MAX = 4000
ASHI_ROWS_MAX = 12
CLASSES = ("stagnation", "deficiency", "mixed")


def read_examination(data: QueryDict, *, told: Mapping[str, bool], before: Mapping[str, bool | None]) -> Examination:
    """The posted page as an examination.

    ``told``: what the patient's answers say, by finding id. ``before``: what the practitioner had entered;
    controls that were not sent keep it. Three-way controls are named ``f.<finding id>``: 1 present, 0 absent,
    empty not known. ``answer`` is another such control, sent by a button: ``flag.fever=0``. Only what differs
    from ``told`` is kept. Unknown ids, levels and sides are left out: no control of the page can send them.
    """
    known = load_intake_knowledge().labels
    findings = dict(before)
    entered = {name[2:]: value for name, value in data.items() if name.startswith("f.")}
    pressed, _, choice = str(data.get("answer", "")).partition("=")
    if pressed:
        entered[pressed] = choice
    for finding, value in entered.items():
        if finding not in known or value not in ANSWERS:
            continue
        if told.get(finding) is ANSWERS[value]:
            findings.pop(finding, None)
        else:
            findings[finding] = ANSWERS[value]
    levels = [level for level in PALPATED if level in data.getlist("levels")]
    return Examination(
        findings=dict(sorted(findings.items())),
        levels=levels,
        ashi=_ashi(data, known),
        notes=data.get("notes", "").replace("\x00", "").strip()[:NOTES_MAX],
    )


def _ashi(data: QueryDict, known: Mapping[str, str]) -> list[dict[str, str]]:
    rows = zip(data.getlist("ashi-where"), data.getlist("ashi-side"), data.getlist("ashi-region"), strict=False)
    places = []
    for where, side, region in rows:
        where = where.replace("\x00", "").strip()[:120]
        if where:
            place = {"where": where, "side": side if side in SIDES else ""}
            place["region"] = region if f"site.{region}" in known else ""
            places.append(place)
    return places[:ASHI_ROWS_MAX]


class DecisionForm(forms.Form):
    """Confirm the computed result, or replace class, branch or root, with a reason."""

    picture_class = forms.ChoiceField(label="class", required=False)
    branch = forms.ChoiceField(label="branch", required=False)
    root = forms.ChoiceField(label="root", required=False)
    reason = forms.CharField(label="reason", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        patterns = load_intake_knowledge().patterns.pattern
        as_computed = ("", "as computed")
        choices = {
            "picture_class": [as_computed, *((name, name) for name in CLASSES)],
            "branch": [as_computed, ("none", "none"), *_of_role(patterns, "branch")],
            "root": [as_computed, ("none", "none"), *_of_role(patterns, "root")],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, confirmed: Mapping[str, str]) -> dict[str, str]:
        return {**confirmed, "picture_class": confirmed.get("class", "")}

    def confirmed(self) -> dict[str, str]:
        data = self.cleaned_data
        chosen = {"class": data["picture_class"], "branch": data["branch"], "root": data["root"]}
        return {key: value for key, value in {**chosen, "reason": data["reason"].strip()}.items() if value}


def _of_role(patterns: Mapping[str, Any], role: str) -> list[tuple[str, str]]:
    return [(name, pattern.name) for name, pattern in patterns.items() if pattern.role == role]


class ClearanceForm(forms.Form):
    """Who examined the red flag, when, and with what result.

    ``finding_ids``: what the page raises and may be cleared. ``not_before``: the day an emergency was reported; an
    examination before that day concerned something else.
    """

    findings = forms.MultipleChoiceField(label="what was examined", widget=forms.CheckboxSelectMultiple)
    examined_by = forms.CharField(label="examined by", max_length=160)
    examined_on = forms.DateField(label="on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    result = forms.CharField(label="result", max_length=300)
    note = forms.CharField(label="note", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, finding_ids: list[str], not_before: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_before = not_before
        label = load_intake_knowledge().label
        self.fields["findings"].choices = [(f, label(f)) for f in finding_ids]  # type: ignore[attr-defined]
        self.fields["findings"].initial = finding_ids

    def clean_examined_on(self) -> Any:
        day = self.cleaned_data["examined_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("The examination cannot be in the future.")
        if self.not_before and day < self.not_before:
            raise forms.ValidationError(
                f"The patient reported this on {self.not_before.day} {self.not_before:%B %Y}. "
                "An earlier examination does not clear it: it must be examined again."
            )
        return day
