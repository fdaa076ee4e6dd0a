"""Forms for what happens to a whole plan."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.wording import says_something
from clinic.people.models import User
from clinic.scheduling.models import Service
from treatments.planner.knowledge.override_reasons import reasons_for

M = TypeVar("M", bound=Model)


class OverrideForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput)
    reason_code = forms.ChoiceField(label="reason", choices=[("", "Choose a reason"), *reasons_for("override").items()])
    reason = forms.CharField(label="in your words", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("reason_code") == "other" and not says_something(data.get("reason", "")):
            self.add_error("reason", "Say which other reason, in a few words.")
        return data


@KeptQuery
def _services() -> QuerySet[Service]:
    return Service.objects.filter(is_active=True)


@KeptQuery
def _people() -> QuerySet[User]:
    return User.objects.filter(is_practitioner=True, is_active=True)


class SignForm(forms.Form):
    """Who treats, and the service under which the desk books the visits."""

    practitioner = forms.ModelChoiceField(queryset=User.objects.none(), empty_label=None)
    service = forms.ModelChoiceField(queryset=Service.objects.none(), empty_label=None)
    cautions_read = forms.BooleanField(label="I have read the cautions of this plan", required=False)

    def __init__(self, *args: Any, has_new_cautions: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = self._offer("service", Service.objects.filter(is_active=True), _services())
        self._offer("practitioner", User.objects.filter(is_practitioner=True, is_active=True), _people())
        if has_new_cautions:
            self.fields["cautions_read"].required = True
            self.fields["cautions_read"].error_messages["required"] = "Tick that you have read the cautions."
        else:
            del self.fields["cautions_read"]

    def _offer(self, name: str, rows: QuerySet[M], found: list[M]) -> list[M]:
        """``found``: these rows, read once. A model field reads them each time it is rendered."""
        field: Any = self.fields[name]
        field.queryset = rows
        field.choices = [(row.pk, str(row)) for row in found]
        return found
