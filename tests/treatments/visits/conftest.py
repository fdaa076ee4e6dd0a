"""A patient with a signed plan and an open visit, charted by Petra."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.people import PatientFactory
from tests.factories.treatments import signed_plan
from treatments.models import Visit


@pytest.fixture
def patient(petra):
    patient = PatientFactory(sex="male")
    signed_plan(patient, petra)
    return patient


@pytest.fixture
def visit(as_petra, patient):
    answer = as_petra.post(reverse("visits:start", args=[patient.pk]))
    assert answer.status_code == 302
    return Visit.objects.get()
