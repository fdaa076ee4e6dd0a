"""The signature under the consent."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.forms.screen import clean_text
from intake.models import IntakeResponse
from intake.questionnaire.consent import Consent

OWN_LONGEST = 2000  # letters of one text (DESIGN)
OWN_SHORTEST = 10
LARGEST = 100_000  # characters of the picture, as in 100 kB
PREFIX = "data:image/png;base64,"
GUARDIAN = {
    "guardian": gettext_lazy("Please write your own full name."),
    "relation": gettext_lazy("Please write your relationship to the child, such as mother."),
    "filled_by": gettext_lazy("Please say who answered the questions."),
}
PNG = b"\x89PNG\r\n\x1a\n"


class ConsentForm(forms.Form):
    """A name typed, a box ticked; optionally a drawn signature."""

    agreed = forms.BooleanField(
        label=gettext_lazy("I agree"),
        error_messages={"required": gettext_lazy("Please tick the box if you agree. If you do not, please call us.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Your full name"),
        max_length=160,
        error_messages={"required": gettext_lazy("Please write your full name.")},
    )
    guardian = forms.CharField(label=gettext_lazy("The adult’s full name"), max_length=160, required=False)
    relation = forms.CharField(
        label=gettext_lazy("What is your relationship to the child?"), max_length=80, required=False
    )
    filled_by = forms.ChoiceField(
        label=gettext_lazy("Who answered the questions?"), choices=IntakeResponse.FilledBy.choices, required=False
    )
    signature = forms.CharField(required=False, widget=forms.HiddenInput)
    methods = forms.MultipleChoiceField(required=False)  # no tick: not agreed, and so not done

    def __init__(
        self, *args: Any, is_minor: bool, consent: Consent, asks_who_answered: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        asked = [name for name in GUARDIAN if asks_who_answered or name != "filled_by"]
        self.asks_who_answered = asks_who_answered
        self.fields["methods"].choices = [(one.id, one.name) for one in consent.method]  # type: ignore[attr-defined]
        self.is_minor, self.consent = is_minor, consent
        if is_minor:
            self.fields["name"].label = _("The child’s full name")
            self.fields["name"].error_messages["required"] = _("Please write the child’s full name.")
            for name in asked:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = GUARDIAN[name]

    def clean(self) -> dict[str, Any]:
        """Nobody else signs for someone who is old enough."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.is_minor:
            cleaned |= dict.fromkeys(GUARDIAN, "")
        return cleaned

    def clean_signature(self) -> str:
        """A PNG as a data URL, or empty. Anything else is refused."""
        text: str = self.cleaned_data["signature"]
        if not text:
            return ""
        if len(text) > LARGEST:
            raise forms.ValidationError(
                _("The drawing is too large. Please clear it and sign smaller, or leave it out.")
            )
        try:
            picture = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError(_("The drawing could not be read. Please clear it and sign again.")) from error
        if not text.startswith(PREFIX) or not picture.startswith(PNG):
            raise forms.ValidationError(_("The drawing could not be read. Please clear it and sign again."))
        return text


class OwnConsentForm(forms.Form):
    """The clinic's own words: a field for the beginning and one for each method. One at least says something."""

    def __init__(self, *args: Any, consent: Consent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.risks = {one.id: one.text for one in consent.method}
        labels = {"intro": "At the beginning", **{one.id: one.name for one in consent.method}}
        for name, label in labels.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=OWN_LONGEST,
                widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with the text about its risks, which stays."""
        return [(self[name], self.risks.get(name, "")) for name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Words, not marks: a line of dots is no consent."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        told = {name: clean_text(text) for name, text in cleaned.items()}
        for name, text in told.items():
            if text and sum(letter.isalpha() for letter in text) < OWN_SHORTEST:
                self.add_error(name, f"Please write at least {OWN_SHORTEST} letters, or leave it empty.")
        if not any(told.values()) and not self.errors:
            raise forms.ValidationError("Nothing is written. Write at least one text.")
        return told
