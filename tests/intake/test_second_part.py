"""The second part: answered when there is time, sent on its own, and never changing what was sent or signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.lib.tokens import hash_of
from clinic.people.actions.patients import safety_facts_of
from clinic.people.models import Clinic
from intake.actions import answers as actions
from intake.actions import assessment as assessing
from intake.actions import assessment_clearance, invitations, second_part
from intake.actions.invitations import LinkNotOpen
from intake.case_building import build_case
from intake.forms.screen import ScreenForm
from intake.models import Assessment, IntakeResponse, Invitation, RedFlagAlert, Score
from intake.models.kept import links_that_differ
from intake.questionnaire.load import load_questionnaire
from intake.reading import reading_of
from tests.factories.intake import PLAIN, ResponseFactory
from tests.factories.people import UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.intake_page import Tab
from tests.support.page_text import page_text
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db
Q = load_questionnaire()
SECOND = {q.id for s in Q.screens if s.part == 2 for q in s.questions}
FIRST = {key: value for key, value in PLAIN.items() if key not in SECOND}
LATER: dict[str, Any] = {key: value for key, value in PLAIN.items() if key in SECOND} | {"warmth": ["cold"]}


@pytest.fixture
def first() -> IntakeResponse:
    """A sent first part."""
    response = ResponseFactory(complete=True, answers=dict(FIRST))
    return actions.submit(response.pk)


def begun(first: IntakeResponse) -> IntakeResponse:
    return invitations.start(second_part.link_for(first.invitation_id).pk)


def sent(first: IntakeResponse, **answers: Any) -> IntakeResponse:
    second = begun(first)
    actions.save_answers(second.pk, values=LATER | answers)
    return actions.submit(second.pk)


def test_the_first_part_asks_nothing_of_the_second_and_can_be_sent_without(first: IntakeResponse) -> None:
    assert {s.part for s in reading_of(first).screens} == {1}
    assert {s.measure for s in Score.objects.all()} == {"nrs_now", "nrs_average", "nrs_worst"}
    case = build_case(first.patient, None, today=timezone.localdate())
    assert case.is_unknown("body.cold") and case.is_unknown("worsened_by.stress_much")  # never taken for no
    page = Client()
    page.force_login(UserFactory(practitioner=True))
    assert "Second part not answered yet" in page_text(page.get(f"/intakes/{first.pk}/"))


def test_on_the_same_device_it_goes_on_at_once_and_is_sent_on_its_own() -> None:
    response = ResponseFactory(complete=True, answers=dict(FIRST))
    phone = phone_with(response)
    phone.post("/i/send/")
    thanks = phone.get("/i/sent/")
    assert "Answer the second part" in page_text(thanks)
    where = phone.post("/i/second/", {"first": thanks.context["second"]})["Location"].partition("?")[0]
    assert where == "/i/step/weather/"
    assert phone.get("/i/step/reason/").status_code == 302  # what was sent is not asked, nor shown
    Tab(phone, "weather").save({"stress": "much"})
    second = IntakeResponse.objects.get(continues=response)
    assert second.answers["stress"] == "much"
    page = page_text(phone.get("/i/check/"))
    assert "My lower back is stiff" not in page and "Much worse" in page
    assert phone.post("/i/send/")["Location"] == "/i/sent/"
    assert "Answer the second part" not in page_text(phone.get("/i/sent/"))
    second.refresh_from_db()
    assert second.submitted_at and second.consent_name == response.consent_name


def test_sentences_of_one_instrument_are_a_table_with_its_answers_above_once() -> None:
    screen = Q.screen("mood")
    assert screen is not None
    rows = list(ScreenForm(screen, {}, today=timezone.localdate()))
    assert [len(row.heads) for row in rows] == [4, 0, 0, 0] and all(row.is_row for row in rows)
    assert rows[0].heads[0] == "Not at all"
    stress = Q.screen("weather")
    assert stress is not None and not any(r.is_row for r in ScreenForm(stress, {}, today=timezone.localdate()))


def test_from_the_link_on_another_device_it_asks_who_it_is() -> None:
    response = ResponseFactory(complete=True, answers=dict(FIRST))
    token = "t" * 43
    Invitation.objects.filter(pk=response.invitation_id).update(token_hash=hash_of(token))
    actions.submit(response.pk)
    other = Phone()
    closed = other.get(f"/i/{token}/")
    assert closed.status_code == 410 and "Answer the second part" in page_text(closed)
    assert other.post("/i/second/", {"first": closed.context["second"]})["Location"] == "/i/"
    page = page_text(other.get("/i/"))
    assert "The second part" in page and "date of birth" in page.lower()
    assert not IntakeResponse.objects.filter(continues=response).exists()
    for forged in ("", "7", "7:abc"):
        assert other.post("/i/second/", {"first": forged}).status_code == 404


def test_its_answers_scores_and_facts_are_added_and_the_first_part_is_as_it_was(first: IntakeResponse) -> None:
    before = dict(first.answers)
    second = sent(first, periods=["menopause"])
    first.refresh_from_db()
    assert first.answers == before
    assert sorted(Score.objects.values_list("measure", flat=True)) == [
        "gad2", "nrs_average", "nrs_now", "nrs_worst", "phq2", "rmdq",
    ]  # fmt: skip
    assert safety_facts_of(first.patient)["condition.menopause"] is True
    case = build_case(first.patient, None, today=timezone.localdate())
    assert case.is_present("body.cold") and case.is_present("site.low_back")
    page = Client()
    page.force_login(UserFactory(practitioner=True))
    assert "The second part was sent" in page_text(page.get(f"/intakes/{first.pk}/"))
    whole = page_text(page.get(f"/intakes/{second.pk}/"))
    assert "with the answers of" in whole and "My lower back is stiff" in whole and "Cold hands or feet" in whole


def test_what_was_signed_on_the_first_part_stays_and_new_danger_is_added(first: IntakeResponse) -> None:
    by = UserFactory(practitioner=True)
    draft = assessing.open_draft(patient=first.patient, by=by)
    found = assessing.Examination({"pulse.wiry": True, "condition.anticoagulant": False}, [], [], "seen")
    assessing.save(assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=by)
    draft.refresh_from_db()
    signed = assessing.sign(assessment_id=draft.pk, revision=draft.revision, by=by)
    result = signed.result
    sent(first, sport="yes", stress_fracture="yes")
    signed.refresh_from_db()
    assert signed.result == result and signed.response_id == first.pk
    case = build_case(first.patient, signed, today=timezone.localdate())
    assert case.is_present("flag.stress_fracture_signs") and case.is_unknown("body.cold")


def test_what_the_examiner_settled_between_the_parts_stays_settled() -> None:
    response = ResponseFactory(complete=True, answers=FIRST | {"now": ["fever"], "blood": ["thinner"]})
    first = actions.submit(response.pk)
    by = UserFactory(practitioner=True)
    assessment_clearance.clear_findings(
        patient=first.patient, findings=["flag.fever"], examined_by="Dr Lee",
        examined_on=timezone.localdate(), result="a cold", by=by,
    )  # fmt: skip
    draft = assessing.open_draft(patient=first.patient, by=by)
    found = assessing.Examination({"condition.anticoagulant": False}, [], [], "stopped")
    assessing.save(assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=by)
    second = sent(first)
    draft = Assessment.objects.get(pk=draft.pk)
    assert draft.response_id == second.pk and draft.findings["condition.anticoagulant"] is False
    case = build_case(first.patient, draft, today=timezone.localdate())
    assert "flag.fever" in case.cleared and case.is_absent("condition.anticoagulant")


def test_a_red_flag_of_the_second_part_alarms_at_once_and_one_of_the_first_not_again() -> None:
    clinic = Clinic.current()
    clinic.alert_email = "alert@clinic.example"
    clinic.save()
    response = ResponseFactory(complete=True, answers=FIRST | {"bladder_leak": "yes"})
    first = actions.submit(response.pk)
    assert RedFlagAlert.objects.count() == 1
    second = begun(first)
    actions.save_answers(second.pk, values=LATER)
    assert RedFlagAlert.objects.count() == 1
    actions.save_answers(second.pk, values={"anything_else": "I want to kill myself."})
    assert RedFlagAlert.objects.filter(response=second, level="emergency").count() == 1
    actions.submit(second.pk)
    assert RedFlagAlert.objects.filter(response=second).count() == 1


def test_days_count_from_the_first_part(first: IntakeResponse) -> None:
    past = timezone.now() - dt.timedelta(days=10)
    second = begun(first)
    IntakeResponse.objects.filter(pk=second.pk).update(first_sent_at=past)
    actions.submit(second.pk)
    case = build_case(first.patient, None, today=timezone.localdate())
    assert case.complaint.duration_days == 56 + 10


def test_one_line_to_assess_and_the_links_are_as_recounted(first: IntakeResponse) -> None:
    page = Client()
    page.force_login(UserFactory(practitioner=True))
    assert page.get("/intakes/").context["page"].new.page.last == 1
    second = sent(first)
    rows = page.get("/intakes/").context["page"].new.rows
    assert [row.response.pk for row in rows] == [second.pk] and "Second part" in rows[0].pill[2]
    assert not links_that_differ().exists()


def test_it_ends_with_the_first_visit_with_time_and_when_it_was_sent(first: IntakeResponse) -> None:
    assert second_part.may_follow(first.invitation)
    second = begun(first)
    assert second.invitation.second_of_id == first.invitation_id
    second_part.close(patient=first.patient, by=UserFactory(practitioner=True))
    link = Invitation.objects.get(pk=first.invitation_id)
    assert not second_part.may_follow(link)
    with pytest.raises(LinkNotOpen):
        actions.save_answers(second.pk, values={"stress": "much"})
    with pytest.raises(LinkNotOpen):
        second_part.link_for(link.pk)


def test_a_second_one_is_never_made(first: IntakeResponse) -> None:
    assert begun(first).pk == begun(first).pk
    sent(first)
    assert not second_part.may_follow(Invitation.objects.get(pk=first.invitation_id))
    assert IntakeResponse.objects.filter(continues=first).count() == 1


def test_a_longer_form_of_the_past_has_no_second_part() -> None:
    response = ResponseFactory(complete=True, answers=dict(FIRST))
    actions.submit(response.pk)
    link = Invitation.objects.select_related("response__patient").get(pk=response.invitation_id)
    link.response.questionnaire_version = "2026.12"
    assert not second_part.may_follow(link)


def test_a_new_link_for_a_whole_form_does_not_go_on_with_a_second_part(first: IntakeResponse) -> None:
    begun(first)
    by = UserFactory(desk=True)
    new = invitations.invite(patient=first.patient, by=by)
    phone = Phone()
    phone.open(new.token, born=first.patient.date_of_birth)
    assert Tab(phone, "reason").go({"reason": "again"}).status_code == 302


def test_the_chart_tells_the_two_parts_apart(first: IntakeResponse) -> None:
    sent(first)
    page = Client()
    page.force_login(UserFactory(practitioner=True))
    told = page_text(page.get(f"/patients/{first.patient_id}/"))
    assert (told.count("Second part of the intake sent"), told.count("Intake sent")) == (1, 1)
