"""URLs of the intake: the patient's form without an account, and the staff's inbox, links and assessments."""

from __future__ import annotations

from django.urls import include, path

from intake.views import (
    asked,
    attachments,
    by_phone,
    consents,
    form,
    invitations,
    kiosk,
    languages,
    link,
    own_questions,
    responses,
)

app_name = "intake"
urlpatterns = [
    # the patient's form: the token comes last, so that it cannot shadow the others
    path("i/", link.welcome, name="welcome"),
    path("i/start/", link.start, name="start"),
    path("i/birth/", link.birth, name="birth"),
    path("i/code/", link.code, name="code"),
    path("i/leave/", link.leave, name="leave"),
    path("i/language/", languages.choose, name="language"),
    path("i/second/", link.second, name="second"),
    path("i/kiosk/here/", kiosk.here, name="kiosk_here"),
    path("i/kiosk/back/", kiosk.give_back, name="kiosk_back"),
    path("i/kiosk/over/", kiosk.over, name="kiosk_over"),
    path("i/step/<slug:screen_id>/", form.step, name="step"),
    path("i/step/<slug:screen_id>/save/", form.save, name="save"),
    path("i/asked/<slug:screen_id>/", asked.asked, name="asked"),
    path("i/alert/", form.alert, name="alert"),
    path("i/consent/", form.consent, name="consent"),
    path("i/consent/copy/", form.consent_copy, name="consent_copy"),
    path("i/agree/", consents.agree, name="agree"),
    path("i/agree/copy/", consents.agree_copy, name="agree_copy"),
    path("i/letters/", attachments.letters, name="letters"),
    path("i/letters/remove/", attachments.remove, name="letter_remove"),
    path("i/check/", form.check, name="check"),
    path("i/send/", form.send, name="send"),
    path("i/sent/", form.sent, name="sent"),
    path("i/<str:token>/", link.entry, name="entry"),
    # staff
    path("intakes/", invitations.inbox, name="inbox"),
    path("intakes/finishing/", responses.finishing_page, name="finishing"),
    path("intakes/<int:response_id>/", responses.page, name="response"),
    path("intakes/<int:response_id>/consent/", responses.consent_paper, name="consent_paper"),
    path("consents/<int:consent_id>/", consents.alone_paper, name="consent_alone_paper"),
    path("clinic/consent/", consents.own_text, name="own_consent"),
    path("clinic/questions/", own_questions.page, name="own_questions"),
    path("clinic/questions/add/", own_questions.add, name="own_question_add"),
    path("clinic/questions/<int:own_number>/", own_questions.edit, name="own_question"),
    path("clinic/questions/<int:own_number>/change/", own_questions.change, name="own_question_change"),
    path("files/<int:attachment_id>/", attachments.download, name="attachment"),
    path("red-flags/<int:alert_id>/answer/", responses.acknowledge, name="acknowledge"),
    path("patients/<int:patient_id>/invite/", invitations.invite, name="invite"),
    path("patients/<int:patient_id>/phone/", by_phone.begin, name="by_phone"),
    path("patients/<int:patient_id>/tablet/", kiosk.start, name="kiosk"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="revoke"),
    path("", include("intake.assessment_urls")),
]
