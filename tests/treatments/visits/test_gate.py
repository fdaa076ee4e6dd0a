"""The visit asks the plan's own rules: what is ruled out stays out, what has happened all the same is an incident."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.people.actions.patients import record_safety_facts
from clinic.people.models import Patient
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import POINT, TREATMENT, signed_plan
from tests.support.page_text import page_text
from tests.support.visit_pages import all_done, posted, url
from treatments.models import Incident, TreatmentPlan, Visit
from treatments.visits import gate
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, starting

pytestmark = pytest.mark.django_db
LUNG = {**POINT, "code": "BL13", "name": "Feishu 肺俞", "side": "left", "depth_mm": [5, 10], "angle": "oblique"}
CURRENT = {"more-kind": "electro", "more-what": "BL25-BL26", "more-side": "right", "more-stage": "s0"}
HAPPENED = {"given_code": "not_known", "given_text": "Running for five minutes when she told, stopped at once, well"}


def begun(petra: Any, *extra: dict, sex: str = "male", **facts: bool) -> Visit:
    treatment = copy.deepcopy(TREATMENT)
    treatment["stages"][0]["points"] += [copy.deepcopy(point) for point in extra]
    patient = PatientFactory(sex=sex, date_of_birth=dt.date(1994, 5, 1))
    signed_plan(patient, petra, treatment=treatment)
    know(patient, petra, **facts)
    return starting.start_visit(patient=patient, by=petra)


def know(patient: Patient, petra: Any, **facts: bool) -> None:
    record_safety_facts(patient=patient, facts={f"condition.{k}": v for k, v in facts.items()}, by=petra)


def record(visit: Visit) -> dict:
    visit.refresh_from_db()
    return visit.record


def prefixed(prefix: str, data: dict) -> dict:
    return {f"{prefix}-{key}": value for key, value in data.items()}


@pytest.mark.parametrize("reason", ["x", "the patient wants it and knows the risk"])
def test_no_reason_opens_current_with_a_pacemaker(as_petra, petra, reason):
    visit = begun(petra, pacemaker=True)
    more = CURRENT | prefixed("more", {"reason_code": "wish", "reason": reason, "for": ["pacemaker|ea|x"]})
    answer = as_petra.post(url("add_item", visit), posted(visit, **more, **{"close-notes": "kept"}))
    page = page_text(answer)
    assert answer.status_code == 422 and "is not added" in page and 'value="BL25-BL26"' in page
    assert record(visit)["stages"][0]["electro"] == [] and visit.record["close"]["notes"] == "kept"
    assert not Incident.objects.exists()


def test_what_was_done_already_is_an_incident_and_never_leaves_page_or_note(as_petra, petra):
    visit = begun(petra, pacemaker=True)
    half = posted(visit, **CURRENT, **prefixed("more", HAPPENED | {"given_text": "x", "given": "1"}))
    assert as_petra.post(url("add_item", visit), half).status_code == 422 and not Incident.objects.exists()
    more = CURRENT | prefixed("more", HAPPENED | {"given": "1"})
    assert as_petra.post(url("add_item", visit), posted(visit, **more)).status_code == 302
    assert record(visit)["stages"][0]["electro"][0]["done"] == "done"
    incident = Incident.objects.get()
    assert (incident.kind, incident.reason_code, incident.visit, incident.opened_by) == (
        "forbidden_given", "not_known", visit, petra,
    )  # fmt: skip
    assert "pacemaker" in {rule["code"] for rule in incident.detail["rules"]}
    assert "done although ruled out" in page_text(as_petra.get(url("visit", visit)))
    again = as_petra.post(url("add_item", visit), posted(visit, **CURRENT))
    assert again.status_code == 422  # the incident tells of that current, it opens no second one
    done = as_petra.post(url("sign", visit), all_done(visit))
    assert done.status_code == 302, done.context["not_ready"]
    note = page_text(as_petra.get(url("visit", visit)))
    assert "done although ruled out" in note and incident.text not in note
    assert "Incidents to review" in page_text(as_petra.get("/"))


@pytest.mark.parametrize("code", ["BL60", "LI4"])
def test_points_that_pregnancy_rules_out_are_refused_at_the_visit_too(as_petra, petra, code):
    visit = begun(petra, sex="female", pregnant=True)
    added = {"add-q": code, "add-side": "both", "add-stage": "s0"}
    said = prefixed("add", {"reason_code": "consent", "reason": "she asked for it in writing", "for": ["any"]})
    answer = as_petra.post(url("add_point", visit), posted(visit, **added, **said))
    assert answer.status_code == 422 and f"{code} is not added" in page_text(answer)
    assert code not in [point["code"] for _, point in visit_record.points_of(record(visit))]


def test_a_depth_past_the_cap_is_not_taken_over_and_stays_in_its_field(as_petra, petra):
    visit = begun(petra, LUNG)
    deep = {"s0p3-depth": "50", "s0p3-done": "done", "start-pain_now": "4"}
    part = page_text(as_petra.post(url("save", visit), posted(visit, **deep), headers={"HX-Request": "true"}))
    assert "BL13: ruled out, not taken over" in part
    point = record(visit)["stages"][0]["points"][3]
    assert (point["depth_mm"], point["done"], visit.record["start"]["pain_now"]) == (None, "", 4)
    page = page_text(as_petra.get(url("visit", visit)))
    assert 'name="s0p3-depth" value="50"' in page and "past the cap" in page
    refused = as_petra.post(url("sign", visit), all_done(visit, **deep, **{"s0-out": "5"}))
    assert refused.status_code == 422 and "is not in the record" in page_text(refused)
    as_petra.post(url("save", visit), posted(visit, **{"s0p3-depth": "8", "s0p3-done": "done"}))
    point = record(visit)["stages"][0]["points"][3]
    assert (point["depth_mm"], point["done"]) == (8, "done") and "refused" not in visit.record


def test_a_needle_that_went_too_deep_is_recorded_with_its_depth_as_an_incident(as_petra, petra):
    visit = begun(petra, LUNG)
    as_petra.post(url("save", visit), posted(visit, **{"s0p3-depth": "50", "s0p3-done": "done"}))
    form = url("given", visit) + "?uid=s0p3"
    assert "past the cap" in page_text(as_petra.get(form))
    said = {"uid": ["s0p3"], "reason_code": "overlooked", "text": "Read in inches, no cough, lung sounds equal"}
    assert as_petra.post(form, said | {"revision": record(visit) and visit.revision, "text": "x"}).status_code == 422
    assert as_petra.post(form, said | {"revision": visit.revision}).status_code == 302
    point = record(visit)["stages"][0]["points"][3]
    assert (point["depth_mm"], point["done"]) == (50, "done") and Incident.objects.get().detail["items"] == ["BL13"]
    as_petra.post(url("save", visit), posted(visit, **{"s0p3-depth": "60"}))  # deeper than what was told of
    assert record(visit)["stages"][0]["points"][3]["depth_mm"] == 50 and "s0p3" in visit.record["refused"]


def test_all_done_leaves_what_is_ruled_out(as_petra, petra):
    visit = begun(
        petra, {**POINT, "code": "BL60", "name": "Kunlun 昆仑", "side": "left", "depth_mm": [8, 12]}, sex="female"
    )
    know(visit.patient, petra, pregnant=True)
    as_petra.post(url("all_done", visit), posted(visit))
    done = {p["code"]: p["done"] for _, p in visit_record.points_of(record(visit))}
    assert done["BL60"] == ""
    assert "BL60" in " ".join(charting.missing_for_signature(visit)) or visit.record["refused"]


def test_a_stop_that_may_pass_asks_for_a_code_and_words_for_each(as_petra, petra):
    visit = begun(petra)
    added = {"add-q": "CV17", "add-side": "midline", "add-stage": "s1"}
    refused = as_petra.post(url("add_point", visit), posted(visit, **added))
    stamps = [alert.stamp for alert in refused.context["refused"].asks]
    assert refused.status_code == 422 and stamps and not refused.context["refused"].barred

    def said(**more: Any) -> Any:
        given = {"for": stamps, "reason_code": "trained", "reason": "along the bone, five mm"} | more
        return as_petra.post(url("add_point", visit), posted(visit, **added, **prefixed("add", given)))

    assert said(**{"for": []}).status_code == said(reason="x").status_code == said(reason_code="").status_code == 422
    assert said().status_code == 302
    kept = [one for one in record(visit)["reasons"] if one["item"] == "CV17"]
    assert len(kept) == len(stamps) and {one["reason_code"] for one in kept} == {"trained"}
    page = page_text(as_petra.get(url("visit", visit)))
    assert "Override." in page and "along the bone" in page


def test_a_reason_at_the_visit_is_for_that_depth_only(as_petra, petra):
    visit = begun(petra)

    def stops() -> list:
        fresh = Visit.objects.get(pk=visit.pk)
        return [a for a in charting.unanswered_stops(fresh, charting.safety_of(fresh)) if a.item == "BL25"]

    as_petra.post(url("save", visit), posted(visit, **{"s0p0-depth": "40"}))
    (stop,) = stops()
    said = {"key": stop.key, "reason_code": "adapted", "reason": "heavy build, slow, no pain", "revision": 2}
    bare = as_petra.post(url("reason", visit), said | {"reason": "x"})
    assert bare.status_code == 422 and "in a few words" in page_text(bare) and stops()
    assert as_petra.post(url("reason", visit), said).status_code == 302 and not stops()
    as_petra.post(url("save", visit), posted(visit, **{"s0p0-depth": "45"}))
    assert stops()
    as_petra.post(url("save", visit), posted(visit, **{"s0p0-depth": "20"}))  # as planned: nothing to pass
    assert not stops()


def test_a_new_answer_gives_one_stop_and_planning_again(as_petra, petra):
    visit = begun(petra, sex="female")
    as_petra.post(url("save", visit), posted(visit, **{"start-pregnant": "yes"}))
    page = page_text(as_petra.get(url("visit", visit)))
    head = page[page.index('id="visit-safety"') : page.index('id="visit-form"')]
    outside = head[: head.index("<details")]
    assert head.count('class="notice danger"') == 0 and outside.count("<form") == 1 and "Plan again" in outside
    assert "pregnan" in outside.lower()
    as_petra.post(url("all_done", visit), posted(visit))
    visit.refresh_from_db()
    sentences = charting.missing_for_signature(visit)
    assert len([text for text in sentences if "plan again" in text]) == 1 and len(sentences) < 12


def test_a_visit_goes_on_under_the_new_plan_before_anything_was_done(as_petra, petra):
    visit = begun(petra, sex="female")
    as_petra.post(url("save", visit), posted(visit, **{"start-pain_now": "6"}))
    old = visit.plan
    TreatmentPlan.objects.filter(pk=old.pk).update(status="superseded")
    treatment = copy.deepcopy(TREATMENT)
    treatment["stages"][0]["points"].pop()
    new = TreatmentPlan.objects.create(
        patient=visit.patient, episode=old.episode, proposal=old.proposal, version=2, treatment=treatment,
        status="signed", created_by=petra, signed_by=petra, signed_at=old.signed_at,
        course_reference=old.course_reference,
    )  # fmt: skip
    assert "Go on with version 2" in page_text(as_petra.get(url("visit", visit)))
    as_petra.post(url("take_plan", visit), {"revision": record(visit) and visit.revision})
    visit.refresh_from_db()
    codes = [point["code"] for _, point in visit_record.points_of(visit.record)]
    assert (visit.plan, codes, visit.record["start"]["pain_now"]) == (new, ["BL25", "BL26", "LR3"], 6)


def test_what_is_concerned_follows_the_places_of_a_stop(petra):
    visit = begun(petra, LUNG)
    uids = set(gate.uids_at(visit.record).values())
    visit.record["stages"][0]["points"][0]["done"] = "not_done"
    assert gate.uids_at(visit.record)["stages.0.points.0"] == "s0p1" and "s0p0" in uids


def test_the_front_desk_records_nothing(visit):
    desk = Client()
    desk.force_login(UserFactory(desk=True))
    for name in ("given", "take_plan", "reason"):
        assert desk.post(reverse(f"visits:{name}", args=[visit.pk])).status_code == 403
