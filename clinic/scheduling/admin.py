"""The owner's back office for services, rooms, devices, working hours and absences. Every change is
audited.
"""

from __future__ import annotations

from django.contrib import admin

from clinic.people.admin import AuditedAdmin
from clinic.scheduling.models import Absence, Device, Room, Service, WorkingHours


@admin.register(Service)
class ServiceAdmin(AuditedAdmin):
    list_display = ["name", "minutes", "changeover_minutes", "room_kind", "device_kind", "is_first_visit", "is_active"]


@admin.register(Room, Device)
class ResourceAdmin(AuditedAdmin):
    list_display = ["name", "kind", "is_active"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(AuditedAdmin):
    list_display = ["practitioner", "weekday", "starts", "ends", "room"]
    list_filter = ["practitioner"]
    list_select_related = ["practitioner", "room"]


@admin.register(Absence)
class AbsenceAdmin(AuditedAdmin):
    list_display = ["practitioner", "starts_at", "ends_at", "reason"]
    list_select_related = ["practitioner"]
