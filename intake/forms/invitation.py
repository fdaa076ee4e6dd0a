"""What staff type about links and alerts."""

from __future__ import annotations

from django import forms


class InvitationForm(forms.Form):
    """Where the link goes. ``newest``: the newest link when the page was drawn, so a double click makes one."""

    email = forms.EmailField(label="Send it to", required=False)
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AcknowledgeForm(forms.Form):
    note = forms.CharField(
        label="What was done", max_length=300, error_messages={"required": "Please write in a line what was done."}
    )


class BirthForm(forms.Form):
    """The date of birth, to go on with the answers on another device. One sentence says what is wrong with it."""

    SAY = "Please write day, month and year in numbers, such as 27 3 1984."

    day = forms.IntegerField(label="Day", min_value=1, max_value=31)
    month = forms.IntegerField(label="Month", min_value=1, max_value=12)
    year = forms.IntegerField(label="Year", min_value=1880, max_value=2200)
