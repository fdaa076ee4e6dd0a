"""The signature under the consent."""

from __future__ import annotations

import base64
import binascii

from django import forms

LARGEST = 100_000  # characters of the picture, as in 100 kB
PREFIX = "data:image/png;base64,"
PNG = b"\x89PNG\r\n\x1a\n"


class ConsentForm(forms.Form):
    """A name typed, a box ticked; a drawn signature if somebody likes."""

    agreed = forms.BooleanField(
        label="I agree", error_messages={"required": "Please tick the box if you agree. If you do not, please call us."}
    )
    name = forms.CharField(
        label="Your full name", max_length=160, error_messages={"required": "Please write your full name."}
    )
    signature = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_signature(self) -> str:
        """A PNG as data URL, or empty. What is none is refused, not kept."""
        text: str = self.cleaned_data["signature"]
        if not text:
            return ""
        if len(text) > LARGEST:
            raise forms.ValidationError("The drawing is too large. Please clear it and sign smaller, or leave it out.")
        try:
            picture = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError("The drawing could not be read. Please clear it and sign again.") from error
        if not text.startswith(PREFIX) or not picture.startswith(PNG):
            raise forms.ValidationError("The drawing could not be read. Please clear it and sign again.")
        return text
