"""An alarm says what the answers of now say: never empty, taken back with time, and only what happened."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.outbox.models import Message
from clinic.people.models import Clinic
from intake.actions import answers as actions
from intake.actions.red_flags import acknowledge, judged, serious_alerts
from intake.models import IntakeResponse, RedFlagAlert
from intake.presenters.messages import alarms, messages
from intake.questionnaire.load import load_questionnaire
from intake.reading import reading_of
from tests.factories.intake import PLAIN, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.draws import draws
from tests.support.intake_page import Tab
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
BLADDER = {"saddle_numbness": "no", "bladder_retention": "no", "bladder_leak": "no", "bowel_loss": "no"}
BODY = {"with_it": ["none"]}


@pytest.fixture(autouse=True)
def clinic() -> Clinic:
    clinic = Clinic.current()
    clinic.emergency_number, clinic.alert_email, clinic.phone = "911", "alert@clinic.example", "+12015550100"
    clinic.save()
    return clinic


@pytest.fixture
def response() -> IntakeResponse:
    return ResponseFactory()


@pytest.fixture
def phone(response: IntakeResponse) -> Client:
    return phone_with(response)


def findings_of(response: IntakeResponse) -> Mapping[str, bool]:
    response.refresh_from_db()
    return reading_of(response).findings


def staff(**role: bool) -> Client:
    client = Client()
    client.force_login(UserFactory(**role))
    return client


class TestTakenBack:
    def test_a_correction_shows_no_empty_alarm(self, phone: Client) -> None:
        tab = Tab(phone, "safety_bladder")
        tab.save({**BLADDER, "bladder_leak": "yes"})
        answer = tab.go(BLADDER)
        assert answer["Location"] == "/i/step/safety_legs/"
        assert phone.get("/i/alert/?next=/i/step/safety_legs/")["Location"] == "/i/step/safety_legs/"
        assert "I have read this" not in page_text(phone.get("/i/step/safety_legs/"))

    def test_it_is_marked_with_the_time_and_still_answered_by_somebody(self, phone: Client) -> None:
        tab = Tab(phone, "safety_bladder")
        tab.save({**BLADDER, "bladder_leak": "yes"})
        tab.save(BLADDER)
        row = RedFlagAlert.objects.get()
        assert row.taken_back_at is not None and row.acknowledged_at is None
        words = "still call to make sure"
        desk, practitioner = staff(desk=True), staff(practitioner=True)
        for page in (desk.get("/"), desk.get("/intakes/"), practitioner.get("/"), practitioner.get("/intakes/")):
            assert words in page_text(page)
        assert words in page_text(practitioner.get(f"/intakes/{row.response_id}/"))
        practitioner.post(f"/red-flags/{row.pk}/answer/", {"note": "Called: a slip."})
        assert words not in page_text(practitioner.get("/intakes/"))

    def test_told_again_it_is_a_new_alert_with_a_mail_of_its_own(self, phone: Client) -> None:
        tab = Tab(phone, "safety_bladder")
        for value in ("yes", "no", "yes", "yes"):
            tab.save({**BLADDER, "bladder_leak": value})
        rows = RedFlagAlert.objects.order_by("id")
        assert [row.taken_back_at is not None for row in rows] == [True, False]
        assert len({row.mail_id for row in rows}) == Message.objects.filter(kind="red_flag").count() == 2

    def test_answered_and_unchanged_it_is_not_raised_again_but_told_again_it_is(self, phone: Client) -> None:
        tab = Tab(phone, "safety_bladder")
        tab.save({**BLADDER, "bladder_leak": "yes"})
        acknowledge(RedFlagAlert.objects.get().pk, by=UserFactory(practitioner=True), note="called")
        tab.save({**BLADDER, "bladder_leak": "yes"})
        assert RedFlagAlert.objects.count() == 1
        tab.save(BLADDER)
        tab.save({**BLADDER, "bladder_leak": "yes"})
        assert RedFlagAlert.objects.filter(acknowledged_at=None).count() == 1

    def test_an_alarm_that_becomes_part_of_another_is_not_taken_back(self) -> None:
        response = ResponseFactory(answers={"risks": ["infection"]})
        actions.save_answers(response.pk, values={"now": ["fever"]})
        actions.save_answers(response.pk, values={"general": ["night"]})
        assert not RedFlagAlert.objects.exclude(taken_back_at=None).exists()


def test_i_dont_know_is_no_sign_in_the_practitioners_words(phone: Client) -> None:
    Tab(phone, "safety_bladder").save({**BLADDER, "saddle_numbness": "dont_know"})
    row, practitioner = RedFlagAlert.objects.get(), staff(practitioner=True)
    for path in ("/", "/intakes/", f"/intakes/{row.response_id}/"):
        assert "“Don’t know” to: numb or tingling" in page_text(practitioner.get(path))


class TestWhatItSays:
    @pytest.mark.parametrize("answers", [{"now": ["fever"]}, {"now": ["calf"]}])
    def test_a_doctor_today_is_no_ambulance(self, phone: Client, answers: dict[str, list[str]]) -> None:
        text = page_text(Tab(phone, "safety_now").save({**BODY, **answers}))
        assert "You need to be seen by a doctor today." in text and "Call 911" not in text
        assert (
            'href="tel:+1 201-555-0100"' in text and 'href="tel:911"' in text
        )  # the number stays, small: if it gets worse

    def test_a_neck_that_hurts_into_the_arm_raises_no_alarm(self, phone: Client) -> None:
        response = ResponseFactory(answers={"where": ["neck"]})
        text = page_text(Tab(phone_with(response), "quality").save({"travel": ["arm"]}))
        assert findings_of(response)["radiation.shoulder_arm"] is True
        assert "read this now" not in text and not RedFlagAlert.objects.exists()

    def test_the_chest_calls_the_number_and_says_which_answer(self, phone: Client) -> None:
        text = page_text(Tab(phone, "safety_now").save({**BODY, "now": ["chest"]}))
        assert "Call 911 now." in text and "emergency number" not in text
        assert "You ticked: “Chest pressure or trouble breathing" in text

    def test_the_heart_on_the_devices_screen_is_not_passed_over(self, phone: Client) -> None:
        text = page_text(Tab(phone, "implants").save({"heart": ["unstable"]}))
        assert "Chest pain now, or at rest in the last days: call 911 now." in text and 'href="tel:911"' in text

    def test_light_bleeding_of_somebody_who_may_be_pregnant_is_no_emergency(self) -> None:
        response = ResponseFactory(answers={"pregnancy": "maybe"})
        phone = phone_with(response)
        assert "call your doctor today" in page_text(phone.get("/i/step/pregnancy_more/"))
        assert "Call 911" not in page_text(Tab(phone, "pregnancy_more").save({"pregnancy_bleeding": "light"}))
        assert "Call 911 now." in page_text(Tab(phone, "pregnancy_more").save({"pregnancy_bleeding": "yes"}))

    def test_unsafe_at_home_gets_the_line_for_it(self, phone: Client, clinic: Clinic) -> None:
        text = page_text(Tab(phone, "private").save({"unsafe_at_home": "yes"}))
        assert 'href="tel:1-800-799-7233"' in text and 'href="tel:988"' not in text
        clinic.violence_line = "0800 1"
        clinic.save()
        assert 'href="tel:0800 1"' in page_text(phone.get("/i/step/private/"))
        assert "0800 1" not in page_text(phone.get("/i/step/medicines/"))

    def test_the_fever_question_is_about_this_pain(self, phone: Client) -> None:
        assert "Along with it, now" in page_text(phone.get("/i/step/safety_now/"))

    def test_a_private_answer_is_not_repeated_on_the_next_screen(self, phone: Client) -> None:
        Tab(phone, "private").save({"self_harm": "yes"})
        assert "harming yourself" not in page_text(phone.get("/i/step/medicines/"))
        assert "harming yourself" not in page_text(phone.get("/i/alert/"))

    @pytest.mark.parametrize(("address", "mail", "said"), [
        ("alert@clinic.example", "sent", "We have told the clinic"),
        ("alert@clinic.example", "queued", "A message to the clinic is on its way"),
        ("alert@clinic.example", "failed", "The clinic can see this now"), ("", "", "The clinic can see this now"),
    ])  # fmt: skip
    def test_told_is_said_only_when_it_was(
        self, phone: Client, clinic: Clinic, address: str, mail: str, said: str
    ) -> None:
        clinic.alert_email = address
        clinic.save()
        Tab(phone, "safety_bladder").save({**BLADDER, "bladder_leak": "yes"})
        Message.objects.update(status=mail)
        for path in ("/i/alert/", "/i/step/medicines/"):
            text = page_text(phone.get(path))
            assert said in text and ("told the clinic" in text) is (mail == "sent")
            assert "Do not wait for us to call." in text and (mail == "sent" or "tel:+1 201-555-0100" in text)

    def test_help_stays_on_the_page_after_sending_and_on_the_closed_link(self) -> None:
        response = ResponseFactory(complete=True, answers={**PLAIN, "bladder_leak": "yes"})
        phone = phone_with(response)
        phone.get("/i/check/")
        phone.post("/i/send/")
        assert "Go to an emergency department now" in page_text(phone.get("/i/sent/"))
        assert "nothing more to do" not in page_text(phone.get("/i/"))


class TestInThePage:
    def test_grave_messages_wait_hidden_and_need_no_network(self, phone: Client) -> None:
        text = page_text(phone.get("/i/step/safety_bladder/"))
        hidden = re.findall(r'hidden data-alarm="(\w+)" data-values="([^"]*)"', text)
        assert dict(hidden) == dict.fromkeys(BLADDER, "yes dont_know")
        assert "Go to an emergency department now" in text and "Please read this now" in text

    def test_confirmed_there_it_counts_as_read(self, phone: Client) -> None:
        page = Tab(phone, "safety_bladder")
        data = {**BLADDER, "bladder_leak": "yes", "_page": page.page, "_seq": "1"}
        text = page_text(phone.post("/i/step/safety_bladder/save/?read=1", data))
        assert RedFlagAlert.objects.get().message_shown_at is not None
        assert "I have read this" not in text and "I have read this" not in text and 'href="tel:911"' in text

    def test_without_scripts_a_slip_can_be_corrected(self, phone: Client) -> None:
        where = Tab(phone, "safety_bladder").go({**BLADDER, "bladder_leak": "yes"})["Location"]
        text = page_text(phone.get(where))
        assert "You chose “Yes” for: “Have you leaked urine since this pain" in text
        assert "No, that was a mistake: change “Safety check”" in text and 'href="/i/step/safety_bladder/' in text
        Tab(phone, "safety_bladder").go(BLADDER)
        assert RedFlagAlert.objects.get().taken_back_at is not None


Q = load_questionnaire()
TOLD = [
    q
    for q in Q.questions
    if q.kind in ("one", "many") and any(f.startswith(("flag.", "condition.")) for f in q.findings)
]
WORDS = ["My back aches.", "I cannot feel when I wipe and I wet myself.", "I want to kill myself.", "I take warfarin."]
states = st.fixed_dictionaries(
    {"reason": st.sampled_from(WORDS)},
    optional={
        q.id: st.sampled_from([o.id for o in q.options])
        if q.kind == "one"
        else st.lists(st.sampled_from([o.id for o in q.options]), max_size=3, unique=True)
        for q in TOLD
    },
)


@draws(40)
@given(steps=st.lists(states, min_size=1, max_size=3), sex=st.sampled_from(["female", "male"]), age=st.integers(12, 80))
def test_the_messages_are_exactly_those_of_the_answers(steps: list[dict[str, Any]], sex: str, age: int) -> None:
    """Whatever was answered in whatever order: shown is what `assess` says now, and no alarm page is empty."""
    with transaction.atomic():
        clinic = Clinic.current()
        born = dt.date(2026 - age, 1, 1)
        response = ResponseFactory(patient=PatientFactory(sex=sex, date_of_birth=born))
        for step in steps:
            cleared = {q.id: None for q in TOLD}
            response = actions.save_answers(response.pk, values={**cleared, **step})
            assessment = judged(response).signs
            wanted = {a.patient_text.replace("your emergency number", "911") for a in serious_alerts(assessment)
                      if a.level == "emergency" and a.patient_text}  # fmt: skip
            told = messages(response, None, clinic)
            assert {one.text for one in told["emergencies"]} == wanted
            assert told["to_confirm"] == bool(wanted)  # nobody has confirmed anything
            standing = RedFlagAlert.objects.filter(response=response, level="emergency", taken_back_at=None)
            assert standing.exists() == bool(wanted)
        for screen in Q.screens[:12]:
            for rows in alarms(response, screen, clinic).values():
                assert all(alarm.told and all(one.text for one in alarm.told) for alarm in rows)
        transaction.set_rollback(True)
