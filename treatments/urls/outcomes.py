"""Scores and whether the treatment works."""

from django.urls import path

from treatments.views import outcomes

app_name = "outcomes"
urlpatterns = [path("outcomes/<int:patient_id>/", outcomes.patient, name="patient")]
