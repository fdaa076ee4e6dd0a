"""Fetches and checks access in one step; each read of a patient's record is logged."""

from __future__ import annotations

from collections.abc import Iterable, Set

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.audit import trail
from clinic.lib.kept_queries import KeptQuery
from clinic.lib.numbers import whole_number
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.people.models import Patient, User
from clinic.scheduling.models import Absence, Appointment, AppointmentChange, Course, MoveNotice, Service


def _allow(user: User, permission: Permission) -> None:
    if not access.can(user, permission):
        raise PermissionDenied


def appointment_for(user: User, appointment_id: int, *, permission: Permission, what: str | None = None) -> Appointment:
    """One appointment with its people. ``what``: the part logged as read, such as "appointment"."""
    _allow(user, permission)
    with transaction.atomic():
        rows = Appointment.objects.with_people().select_related("course__service", "also_course__service")
        found = get_object_or_404(rows, pk=appointment_id)
        if what:
            access.note_read(user, found.patient, what=what, obj=found)
    return found


def change_for(user: User, change_id: int) -> AppointmentChange:
    """One change of an appointment, to undo it."""
    _allow(user, Permission.WRITE_SCHEDULE)
    return get_object_or_404(AppointmentChange.objects.select_related("appointment"), pk=change_id)


def notice_for(user: User, notice_id: int) -> MoveNotice:
    """One of this person's notices."""
    _allow(user, Permission.READ_SCHEDULE)
    return get_object_or_404(MoveNotice.objects.select_related("change__appointment"), pk=notice_id, reader=user)


def change_or_none(user: User, change_id: int) -> AppointmentChange | None:
    _allow(user, Permission.READ_SCHEDULE)
    return AppointmentChange.objects.filter(pk=change_id).first()


def absence_for(user: User, absence_id: int) -> Absence:
    """An absence this person may remove: their own, or with permission anyone's."""
    _allow(user, Permission.OWN_ABSENCES)
    rows = Absence.objects.select_related("practitioner")
    if not access.can(user, Permission.ALL_ABSENCES):
        rows = rows.filter(practitioner=user)
    return get_object_or_404(rows, pk=absence_id)


def course_for(user: User, course_id: int, *, what: str | None = None) -> Course:
    """One course to book, with patient, practitioner and service."""
    _allow(user, Permission.WRITE_SCHEDULE)
    with transaction.atomic():
        found = next(iter(_course(course_id)), None)
        if found is None:
            raise Http404("There is no such course.")
        if what:
            access.note_read(user, found.patient, what=what, obj=found)
    return found


@KeptQuery
def _course(pk: int) -> QuerySet[Course]:
    return Course.objects.filter(pk=pk).select_related("patient", "practitioner", "service").order_by()


def service_or_first(value: str) -> Service | None:
    """The service named in the URL; the first one if there is none."""
    services = Service.objects.filter(is_active=True)
    number = whole_number(value)
    return services.filter(pk=number).first() if number is not None else services.first()


def practitioner_or_none(value: str | None) -> User | None:
    """The practitioner named in the URL, or None."""
    number = whole_number(value)
    if number is None:
        return None
    return User.objects.filter(pk=number, is_practitioner=True, is_active=True).first()


def patient_or_none(user: User, value: str | None) -> Patient | None:
    """The patient named in the URL, or None."""
    _allow(user, Permission.FIND_PATIENTS)
    number = whole_number(value)
    return Patient.objects.filter(pk=number).first() if number is not None else None


def note_refresh(request: StaffRequest, patients: Set[int], *, what: str) -> None:
    """As ``note_ids``; a list that refreshes itself leaves an event only if someone new is on it.

    A 304 response counts as a read too: it is logged by the same rule.
    """
    key = f"noted:{what}"
    known = set(request.session.get(key, []))
    if request.headers.get("X-Ashi-Background") == "1" and patients <= known:
        return
    note_ids(request.user, patients, what=what)
    if not patients <= known:
        request.session[key] = sorted(known | patients)[-2000:]


def note_list(user: User, patients: Iterable[Patient], *, what: str) -> None:
    """A list that names patients leaves one event with their ids."""
    note_ids(user, {patient.pk for patient in patients}, what=what)


def note_ids(user: User, patients: Set[int], *, what: str) -> None:
    if patients:
        with transaction.atomic():
            trail.record(f"{what}.listed", by=user, detail={"patients": sorted(patients)})
