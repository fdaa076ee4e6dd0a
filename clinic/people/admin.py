"""The owner's back office for staff. Every change leaves an audit event."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BooleanField, DateTimeField, DateTimeInput, Field, ModelForm, TextInput, TimeInput
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from clinic.audit import trail
from clinic.lib.numbers import whole_number
from clinic.people.access import ROLES
from clinic.people.models import User

# Roles are defined in access.py, and nobody handles other people's second factors.
for library_model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(library_model)

admin.site.enable_nav_sidebar = False  # the clinic page is the index of the back office
admin.site.index_title = "Set-up"

# for these the trail keeps old and new values, and the person is informed
HELD = tuple(f"is_{role}" for role in ROLES)
TOLD = ("name", "email", *HELD, "is_active")


class StaffForm(ModelForm):
    send_link = BooleanField(
        required=False,
        label="Send a link to choose a new password",
        help_text="Someone new gets one anyway. Nobody sets a password for someone else.",
    )

    class Meta:
        model = User
        fields = [
            "name",
            "email",
            "title",
            *HELD,
            "is_active",
            "colour",
        ]
        widgets = {"colour": TextInput(attrs={"type": "color"})}
        help_texts = {
            "title": "As shown under signatures and on printed pages.",
            "colour": "Of their column in the schedule.",
        }

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """Keeps an owner. The rows stay locked until this change is saved: two owners cannot remove each other;
        nobody who only refers to one (``no_key``) waits."""
        data = super().clean() or self.cleaned_data
        owners = User.objects.select_for_update(no_key=True).filter(is_owner=True, is_active=True)
        held = {owner.pk for owner in owners}
        if self.instance.pk in held and held == {self.instance.pk} and not (data["is_owner"] and data["is_active"]):
            raise ValidationError("This is the last owner who may sign in. Make someone else an owner first.")
        return data


class AuditedAdmin(admin.ModelAdmin):
    """Writes an audit event with every save and deletion. Uses the browser's own pickers for dates and times."""

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
        if request.method == "POST":  # Django queries the database for whatever is posted as a row's id
            posted = request.POST.copy()
            chosen = posted.getlist(ACTION_CHECKBOX_NAME)
            posted.setlist(ACTION_CHECKBOX_NAME, [pk for pk in chosen if whole_number(pk) is not None])
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
        """Its dependent objects, by kind and count: the rows themselves would name patients."""
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
        return ", ".join(role.replace("_", " ") for role in ROLES if getattr(obj, f"is_{role}")) or "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # their signatures stay; remove "may sign in" instead

    @method_decorator(reauthentication_required)
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Changing accounts requires re-authentication: an unattended screen is not enough."""
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        before = User.objects.filter(pk=obj.pk).first()
        if before is None:
            obj.set_unusable_password()
        obj.save()
        kept = {
            field: [getattr(before, field, None), getattr(obj, field)] for field in TOLD if field in form.changed_data
        }
        verb = "changed" if change else "added"
        trail.record(f"user.{verb}", by=request.user, obj=obj, detail={"fields": form.changed_data, "changes": kept})
        if before is not None and kept:
            self._tell(request, before, obj, kept)
        if (before is None or form.cleaned_data.get("send_link")) and obj.is_active:
            link = ResetPasswordForm({"email": obj.email})
            if link.is_valid():
                link.save(request)

    @staticmethod
    def _tell(request: HttpRequest, before: User, obj: User, kept: dict[str, list[Any]]) -> None:
        """To the old address, and to the new one."""
        words = {True: "yes", False: "no"}
        lines = [
            f"{User._meta.get_field(field).verbose_name}: {words.get(old, old)} → {words.get(new, new)}"  # type: ignore[union-attr]
            for field, (old, new) in kept.items()
        ]
        for email in {before.email, obj.email}:
            get_adapter(request).send_mail("account/email/staff_changed", email, {"who": request.user, "lines": lines})
