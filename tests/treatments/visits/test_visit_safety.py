"""What stops a visit or its signature, and who never sees it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.actions.patients import record_safety_facts
from intake.actions.red_flags import acknowledge
from intake.assessment import load_intake_knowledge
from intake.models import Clearance, RedFlagAlert
from tests.factories.intake import ResponseFactory
from tests.factories.people import UserFactory
from tests.factories.treatments import signed_visit
from tests.support.page_text import page_text
from tests.support.visit_pages import all_done, posted, safe, url
from treatments.models import AdverseEvent, Incident, Visit
from treatments.plans.actions.signing import open_points
from treatments.visits.actions import red_flags
from treatments.visits.actions.incidents import review_incident
from treatments.visits.forms.page import flag_field
from treatments.visits.presenters.page import stop_of
from treatments.visits.safety_questions import safety_questions

pytestmark = pytest.mark.django_db


def test_needles_in_and_out_must_agree_or_be_explained(as_petra, petra, visit):
    answer = as_petra.post(url("sign", visit), all_done(visit, **{"s0-out": "3"}))
    assert answer.status_code == 422 and "4 needles in, 3 out" in page_text(answer)
    visit.refresh_from_db()
    assert visit.is_draft and visit.needles_out == 4  # what was typed is kept
    told = {"close-mismatch_reason": "x"}  # as it once was enough
    for more in (
        {},
        {"close-mismatch_code": "not_found"},
        {"close-mismatch_by": petra.name},
        {"close-mismatch_where": "x"},
    ):
        told |= more
        answer = as_petra.post(url("sign", visit), posted(visit, **told))
        assert answer.status_code == 422 and "Search and count again" in page_text(answer)
    told |= {"close-mismatch_where": "Looked in the sheet, on the floor, in the clothes"}
    assert as_petra.post(url("sign", visit), posted(visit, **told)).status_code == 302
    visit.refresh_from_db()
    assert not visit.is_draft
    note = page_text(as_petra.get(url("visit", visit)))
    assert "A needle was not found" in note and f"counted by {petra.name}" in note

    task = Incident.objects.get()
    assert (task.kind, task.reason_code, task.visit) == ("needle_count", "not_found", visit)
    assert task.due_on == timezone.localdate() + dt.timedelta(days=1)
    assert "4 in, 3 out" in task.text and "in the clothes" in task.text and petra.name in task.text
    assert task.text[:30] in page_text(as_petra.get("/"))  # until it is reviewed
    review_incident(incident_id=task.pk, note="Found in the bin of the room, counted twice.", by=petra)
    assert task.text[:30] not in page_text(as_petra.get("/"))


def test_needles_that_agree_open_no_task(as_petra, visit):
    as_petra.post(url("sign", visit), all_done(visit, **{"close-mismatch_where": "typed before the last was found"}))
    visit.refresh_from_db()
    assert not visit.is_draft and not Incident.objects.exists()


def test_a_colleague_sees_whose_needles_are_in(as_petra, patient, visit):
    as_petra.post(url("save", visit), posted(visit, **{"s0p0-done": "done", "s0-first_insertion": "14:05"}))
    other = Client()
    other.force_login(UserFactory(practitioner=True))
    page = page_text(other.get("/"))
    assert "Needles in now" in page and "14:05" in page and "2 in, 0 out" in page and url("visit", visit) in page
    as_petra.post(url("save", visit), posted(visit, **{"s0-out": "2"}))
    assert "Needles in now" not in page_text(other.get("/"))


def test_uncounted_needles_stop_the_signature(as_petra, visit):
    data = all_done(visit)
    del data["s1-out"]
    answer = as_petra.post(url("sign", visit), data)
    assert answer.status_code == 422 and "count the needles out" in page_text(answer)


def test_unanswered_safety_questions_and_undecided_points_stop_the_signature(as_petra, visit):
    data = all_done(visit)
    del data[f"start-{flag_field('flag.fever')}"]
    data["s0p2-done"] = ""
    text = page_text(as_petra.post(url("sign", visit), data | {"s0-out": "3"}))
    assert "Ask the short safety questions" in text and "1 planned point neither done nor left out" in text


def test_a_red_flag_stops_needling_until_it_is_examined(as_petra, patient, visit):
    yes = {f"start-{flag_field('flag.saddle_numbness')}": "yes"}
    as_petra.post(url("save", visit), posted(visit, **safe(**yes, **{"s0p0-done": "done"})))
    visit.refresh_from_db()
    assert visit.record["stages"][0]["points"][0]["done"] == ""
    text = page_text(as_petra.get(url("visit", visit)))
    assert "Stop: do not needle" in text and "112" in text
    assert AuditEvent.objects.filter(action="red_flag.raised", patient_id=patient.pk).exists()
    answer = as_petra.post(url("sign", visit), all_done(visit, **yes))
    assert answer.status_code == 422 and "red flag is open" in page_text(answer)

    assert as_petra.post(url("clearance", visit), {"findings": ["flag.saddle_numbness"]}).status_code == 422
    answer = as_petra.post(
        url("clearance", visit),
        {
            "findings": ["flag.saddle_numbness"],
            "examined_by": "Dr Ada, City Hospital",
            "examined_on": timezone.localdate().isoformat(),
            "result": "Cauda equina excluded by MRI",
        },
    )
    assert answer.status_code == 302 and Clearance.objects.get().finding == "flag.saddle_numbness"
    answer = as_petra.post(url("sign", visit), all_done(visit, **yes))
    assert answer.status_code == 302


def test_a_flag_that_the_rules_no_longer_hold_is_still_told_as_the_worst(monkeypatch, patient, visit, petra):
    """Asked at every visit, made a draft meanwhile: a yes to it must neither be lost nor stop the page."""
    response = ResponseFactory(patient=patient)
    known = load_intake_knowledge()
    drafted = replace(known, flag_by_finding={k: v for k, v in known.flag_by_finding.items() if k != "flag.fever"})
    monkeypatch.setattr(red_flags, "load_intake_knowledge", lambda: drafted)
    red_flags.raise_alerts(visit, ["flag.fever"], by=petra)
    assert RedFlagAlert.objects.get(flag="flag.fever", response=response).level == "emergency"
    visit.record["start"] = {"flags": {"flag.fever": "yes"}}
    stop = stop_of(visit)
    assert stop is not None and stop["is_emergency"]
    assert [question for question, _ in stop["flags"]] == [safety_questions()["flag.fever"]]


def test_the_page_stops_for_a_flag_whose_row_is_a_draft(monkeypatch, as_petra, visit):
    known = load_intake_knowledge()
    drafted = replace(known, flag_by_finding={k: v for k, v in known.flag_by_finding.items() if k != "flag.both_legs"})
    for module in ("actions.red_flags", "presenters.page"):
        monkeypatch.setattr(f"treatments.visits.{module}.load_intake_knowledge", lambda: drafted)
    as_petra.post(url("save", visit), posted(visit, **safe(**{f"start-{flag_field('flag.both_legs')}": "yes"})))
    page = page_text(as_petra.get(url("visit", visit)))
    assert "Stop: do not needle" in page and "counts as the worst" in page and "Emergency number" in page
    assert known.flags.messages["urgent"] in page and known.flags.lift["urgent"] in page
    assert as_petra.get(url("clearance", visit)).status_code == 200


def test_a_flag_told_again_after_it_was_answered_is_a_new_alert(patient, visit, petra):
    response = ResponseFactory(patient=patient)
    red_flags.raise_alerts(visit, ["flag.fever"], by=petra)
    red_flags.raise_alerts(visit, ["flag.fever"], by=petra)
    acknowledge(RedFlagAlert.objects.get().pk, by=petra, note="Seen by Dr Bo")
    red_flags.raise_alerts(visit, ["flag.fever"], by=petra)
    assert RedFlagAlert.objects.filter(response=response, acknowledged_at=None).count() == 1


def test_an_examination_before_the_visit_does_not_lift_its_stop(as_petra, visit):
    as_petra.post(url("save", visit), posted(visit, **safe(**{f"start-{flag_field('flag.saddle_numbness')}": "yes"})))
    answer = as_petra.post(
        url("clearance", visit),
        {
            "findings": ["flag.saddle_numbness"],
            "examined_by": "Dr Ada",
            "examined_on": (timezone.localdate() - dt.timedelta(days=3)).isoformat(),
            "result": "clear",
        },
    )
    assert answer.status_code == 422 and "examined again" in page_text(answer)
    assert not Clearance.objects.exists()


def test_a_stopped_visit_is_signed_with_what_was_done_instead(as_petra, visit):
    yes = {f"start-{flag_field('flag.leg_weakness_progressive')}": "yes"}
    data = posted(visit, **safe(**yes, **{"close-flag_action": "Sent to the emergency department at 14:20"}))
    assert as_petra.post(url("sign", visit), data).status_code == 302
    visit.refresh_from_db()
    assert (visit.status, visit.needles_in) == ("signed", 0)


def test_an_old_clearance_does_not_answer_for_today(as_petra, patient, petra, visit):
    Clearance.objects.create(
        patient=patient, finding="flag.fever", examined_by="Dr Bo", examined_on=dt.date(2026, 1, 5),
        result="flu", cleared_by=petra, cleared_at=visit.started_at - dt.timedelta(days=30),
    )  # fmt: skip
    yes = {f"start-{flag_field('flag.fever')}": "yes"}
    as_petra.post(url("save", visit), posted(visit, **safe(**yes)))
    visit.refresh_from_db()
    assert red_flags.open_flags(visit) == ["flag.fever"]


def test_what_safety_stops_is_not_added_without_a_reason(as_petra, visit, patient, petra):
    record_safety_facts(patient=patient, facts={"condition.pacemaker": True}, by=petra)
    more = {"more-kind": "electro", "more-what": "BL25-BL26", "more-side": "right", "more-stage": "s0"}
    refused = as_petra.post(url("add_item", visit), posted(visit, **more, **{"close-notes": "kept"}))
    assert refused.status_code == 422 and "is not added" in page_text(refused)
    visit.refresh_from_db()
    assert visit.record["stages"][0]["electro"] == [] and visit.record["close"]["notes"] == "kept"
    assert as_petra.post(url("add_item", visit), posted(visit, **(more | {"more-what": "BL25"}))).status_code == 422


@pytest.mark.parametrize("name", ["visit", "note", "clearance", "adverse_event"])
def test_the_front_desk_reads_none_of_it(visit, name):
    desk = Client()
    desk.force_login(UserFactory(desk=True))
    assert desk.get(url(name, visit)).status_code == 403


def test_the_front_desk_writes_none_of_it(visit, patient):
    desk = Client()
    desk.force_login(UserFactory(desk=True))
    assert desk.post(reverse("visits:start", args=[patient.pk])).status_code == 403
    assert desk.post(url("sign", visit), posted(visit)).status_code == 403
    visit.refresh_from_db()
    assert visit.is_draft


def test_an_adverse_event_is_recorded_and_a_serious_one_stops_the_next_visit(as_petra, patient, petra):
    visit = signed_visit(patient, petra)
    form = {"code": "ptx", "treatment": "this", "relation": "probable", "action": "hospital", "place": "GB21"}
    assert as_petra.post(url("adverse_event", visit), form | {"code": ""}).status_code == 422
    assert as_petra.post(url("adverse_event", visit), form).status_code == 302
    event = AdverseEvent.objects.get()
    assert (event.serious, event.severity, event.visit_id) == (True, "severe", visit.pk)
    as_petra.post(reverse("visits:start", args=[patient.pk]))
    assert Visit.objects.count() == 1
    assert "Serious adverse event, not reviewed" in page_text(as_petra.get(reverse("chart", args=[patient.pk])))
    assert any("serious adverse event" in reason for reason in open_points(visit.plan))
    review = reverse("visits:event_review", args=[event.pk])
    assert as_petra.get(review).status_code == 200
    as_petra.post(review, {"outcome": "recovered", "note": "No more deep needling at GB21."})
    assert AdverseEvent.objects.filter(follows=event).count() == 1
    as_petra.post(reverse("visits:start", args=[patient.pk]), {"sure": "1"})  # the second one of the day
    assert Visit.objects.count() == 2
