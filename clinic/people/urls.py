from django.urls import path

from clinic.people.views import clinic, patients, session

app_name = "people"
urlpatterns = [
    path("patients/", patients.patients, name="patients"),
    path("patients/search/", patients.patient_search, name="patient_search"),
    path("patients/new/", patients.patient_add, name="patient_add"),
    path("patients/<int:patient_id>/edit/", patients.patient_edit, name="patient_edit"),
    path("contact-changes/<int:told_id>/", patients.contact_told, name="contact_told"),
    path("clinic/", clinic.clinic, name="clinic"),
    path("session/", session.session, name="session"),
    path("session/back/", session.back, name="session_back"),
    path("keys/", clinic.keys, name="keys"),
]
