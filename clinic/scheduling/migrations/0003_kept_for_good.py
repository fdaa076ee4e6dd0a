"""Visits are cancelled, never deleted; the history of a visit only grows."""

from django.db import migrations

from clinic.audit.guards import Guard


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_no_double_booking")]
    operations = [
        Guard("scheduling_appointment", "appointment", "appointments are cancelled, not deleted", verbs=("DELETE",)),
        Guard("scheduling_appointmentchange", "appointment_change", "the history of an appointment only grows"),
    ]
