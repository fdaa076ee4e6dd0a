"""The forms of the people app: they validate, nothing else."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from clinic.lib.records import RevisionField
from clinic.people.models import Clinic, Patient
from clinic.people.words import clean_name


class PatientForm(forms.ModelForm):
    """Contact and identity. ``version`` shows whether someone else has saved since."""

    version = RevisionField(required=False)
    language = forms.TypedChoiceField(
        choices=[("", "as their browser asks"), *settings.LANGUAGES],
        empty_value=None,
        required=False,
        help_text="Of forms, mails and the sheet for home. The patient chooses it in the form, too.",
    )

    class Meta:
        model = Patient
        fields = [
            "given_name",
            "family_name",
            "preferred_name",
            "pronouns",
            "date_of_birth",
            "sex",
            "phone",
            "no_phone",
            "email",
            "messages_by",
            "emergency_name",
            "emergency_phone",
            "emergency_relation",
            "occupation",
            "doctor",
            "address",
            "language",
            "desk_note",
        ]
        labels = {"no_phone": "No number?"}
        widgets = {
            "no_phone": forms.RadioSelect,
            "messages_by": forms.RadioSelect,
            "date_of_birth": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "address": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "date_of_birth": "Also protects the intake link: the patient is asked for it.",
            "desk_note": "Nothing medical here, as in “prefers mornings”.",
            "phone": "With the country code if it is abroad, as in +44 20 7946 0000.",
            "doctor": "Name, or practice and town.",
            "emergency_name": "Whom we may call when something happens.",
        }

    def clean(self) -> dict[str, Any]:
        """An alarm requires someone to call: a number, or a statement that there is none."""
        typed = super().clean() or self.cleaned_data
        if typed.get("phone"):
            typed["no_phone"] = ""
        elif not typed.get("no_phone") and "phone" not in self.errors:
            self.add_error("phone", "Please write a phone number, or choose below why there is none.")
        if typed.get("emergency_name") and not typed.get("emergency_phone") and "emergency_phone" not in self.errors:
            self.add_error("emergency_phone", "Please write their phone number, too.")
        if typed.get("emergency_phone") and not typed.get("emergency_name"):
            self.add_error("emergency_name", "Please write whose number this is.")
        return typed

    def clean_given_name(self) -> str:
        return self._name("given_name")

    def clean_family_name(self) -> str:
        return self._name("family_name")

    def _name(self, field: str) -> str:
        name = clean_name(self.cleaned_data[field])
        if not name:
            raise forms.ValidationError("Please write the name: there is no letter in it.")
        return name

    def clean_date_of_birth(self) -> datetime.date | None:
        born: datetime.date | None = self.cleaned_data["date_of_birth"]
        today = timezone.localdate()
        if born == today:
            raise forms.ValidationError("This is today’s date. Please write the date of birth.")
        if born and not (today - datetime.timedelta(days=366 * 120) <= born <= today):
            raise forms.ValidationError(
                "This date of birth is in the future or over 120 years ago. Please check the year."
            )
        return born

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ClinicForm(forms.ModelForm):
    """The clinic's own data."""

    class Meta:
        model = Clinic
        fields = [
            "name",
            "time_zone",
            "emergency_number",
            "crisis_line",
            "violence_line",
            "age_of_consent",
            "phone",
            "email",
            "alert_email",
            "address",
        ]
        widgets = {"address": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "time_zone": "As in Europe/Berlin or America/Chicago. All times people see are in this zone.",
            "emergency_number": "Shown to patients at once when an answer may be an emergency.",
            "crisis_line": "Shown when someone may harm themselves. Empty: the national line, where we know one.",
            "violence_line": "Shown when someone feels unsafe at home. Empty: the national line, where we know one.",
            "age_of_consent": "For younger patients a guardian signs the consent.",
            "alert_email": "Gets a short message, without medical details, when an intake raises a red flag.",
        }

    def clean_name(self) -> str:
        """On one line: it is part of the subject of every mail."""
        return " ".join(self.cleaned_data["name"].split())
