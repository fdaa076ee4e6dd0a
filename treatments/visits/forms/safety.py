"""Forms that go with a visit: examining a red flag, an adverse event, the review of a serious one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from treatments.models import AdverseEvent
from treatments.planner.knowledge.adverse_events import event_kinds
from treatments.visits.safety_questions import question_of


class ClearForm(forms.Form):
    """Who examined the flags, when, and what was found."""

    findings = forms.MultipleChoiceField(label="Examined", widget=forms.CheckboxSelectMultiple)
    examined_by = forms.CharField(label="Examined by", max_length=160, help_text="Name, and doctor or clinic.")
    examined_on = forms.DateField(
        label="Examined on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    result = forms.CharField(label="Result", max_length=300)
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, open_flags: list[str], told_on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told_on = told_on
        self.fields["findings"].choices = [  # type: ignore[attr-defined]
            (finding, question_of(finding)) for finding in open_flags
        ]

    def clean_examined_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["examined_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("The date cannot be in the future.")
        if day < self.told_on:
            raise forms.ValidationError(
                "The patient reported this at today's visit: an earlier examination does not clear it. "
                "It has to be examined again."
            )
        return day


class AdverseEventForm(forms.Form):
    """What went wrong, by the codes of the safety table."""

    code = forms.ChoiceField(label="What happened")
    treatment = forms.ChoiceField(
        label="After which treatment", choices=[("this", "this visit"), ("last", "the visit before")]
    )
    severity = forms.ChoiceField(
        choices=[("", "as usual for this event"), *AdverseEvent.Severity.choices], required=False
    )
    serious = forms.BooleanField(
        label="Serious: death, danger to life, hospital, disability, harm to the unborn", required=False
    )
    onset = forms.DateTimeField(
        label="Began at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    modality = forms.ChoiceField(
        choices=[("", "not known")]
        + [(m, m) for m in ("needle", "electro", "cupping", "gua sha", "moxa or heat", "ear", "acupressure")],
        required=False,
    )
    place = forms.CharField(label="Place or point", max_length=80, required=False)
    relation = forms.ChoiceField(
        label="Caused by the treatment?", choices=AdverseEvent.Relation.choices, initial="possible"
    )
    action = forms.ChoiceField(label="What was done", choices=AdverseEvent.Action.choices, initial="none")
    outcome = forms.CharField(label="Outcome", max_length=120, required=False)
    note = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for kind in event_kinds().values():
            groups.setdefault(kind.group, []).append((kind.code, kind.name))
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *groups.items(),
        ]

    def clean_onset(self) -> dt.datetime | None:
        onset: dt.datetime | None = self.cleaned_data["onset"]
        if onset and onset > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError("The start time cannot be in the future.")
        return onset

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("severity") and data.get("code"):
            data["severity"] = event_kinds()[data["code"]].severity
        return data


class EventReviewForm(forms.Form):
    outcome = forms.CharField(label="Outcome", max_length=120)
    note = forms.CharField(label="Lessons and changes", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
