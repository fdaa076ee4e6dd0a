"""A clinic that is laid in again is the one that was made, row for row; one that is not empty refuses it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from clinic.people.models import Clinic, Patient, User
from tests.factories.people import PatientFactory, UserFactory
from tests.support import laid_in
from tests.support.taken_back import taken_back

pytestmark = pytest.mark.django_db


def test_it_is_made_once_and_laid_in_row_for_row() -> None:
    made: list[int] = []

    @laid_in.made_once
    def clinic() -> dict[str, list[int]]:
        made.append(1)
        Clinic.objects.update_or_create(pk=1, defaults={"name": "Übung\t\\ \n“1”"})  # a row that is there already
        return {"patients": [PatientFactory().pk], "staff": [UserFactory(practitioner=True).pk]}

    with taken_back():
        first = clinic()
        rows = laid_in._tables()
    assert not Patient.objects.exists() and not User.objects.exists()
    again = clinic()
    assert again == first and again is not first and made == [1]
    assert [(table.name, sorted(table.rows, key=repr)) for table in laid_in._tables()] == [
        (table.name, sorted(table.rows, key=repr)) for table in rows
    ]
    assert PatientFactory().pk > max(first["patients"]), "numbers go on behind it"
    with pytest.raises(IntegrityError), taken_back():
        clinic()
