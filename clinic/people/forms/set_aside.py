"""Why a record is set aside: a coded reason, and an explanation for "other"."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.people.set_aside import REASONS


class SetAsideForm(forms.Form):
    code = forms.ChoiceField(
        label="Why",
        choices=[("", "Choose a reason"), *REASONS.items()],
        error_messages={"required": "Choose a reason."},
    )
    note = forms.CharField(label="In your words", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "aside-%s")  # it shares the page with other forms
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["class"] = "form-select form-select-sm"
        self.fields["note"].widget.attrs["class"] = "form-control form-control-sm"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("code") == "other" and not data.get("note", "").strip():
            self.add_error("note", "Say which other reason.")
        return data
