"""A patient with a signed plan and an open visit, charted by Petra."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import signed_plan
from treatments.models import Visit


@pytest.fixture
def petra():
    return UserFactory(practitioner=True)


@pytest.fixture
def client(petra):
    client = Client()
    client.force_login(petra)
    return client


@pytest.fixture
def patient(petra):
    patient = PatientFactory(sex="male")
    signed_plan(patient, petra)
    return patient


@pytest.fixture
def visit(client, patient):
    answer = client.post(reverse("visits:start", args=[patient.pk]))
    assert answer.status_code == 302
    return Visit.objects.get()
