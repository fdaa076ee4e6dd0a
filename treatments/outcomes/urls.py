"""URLs of the scores and of whether the treatment works."""

from django.urls import path

from treatments.outcomes import views

app_name = "outcomes"
urlpatterns = [path("outcomes/<int:patient_id>/", views.patient, name="patient")]
