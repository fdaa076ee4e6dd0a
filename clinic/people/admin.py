"""The owner's back office for staff. Every change leaves an audit event."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.contrib.auth.models import Group
from django.forms import CharField, ModelForm, PasswordInput
from django.http import HttpRequest

from clinic.audit import trail
from clinic.people.models import User

# Roles stand in access.py, and nobody handles other people's second factors.
for library_model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(library_model)


class StaffForm(ModelForm):
    password = ReadOnlyPasswordHashField(help_text="Write a new one below to change it.")
    new_password = CharField(
        required=False,
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
        min_length=15,
        help_text="At least 15 characters. Leave empty to keep the present one.",
    )

    class Meta:
        model = User
        fields = [
            "name",
            "email",
            "title",
            "is_owner",
            "is_practitioner",
            "is_front_desk",
            "is_active",
            "colour",
        ]


class AuditedAdmin(admin.ModelAdmin):
    """Writes an audit event with every save and removal."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = "changed" if change else "added"
        trail.record(f"{obj._meta.model_name}.{verb}", by=request.user, obj=obj, detail={"fields": form.changed_data})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        trail.record(f"{obj._meta.model_name}.removed", by=request.user, obj=obj)
        super().delete_model(request, obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What hangs on it, by kind and number: the rows themselves would name patients."""
        _, counts, lacking, held = super().get_deleted_objects(objs, request)
        stops = [f"{len(held)} records use it. Make it inactive instead."] if held else []
        return [str(one) for one in objs], counts, lacking, stops

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Django's own log would be a second, weaker trail."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """See log_addition."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """See log_addition."""


@admin.register(User)
class StaffAdmin(AuditedAdmin):
    form = StaffForm
    list_display = ["name", "email", "is_owner", "is_practitioner", "is_front_desk", "is_active"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # their signatures stay; take away "may sign in" instead

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if form.cleaned_data.get("new_password"):
            obj.set_password(form.cleaned_data["new_password"])
        elif not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
