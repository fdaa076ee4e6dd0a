"""The patient's form: saved after every answer, nothing typed lost, sent exactly once."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lib.tokens import hash_of
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import ContactChange, Patient
from intake.actions import answers as actions
from intake.actions import invitations, second_part
from intake.models import IntakeResponse, Invitation, Score
from intake.questionnaire.consent import load_consent
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import DONE
from tests.factories.intake import PLAIN_FIRST, InvitationFactory, ResponseFactory, second_part_of
from tests.factories.people import PatientFactory
from tests.support.intake_page import Tab
from tests.support.page_text import page_text
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db
PAIN = {"pain_now": "5", "pain_average": "5", "pain_worst": "7"}
XSS = "<script>window.__xss=1</script>\"'><img src=x onerror=alert(1)>"


def phone_with(response: IntakeResponse) -> Client:
    """The phone on which this draft was begun."""
    phone = Phone()
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=response.invitation_id).update(token_hash=hash_of(token))
    phone.open(token, born=response.patient.date_of_birth)
    if response.patient.date_of_birth is None:
        phone.tell_code()
    return phone


@pytest.fixture
def response() -> IntakeResponse:
    return ResponseFactory()


@pytest.fixture
def phone(response: IntakeResponse) -> Client:
    return phone_with(response)


def answers_of(response: IntakeResponse) -> dict[str, Any]:
    response.refresh_from_db()
    return {key: value for key, value in response.answers.items() if key != DONE}


class TestSaving:
    def test_an_answer_is_saved_at_once_and_says_when(self, phone: Client, response: IntakeResponse) -> None:
        answer = phone.post("/i/step/quality/save/", {"quality": ["dull", "stiff"]}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert re.search(r"Saved \d\d:\d\d", page_text(answer))
        assert answers_of(response) == {"quality": ["dull", "stiff"]}
        assert AuditEvent.objects.filter(action="intake.saved", actor_kind="patient").count() == 1

    def test_taking_an_answer_back(self, phone: Client, response: IntakeResponse) -> None:
        tab = Tab(phone, "quality")
        tab.save({"quality": ["dull"]})
        tab.save({})
        assert answers_of(response) == {}

    def test_what_is_wrong_is_not_saved_and_what_is_right_is(self, phone: Client, response: IntakeResponse) -> None:
        phone.post("/i/step/strength/save/", {"pain_now": "6", "pain_average": "11", "pain_worst": "x"})
        assert answers_of(response) == {"pain_now": 6}

    def test_none_of_these_stands_alone(self, phone: Client, response: IntakeResponse) -> None:
        phone.post("/i/step/quality/save/", {"quality": ["dull", "none"]})
        assert answers_of(response)["quality"] == ["dull"]

    def test_unknown_options_and_foreign_fields_are_dropped(self, phone: Client, response: IntakeResponse) -> None:
        phone.post(
            "/i/step/quality/save/",
            {"quality": ["dull", "evil"], "patient": "7", "submitted_at": "2020-01-01", "fever": "yes"},
        )
        assert answers_of(response) == {"quality": ["dull"]}
        assert response.submitted_at is None

    def test_a_screen_that_is_not_asked_saves_nothing(self, response: IntakeResponse) -> None:
        Patient.objects.update(sex="male")
        phone = phone_with(response)
        assert phone.post("/i/step/pregnancy_more/save/", {"pregnancy": "yes"}).status_code == 302
        assert answers_of(response) == {}

    def test_a_script_gone_wild_is_slowed_down(self, phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("intake.views.form.SAVES_A_MINUTE", 2)
        codes = [phone.post("/i/step/reason/save/", {"reason": str(n)}).status_code for n in range(6)]
        assert 429 in codes

    @pytest.mark.parametrize(
        "text", ["\x00", "a" * 5000, "\u202egnp.exe", "Ünïcødé 肾俞 🙂", "line\r\nline", XSS, "{{ 7|add:7 }}"]
    )
    def test_any_text_is_kept_or_refused_in_words(self, phone: Client, response: IntakeResponse, text: str) -> None:
        answer = phone.post("/i/step/reason/", {"reason": text})
        assert answer.status_code in (302, 422)
        if answer.status_code == 422 and text.strip("\x00"):
            assert text[:100] in page_text(answer)  # nothing typed is lost

    def test_answers_come_back_when_going_back(self, phone: Client) -> None:
        phone.post("/i/step/reason/", {"reason": "It pulls & burns"})
        assert "It pulls &amp; burns" in page_text(phone.get("/i/step/reason/"))

    def test_two_devices_do_not_undo_each_other(self, response: IntakeResponse) -> None:
        one, two = phone_with(response), phone_with(response)
        one.post("/i/step/reason/save/", {"reason": "from one"})
        two.post("/i/step/quality/save/", {"quality": ["dull"]})
        assert answers_of(response) == {"reason": "from one", "quality": ["dull"]}


class TestNext:
    def test_a_required_question_is_asked_for_with_a_link_to_it(self, phone: Client) -> None:
        answer = phone.post("/i/step/safety_bladder/", {"saddle_numbness": "no"})
        text = page_text(answer)
        assert answer.status_code == 422
        assert "Don’t know” is an answer too" in text
        assert 'href="#id_bladder_leak.0"' in text and 'id="id_bladder_leak.0"' in text
        assert 'value="no" checked' in text  # what was given stays

    def test_the_way_goes_from_screen_to_screen(self, phone: Client, response: IntakeResponse) -> None:
        assert phone.post("/i/step/reason/", {"reason": "back"})["Location"] == "/i/step/about/"
        assert phone.post("/i/step/about/", {"complaint": "place"})["Location"] == "/i/step/where/"
        assert phone.post("/i/step/where/", {"where": ["low_back_left"]})["Location"] == "/i/step/contact/"
        told = {"phone.none": "none", "emergency_contact.none": "nobody"}
        assert phone.post("/i/step/contact/", told)["Location"] == "/i/step/safety_bladder/"
        assert phone.get("/i/")["Location"] == "/i/step/safety_bladder/"  # goes on where it stopped
        response.refresh_from_db()
        assert response.progress > 0

    def test_a_date_in_three_boxes(self) -> None:
        response = ResponseFactory(invitation=InvitationFactory(patient__date_of_birth=None, patient__sex=""))
        phone = phone_with(response)
        wrong = {"date_of_birth.day": "31", "date_of_birth.month": "2", "date_of_birth.year": "1980", "sex": "male"}
        answer = phone.post("/i/step/you/", wrong)
        assert answer.status_code == 422 and 'value="31"' in page_text(answer)
        right = {**wrong, "date_of_birth.day": "28"}
        assert phone.post("/i/step/you/", right).status_code == 302
        assert answers_of(response) == {"date_of_birth": "1980-02-28", "sex": "male"}

    @pytest.mark.parametrize(
        ("number", "unit", "status"),
        [
            ("3", "weeks", 302),
            ("", "weeks", 422),
            ("3", "", 422),
            ("-1", "days", 422),
            ("1e9", "days", 422),
            ("999", "years", 422),
        ],
    )
    def test_duration(self, phone: Client, number: str, unit: str, status: int) -> None:
        answer = phone.post("/i/step/strength/", {"duration.number": number, "duration.unit": unit, **PAIN})
        assert answer.status_code == status

    def test_nobody_is_sent_to_another_site(self, response: IntakeResponse) -> None:
        phone = phone_with(response)
        for target in ("//evil.example", "https://evil.example", "/i//evil", "/\\evil"):
            assert phone.post("/i/alert/", {"next": target})["Location"] == "/i/"

    def test_an_untouched_page_of_statements_is_no_answer(self) -> None:
        response = second_part_of()
        phone = phone_with(response)
        phone.post("/i/step/rmdq_1/", {})
        assert "rmdq_1" not in answers_of(response)
        phone.post("/i/step/rmdq_1/", {"rmdq_1": ["none"]})
        assert answers_of(response)["rmdq_1"] == ["none"]

    def test_a_number_without_its_activity_is_kept_and_asked_about(self) -> None:
        response = second_part_of()
        phone = phone_with(response)
        answer = phone.post("/i/step/activities/", {"activities.1.score": "4", "activities.2.name": "running"})
        assert answer.status_code == 422 and "has no activity" in page_text(answer)
        kept = [{"name": "", "score": 4}, {"name": "running", "score": None}]
        assert answers_of(response)["activities"] == kept
        assert "a number without its activity" in page_text(phone.get("/i/check/"))
        cleared = {"activities.1.score": "", "activities.2.name": "running"}
        assert Tab(phone, "activities").go(cleared).status_code == 302
        assert answers_of(response)["activities"] == [{"name": "running", "score": None}]


class TestConsent:
    def test_name_and_tick_are_needed(self, phone: Client, response: IntakeResponse) -> None:
        assert phone.post("/i/consent/", {"name": "Ana"}).status_code == 422
        assert phone.post("/i/consent/", {"agreed": "on"}).status_code == 422
        assert phone.post("/i/consent/", {"agreed": "on", "name": "Ana Muster"}).status_code == 302
        response.refresh_from_db()
        assert response.consent_name == "Ana Muster" and response.consent_text_version and response.consent_at

    def test_each_method_has_a_tick_of_its_own_empty_at_first(self, phone: Client, response: IntakeResponse) -> None:
        page = page_text(phone.get("/i/consent/"))
        assert "229,230 people" in page and "nobody has counted how often" in page
        assert b"checked" not in phone.get("/i/consent/").content
        phone.post("/i/consent/", {"agreed": "on", "name": "Ana", "methods": ["needles", "heat"]})
        response.refresh_from_db()
        kept = response.consent_given
        assert [one["id"] for one in kept["methods"] if one["agreed"]] == ["needles", "heat"]
        assert kept["methods"][0]["text"] == load_consent().method[0].text and kept["language"] == "en"
        assert phone.get("/i/consent/").content.count(b" checked") == 2

    def test_an_unknown_method_is_refused(self, phone: Client) -> None:
        assert phone.post("/i/consent/", {"agreed": "on", "name": "Ana", "methods": ["laser"]}).status_code == 422

    def test_only_a_small_png_is_kept(self, phone: Client, response: IntakeResponse) -> None:
        png = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n123").decode()
        bad = ["data:image/svg+xml;base64,PHN2Zz4=", "javascript:alert(1)", png[:-4] + "!!!!", png + "A" * 200_000]
        for drawing in bad:
            answer = phone.post("/i/consent/", {"agreed": "on", "name": "Ana", "signature": drawing})
            assert answer.status_code == 422
        phone.post("/i/consent/", {"agreed": "on", "name": "Ana", "signature": png})
        response.refresh_from_db()
        assert response.consent_signature == png


class TestReview:
    def test_answers_in_words_with_change_links_that_come_back(self) -> None:
        response = ResponseFactory(complete=True)
        phone = phone_with(response)
        page = page_text(phone.get("/i/check/"))
        assert "My lower back is stiff after work." in page and "8 weeks" in page
        assert "/i/step/quality/?then=check" in page
        answer = phone.post("/i/step/quality/", {"quality": ["dull"], "then": "check"})
        assert answer["Location"] == "/i/check/"

    def test_what_was_denied_is_told_in_one_line_and_can_still_be_changed(self) -> None:
        response = ResponseFactory(complete=True)
        response.answers = {**response.answers, "date_of_birth": "1984-03-07"}
        response.save()
        page = phone_with(response).get("/i/check/")
        plain = [row for section in page.context["sections"] for row in section["plain"]]
        told = [row for section in page.context["sections"] for row in section["rows"]]
        assert plain and all(row["words"] in (["No"], ["None of these"], ["None"]) for row in plain)
        assert not [row for row in told if row["words"] == ["No"]]
        words = page_text(page)
        assert f"/i/step/{plain[0]['screen']}/?then=check" in words
        assert "1984-03-07" not in words

    def test_private_answers_are_not_shown_again(self) -> None:
        response = ResponseFactory(complete=True)
        response.answers = {**response.answers, "unsafe_at_home": "yes", "periods": ["before"]}
        response.save()
        page = page_text(phone_with(response).get("/i/check/"))
        assert "to keep it private" in page
        assert "Worse before them" not in page

    def test_a_change_that_opens_new_questions_asks_them_first(self) -> None:
        response = ResponseFactory(complete=True)
        phone = phone_with(response)
        answer = Tab(phone, "safety_general").go({"general": "none", "signs": "none", "pregnancy": "yes"}, then="check")
        assert answer["Location"] == "/i/step/pregnancy_more/?then=check"

    def test_open_questions_stop_the_sending_and_are_named(self, phone: Client, response: IntakeResponse) -> None:
        answer = phone.post("/i/send/")
        assert answer.status_code == 422 and "/i/step/safety_bladder/?then=check" in page_text(answer)
        response.refresh_from_db()
        assert response.submitted_at is None

    def test_markup_in_answers_is_text(self) -> None:
        response = ResponseFactory(complete=True)
        response.answers = {**response.answers, "reason": XSS, "activities": [{"name": XSS, "score": 1}]}
        response.consent_name = XSS
        response.save()
        phone = phone_with(response)
        for path in ("/i/check/", "/i/step/reason/", "/i/step/activities/", "/i/consent/"):
            assert "<script>window.__xss" not in page_text(phone.get(path))
            assert "<img src=x" not in page_text(phone.get(path))


class TestSending:
    def test_it_freezes_keeps_scores_and_facts_and_closes_the_link(self) -> None:
        response = ResponseFactory(complete=True)
        phone = phone_with(response)
        assert phone.post("/i/send/")["Location"] == "/i/sent/"
        thanks = phone.get("/i/sent/")
        assert thanks.status_code == 200 and "we have your answers" in page_text(thanks)
        response.refresh_from_db()
        assert response.submitted_at and response.progress == 100
        scores = {s.measure: int(s.value) for s in Score.objects.all()}
        assert scores == {"nrs_now": 5, "nrs_average": 5, "nrs_worst": 7, "rmdq": 3, "phq2": 1, "gad2": 1}
        assert set(Score.objects.values_list("occasion", "filled_by")) == {("intake", "patient")}
        facts = safety_facts_of(response.patient)
        assert facts["condition.pacemaker"] is False and facts["wish.few_needles"] is True
        assert phone.get("/i/step/reason/").status_code == 410
        assert "My lower back" not in page_text(thanks)

    def test_sending_twice_is_sending_once(self) -> None:
        response = ResponseFactory(complete=True)
        actions.submit(response.pk)
        first = IntakeResponse.objects.get().submitted_at
        actions.submit(response.pk)
        assert IntakeResponse.objects.get().submitted_at == first
        assert Score.objects.filter(measure="nrs_now").count() == 1
        assert AuditEvent.objects.filter(action="intake.submitted").count() == 1

    def test_a_sent_intake_never_changes(self) -> None:
        response = ResponseFactory(complete=True)
        actions.submit(response.pk)
        for change in ("answers = '{}'", "consent_name = 'x'", "submitted_at = NULL"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE intake_intakeresponse SET {change} WHERE id = %s", [response.pk])
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM intake_intakeresponse WHERE id = %s", [response.pk])

    def test_what_the_clinic_did_not_know_is_filled_and_what_it_knew_stays(self) -> None:
        invitation = InvitationFactory(patient__date_of_birth=None, patient__sex="female")
        response = ResponseFactory(invitation=invitation, complete=True)
        response.answers = {**response.answers, "date_of_birth": "1984-05-17", "sex": "male"}
        response.save()
        actions.submit(response.pk)
        patient = Patient.objects.get()
        assert patient.date_of_birth is None and patient.sex == "female"  # it opens doors: the clinic confirms it
        assert ContactChange.objects.get().value == "1984-05-17"

    def test_a_no_does_not_unsay_a_yes_of_the_staff_unless_it_passes_with_time(self) -> None:
        patient = PatientFactory()
        record_safety_facts(patient=patient, facts={"condition.pacemaker": True, "condition.pregnant": True}, by=None)
        response = ResponseFactory(invitation=InvitationFactory(patient=patient), complete=True)
        actions.submit(response.pk)
        facts = safety_facts_of(patient)
        assert facts["condition.pacemaker"] is True and facts["condition.pregnant"] is False

    def test_audit_and_sending_fall_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        response = ResponseFactory(complete=True)

        def refuse(*_: Any, **__: Any) -> None:
            raise RuntimeError("no audit")

        monkeypatch.setattr("intake.actions.answers.trail.record", refuse)
        with pytest.raises(RuntimeError):
            actions.submit(response.pk)
        assert IntakeResponse.objects.get().submitted_at is None and not Score.objects.exists()

    def test_an_old_consent_text_is_signed_again(self) -> None:
        response = ResponseFactory(complete=True, consent_text_version="1999.01")
        answer = phone_with(response).post("/i/send/")
        assert answer.status_code == 422 and "sign the consent" in page_text(answer)


def test_every_screen_can_be_drawn() -> None:
    more = {"pregnancy": "yes", "pregnancy_bleeding": "no", "pregnancy_signs": ["none"], "general": ["cancer"]}
    first = ResponseFactory(answers={**PLAIN_FIRST, **more})
    later = {"onset": ["sport"], "duration": {"number": 2, "unit": "years"}}
    drawn = []
    complaint = load_questionnaire().question("complaint")
    assert complaint is not None
    others = [ResponseFactory(answers={**PLAIN_FIRST, "complaint": option.id}) for option in complaint.options]
    sent = ResponseFactory(complete=True, answers={**PLAIN_FIRST, "complaint": "knee"}, submitted_at=timezone.now())
    of_a_knee = invitations.start(second_part.link_for(sent.invitation_id).pk)
    for response in (first, *others, second_part_of(**later), of_a_knee):
        phone = phone_with(response)
        drawn += [s.id for s in load_questionnaire().screens if phone.get(f"/i/step/{s.id}/").status_code == 200]
    assert sorted(set(drawn)) == sorted(s.id for s in load_questionnaire().screens if s.id != "you")


def test_thanks_are_for_the_device_that_sent() -> None:
    response = ResponseFactory(complete=True)
    IntakeResponse.objects.filter(pk=response.pk).update(submitted_at=timezone.now())
    assert Client().get("/i/sent/").status_code == 404
