"""Scores and what they advise: the vectors of the outcome facts, the edges of each threshold, and rows
without values."""

from __future__ import annotations

import itertools

import pytest

from intake.questionnaire.instruments import load_instruments
from tests.support.draws import drawn, some
from treatments.planner.outcomes.measures import (
    ScoreError,
    change,
    is_positive,
    mean_score,
    oswestry,
    startback_group,
    sum_score,
)
from treatments.planner.outcomes.reevaluation import progress


@pytest.mark.parametrize(
    ("measure", "baseline", "now", "absolute", "percent", "verdict", "by_points", "by_percent"),
    [
        ("nrs", 6, 4, -2, 33.3, "responder", True, True),
        ("nrs_now", 4, 3, -1, 25.0, "same", False, False),
        ("nrs_now", 2, 1, -1, 50.0, "not_evaluated", False, None),
        ("nrs_now", 3, 2, -1, 33.3, "responder", False, True),
        ("nrs_average", 10, 8, -2, 20.0, "same", True, False),
        ("nrs_average", 10, 7, -3, 30.0, "responder", True, True),
        ("nrs_average", 7, 5, -2, 28.6, "same", True, False),
        ("nrs_average", 4, 6, 2, -50.0, "worse", False, False),
        ("nrs_average", 4, 5, 1, -25.0, "same", False, False),
        ("nrs_average", 0, 2, 2, None, "worse", False, None),
        ("nrs_average", 2, 0, -2, 100.0, "recovered", True, None),
        ("nrs_average", 0, 0, 0, None, "not_evaluated", False, None),
        ("nrs_worst", None, 3, None, None, "not_evaluated", None, None),
        ("nrs_worst", 3, None, None, None, "not_evaluated", None, None),
        ("nrs_worst", None, None, None, None, "not_evaluated", None, None),
        ("rmdq", 14, 9, -5, 35.7, "responder", True, True),
        ("rmdq", 12, 8, -4, 33.3, "responder", False, True),
        ("rmdq", 17, 13, -4, 23.5, "same", False, False),
        ("rmdq", 20, 15, -5, 25.0, "same", True, False),
        ("rmdq", 9, 2, -7, 77.8, "recovered", True, True),
        ("rmdq", 3, 2, -1, 33.3, "recovered", False, None),
        ("rmdq", 3, 3, 0, 0.0, "not_evaluated", False, None),
        ("rmdq", 9, 14, 5, -55.6, "worse", False, False),
        ("rmdq", 2, 1, -1, 50.0, "not_evaluated", False, None),
        ("odi", 48.9, 30, -18.9, 38.7, "responder", True, True),
        ("odi", 30, 40, 10, -33.3, "worse", False, False),
        ("odi", 8, 2, -6, 75.0, "not_evaluated", False, None),
        ("peg", 6.0, 4.0, -2.0, 33.3, "responder", True, True),
        ("impact", 5.0, 3.5, -1.5, 30.0, "responder", None, True),
        ("impact", 5.0, 3.6, -1.4, 28.0, "same", None, False),
        ("activities", 3.0, 5.33, 2.33, None, "responder", True, None),
        ("activities", 3.0, 4.0, 1.0, None, "same", False, None),
        ("activities", 5.0, 3.0, -2.0, None, "worse", False, None),
        ("activities", 0, 2, 2, None, "responder", True, None),
        ("pgic", None, 1, None, None, "responder", None, None),
        ("pgic", None, 3, None, None, "same", None, None),
        ("pgic", 1, 6, None, None, "worse", None, None),
        ("pgic", None, None, None, None, "not_evaluated", None, None),
        ("phq2", 2, 4, 2, None, "not_evaluated", None, None),
        ("startback", 6, 3, -3, None, "not_evaluated", None, None),
    ],
)
def test_change(measure, baseline, now, absolute, percent, verdict, by_points, by_percent):
    found = change(measure, baseline, now)
    assert (found.absolute, found.percent, found.verdict) == (absolute, percent, verdict)
    assert (found.by_points, found.by_percent) == (by_points, by_percent)
    assert found.text.endswith(".") and found.sources


