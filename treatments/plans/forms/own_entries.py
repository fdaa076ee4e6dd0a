"""The name under which a practitioner keeps something of their own."""

from __future__ import annotations

import re

from django import forms

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class NameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=40, help_text="Letters, digits and dashes: gb-sciatica")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip().lower().lstrip(";").replace(" ", "-")
        if not NAME.fullmatch(name):
            raise forms.ValidationError("Letters, digits and dashes only, such as gb-sciatica.")
        return name
