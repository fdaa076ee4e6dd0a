"""Answers to the stops of a visit: a coded reason with words, or that something ruled out happened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.forms import DeclarativeFieldsMetaclass

from clinic.lib.wording import says_something
from treatments.models.incident import incident_reasons
from treatments.planner.knowledge.override_reasons import reasons_for

CODED = [("", "Choose why"), *reasons_for("override").items()]
HAPPENED = [("", "Choose why"), *incident_reasons("forbidden_given").items()]


def words_of(text: str, ask: str) -> str:
    if not says_something(text):
        raise forms.ValidationError(ask)
    return text


class ReasonForm(forms.Form):
    """Why a stop is overridden."""

    key = forms.CharField(max_length=300)
    reason_code = forms.ChoiceField(choices=CODED)
    reason = forms.CharField(max_length=300)

    def clean_reason(self) -> str:
        return words_of(self.cleaned_data["reason"], "Say the reason in a few words.")


class GivenForm(forms.Form):
    """What was done although it is ruled out: kept as an incident."""

    reason_code = forms.ChoiceField(label="Why it happened", choices=HAPPENED)
    text = forms.CharField(
        label="What happened, and how the patient is", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_text(self) -> str:
        return words_of(self.cleaned_data["text"], "Say in a few words what happened.")


class SharedFields(dict[str, forms.Field]):
    """The fields of a form class, not copied for each of its instances: a visit page has two dozen of them. So nothing
    may write to a field of an instance; what differs between instances is given when it is shown."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


class SmallFields(DeclarativeFieldsMetaclass):
    """Small controls, made once with the class."""

    base_fields: dict[str, forms.Field]

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> SmallFields:
        made = super().__new__(cls, name, bases, attrs)
        for field in made.base_fields.values():
            small(field)
        made.base_fields = SharedFields(made.base_fields)
        return made


def small(field: forms.Field) -> forms.Field:
    if not isinstance(field.widget, forms.RadioSelect):
        is_choice = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select form-select-sm" if is_choice else "form-control form-control-sm"
    return field


class SmallForm(forms.Form, metaclass=SmallFields):
    """A form in one dense row; what is missing is reported next to the control, not by the browser."""

    use_required_attribute = False


class AnsweredForm(SmallForm):
    """Fields of a row that adds something, for the stops this met: which of them the reason is for (``answers``), or
    that it was already done (``given``)."""

    reason_code = forms.ChoiceField(label="reason", choices=CODED, required=False)
    reason = forms.CharField(label="in your words", max_length=300, required=False)
    given_code = forms.ChoiceField(label="why it happened", choices=HAPPENED, required=False)
    given_text = forms.CharField(label="what happened, and how the patient is", max_length=2000, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["answers"], data["given"] = {}, None
        stamps = self.data.getlist(self.add_prefix("for")) if hasattr(self.data, "getlist") else []
        if self.data.get(self.add_prefix("given")):
            if not data.get("given_code") or not says_something(data.get("given_text", "")):
                self.add_error("given_text", "Choose why it happened, and say in a few words what was done.")
            data["given"] = (data.get("given_code", ""), data.get("given_text", ""))
        elif stamps:
            if not data.get("reason_code") or not says_something(data.get("reason", "")):
                self.add_error("reason", "Choose a reason, and say it in a few words.")
            data["answers"] = {stamp: (data.get("reason_code", ""), data.get("reason", "")) for stamp in stamps}
        return data
