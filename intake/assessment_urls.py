"""URLs of the practitioner's assessment; included by the intake's own URLs in the namespace ``intake``."""

from __future__ import annotations

from django.urls import path

from intake.views import assessment

urlpatterns = [
    path("patients/<int:patient_id>/assessment/", assessment.of_patient, name="assess"),
    path("assessments/<int:assessment_id>/", assessment.page, name="assessment"),
    path("assessments/<int:assessment_id>/save/", assessment.save, name="assessment_save"),
    path("assessments/<int:assessment_id>/sign/", assessment.sign, name="assessment_sign"),
    path("assessments/<int:assessment_id>/set-aside/", assessment.set_aside, name="assessment_set_aside"),
    path("assessments/<int:assessment_id>/answers/<slug:group>/", assessment.answers, name="assessment_answers"),
    path("assessments/<int:assessment_id>/clear/", assessment.clear, name="assessment_clear"),
    path(
        "assessments/<int:assessment_id>/clear/<int:clearance_id>/withdraw/",
        assessment.withdraw,
        name="assessment_withdraw",
    ),
]
