"""The owner's back office for services, rooms, devices, working hours and absences. Every change is audited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from clinic.people.admin import AuditedAdmin
from clinic.scheduling.closures import stuck
from clinic.scheduling.models import Absence, Device, Room, Service, WorkingHours


def _stuck() -> set[int]:
    return set(stuck(now=timezone.now()).values_list("pk", flat=True))


class HouseAdmin(AuditedAdmin):
    """Says at once if a change means that booked visits cannot take place as booked."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = _stuck()
        super().save_model(request, obj, form, change)
        self._tell(request, before)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        before = _stuck()
        super().delete_model(request, obj)
        self._tell(request, before)

    def _tell(self, request: HttpRequest, before: set[int]) -> None:
        if count := len(_stuck() - before):
            visits = "1 booked visit cannot" if count == 1 else f"{count} booked visits cannot"
            link = reverse("scheduling:to_move")
            words = '{} take place as booked any more. <a href="{}">Visits to move</a>'
            messages.warning(request, format_html(words, visits, link))


@admin.register(Service)
class ServiceAdmin(AuditedAdmin):
    list_display = ["name", "minutes", "changeover_minutes", "room_kind", "is_active"]


@admin.register(Room, Device)
class ResourceAdmin(HouseAdmin):
    list_display = ["name", "kind", "is_active"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(HouseAdmin):
    list_display = ["practitioner", "weekday", "hours", "room"]
    list_filter = ["practitioner"]
    list_select_related = ["practitioner", "room"]

    @admin.display(description="Hours", ordering="starts")
    def hours(self, obj: WorkingHours) -> str:
        return f"{obj.starts:%H:%M}–{obj.ends:%H:%M}"


@admin.register(Absence)
class AbsenceAdmin(HouseAdmin):
    list_display = ["who", "starts_at", "ends_at", "reason"]
    list_select_related = ["practitioner"]

    @admin.display(description="Who", ordering="practitioner")
    def who(self, obj: Absence) -> str:
        return str(obj.practitioner) if obj.practitioner else "the whole clinic"
