"""Objects of a kept query are those that Django makes, to the last attribute."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Model, QuerySet
from django.db.models.signals import post_init

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient
from clinic.scheduling.models import Appointment
from intake.models import Invitation
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory
from tests.factories.scheduling import AppointmentFactory

BUILDS: dict[str, Any] = {
    "whole": lambda least: Appointment.objects.filter(pk__gte=least),
    "of one kind, with numbers": lambda least: Patient.objects.filter(pk__gte=least),
    "with others": lambda least: Appointment.objects.filter(pk__gte=least).select_related(
        "patient", "practitioner", "device", "course__service"
    ),
    "a few fields": lambda least: (
        Appointment.objects.filter(pk__gte=least)
        .select_related("patient", "room")
        .only("starts_at", "patient__family_name", "room__name")
        .annotate(shown=F("service__name"))
    ),
    "left out": lambda least: Invitation.objects.filter(pk__gte=least).select_related("patient").defer("token_hash"),
    "the other way, or nobody": lambda least: Invitation.objects.filter(pk__gte=least).select_related("response"),
}


def told(one: Model) -> dict[str, Any]:
    """All that is in an object, and in those that hang on it."""
    found = {name: (type(value), value) for name, value in vars(one).items() if name != "_state"}
    state = one._state
    hung = {name: None if other is None else id(other) for name, other in state.fields_cache.items()}
    return {**found, "_state": (state.adding, state.db, sorted(hung))}


def all_told(one: Model, seen: set[int]) -> list[dict[str, Any]]:
    seen.add(id(one))
    others = [other for _, other in sorted(one._state.fields_cache.items()) if other is not None]
    return [told(one), *(row for other in others if id(other) not in seen for row in all_told(other, seen))]


@pytest.mark.django_db
@pytest.mark.parametrize("name", BUILDS)
def test_they_are_what_django_makes(name: str) -> None:
    for phone in ("+12125550123", ""):
        AppointmentFactory(patient=PatientFactory(phone=phone))
    ResponseFactory(complete=True)
    InvitationFactory()
    kept: KeptQuery[Any] = KeptQuery(BUILDS[name])
    rows: QuerySet[Any] = BUILDS[name](0)
    ours, django = kept(0), list(rows)
    assert len(ours) == len(django) > 1
    assert [all_told(one, set()) for one in ours] == [all_told(one, set()) for one in django]
    assert [type(one) for one in ours] == [type(one) for one in django]


@pytest.mark.django_db
def test_who_listens_to_an_object_being_made_is_told() -> None:
    PatientFactory()
    heard = []

    def listen(instance: Patient, **_: Any) -> None:
        heard.append(instance.pk)

    post_init.connect(listen, sender=Patient)
    try:
        kept: KeptQuery[Patient] = KeptQuery(lambda least: Patient.objects.filter(pk__gte=least))
        rows = kept(0)
    finally:
        post_init.disconnect(listen, sender=Patient)
    assert heard == [one.pk for one in rows] and rows
