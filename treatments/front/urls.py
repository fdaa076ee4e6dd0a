"""The two pages where everything starts: home, and a patient's chart."""

from __future__ import annotations

from django.urls import path

from treatments.front.views import chart, home

urlpatterns = [
    path("", home.page, name="home"),
    path("patients/<int:patient_id>/", chart.page, name="chart"),
]
