"""What is a plan and what is none; whatever is sent, the review answers; what is proposed passes it."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from intake.assessment import ClinicalPicture, assess, parse_case
from tests.support.draws import drawn, json_value
from tests.support.review_plans import (
    COLD,
    CUPS,
    DAMP_HEAT,
    INTAKE,
    NO_FLAGS,
    PLANNER,
    STASIS,
    adjunct,
    codes,
    current,
    picture,
    plan,
    point,
    stage,
)
from treatments.planner.proposing.propose import propose
from treatments.planner.review.review import PlanError, review

MALFORMED: list[tuple[Any, str]] = [
    (None, "$"),
    ([], "$"),
    ("BL25", "$"),
    ({"stages": {}}, "stages"),
    ({"stages": [None]}, "stages[0]"),
    ({"stages": [{"points": [7]}]}, "stages[0].points[0]"),
    ({"stages": [{"points": [{}]}]}, "stages[0].points[0].code"),
    ({"stages": [{"points": [{"code": 23}]}]}, "stages[0].points[0].code"),
    ({"stages": [{"points": [{"code": "BL25", "depth_mm": "deep"}]}]}, "stages[0].points[0].depth_mm[0]"),
    ({"stages": [{"points": [{"code": "BL25", "depth_mm": [1, 2, 3]}]}]}, "stages[0].points[0].depth_mm"),
    ({"stages": [{"points": [{"code": "BL25", "needle": 0.25}]}]}, "stages[0].points[0].needle"),
    ({"stages": [{"points": [{"code": "BL25", "side": 1}]}]}, "stages[0].points[0].side"),
    ({"stages": [{"retention_min": True}]}, "stages[0].retention_min"),
    ({"stages": [{"retention_min": float("nan")}]}, "stages[0].retention_min"),
    ({"stages": [{"retention_min": -5}]}, "stages[0].retention_min"),
    ({"stages": [{"electro": [{"leads": [["BL25"]]}]}]}, "stages[0].electro[0].leads[0]"),
    ({"stages": [{"electro": [{"leads": ["BL25–BL26"]}]}]}, "stages[0].electro[0].leads[0]"),
    ({"adjuncts": [{"kind": 3}]}, "adjuncts[0].kind"),
    ({"dose": []}, "dose"),
    ({"dose": {"review_at": [1.5]}}, "dose.review_at[0]"),
    ({"dose": {"sessions": 10**400}}, "dose.sessions"),
]


@pytest.mark.parametrize(("made", "path"), MALFORMED)
def test_what_is_no_plan_is_refused_with_its_path(made, path):
    with pytest.raises(PlanError) as caught:
        review(made, picture(), PLANNER)
    assert path in [fault.path for fault in caught.value.faults]


@pytest.mark.parametrize("made", [{}, {"stages": None}, {"stages": []}, {"stages": [{}]}, plan(), plan(stage())])
def test_empty_plans_are_plans(made):
    assert codes(review(made, picture(), PLANNER), "needs_reason") == set()


# ---------------------------------------------------------------- properties

FULL = plan(
    stage(point("EX-B2", levels=["L4"]), point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),)),
    adjuncts=[adjunct(**CUPS, where="upper back", points=[{"code": "BL13", "side": "both"}])],
    ear=[{"method": "seeds", "side": "left", "points": [{"code": "TF4"}], "keep_days": 5}],
    home_care=[{"kind": "acupressure", "text": "Press.", "points": [{"code": "ST36", "side": "both"}]}],
)
SOMEBODY = picture("condition.anticoagulant", "condition.lung_disease", "condition.lymphoedema_left_leg")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, row in inner:
        found += places(row, (*path, key))
    return found


PLACES = places(FULL)


@drawn(lambda chance: chance.choice(PLACES), json_value)
def test_any_value_anywhere_gives_alerts_or_faults(place, value):
    made = copy.deepcopy(FULL)
    row: Any = made
    for key in place[:-1]:
        row = row[key]
    row[place[-1]] = value
    try:
        alerts = review(made, SOMEBODY, PLANNER)
    except PlanError as error:
        assert error.faults and all(fault.path and fault.text for fault in error.faults)
    else:
        assert json.loads(json.dumps([alert.as_json() for alert in alerts]))
        keys = [alert.key for alert in alerts]
        assert len(keys) == len(set(keys))


@drawn(json_value)
def test_any_json_is_a_plan_or_refused(value):
    try:
        review(value, SOMEBODY, PLANNER)
    except PlanError as error:
        assert error.faults


LIKELY = [finding for finding in INTAKE.order if not finding.startswith("flag.")]
GROUPS = {
    group: [finding for finding in LIKELY if finding.startswith(f"{group}.")]
    for group in dict.fromkeys(finding.partition(".")[0] for finding in LIKELY)
}


def anybody(rng: random.Random) -> ClinicalPicture:
    """Patients who may be treated: the must-ask red flags absent, anything else in any mix."""
    findings = dict.fromkeys(NO_FLAGS, False)
    findings |= dict.fromkeys(rng.sample(LIKELY, rng.choice([0, 20, 60, 120])), False)
    findings |= rng.choice([{}, STASIS, COLD, DAMP_HEAT])
    findings[rng.choice([finding for finding in LIKELY if finding.startswith("site.")])] = True
    for group in GROUPS:
        some = rng.sample(GROUPS[group], min(len(GROUPS[group]), rng.choice([0, 0, 1, 1, 2])))
        findings |= dict.fromkeys(some, True)
    wheres = ("tender knot", "right buttock", "beside the shoulder blade", "left calf", "über dem Kreuzbein")
    ashi = [
        {
            "where": rng.choice(wheres),
            "side": rng.choice([None, "left", "right", "both"]),
            "region": rng.choice([None, "low_back", "upper_back", "buttock"]),
        }
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    data = {
        "patient": {
            "age": rng.choice([None, 12, 17, 30, 45, 66, 80]),
            "sex": rng.choice([None, "female", "male"]),
            "pregnancy_weeks": rng.choice([None] * 6 + [6, 20, 38]),
        },
        "complaint": {
            "duration_days": rng.choice([None, 1, 5, 40, 400]),
            "pain_now": rng.choice([None, 3, 9]),
        },
        "findings": findings,
        "visit": rng.choice([1, 2, 3, 8]),
        "levels": rng.sample(["T3", "T8", "L1", "L4", "L5"], rng.choice([0, 0, 2])),
        "ashi": ashi,
    }
    case = parse_case(data, INTAKE)
    return ClinicalPicture(case, assess(case, INTAKE))


@drawn(anybody)
def test_what_is_proposed_passes_its_own_review(patient):
    proposal = propose(patient, PLANNER)
    if proposal.treatment is None:
        return
    alerts = review(proposal.treatment, patient, PLANNER)
    assert [(a.level, a.code, a.item, a.text) for a in alerts if a.level != "caution"] == []
    assert review(json.loads(json.dumps(proposal.treatment.as_json())), patient, PLANNER) == alerts
