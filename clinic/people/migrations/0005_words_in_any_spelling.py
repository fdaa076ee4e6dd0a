"""Patients are found by any part of their phone, by their date of birth and by names written in another way."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from clinic.people.words import index_words

BATCH = 500


def rebuild(apps: Any, schema_editor: Any) -> None:
    Patient, PatientWord = apps.get_model("people", "Patient"), apps.get_model("people", "PatientWord")
    last = 0
    while patients := list(Patient.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = patients[-1].pk
        PatientWord.objects.filter(patient__in=patients).delete()
        PatientWord.objects.bulk_create(
            (
                PatientWord(patient=one, word=word)
                for one in patients
                for word in index_words(
                    given_name=one.given_name,
                    family_name=one.family_name,
                    email=one.email,
                    phone=one.phone,
                    born=one.date_of_birth,
                )
            ),
            batch_size=BATCH,
        )


class Migration(migrations.Migration):
    dependencies = [("people", "0004_addresses_of_staff")]
    operations = [migrations.RunPython(rebuild, migrations.RunPython.noop)]