@pytest.mark.parametrize(
    ("measure", "value"),
    [("nrs_now", 11), ("nrs_now", -1), ("nrs_now", 4.5), ("rmdq", 25), ("rmdq", True), ("pgic", 0),
     ("odi", 100.1), ("impact", float("nan")), ("impact", float("inf")), ("mymop", 3)],
)  # fmt: skip
def test_a_value_that_the_scale_does_not_have_is_refused(measure, value):
    with pytest.raises(ScoreError):
        change(measure, value, value)


@pytest.mark.parametrize(
    ("measure", "items", "score"),
    [
        ("peg", (6, 7, 5), 6.0), ("peg", (4, 4, 4), 4.0), ("peg", (6, 7), None), ("peg", (6, None, 5), None),
        ("peg", (), None), ("impact", (1, 2, 2), 1.7), ("activities", (2, 3, 4), 3.0),
        ("activities", (5, 5, 6), 5.33), ("activities", (5, None), 5.0), ("activities", (None,), None),
        ("activities", (), None),
    ],
)  # fmt: skip
def test_mean_score(measure, items, score):
    assert mean_score(measure, items) == score


@pytest.mark.parametrize(
    ("measure", "items", "score", "positive"),
    [("phq2", (2, 1), 3, True), ("phq2", (1, 1), 2, False), ("gad2", (3, 0), 3, True),
     ("gad2", (3, None), None, None), ("gad2", (), None, None)],
)  # fmt: skip
def test_short_screens(measure, items, score, positive):
    assert sum_score(measure, items) == score
    assert is_positive(measure, score) is positive


def test_numbers_typed_from_paper():
    assert oswestry(22, 9) == 48.9
    assert oswestry(0) == 0
    assert [startback_group(6, 4), startback_group(3, 3), startback_group(5, 3)] == ["high", "low", "medium"]
    for total, answered in ((46, 9), (51, 10), (10, 8), (-1, 10)):
        with pytest.raises(ScoreError):
            oswestry(total, answered)
    for total, distress in ((3, 4), (9, 4), (2, 6), (1, -1)):
        with pytest.raises(ScoreError):
            startback_group(total, distress)
    for items in ((4, 0), (1, 1, 1), (-1, 0)):
        with pytest.raises(ScoreError):
            sum_score("phq2", items)


