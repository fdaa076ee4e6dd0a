"""What is read of the asked times alone says the same as all that is known."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from clinic.scheduling.asked_times import diary_at
from clinic.scheduling.availability import Need, fit
from clinic.scheduling.diary import load_diary
from clinic.scheduling.models import Absence, Appointment, Device, Room, WorkingHours
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    DeviceFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    at,
    clinic_in,
)

pytestmark = pytest.mark.django_db
MONDAY = at("2026-11-23 00:00")
NOW = MONDAY - dt.timedelta(days=1)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_every_time_of_a_busy_week_is_judged_the_same(zone: str) -> None:
    clinic_in(zone)
    draw = random.Random(7)
    who = [WorkingPractitionerFactory() for _ in range(3)]
    left = WorkingPractitionerFactory(is_active=False)
    rooms = [RoomFactory(), RoomFactory(), RoomFactory(kind="chair"), RoomFactory(is_active=False)]
    devices = [DeviceFactory(), DeviceFactory(is_active=False)]
    patients, service = [PatientFactory() for _ in range(4)], ServiceFactory()
    WorkingHours.objects.filter(practitioner=who[0], weekday=1).update(room=rooms[1])
    desk, made = UserFactory(desk=True), []
    for number in range(60):
        starts = MONDAY + dt.timedelta(minutes=15 * draw.randrange(4 * 24 * 5))
        ends = starts + dt.timedelta(minutes=draw.choice([20, 45, 480]))
        until = ends + dt.timedelta(minutes=draw.choice([0, 10, 120]))
        visit = Appointment(
            patient=draw.choice(patients), practitioner=draw.choice(who), room=draw.choice(rooms),
            device=draw.choice([None, *devices]), service=service, starts_at=starts, ends_at=ends, busy_until=until,
            nonce=f"n{number}", created_by=desk, status=draw.choice(["booked", "done", "arrived", "cancelled"]),
        )  # fmt: skip
        clashes = [one for one in made if one.starts_at < until and starts < one.busy_until]
        if visit.status == "cancelled" or not clashes:
            made += [] if visit.status == "cancelled" else [visit]
            visit.save()
    Absence.objects.create(practitioner=who[1], starts_at=MONDAY, ends_at=MONDAY + dt.timedelta(hours=12))
    Absence.objects.create(starts_at=MONDAY + dt.timedelta(days=2), ends_at=MONDAY + dt.timedelta(days=2, hours=13))
    everything = load_diary(MONDAY, MONDAY + dt.timedelta(days=5))
    said = set()
    for _ in range(150):
        starts = MONDAY + dt.timedelta(minutes=15 * draw.randrange(4 * 24 * 5))
        practitioner = draw.choice([*who, left]).pk
        need = Need(draw.choice([20, 45, 90]), draw.choice([0, 10]), draw.choice(["table", "chair"]), (practitioner,),
                    device_kind=draw.choice(["", "stimulator"]), patient=draw.choice(patients).pk)  # fmt: skip
        until = starts + dt.timedelta(minutes=need.minutes + need.changeover)
        other = MONDAY + dt.timedelta(days=9)
        alone = diary_at([(starts, until), (other, other + dt.timedelta(hours=1))], [practitioner])
        answers = [fit(diary, need, starts, practitioner, now=NOW) for diary in (everything, alone)]
        assert answers[0] == answers[1]
        said.add(getattr(answers[0], "reason", "free"))
        assert {one.id for one in alone.busy} <= {one.id for one in everything.busy}
    assert len(said) >= 5, said  # free, and most of the reasons


def test_rooms_and_devices_are_those_in_use() -> None:
    clinic_in("UTC")
    RoomFactory(), RoomFactory(is_active=False), DeviceFactory()
    span = (MONDAY, MONDAY + dt.timedelta(hours=1))
    diary = diary_at([span], [])
    assert [one.id for one in diary.rooms] == [Room.objects.get(is_active=True).pk]
    assert [one.id for one in diary.devices] == [Device.objects.get().pk]
    assert diary.hours == () and diary.busy == ()
