"""The owner's back office for staff. Every change leaves an audit event."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.forms import CharField, DateTimeField, DateTimeInput, Field, ModelForm, PasswordInput, TextInput, TimeInput
from django.http import HttpRequest, HttpResponse

from clinic.audit import trail
from clinic.people.models import User

# Roles stand in access.py, and nobody handles other people's second factors.
for library_model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(library_model)

admin.site.enable_nav_sidebar = False  # the clinic page is the map of the back office
admin.site.index_title = "Set-up"


class StaffForm(ModelForm):
    new_password = CharField(
        required=False,
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 15 characters. Empty: the present one stays; somebody new chooses their own with "
        "“Forgot your password?” on the sign-in page.",
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
        widgets = {"colour": TextInput(attrs={"type": "color"})}
        help_texts = {
            "title": "As it stands under signatures and on printed pages.",
            "colour": "Of their column in the schedule.",
        }

    def clean_new_password(self) -> str:
        """Held to the same rules as a password people choose themselves."""
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password


class AuditedAdmin(admin.ModelAdmin):
    """Writes an audit event with every save and removal. The browser's own pickers for dates and times."""

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": DateTimeField,
            "widget": DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        },
        models.TimeField: {"widget": TimeInput(attrs={"type": "time"}, format="%H:%M")},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            for offer in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
                if hasattr(field.widget, offer):
                    setattr(field.widget, offer, False)
        return field

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural).capitalize()
        if request.method == "POST":  # Django asks the database for whatever is posted as a row's number
            posted = request.POST.copy()
            chosen = posted.getlist(ACTION_CHECKBOX_NAME)
            posted.setlist(
                ACTION_CHECKBOX_NAME, [pk for pk in chosen if pk.isascii() and pk.isdecimal() and len(pk) < 19]
            )
            request.POST = posted  # type: ignore[assignment]
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

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
    list_display = ["name", "roles", "email", "is_active"]

    @admin.display(description="Works as")
    def roles(self, obj: User) -> str:
        held = {"owner": obj.is_owner, "practitioner": obj.is_practitioner, "front desk": obj.is_front_desk}
        return ", ".join(role for role, holds in held.items() if holds) or "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # their signatures stay; take away "may sign in" instead

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if form.cleaned_data.get("new_password"):
            obj.set_password(form.cleaned_data["new_password"])
        elif not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