DECISIONS = [
    # scores, stage, done, planned, more, kind
    ({}, "chronic", 5, 10, {}, "not_enough_data"),
    ({"nrs_average": []}, "chronic", 5, 10, {}, "not_enough_data"),
    ({"nrs_average": [None, None], "rmdq": [None]}, "chronic", 12, 12, {}, "not_enough_data"),
    ({"nrs_average": [6]}, "chronic", 5, 10, {}, "not_enough_data"),
    ({"nrs_average": [2, 1]}, "chronic", 5, 10, {}, "not_enough_data"),
    ({"nrs_average": [6, None, 4]}, "chronic", 5, 10, {}, "continue"),
    ({"nrs_average": [6, 6], "rmdq": [12, 8]}, "chronic", 5, 10, {}, "continue"),
    ({"nrs_average": [10, 8]}, "chronic", 5, 10, {}, "adjust"),
    ({"nrs_average": [10, 9]}, "chronic", 5, 10, {}, "adjust"),
    ({"rmdq": [20, 19]}, "chronic", 5, 10, {}, "change_once"),
    ({"rmdq": [20, 19]}, "chronic", 5, 10, {"plan_changed": True}, "continue"),
    ({"rmdq": [20, 19]}, "chronic", 10, 10, {"plan_changed": True}, "stop_and_refer"),
    ({"rmdq": [20, 19]}, "chronic", 11, 15, {"plan_changed": True}, "continue"),
    ({"rmdq": [20, 19]}, "chronic", 12, 15, {}, "stop_and_refer"),
    ({"rmdq": [20, 20]}, "chronic", 3, 10, {}, "not_enough_data"),
    ({"rmdq": [20, 20]}, "acute", 3, 6, {}, "adjust"),
    ({"rmdq": [20, 20]}, "acute", 4, 6, {}, "change_once"),
    # visits are added for a change that matters in the leading measure, where the patient says so too
    ({"nrs_average": [6, 4], "pgic": [2]}, "chronic", 10, 10, {}, "extend"),
    ({"nrs_average": [6, 3], "pgic": [3]}, "chronic", 10, 10, {}, "extend"),
    ({"nrs_average": [6, 4]}, "chronic", 10, 10, {}, "continue"),
    ({"nrs_average": [6, 4], "pgic": [4]}, "chronic", 10, 10, {}, "adjust"),
    ({"nrs_average": [6, 4], "pgic": [5]}, "chronic", 10, 10, {}, "adjust"),
    ({"nrs_average": [6, 4], "pgic": [6]}, "chronic", 10, 10, {}, "adjust"),
    ({"nrs_average": [6, 6], "rmdq": [16, 10], "pgic": [2]}, "chronic", 10, 10, {}, "continue"),
    ({"nrs_average": [2, 2], "rmdq": [16, 10], "pgic": [2]}, "chronic", 10, 10, {}, "extend"),
    ({"rmdq": [16, 14], "pgic": [3]}, "chronic", 10, 10, {}, "change_once"),
    ({"activities": [3.0, 5.33], "pgic": [2]}, "chronic", 10, 10, {}, "continue"),
    # Victor Osei: pain 6 to 6, Roland-Morris 16 to 14, "no change", 6 of 6
    ({"nrs_average": [6, 6], "nrs_now": [6, 6], "rmdq": [16, 14], "pgic": [4]}, "chronic", 6, 6, {}, "change_once"),
    ({"nrs_average": [6, 6], "rmdq": [16, 14], "pgic": [4]}, "chronic", 6, 6, {"plan_changed": True}, "stop_and_refer"),
    ({"nrs_average": [6, 6], "rmdq": [16, 14], "pgic": [5]}, "chronic", 5, 10, {}, "change_once"),
    ({"nrs_average": [6, 6], "rmdq": [16, 14], "pgic": [6]}, "chronic", 5, 10, {}, "change_once"),
    ({"nrs_average": [6, 0], "pgic": [4]}, "chronic", 5, 10, {}, "adjust"),
    ({"nrs_average": [6, 2]}, "chronic", 10, 10, {}, "continue"),
    ({"nrs_average": [6, 4]}, "chronic", 15, 15, {"extended": True}, "continue"),
    ({"nrs_average": [10, 9]}, "chronic", 10, 10, {}, "change_once"),
    ({"nrs_average": [10, 8], "pgic": [2]}, "chronic", 10, 10, {}, "change_once"),
    ({"nrs_average": [10, 8], "pgic": [2]}, "chronic", 10, 10, {"plan_changed": True}, "stop_and_refer"),
    ({"nrs_average": [10, 9]}, "chronic", 15, 15, {"extended": True}, "stop_and_refer"),
    ({"nrs_average": [6, 0]}, "chronic", 5, 10, {}, "continue"),
    ({"nrs_average": [4, 6]}, "chronic", 2, 10, {}, "adjust"),
    ({"nrs_average": [4, 6]}, "chronic", 5, 10, {}, "change_once"),
    ({"nrs_average": [4, 6]}, "chronic", 5, 10, {"plan_changed": True}, "stop_and_refer"),
    ({"nrs_average": [4, 6], "rmdq": [14, 9]}, "chronic", 5, 10, {}, "adjust"),
    ({"activities": [3.0, 5.33]}, "chronic", 5, 10, {}, "continue"),
    ({"activities": [3.0, 5.33]}, "chronic", 10, 10, {}, "continue"),
    ({"pgic": [2]}, "chronic", 5, 10, {}, "continue"),
    ({"pgic": [6]}, "chronic", 5, 10, {}, "change_once"),
    ({"phq2": [1, 4]}, "chronic", 5, 10, {}, "not_enough_data"),
    ({"nrs_average": [6, 3]}, "chronic", 5, 10, {"worse_over_48h": 1}, "continue"),
    ({"nrs_average": [6, 3]}, "chronic", 5, 10, {"worse_over_48h": 2}, "adjust"),
    ({"nrs_average": [6, 3]}, "chronic", 5, 10, {"red_flag": True}, "stop_and_refer"),
    ({}, "unknown", 0, 0, {"red_flag": True}, "stop_and_refer"),
]


