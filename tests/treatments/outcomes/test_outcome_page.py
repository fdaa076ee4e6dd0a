"""Scores as a curve, a verdict in words, and what the progress rules advise."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from intake.models import Score
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import episode_of, signed_plan, signed_visit
from tests.support.page_text import page_text
from treatments.outcomes.actions import decision_for, plan_in_force, scores_of_course
from treatments.outcomes.curve import Value, curve
from treatments.outcomes.presenters import outcomes_of

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def patient(petra):
    patient = PatientFactory(sex="male")
    signed_plan(patient, petra)
    return patient


def score(patient, measure, value, *, days_ago=0, occasion="intake", visit=None):
    return Score.objects.create(
        patient=patient,
        measure=measure,
        value=value,
        taken_at=timezone.now() - dt.timedelta(days=days_ago),
        occasion=occasion,
        visit_number=visit,
        filled_by="patient",
    )


def url(patient):
    return reverse("outcomes:patient", args=[patient.pk])


def test_the_curve_stands_in_its_box_and_lower_pain_is_lower():
    values = [Value(NOW + dt.timedelta(days=n), pain, n + 1, "visit") for n, pain in enumerate([8, 6, 3])]
    drawn = curve(values, high=10, marks=[(5.6, "30 % better", "percent"), (6, "2 points better", "points")])
    heights = [dot.y for dot in drawn.dots]
    assert heights == sorted(heights) and [dot.x for dot in drawn.dots] == sorted(dot.x for dot in drawn.dots)
    assert all(drawn.left <= dot.x <= drawn.right and 0 <= dot.y <= drawn.base for dot in drawn.dots)
    assert [line.kind for line in drawn.lines] == ["points", "percent"]
    assert abs(drawn.lines[0].text_y - drawn.lines[1].text_y) >= 12  # near lines, words apart


def test_one_value_or_none_can_be_drawn():
    assert curve([], high=10, marks=[]).path == ""
    assert len(curve([Value(NOW, 4, None, "intake")], high=10, marks=[]).dots) == 1


def test_the_page_draws_the_smallest_change_that_matters(as_petra, patient, petra):
    score(patient, "nrs_average", 7, days_ago=30)
    score(patient, "rmdq", 14, days_ago=30)
    score(patient, "rmdq", 9, occasion="review", visit=5)
    signed_visit(patient, petra, pain_now=4, pain_average=4)
    text = page_text(as_petra.get(url(patient)))
    assert "30 % better" in text and "2 points better" in text and "5 points better" in text
    assert "improved" in text and "<svg" in text and "style=" not in text
    verdicts = {one["name"]: one["word"] for one in outcomes_of(patient)["verdicts"]}
    assert verdicts == {"Average pain": "improved", "Pain now": "not judged", "Roland-Morris": "improved"}


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [(6, 4, "improved"), (4, 3, "about the same"), (5, 7, "worse"), (2, 1, "not judged"), (3, 0, "recovered")],
)
def test_the_verdict_in_words(patient, first, last, word):
    score(patient, "nrs_average", first, days_ago=20)
    score(patient, "nrs_average", last, occasion="visit", visit=3)
    assert outcomes_of(patient)["verdicts"][0]["word"] == word


def test_a_low_baseline_draws_no_percent_line(patient):
    score(patient, "nrs_average", 2)
    page = outcomes_of(patient)
    (pain,) = page["curves"]
    assert "percent" not in [line.kind for line in pain["curve"].lines] and pain["too_low"]


def test_a_new_intake_begins_a_new_baseline(patient):
    score(patient, "nrs_average", 9, days_ago=400)
    score(patient, "nrs_average", 5, days_ago=10)
    score(patient, "nrs_average", 4, occasion="visit", visit=1)
    assert [float(one.value) for one in scores_of_course(episode_of(patient))] == [5, 4]


def test_no_effect_after_the_first_review_advises_one_change(patient, petra):
    score(patient, "nrs_average", 6, days_ago=40)
    for days in (20, 16, 12, 8):
        signed_visit(patient, petra, days_ago=days, pain_now=6, pain_average=6)
    decision = decision_for(plan_in_force(episode_of(patient)), scores_of_course(episode_of(patient)), red_flag=False)
    assert decision.kind == "change_once"
    stopped = decision_for(plan_in_force(episode_of(patient)), scores_of_course(episode_of(patient)), red_flag=True)
    assert stopped.kind == "stop_and_refer"


def test_the_pacing_bar_counts_visits_against_the_course(as_petra, patient, petra):
    signed_visit(patient, petra, days_ago=2)
    pacing = outcomes_of(patient)["pacing"]
    assert (pacing["done"], pacing["sessions"], pacing["next_review"]) == (1, 10, 5)
    assert "1 of 10 visits" in page_text(as_petra.get(url(patient)))


def test_a_review_is_recorded_by_total_or_by_ticks(as_petra, patient, petra):
    signed_visit(patient, petra, days_ago=2)
    form = {
        "nrs_average": "4",
        "pgic": "2",
        "filled_by": "patient",
        "rmdq_ticks": ["1", "5", "24"],
        "activities_1": "5",
        "activities_2": "8",
    }
    assert as_petra.post(url(patient), form).status_code == 302
    kept = {s.measure: float(s.value) for s in Score.objects.filter(occasion="review")}
    assert kept == {"nrs_average": 4, "pgic": 2, "rmdq": 3, "activities": 6.5}
    assert Score.objects.get(measure="rmdq").visit_number == 1
    assert AuditEvent.objects.filter(action="scores.recorded", patient_id=patient.pk).count() == 1


def test_an_asked_but_unticked_roland_morris_is_zero(as_petra, patient):
    as_petra.post(url(patient), {"rmdq_asked": "on", "filled_by": "staff"})
    assert Score.objects.get(measure="rmdq").value == 0


@pytest.mark.parametrize(
    "form",
    [
        {"filled_by": "staff"},
        {"nrs_now": "11", "filled_by": "staff"},
        {"nrs_now": "4.5", "filled_by": "staff"},
        {"rmdq": "25", "filled_by": "staff"},
        {"rmdq": "9", "rmdq_ticks": ["1"], "filled_by": "staff"},
        {"nrs_now": "4", "filled_by": "nobody"},
        {"pgic": "8", "filled_by": "staff"},
    ],
)
def test_a_wrong_score_is_refused_and_nothing_is_kept(as_petra, patient, form):
    answer = as_petra.post(url(patient), form)
    assert answer.status_code == 422 and Score.objects.count() == 0
    assert "Please check" in page_text(answer)


def test_without_plan_and_scores_the_page_says_what_comes(as_petra):
    text = page_text(as_petra.get(url(PatientFactory())))
    assert "No scores yet" in text


def test_the_front_desk_and_the_owner_are_refused(patient):
    for role in ({"desk": True}, {"owner": True}):
        other = Client()
        other.force_login(UserFactory(**role))
        assert other.get(url(patient)).status_code == 403
        assert other.post(url(patient), {"nrs_now": "4", "filled_by": "staff"}).status_code == 403
    assert Score.objects.count() == 0


def test_reading_the_scores_is_in_the_audit_trail(as_petra, patient):
    as_petra.get(url(patient))
    assert AuditEvent.objects.filter(action="outcomes.read", patient_id=patient.pk).count() == 1


def test_a_course_without_change_is_not_advised_to_go_on(as_petra, patient, petra):
    """Victor Osei: pain 6 to 6, Roland-Morris 16 to 14, overall "no change", all visits of the course done."""
    score(patient, "nrs_average", 6, days_ago=40)
    score(patient, "rmdq", 16, days_ago=40)
    for days in range(30, 10, -2):
        signed_visit(patient, petra, days_ago=days, pain_now=6, pain_average=6)
    assert (
        as_petra.post(url(patient), {"nrs_average": 6, "rmdq": 14, "pgic": 4, "filled_by": "patient"}).status_code
        == 302
    )
    page = outcomes_of(patient)
    assert page["decision"].kind in ("change_once", "stop_and_refer") and page["decision"].extra_visits == 0
    text = page_text(as_petra.get(url(patient)))
    assert "Overall change: no change." in text and "Improved by" not in text and "add 5 visits" not in text


def test_a_global_answer_of_an_earlier_review_is_no_word_on_this_one(patient, petra):
    score(patient, "nrs_average", 6, days_ago=60)
    for days in range(40, 20, -2):
        signed_visit(patient, petra, days_ago=days, pain_now=4, pain_average=4)
    score(patient, "pgic", 2, days_ago=30, occasion="review", visit=5)
    score(patient, "nrs_average", 4, days_ago=20, occasion="review", visit=10)
    decision = decision_for(plan_in_force(episode_of(patient)), scores_of_course(episode_of(patient)), red_flag=False)
    assert decision.kind == "continue" and "Ask for the overall change" in decision.text
    score(patient, "pgic", 3, days_ago=18, occasion="review", visit=10)
    assert (
        decision_for(plan_in_force(episode_of(patient)), scores_of_course(episode_of(patient)), red_flag=False).kind
        == "extend"
    )
