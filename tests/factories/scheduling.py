"""A small clinic for tests: services, rooms, devices, a practitioner who works, appointments and courses."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from clinic.people.models import Clinic
from clinic.scheduling.models import Appointment, Course, Device, Room, Service, WorkingHours
from tests.factories.people import PatientFactory, UserFactory


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service

    name = factory.Sequence(lambda n: f"Follow-up {n}")
    minutes = 45
    changeover_minutes = 10


class RoomFactory(DjangoModelFactory):
    class Meta:
        model = Room

    name = factory.Sequence(lambda n: f"Room {n}")
    kind = "table"


class DeviceFactory(DjangoModelFactory):
    class Meta:
        model = Device

    name = factory.Sequence(lambda n: f"Stimulator {n}")
    kind = "stimulator"


class WorkingPractitionerFactory(UserFactory):
    """A practitioner who works Monday to Friday, nine to five."""

    practitioner = True

    class Meta:
        skip_postgeneration_save = True

    @factory.post_generation
    def working_hours(self, create: bool, extracted: tuple[tuple[int, str, str], ...] | None, **_: object) -> None:
        if not create:
            return
        lines = extracted if extracted is not None else tuple((day, "09:00", "17:00") for day in range(5))
        WorkingHours.objects.bulk_create(
            WorkingHours(
                practitioner=self,
                weekday=day,
                starts=dt.time.fromisoformat(starts),
                ends=dt.time.fromisoformat(ends),
            )
            for day, starts, ends in lines
        )


class AppointmentFactory(DjangoModelFactory):
    """A visit written straight to the database, past the actions (not past the database's guards)."""

    class Meta:
        model = Appointment

    patient = factory.SubFactory(PatientFactory)
    service = factory.SubFactory(ServiceFactory)
    practitioner = factory.SubFactory(WorkingPractitionerFactory)
    room = factory.SubFactory(RoomFactory)
    starts_at = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
    ends_at = factory.LazyAttribute(lambda visit: visit.starts_at + dt.timedelta(minutes=visit.service.minutes))
    busy_until = factory.LazyAttribute(
        lambda visit: visit.ends_at + dt.timedelta(minutes=visit.service.changeover_minutes)
    )
    nonce = factory.LazyFunction(lambda: uuid.uuid4().hex)
    created_by = factory.SubFactory(UserFactory, desk=True)


class CourseFactory(DjangoModelFactory):
    """“2 a week for 4 weeks, then 1 a week for 2”, ten visits of 45 minutes."""

    class Meta:
        model = Course

    patient = factory.SubFactory(PatientFactory)
    practitioner = factory.SubFactory(WorkingPractitionerFactory)
    service = factory.SubFactory(ServiceFactory)
    phases = factory.LazyFunction(lambda: [{"per_week": 2, "weeks": 4}, {"per_week": 1, "weeks": 2}])
    sessions = 10
    minutes = 45
    requested_by = factory.SelfAttribute("practitioner")
    reference = factory.Sequence(lambda n: f"plan:{n}")


def clinic_in(zone: str) -> Clinic:
    """The one clinic, on that zone's clock."""
    return Clinic.objects.update_or_create(pk=1, defaults={"name": "Testing clinic", "time_zone": zone})[0]


def at(text: str, zone: str = "UTC") -> dt.datetime:
    """“2026-11-23 10:00” as a moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