@pytest.mark.parametrize(("scores", "stage", "done", "planned", "more", "kind"), DECISIONS)
def test_decision(scores, stage, done, planned, more, kind):
    found = progress(scores, stage=stage, sessions_done=done, sessions_planned=planned, **more)
    assert found.kind == kind
    assert found.text and found.sources
    assert found.extra_visits == (5 if kind == "extend" else 0)


def test_two_long_flares_halve_the_dose():
    found = progress({}, stage="chronic", sessions_done=3, sessions_planned=10, worse_over_48h=2)
    assert found.halve_dose
    assert "red flags" in found.text


def test_a_positive_screen_is_said_whatever_the_pain_does():
    scores = {"nrs_average": [6, 3], "phq2": [1, 4], "gad2": [4]}
    found = progress(scores, stage="chronic", sessions_done=5, sessions_planned=10)
    assert found.screens == ("phq2",)  # one value is the first: it was talked about at intake
    assert "PHQ-2 is positive: talk about it." in found.because


def test_counts_and_stage_are_checked():
    with pytest.raises(ValueError):
        progress({}, stage="old", sessions_done=1, sessions_planned=1)
    with pytest.raises(ValueError):
        progress({}, stage="acute", sessions_done=-1, sessions_planned=1)


def _course(chance):
    return {
        "sessions_done": chance.randint(0, 20), "sessions_planned": chance.randint(0, 20),
        "plan_changed": chance.choice([True, False]), "extended": chance.choice([True, False]),
    }  # fmt: skip


def _series(chance, low, high, most):
    return [chance.choice([None, *[chance.randint(low, high)] * 3]) for _ in range(chance.randint(0, most))]


def _few_scores(chance):
    return {m: _series(chance, 0, 6, 4) for m in some(chance, ["nrs_average", "nrs_now", "rmdq", "phq2"], 4)}


@drawn(_few_scores, lambda chance: chance.choice(["acute", "subacute", "chronic", "unknown"]), _course)
def test_every_mix_of_scores_has_one_decision_independent_of_order(scores, stage, course):
    def decide(rows):
        return progress(rows, stage=stage, **course)

    found = decide(scores)
    assert found == decide(dict(reversed(scores.items())))
    if found.kind == "stop_and_refer":
        assert not any(c.verdict in ("responder", "recovered") for c in found.changes if "nrs_now" not in scores)
    if found.kind in ("extend", "continue"):
        assert found.because


RANGES = {"nrs_average": (0, 10, 4), "nrs_now": (0, 10, 4), "rmdq": (0, 24, 4), "activities": (0, 10, 4),
          "pgic": (1, 7, 2)}  # fmt: skip


@drawn(lambda chance: {m: _series(chance, *RANGES[m]) for m in some(chance, list(RANGES), 5)}, _course, cases=600)
def test_visits_are_added_only_for_a_change_that_matters_and_that_the_patient_feels(scores, course):
    found = progress(scores, stage="chronic", **course)
    by_measure = {c.measure: c for c in found.changes}
    word = by_measure["pgic"].now if "pgic" in by_measure else None
    judged = [by_measure[m] for m in ("nrs_average", "nrs_now", "rmdq") if m in by_measure]
    leading = next((c for c in judged if c.verdict != "not_evaluated"), None)
    if found.kind == "extend":
        assert word is not None and word <= 3
        assert leading is not None and leading.verdict in ("responder", "recovered")
        assert course["sessions_done"] >= course["sessions_planned"] and not course["extended"]
        assert found.extra_visits == 5
    else:
        assert found.extra_visits == 0
    if word is not None and word >= 4:
        assert "improved" not in found.text.lower() and "recovered" not in found.text.lower()


@pytest.mark.parametrize("measure", ["nrs_average", "rmdq"])
def test_a_better_last_value_never_gives_a_worse_verdict(measure):
    rank = {"worse": 0, "same": 1, "not_evaluated": 1, "responder": 2, "recovered": 3}
    for first in range(11):
        for better, worse in itertools.combinations_with_replacement(range(11), 2):
            assert rank[change(measure, first, better).verdict] >= rank[change(measure, first, worse).verdict]


def test_every_measure_has_a_scale_and_a_source():
    assert all(m.minimum < m.maximum and m.sources for m in load_instruments().values())
