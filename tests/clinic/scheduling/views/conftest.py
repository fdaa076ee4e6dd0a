"""A clinic with one practitioner, one room and one patient, at eight on a Monday morning."""

from __future__ import annotations

import pytest
import time_machine

from clinic.scheduling.actions import book
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import (
    CourseFactory,
    DeviceFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    clinic_in,
)
from tests.support.scheduling_pages import NOW, TEN, ZONE


@pytest.fixture(autouse=True)
def _clock(settings):
    settings.SECURE_SSL_REDIRECT = False  # the test client speaks plain HTTP
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def house(client):
    class House:
        clinic = clinic_in(ZONE)
        desk = UserFactory(desk=True)
        petra = WorkingPractitionerFactory(name="Petra")
        room = RoomFactory()
        service = ServiceFactory(name="Follow-up")
        patient = PatientFactory(given_name="Ana", family_name="Torres")

        def form(self, starts_at=TEN, **more):
            asked = {
                "patient": self.patient.pk,
                "service": self.service.pk,
                "practitioner": "",
                "day": "2026-11-23",
                "slot": f"{starts_at:%Y-%m-%dT%H:%M}Z|{self.petra.pk}",
                "nonce": "nonce-of-the-form",
            }
            return {**asked, **more}

        def visit(self, starts_at=TEN, nonce="earlier-form"):
            return book(
                patient=self.patient,
                service=self.service,
                practitioner=self.petra,
                starts_at=starts_at,
                by=self.desk,
                nonce=nonce,
            )

    house = House()
    client.force_login(house.desk)
    return house


@pytest.fixture
def course(house):
    DeviceFactory()
    return CourseFactory(
        patient=house.patient,
        practitioner=house.petra,
        service=house.service,
        device_kind="stimulator",
        device_from_visit=2,
        needs="cannot lie face down",
    )
