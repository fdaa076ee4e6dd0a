"""Only what was observed counts as observed; what was planned, was so last time or is known stays what it is."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import Clinic
from tests.factories.people import PatientFactory
from tests.factories.treatments import POINT, TREATMENT, signed_plan, signed_visit
from tests.support.page_text import page_text
from tests.support.visit_pages import all_done, posted, safe, url
from treatments.models import Visit
from treatments.visits import observed, record
from treatments.visits.actions import starting

pytestmark = pytest.mark.django_db
ASHI = {**POINT, "code": "ASHI", "name": "Ashi 阿是", "side": "left", "where": "the most tender point beside L3 to L5"}
ASHI["depth_mm"] = [10, 15]


def points(visit: Visit) -> list[dict]:
    visit.refresh_from_db()
    return [point for _, point in record.points_of(visit.record)]


def test_all_done_writes_no_depth_and_no_deqi(as_petra, visit):
    as_petra.post(url("all_done", visit), posted(visit))
    assert {(p["done"], p["depth_mm"], p["deqi"]) for p in points(visit)} == {("done", None, "")}
    answer = as_petra.get(url("visit", visit))
    page = page_text(answer)
    assert "15–25 mm planned" in page and "· deqi" not in page
    assert {"2c", "2d", "2f"} <= {item.number for item in answer.context["stricta"] if not item.is_complete}
    note = page_text(as_petra.get(url("note", visit)))
    assert "15–25 planned" in note and "not noted" in note


def test_what_was_reached_is_one_number_and_stands_as_such(as_petra, visit):
    refused = as_petra.post(url("save", visit), posted(visit, **{"s0p0-depth": "15-25"}))
    assert refused.status_code == 422 and "one number" in page_text(refused)
    as_petra.post(url("save", visit), posted(visit, **{"s0p0-done": "done", "s0p0-depth": "18", "s0p0-deqi": "mild"}))
    assert (points(visit)[0]["depth_mm"], points(visit)[0]["deqi"]) == (18, "mild")
    note = page_text(as_petra.get(url("note", visit)))
    assert '<td class="figures">18</td>' in note and "<td>mild</td>" in note


def test_deqi_and_depth_of_last_time_are_not_found_again(as_petra, patient, petra):
    visit = starting.start_visit(patient=patient, by=petra)
    data = all_done(visit, **{"s0p0-depth": "18", "s0p0-deqi": "clear", "s0p0-technique": "reducing"})
    assert as_petra.post(url("sign", visit), data).status_code == 302
    after = starting.start_visit(patient=patient, by=petra, is_sure=True)
    first = points(after)[0]
    assert (first["technique"], first["as_last_time"], first["depth_mm"], first["deqi"]) == ("reducing", True, None, "")


def test_a_tender_point_stays_planned_until_it_is_found(as_petra, petra):
    treatment = copy.deepcopy(TREATMENT)
    treatment["stages"][0]["points"].append(ASHI)
    patient = PatientFactory(sex="male")
    signed_plan(patient, petra, treatment=treatment)
    visit = starting.start_visit(patient=patient, by=petra)
    as_petra.post(url("all_done", visit), posted(visit))
    assert [p["done"] for p in points(visit)] == ["done", "done", "done", "", "done"]
    refused = as_petra.post(url("sign", visit), all_done(visit))
    assert refused.status_code == 422 and "write where it was found" in page_text(refused)
    assert "planned: the most tender point" in page_text(as_petra.get(url("note", visit)))
    done = all_done(visit, **{"s0p3-found": "2 cm left of L4", "s0-out": "5"})
    answer = as_petra.post(url("sign", visit), done)
    assert answer.status_code == 302, answer.context["not_ready"]
    assert "2 cm left of L4" in page_text(as_petra.get(url("visit", visit)))


@pytest.mark.parametrize(
    ("field", "asked", "why", "told"),
    [
        ("start-pain_now", "Pain now is not recorded", "unsaid-pain", "now: patient could not say"),
        ("s0-first_insertion", "Time of the first needle is not recorded", "unsaid-time", "time patient could not say"),
        ("close-response", "What changed right after is not recorded", "unsaid-response", "Patient could not say"),
    ],
)
def test_a_note_without_pain_time_or_response_asks_why(as_petra, visit, field, asked, why, told):
    data = all_done(visit)
    del data[field]
    refused = as_petra.post(url("sign", visit), data)
    assert refused.status_code == 422 and asked in page_text(refused)
    assert 'id="unsaid" open' in page_text(refused)
    assert as_petra.post(url("sign", visit), data | {why: "because"}).status_code == 422
    visit.refresh_from_db()
    assert (
        as_petra.post(url("sign", visit), data | {why: "could_not_say", "revision": visit.revision}).status_code == 302
    )
    assert told in page_text(as_petra.get(url("visit", visit)))


def test_a_visit_without_treatment_is_not_asked_for_it(as_petra, visit):
    data = posted(visit, **safe(**{"close-not_treated": "Feels unwell, sent home"}))
    assert as_petra.post(url("sign", visit), data).status_code == 302


def test_now_is_the_clinics_clock(as_petra, visit):
    clinic = Clinic.current()
    clinic.time_zone = "Pacific/Auckland"
    clinic.save()
    there = timezone.now().astimezone(clinic.zone)
    told = as_petra.get(reverse("visits:clock"))
    assert told.json()["time"] in {f"{there + dt.timedelta(minutes=m):%H:%M}" for m in (0, 1)}
    assert "no-store" in told["Cache-Control"]
    assert f'data-clock="{reverse("visits:clock")}"' in page_text(as_petra.get(url("visit", visit)))


def test_what_is_known_is_shown_and_left_for_an_answer_of_its_own(as_petra, petra):
    patient = PatientFactory(sex="female", date_of_birth=dt.date(1994, 5, 1))
    signed_plan(patient, petra)
    facts = {"condition.pregnant": True, "condition.pacemaker": True, "condition.anticoagulant": True}
    record_safety_facts(patient=patient, facts=facts, by=petra)
    visit = starting.start_visit(patient=patient, by=petra)
    page = page_text(as_petra.get(url("visit", visit)))
    known = page[page.index('class="known"') :].partition("</p>")[0].lower()
    assert "pregnan" in known and "pacemaker" in known and "blood" in known
    ask = page[page.index("Could the patient be pregnant?") - 60 :]
    assert 'class="safety-ask" data-known' in ask[:60] and "known: " in ask[:300]
    as_petra.post(url("save", visit), posted(visit, **{"start-pregnant": "no"}))
    assert safety_facts_of(patient)["condition.pregnant"] is True
    assert "Answered no, but the record says" in page_text(as_petra.get(url("visit", visit)))


def test_a_record_from_before_this_counts_its_plan_as_planned(petra, patient):
    visit = signed_visit(patient, petra)
    old = {**visit.record["stages"][0]["points"][0], "depth_mm": [15, 25], "deqi": "clear"}
    assert (observed.depth_of(old), observed.deqi_of(old)) == (None, "")
    typed = {**old, "depth_mm": [18, 18], "deqi": "mild"}
    assert (observed.depth_of(typed), observed.deqi_of(typed)) == ((18, 18), "mild")
    assert observed.span((18, 18)) == "18"
