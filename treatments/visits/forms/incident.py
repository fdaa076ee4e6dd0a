"""The review of an incident."""

from __future__ import annotations

from django import forms

from clinic.lib.wording import says_something


class IncidentReviewForm(forms.Form):
    note = forms.CharField(
        label="What was found, and what is done", max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_note(self) -> str:
        note = str(self.cleaned_data["note"])
        if not says_something(note):
            raise forms.ValidationError("Say in a few words what was found and what is done.")
        return note
