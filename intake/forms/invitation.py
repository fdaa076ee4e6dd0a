"""What staff enter about links and alerts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.people.models import Patient
from intake.forms.dates import DateFault, read_date
from intake.models import PhoneCall


class InvitationForm(forms.Form):
    """Where the link goes. ``newest``: the newest link when the page was rendered: a double click makes one."""

    email = forms.EmailField(label="Send it to", required=False)
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AcknowledgeForm(forms.Form):
    note = forms.CharField(
        label="What was done", max_length=300, error_messages={"required": "Please write in a line what was done."}
    )


class BirthForm(forms.Form):
    """The date of birth, to prove that the link has reached the right person. One sentence says what is wrong."""

    day = forms.CharField(label=gettext_lazy("Day"), required=False)
    month = forms.CharField(label=gettext_lazy("Month"), required=False)
    year = forms.CharField(label=gettext_lazy("Year"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = [(self.cleaned_data.get(part) or "")[:10] for part in ("day", "month", "year")]
        try:
            born = read_date(*typed, today=timezone.localdate(), is_birth=True)
        except DateFault as fault:
            raise forms.ValidationError(str(fault)) from fault
        return {**self.cleaned_data, "born": born}


class DigitsForm(forms.Form):
    """Four digits of the patient's own, for the clinic's tablet."""

    digits = forms.CharField(label=gettext_lazy("Four digits"), max_length=20, required=False)

    def clean_digits(self) -> str:
        typed = "".join(self.cleaned_data["digits"].split())
        if typed and not (len(typed) == 4 and typed.isascii() and typed.isdigit()):
            raise forms.ValidationError(_("Please write four digits, or leave it empty."))
        return str(typed)


class CallerForm(BirthForm):
    """Who is on the phone: the date of birth as the caller says it, or that the known number was called."""

    called_back = forms.BooleanField(required=False)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient

    def clean(self) -> dict[str, Any]:
        if self.patient.date_of_birth is None:
            if not (self.cleaned_data["called_back"] and self.patient.phone):
                raise forms.ValidationError("Call the number in the record, then tick that you did.")
            return {**self.cleaned_data, "checked": PhoneCall.Checked.PHONE}
        cleaned = super().clean()
        if cleaned["born"] != self.patient.date_of_birth:
            raise forms.ValidationError("That is not the date of birth in the record: do not go on with this caller.")
        return {**cleaned, "checked": PhoneCall.Checked.BIRTH}


class CodeForm(forms.Form):
    """The code from our message. Spaces and dashes in it are ignored."""

    code = forms.CharField(label=gettext_lazy("The 6 digits"), max_length=20, required=False)

    def clean_code(self) -> str:
        digits = "".join(c for c in self.cleaned_data["code"] if c.isascii() and c.isdigit())
        if len(digits) != 6:
            raise forms.ValidationError(_("Please write the 6 digits from our message."))
        return digits
