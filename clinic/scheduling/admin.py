"""The owner's back office for services, rooms, devices, working hours and absences. Every change is
audited.
"""

from __future__ import annotations

from django.contrib import admin

from clinic.people.admin import AuditedAdmin
from clinic.scheduling.models import Absence, Device, Room, Service, WorkingHours


@admin.register(Service)
class ServiceAdmin(AuditedAdmin):
    list_display = ["name", "minutes", "changeover_minutes", "room_kind", "is_active"]


@admin.register(Room, Device)
class ResourceAdmin(AuditedAdmin):
    list_display = ["name", "kind", "is_active"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(AuditedAdmin):
    list_display = ["practitioner", "weekday", "hours", "room"]
    list_filter = ["practitioner"]
    list_select_related = ["practitioner", "room"]

    @admin.display(description="Hours", ordering="starts")
    def hours(self, obj: WorkingHours) -> str:
        return f"{obj.starts:%H:%M}–{obj.ends:%H:%M}"


@admin.register(Absence)
class AbsenceAdmin(AuditedAdmin):
    list_display = ["who", "starts_at", "ends_at", "reason"]
    list_select_related = ["practitioner"]

    @admin.display(description="Who", ordering="practitioner")
    def who(self, obj: Absence) -> str:
        return str(obj.practitioner) if obj.practitioner else "the whole clinic"
