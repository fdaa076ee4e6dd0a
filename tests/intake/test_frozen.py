"""A signed assessment stands still on the database's own word; only its status may move on, once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from intake.models import Assessment
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import episode_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed() -> Assessment:
    user = UserFactory(practitioner=True)
    patient = PatientFactory()
    return Assessment.objects.create(
        patient=patient,
        episode=episode_of(patient),
        created_by=user,
        status="signed",
        signed_by=user,
        signed_at=timezone.now(),
        findings={"pulse.wiry": True},
    )


@pytest.mark.parametrize(
    "change",
    [
        {"findings": {}},
        {"notes": "later"},
        {"result": {"class": "mixed"}},
        {"status": "draft"},
        {"status": "superseded", "notes": "sneaked in"},
        {"signed_at": None},
    ],
)
def test_nothing_of_it_changes(signed: Assessment, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=signed.pk).update(**change)


def test_it_can_be_superseded_once_and_never_removed(signed: Assessment) -> None:
    Assessment.objects.filter(pk=signed.pk).update(status="superseded")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=signed.pk).update(status="signed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=signed.pk).delete()


def test_a_draft_is_free_and_there_is_one(signed: Assessment) -> None:
    user = signed.created_by
    draft = Assessment.objects.create(patient=signed.patient, episode=signed.episode, created_by=user)
    Assessment.objects.filter(pk=draft.pk).update(notes="changed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(patient=signed.patient, episode=signed.episode, created_by=user)
    draft.delete()
