"""A red flag: told to the patient at once, to the clinic at once, answered by a practitioner."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.people.models import Clinic
from intake.actions import answers as actions
from intake.models import IntakeResponse, RedFlagAlert
from tests.factories.intake import ResponseFactory
from tests.factories.people import UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.intake_page import Tab
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> Clinic:
    clinic = Clinic.current()
    clinic.emergency_number, clinic.crisis_line, clinic.alert_email = "999", "116 123", "alert@clinic.example"
    clinic.save()
    return clinic


@pytest.fixture
def response() -> IntakeResponse:
    return ResponseFactory()


@pytest.fixture
def phone(response: IntakeResponse) -> Client:
    return phone_with(response)


def test_an_emergency_is_shown_at_once_kept_and_told(
    phone: Client, response: IntakeResponse, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = phone.post("/i/step/safety_bladder/save/", {"saddle_numbness": "yes", "bladder_leak": "no"})
    text = page_text(answer)
    assert "Go to an emergency department now" in text and 'href="tel:999"' in text
    assert "told the clinic" not in text and "do not wait for a call" in text  # no mail has gone yet
    alert = RedFlagAlert.objects.get()
    assert (alert.flag, alert.level, alert.source) == ("flag.saddle_numbness", "emergency", "answer")
    response.refresh_from_db()
    assert response.answers["saddle_numbness"] == "yes"
    assert not mail.outbox and deliver_due() == 1  # the patient's answer did not wait for the mail
    assert [m.to for m in mail.outbox] == [["alert@clinic.example"]]
    told = mail.outbox[0].subject + mail.outbox[0].body
    assert response.patient.given_name not in told and response.patient.family_name not in told
    assert "saddle" not in told and "genital" not in told and "/intakes/" in told
    assert AuditEvent.objects.filter(action="red_flag.raised").count() == 1


def test_the_same_flag_is_raised_once(phone: Client, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            phone.post("/i/step/safety_bladder/save/", {"saddle_numbness": "yes"})
    assert RedFlagAlert.objects.count() == 1 and deliver_due() == 1


def test_dont_know_is_an_emergency_for_cauda_equina(phone: Client) -> None:
    phone.post("/i/step/safety_bladder/save/", {"bladder_retention": "dont_know"})
    assert RedFlagAlert.objects.get().flag == "flag.bladder_retention"


def test_words_count_beside_a_ticked_no_once_they_stand(phone: Client, response: IntakeResponse) -> None:
    phone.post(
        "/i/step/safety_bladder/save/", {"saddle_numbness": "no", "bladder_leak": "no", "bladder_retention": "no"}
    )
    words = {"reason": "Since yesterday I am numb between my legs and I cannot feel when I wipe."}
    typing = phone.post("/i/step/reason/save/?typing=1", words)
    assert not RedFlagAlert.objects.exists() and "emergency" not in page_text(typing)
    settled = phone.post("/i/step/reason/save/", words)
    alert = RedFlagAlert.objects.get(flag="flag.saddle_numbness")
    assert (alert.level, alert.source) == ("emergency", "text")
    assert "Go to an emergency department now" in page_text(settled)


def test_without_scripts_next_shows_the_page_and_then_goes_on(phone: Client) -> None:
    posted = {
        "saddle_numbness": "yes",
        "bladder_retention": "no",
        "bladder_leak": "no",
        "bowel_loss": "no",
    }
    answer = phone.post("/i/step/safety_bladder/", posted)
    assert answer["Location"] == "/i/alert/?next=/i/step/safety_legs/"
    page = page_text(phone.get(answer["Location"]))
    assert "Go to an emergency department now" in page and "I have read this" in page
    assert RedFlagAlert.objects.get().message_shown_at is None
    assert phone.post("/i/alert/", {"next": "/i/step/safety_legs/"})["Location"] == "/i/step/safety_legs/"
    assert RedFlagAlert.objects.get().message_shown_at is not None
    shown = IntakeResponse.objects.get().red_flags_shown
    assert [row["flag"] for row in shown] == ["flag.saddle_numbness"]
    assert 'href="tel:999"' in page_text(phone.get("/i/step/safety_legs/"))  # the number stays in sight


def test_a_crisis_shows_the_crisis_line(phone: Client) -> None:
    text = page_text(phone.post("/i/step/private/save/", {"self_harm": "yes"}))
    assert "You are not alone" in text and 'href="tel:116 123"' in text


def test_a_referral_is_a_calm_note_and_reaches_the_clinic_when_sent(
    django_capture_on_commit_callbacks: Any,
) -> None:
    response = ResponseFactory(complete=True)
    phone = phone_with(response)
    told = {"general": ["weight"], "signs": ["none"], "pregnancy": "no"}
    text = page_text(Tab(phone, "safety_general").save(told))
    assert "see a doctor before treatment" in text and "Please read this now" not in text
    assert not RedFlagAlert.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        phone.post("/i/send/")
    assert RedFlagAlert.objects.get().level == "refer"
    assert deliver_due() == 1
    assert "see a doctor before treatment" in page_text(phone.get("/i/sent/"))


def test_a_note_stands_only_on_the_screen_that_raised_it(phone: Client) -> None:
    phone.post("/i/step/safety_general/save/", {"general": ["weight"]})
    assert "see a doctor" in page_text(phone.get("/i/step/safety_general/"))
    assert "see a doctor" not in page_text(phone.get("/i/step/medicines/"))


def test_no_alarm_from_plain_answers() -> None:
    response = ResponseFactory(complete=True)
    actions.submit(response.pk)
    assert not RedFlagAlert.objects.exists()


class TestStaff:
    @pytest.fixture
    def alert(self, phone: Client) -> RedFlagAlert:
        phone.post("/i/step/safety_bladder/save/", {"saddle_numbness": "yes"})
        return RedFlagAlert.objects.get()

    def test_the_desk_is_told_to_call_and_nothing_else(self, alert: RedFlagAlert) -> None:
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        text = page_text(desk.get("/intakes/"))
        assert "Call patient; ask a practitioner what to say" in text
        for word in ("numb", "saddle", "Emergency", "flag."):
            assert word not in text
        assert desk.get(f"/intakes/{alert.response_id}/").status_code == 403
        assert desk.post(f"/red-flags/{alert.pk}/answer/", {"note": "called"}).status_code == 403

    def test_one_line_for_a_patient_at_the_desk(self, alert: RedFlagAlert, phone: Client) -> None:
        phone.post("/i/step/safety_legs/save/", {"leg_weakness": "yes"})
        assert RedFlagAlert.objects.count() == 2
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        assert page_text(desk.get("/intakes/")).count("Call patient") == 1

    def test_a_practitioner_answers_it_once(self, alert: RedFlagAlert) -> None:
        user = UserFactory(practitioner=True)
        practitioner = Client()
        practitioner.force_login(user)
        assert "numb or tingling" in page_text(practitioner.get("/intakes/"))
        practitioner.post(f"/red-flags/{alert.pk}/answer/", {"note": ""})
        alert.refresh_from_db()
        assert alert.acknowledged_at is None
        practitioner.post(f"/red-flags/{alert.pk}/answer/", {"note": "Called, is in A&E.", "back": "//evil.example"})
        alert.refresh_from_db()
        assert (alert.acknowledged_by, alert.note) == (user, "Called, is in A&E.")
        practitioner.post(f"/red-flags/{alert.pk}/answer/", {"note": "other"})
        alert.refresh_from_db()
        assert alert.note == "Called, is in A&E."
        assert "numb or tingling" not in page_text(practitioner.get("/intakes/"))

    def test_an_alert_is_never_removed(self, alert: RedFlagAlert) -> None:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM intake_redflagalert")


class TestReading:
    def test_a_summary_and_a_trace(self) -> None:
        response = ResponseFactory(complete=True)
        actions.submit(response.pk)
        practitioner = Client()
        practitioner.force_login(UserFactory(practitioner=True))
        text = page_text(practitioner.get(f"/intakes/{response.pk}/"))
        assert "My lower back is stiff after work." in text
        assert "lower back, both sides" in text and "long sitting" in text
        read = AuditEvent.objects.get(action="intake.read")
        assert read.patient_id == response.patient_id and read.actor_kind == "staff"

    @pytest.mark.parametrize("role", ["desk", "owner"])
    def test_only_who_may_read_the_record(self, role: str, response: IntakeResponse) -> None:
        other = Client()
        other.force_login(UserFactory(**{role: True}))
        assert other.get(f"/intakes/{response.pk}/").status_code == 403

    def test_answers_are_text(self) -> None:
        response = ResponseFactory(answers={"reason": "<script>window.__xss=1</script>"})
        practitioner = Client()
        practitioner.force_login(UserFactory(practitioner=True))
        assert "<script>window.__xss" not in page_text(practitioner.get(f"/intakes/{response.pk}/"))

    def test_the_inbox_asks_the_same_number_of_questions_for_one_and_for_many(
        self, django_assert_max_num_queries: Any
    ) -> None:
        practitioner = Client()
        practitioner.force_login(UserFactory(practitioner=True))
        for _ in range(6):
            ResponseFactory()
        with django_assert_max_num_queries(18):
            practitioner.get("/intakes/")
