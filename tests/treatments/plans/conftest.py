"""A draft, and the browser of the practitioner whose it is."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.assessed import draft_plan
from tests.factories.people import PatientFactory, UserFactory
from treatments.models import TreatmentPlan


@pytest.fixture
def plan(db: None) -> TreatmentPlan:
    return draft_plan(PatientFactory(), UserFactory(practitioner=True))


@pytest.fixture
def client(plan: TreatmentPlan) -> Client:
    client = Client()
    client.force_login(plan.created_by)
    return client
