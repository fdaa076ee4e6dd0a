"""Forms of a practitioner's own knowledge."""

from __future__ import annotations

from django import forms

from clinic.lib.loose import Json
from treatments.models import OwnEntry
from treatments.own_points import with_own_points
from treatments.planner.knowledge.point_groups import GroupError, read_group, write_group
from treatments.plans import point_search
from treatments.plans.forms.own_entries import NameForm


class GroupForm(NameForm):
    points = forms.CharField(
        label="Points",
        widget=forms.Textarea(attrs={"rows": 9, "class": "code"}),
        max_length=2000,
        help_text="One a line, with side (left, right, both, painful, opposite) and depth in mm: GB30 painful 30-50",
    )

    def clean_points(self) -> str:
        text = str(self.cleaned_data["points"])
        try:
            self.group = read_group(text, with_own_points())
        except GroupError as error:
            raise forms.ValidationError(list(error.faults)) from error
        return text

    def body(self) -> Json:
        return {"points": self.group}

    @staticmethod
    def initial_of(entry: OwnEntry) -> dict[str, str]:
        return {"name": entry.name, "points": write_group(entry.body["points"])}


class SnippetForm(NameForm):
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 5}), max_length=2000)

    def body(self) -> Json:
        return {"text": self.cleaned_data["text"]}

    @staticmethod
    def initial_of(entry: OwnEntry) -> dict[str, str]:
        return {"name": entry.name, "text": entry.body["text"]}


class FavouriteForm(forms.Form):
    """A point that somebody uses often: offered first in the editor."""

    name = forms.CharField(label="Point", max_length=60, help_text="By any spelling: BL25, Dachangshu, 大肠俞")

    def clean_name(self) -> str:
        typed = self.cleaned_data["name"]
        point = None if point_search.is_ashi(typed) else point_search.find(typed)
        if point is None or point.use == "never":
            raise forms.ValidationError("No point of the book that may be needled has this name.")
        self.code = point.code
        return point.code.lower()

    def body(self) -> Json:
        return {"code": self.code}

    @staticmethod
    def initial_of(entry: OwnEntry) -> dict[str, str]:
        return {"name": entry.body["code"]}


class RuleOffForm(forms.Form):
    rule = forms.CharField(
        label="Rule", max_length=80, widget=forms.TextInput(attrs={"list": "rule-ids", "autocomplete": "off"})
    )
    reason = forms.CharField(label="Why", max_length=200)


FORMS: dict[str, type[GroupForm | SnippetForm | FavouriteForm]] = {
    "group": GroupForm,
    "snippet": SnippetForm,
    "favourite": FavouriteForm,
}
