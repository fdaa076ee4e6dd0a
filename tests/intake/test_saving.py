"""Saving from several tabs and devices: only what changed on a page counts; of two answers the patient chooses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from clinic.audit.models import AuditEvent
from intake.actions import answers as actions
from intake.actions.answers import IncompleteIntake
from intake.actions.invitations import invite, revoke
from intake.models import Clash, IntakeResponse, OpenedPage, RedFlagAlert
from intake.questionnaire.load import load_questionnaire
from tests.factories.intake import ResponseFactory
from tests.intake.test_form_pages import answers_of, phone_with
from tests.support.intake_page import Tab
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
DEVICES = next(
    (s.id, q.id) for s in load_questionnaire().screens for q in s.questions if q.option("pacemaker") is not None
)


@pytest.fixture
def response() -> IntakeResponse:
    return ResponseFactory()


@pytest.fixture
def phone(response: IntakeResponse) -> Client:
    return phone_with(response)


def test_next_in_an_old_tab_does_not_take_a_pacemaker_away(phone: Client, response: IntakeResponse) -> None:
    screen, question = DEVICES
    old, new = Tab(phone, screen), Tab(phone, screen)
    new.save({question: ["pacemaker"]})
    assert old.go({}).status_code == 422  # to that tab it is open: it asks
    old.save({})
    assert answers_of(response) == {question: ["pacemaker"]}


def test_a_page_that_does_not_say_what_it_showed_takes_nothing_back(phone: Client, response: IntakeResponse) -> None:
    screen, question = DEVICES
    Tab(phone, screen).save({question: ["pacemaker"]})
    for page in ("", "forged", Tab(phone, "reason").page):
        phone.post(f"/i/step/{screen}/", {"_page": page})
    assert answers_of(response) == {question: ["pacemaker"]}


def test_only_the_field_that_changed_is_applied(phone: Client, response: IntakeResponse) -> None:
    old = Tab(phone, "strength")
    Tab(phone, "strength").save({"pain_now": "6", "pain_average": "5"})
    old.save({"pain_worst": "9"})
    assert answers_of(response) == {"pain_now": 6, "pain_average": 5, "pain_worst": 9}


def test_what_was_answered_elsewhere_is_said(phone: Client) -> None:
    old = Tab(phone, "strength")
    Tab(phone, "strength").save({"pain_now": "6"})
    assert "lso answered in another tab or on another device" in page_text(old.save({"pain_worst": "9"}))


def test_a_page_may_change_its_own_answer_again_and_again(phone: Client, response: IntakeResponse) -> None:
    tab = Tab(phone, "reason")
    for words in ("a", "ab", "abc", ""):
        tab.save({"reason": words})
    assert answers_of(response) == {} and not Clash.objects.exists()
    tab.save({"reason": "back"})
    assert tab.go({"reason": "back again"}).status_code == 302
    assert answers_of(response) == {"reason": "back again"}


def test_a_save_that_arrives_late_changes_nothing(phone: Client, response: IntakeResponse) -> None:
    tab = Tab(phone, "reason")
    tab.save({"reason": "It pulls on the left"}, seq=2)
    tab.save({"reason": "It pu"}, seq=1)
    assert answers_of(response) == {"reason": "It pulls on the left"}
    assert not Clash.objects.exists()


def test_a_save_sent_again_is_one_save(phone: Client, response: IntakeResponse) -> None:
    screen, question = DEVICES
    tab = Tab(phone, screen)
    tab.save({question: ["pacemaker"]}, seq=1)  # the answer to it is lost on the way
    tab.save({}, seq=2)  # unticked meanwhile
    assert answers_of(response) == {}


def test_two_answers_are_shown_and_the_patient_chooses(phone: Client, response: IntakeResponse) -> None:
    first, second = Tab(phone, "reason"), Tab(phone, "reason")
    first.save({"reason": "my back"})
    answer = second.go({"reason": "my neck"})
    text = page_text(answer)
    assert answer.status_code == 409
    assert "my back" in text and "my neck" in text and "Which one is right?" in text
    assert answers_of(response) == {"reason": "my neck"} and Clash.objects.get().others == ["my back"]
    assert "two different answers" in page_text(phone.get("/i/check/"))
    text = page_text(phone.get("/i/step/reason/"))
    older = re.findall(r'value="(choose:[^"]+)"', text)[1]
    again = Tab(phone, "reason")
    assert again.go({"reason": "my neck"}, go=older)["Location"] == "/i/step/reason/"
    assert answers_of(response) == {"reason": "my back"} and not Clash.objects.exists()
    assert Tab(phone, "reason").go({"reason": "my back"}).status_code == 302


def test_keeping_the_newest(phone: Client, response: IntakeResponse) -> None:
    first, second = Tab(phone, "reason"), Tab(phone, "reason")
    first.save({"reason": "my back"})
    newest = re.findall(r'value="(choose:[^"]+)"', page_text(second.save({"reason": "my neck"})))[0]
    second.go({"reason": "my neck"}, go=newest)
    assert answers_of(response) == {"reason": "my neck"} and not Clash.objects.exists()


def test_giving_the_same_answer_settles_it(phone: Client, response: IntakeResponse) -> None:
    first, second = Tab(phone, "reason"), Tab(phone, "reason")
    first.save({"reason": "my back"})
    second.save({"reason": "my neck"})
    second.save({"reason": "my back"})
    assert answers_of(response) == {"reason": "my back"} and not Clash.objects.exists()


@pytest.mark.parametrize("go", ["choose:", "choose:reason", "choose:reason:x", "choose:nothing:x:y", "evil"])
def test_a_button_that_is_none_does_no_harm(phone: Client, response: IntakeResponse, go: str) -> None:
    assert Tab(phone, "reason").go({"reason": "back"}, go=go).status_code == 302
    assert answers_of(response) == {"reason": "back"}


def test_the_newest_answer_of_a_clash_raises_its_alarm(phone: Client) -> None:
    first, second = Tab(phone, "safety_bladder"), Tab(phone, "safety_bladder")
    first.save({"bowel_loss": "no"})
    text = page_text(second.save({"bowel_loss": "yes"}))
    assert "Please read this now" in text and "Two different answers" in text
    assert RedFlagAlert.objects.count() == 1


def test_two_answers_stop_the_sending() -> None:
    response = ResponseFactory(complete=True)
    Clash.objects.create(response=response, question="reason", others=["another"])
    with pytest.raises(IncompleteIntake) as stopped:
        actions.submit(response.pk)
    assert [q.id for q in stopped.value.missing] == ["reason"]
    Clash.objects.update(question="not_asked_any_more")
    actions.submit(response.pk)


def test_what_pages_told_goes_with_the_sending() -> None:
    response = ResponseFactory(complete=True)
    phone = phone_with(response)
    Tab(phone, "quality").save({"quality": ["dull"]})
    assert OpenedPage.objects.count() == 1
    phone.post("/i/send/")
    assert not OpenedPage.objects.exists()


def test_cancel_undoes_what_was_changed_since_change_was_pressed(phone: Client, response: IntakeResponse) -> None:
    IntakeResponse.objects.update(answers={"reason": "my back", "pain_now": 5, "pain_worst": 7})
    tab = Tab(phone, "strength")
    tab.save({"pain_now": "2", "pain_worst": "3"})
    Tab(phone, "strength").save({"pain_now": "2", "pain_average": "4", "pain_worst": "3"})  # another tab
    tab.save({"pain_now": "1", "pain_worst": "3"})
    assert tab.go({"pain_now": "1", "pain_worst": "3"}, go="undo", then="check")["Location"] == "/i/check/"
    assert answers_of(response) == {"reason": "my back", "pain_now": 5, "pain_average": 4, "pain_worst": 7}


@pytest.mark.parametrize(("go", "lands"), [("back", "/i/step/about/"), ("leave", None)])
def test_back_and_stopping_keep_what_was_typed(phone: Client, response: IntakeResponse, go: str, lands: Any) -> None:
    answer = Tab(phone, "where").go({"where": ["low_back_left"]}, go=go)
    assert answer.headers.get("Location") == lands
    assert answers_of(response) == {"where": ["low_back_left"]}
    if go == "leave":
        assert "safe with us" in page_text(answer) and phone.get("/i/").status_code == 404


def test_a_long_text_is_kept_whole_and_refused_in_words(phone: Client, response: IntakeResponse) -> None:
    long = "é" * 5000
    tab = Tab(phone, "reason")
    tab.save({"reason": long})
    assert answers_of(response) == {"reason": long}
    answer = tab.go({"reason": long})
    assert answer.status_code == 422 and long in page_text(answer)
    assert "under 2000 letters; it is 5000 now" in page_text(answer)
    assert "too long" in page_text(phone.get("/i/check/"))
    with pytest.raises(IncompleteIntake):
        actions.submit(response.pk)


def test_far_too_much_is_refused_and_still_on_the_page(phone: Client, response: IntakeResponse) -> None:
    answer = Tab(phone, "reason").go({"reason": "x" * 10_001})
    assert answer.status_code == 422 and "x" * 10_001 in page_text(answer)
    assert answers_of(response) == {}


def test_what_is_not_complete_is_not_called_saved(phone: Client) -> None:
    text = page_text(Tab(phone, "strength").save({"duration.number": "x", "duration.unit": "weeks"}))
    assert "ot yet complete" in text


def test_one_audit_row_for_each_change_and_none_for_none(phone: Client) -> None:
    tab = Tab(phone, "reason")
    tab.save({"reason": "back"})
    tab.save({"reason": "back"})
    rows = AuditEvent.objects.filter(action="intake.saved")
    assert [json.loads(json.dumps(row.detail)) for row in rows] == [{"questions": ["reason"]}]


@pytest.mark.parametrize("change", ["replaced_by", "revoked"])
def test_words_posted_to_a_closed_link_are_given_back(phone: Client, response: IntakeResponse, change: str) -> None:
    tab = Tab(phone, "reason")
    if change == "revoked":
        revoke(response.invitation_id, by=None)
    else:
        invite(patient=response.patient, by=None)
    answer = tab.go({"reason": "A <long> story"})
    assert answer.status_code == 410 and "A &lt;long&gt; story</textarea>" in page_text(answer)


def test_what_a_save_is_told_is_what_the_page_would_draw(
    phone: Client, response: IntakeResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing to say but the time the answer is found, not drawn; drawn it would be the same, in each language."""
    from intake.views import saved

    for language in ("en-gb", "es", "zh-hans"):
        tab, drawn = Tab(phone, "strength"), []
        phone.cookies["ashi-language"] = language
        with monkeypatch.context() as patch:
            for told in ({}, {"pain_now": "3"}, {"pain_now": "0"}):
                found = tab.save(told, typing="pain_now" not in told).content.decode()
                patch.setattr(saved, "once", lambda part, **values: render_to_string(part, values))
                assert tab.save(told, typing="pain_now" not in told).content.decode() == found
                patch.undo()
                patch.setattr(saved, "BESIDE", ("screen",))  # always drawn, with all that the view gives
                whole = tab.save(told, typing="pain_now" not in told).content.decode()
                assert whole == found
                patch.undo()
                drawn.append(found)
        assert len({*drawn}) > 1


def test_what_a_save_has_to_say_is_said(phone: Client) -> None:
    answer = Tab(phone, "strength").save({"pain_now": "11"}).content.decode()
    assert 'data-state="partly"' in answer or "Not yet complete" in answer
