"""A phone number is read when it is looked at, and not before."""

from __future__ import annotations

from typing import Any

import pytest
from phonenumber_field.phonenumber import PhoneNumber

from clinic.lib import phone
from clinic.people.models import Clinic, Patient
from tests.factories.people import PatientFactory

pytestmark = pytest.mark.django_db
NUMBER = "+12015550123"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []
    real = phone.to_python

    def counted(value: Any, **more: Any) -> Any:
        made.append(value)
        return real(value, **more)

    monkeypatch.setattr(phone, "to_python", counted)
    return made


def test_naming_a_patient_reads_no_number(readings: list[Any]) -> None:
    patient = PatientFactory(phone=NUMBER, emergency_phone=NUMBER)
    phone.known.cache_clear()
    readings.clear()
    found = Patient.objects.get(pk=patient.pk)
    assert str(found)
    assert readings == []
    assert isinstance(found.phone, PhoneNumber) and found.phone.as_e164 == NUMBER
    assert found.phone.is_valid() and found.phone is found.phone
    assert readings == [NUMBER]


@pytest.mark.parametrize("typed", [NUMBER, "+1 201 555 0123", PhoneNumber.from_string(NUMBER)])
def test_what_is_set_reads_as_a_number_and_is_kept_in_one_way(typed: Any) -> None:
    patient = PatientFactory(phone=typed)
    assert patient.phone.as_e164 == NUMBER
    assert list(Patient.objects.filter(pk=patient.pk).values_list("phone", flat=True)) == [NUMBER]
    assert Patient.objects.get(phone=typed) == patient
    patient.refresh_from_db()
    assert patient.phone == PhoneNumber.from_string(NUMBER)


def test_what_is_no_number_is_kept_as_written_and_nothing_stays_nothing() -> None:
    odd = PatientFactory(phone="ask the daughter")
    none = PatientFactory(phone="")
    odd.refresh_from_db()
    none.refresh_from_db()
    assert str(odd.phone) == "ask the daughter" and not odd.phone.is_valid()
    assert none.phone == "" and not none.phone
    assert Patient.objects.defer("phone").get(pk=odd.pk).phone == odd.phone


def test_the_column_is_the_same_so_nothing_migrates() -> None:
    for model in (Clinic, Patient):
        assert model._meta.get_field("phone").deconstruct()[1] == "phonenumber_field.modelfields.PhoneNumberField"
