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
# the patient's form, in one group that other addresses pass by at once: the token comes last, so that it cannot shadow
# the others
FORM = [
    path("", link.welcome, name="welcome"),
    path("start/", link.start, name="start"),
    path("birth/", link.birth, name="birth"),
    path("code/", link.code, name="code"),
    path("leave/", link.leave, name="leave"),
    path("language/", languages.choose, name="language"),
    path("second/", link.second, name="second"),
    path("kiosk/here/", kiosk.here, name="kiosk_here"),
    path("kiosk/back/", kiosk.give_back, name="kiosk_back"),
    path("kiosk/over/", kiosk.over, name="kiosk_over"),
    path("step/<slug:screen_id>/", form.step, name="step"),
    path("step/<slug:screen_id>/save/", form.save, name="save"),
    path("asked/<slug:screen_id>/", asked.asked, name="asked"),
    path("alert/", form.alert, name="alert"),
    path("consent/", form.consent, name="consent"),
    path("consent/copy/", form.consent_copy, name="consent_copy"),
    path("agree/", consents.agree, name="agree"),
    path("agree/copy/", consents.agree_copy, name="agree_copy"),
    path("letters/", attachments.letters, name="letters"),
    path("letters/remove/", attachments.remove, name="letter_remove"),
    path("check/", form.check, name="check"),
    path("send/", form.send, name="send"),
    path("sent/", form.sent, name="sent"),
    path("<str:token>/", link.entry, name="entry"),
]
urlpatterns = [
    path("i/", include(FORM)),
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
