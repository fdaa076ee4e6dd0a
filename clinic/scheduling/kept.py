"""What courses and visits keep for the homes and the desk's lists: computed at each write, not at each view.

A course keeps until when its bookings differ from what it asks for, a visit whether something prevents it. Both follow
from rows alone, never from the time of day; the lists compare them with the clock. Whoever writes visits or courses
recounts what they wrote (``actions.writing``). What the owner sets up changes many at once: ``connect`` listens for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.migrations import Migration
from django.db.models import F, Model, Q, QuerySet
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils import timezone

from clinic.people.models import Clinic, User
from clinic.scheduling.closures import troubles_among
from clinic.scheduling.differences import held_of, judge
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import Absence, Appointment, Course, Device, Room, Service, WorkingHours

AT_ONCE = 500  # rows of one statement
FIRST_KEPT = ("scheduling", "0008_kept_for_the_lists")
OF_A_PERSON = {"is_active", "is_practitioner"}  # what decides whether someone's visits can take place


# --- courses ----------------------------------------------------------------------------------------
def courses_that_differ(now: dt.datetime) -> list[tuple[Course, dt.datetime | None]]:
    """Courses that keep something else than the recount says, with what it says; there are none unless someone
    bypassed the actions. What is over by ``now`` is alike.
    """
    coming = Appointment.objects.filter(starts_at__gt=now, course__isnull=False)
    asked = Course.objects.filter(_served_by(coming) | Q(differs_until__gt=now))
    return list(_wrong_courses(asked, now))


def _served_by(visits: QuerySet[Appointment]) -> Q:
    also = visits.filter(also_course__isnull=False)
    return Q(pk__in=visits.values("course")) | Q(pk__in=also.values("also_course"))


def _wrong_courses(courses: QuerySet[Course], now: dt.datetime) -> Iterator[tuple[Course, dt.datetime | None]]:
    zone, ids = Clinic.current().zone, list(courses.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        visits = held_of(some)
        for course in Course.objects.filter(pk__in=some).select_related("service"):
            held = visits[course.pk]
            until = None if course.status == Course.Status.CLOSED else judge(course, held, zone).until(held)
            if _after(until, now) != _after(course.differs_until, now):
                yield course, until


def _after(moment: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    return moment if moment is not None and moment > now else None


def mend_courses(wrong: list[tuple[Course, dt.datetime | None]]) -> None:
    for course, until in wrong:
        Course.objects.filter(pk=course.pk).update(differs_until=until)


# --- visits -----------------------------------------------------------------------------------------
def visits_that_differ(now: dt.datetime) -> dict[int, bool]:
    """Coming visits, cancelled ones too, that keep something else than the recount says, with what it says."""
    return _wrong_visits(Appointment.objects.filter(starts_at__gt=now))


def _wrong_visits(visits: QuerySet[Appointment]) -> dict[int, bool]:
    rows = visits.filter(stuck_at__isnull=False).values_list("pk", "starts_at", "stuck_at")
    kept = {pk: starts == stuck for pk, starts, stuck in rows}
    found = set(troubles_among(visits))
    return {pk: pk in found for pk in kept.keys() | found if not (pk in found and kept.get(pk))}


def mend_visits(wrong: dict[int, bool]) -> None:
    for is_stuck in (True, False):
        ids = [pk for pk, now_stuck in wrong.items() if now_stuck == is_stuck]
        for first in range(0, len(ids), AT_ONCE):
            some = Appointment.objects.filter(pk__in=ids[first : first + AT_ONCE])
            some.update(stuck_at=F("starts_at") if is_stuck else None)


def keep_visits(ids: list[int]) -> None:
    """Call after visits were given another time, practitioner, room or device."""
    mend_visits(_wrong_visits(Appointment.objects.filter(pk__in=ids)))


# --- what the owner sets up -------------------------------------------------------------------------
def connect(config: AppConfig) -> None:
    post_migrate.connect(_migrated, sender=config)
    for model in (WorkingHours, Absence, Room, Device, Service, User, Clinic):
        for signal in (post_save, post_delete):
            signal.connect(_set_up, sender=model, dispatch_uid=f"kept:{model.__name__}")


def _migrated(plan: Sequence[tuple[Migration, bool]] = (), **_: Any) -> None:
    """The columns are new: count once. Here, not in the migration, because the recount reads today's models."""
    if any((one.app_label, one.name) == FIRST_KEPT and not is_back for one, is_back in plan):
        mend(timezone.now())


def mend(now: dt.datetime) -> None:
    with transaction.atomic():
        lock_schedule()
        mend_courses(courses_that_differ(now))
        mend_visits(visits_that_differ(now))


def _set_up(sender: type[Model], instance: Any, created: bool = False, raw: bool = False, **more: Any) -> None:
    """Hours, absences, rooms, devices, services, people or the clinic's clock changed: recount what depends on them."""
    if raw or (created and sender not in (WorkingHours, Absence)):  # nothing uses it yet
        return
    if sender is User and not OF_A_PERSON & set(more.get("update_fields") or OF_A_PERSON):
        return
    with transaction.atomic():
        lock_schedule()  # whoever books meanwhile has either read the new set-up, or is counted here
        now = timezone.now()
        coming = Appointment.objects.filter(starts_at__gt=now)
        if sender is not Service:
            mend_visits(_wrong_visits(_visits_of(sender, instance, coming, created)))
        if sender in (Room, Device, Service, Clinic):
            mend_courses(list(_wrong_courses(_courses_of(sender, instance, coming), now)))


def _visits_of(
    sender: type[Model], instance: Any, coming: QuerySet[Appointment], created: bool
) -> QuerySet[Appointment]:
    if sender is Room:
        return coming.filter(room=instance)
    if sender is Device:
        return coming.filter(device=instance)
    if sender is User:
        return coming.filter(practitioner=instance)
    if sender is Absence and created:
        return coming.filter(starts_at__lt=instance.ends_at, ends_at__gt=instance.starts_at)
    return coming


def _courses_of(sender: type[Model], instance: Any, coming: QuerySet[Appointment]) -> QuerySet[Course]:
    of_courses = coming.filter(course__isnull=False)
    if sender is Service:
        return Course.objects.filter(_served_by(of_courses), service=instance)
    if sender is not Clinic:
        of_courses = _visits_of(sender, instance, of_courses, created=False)
    return Course.objects.filter(_served_by(of_courses))
