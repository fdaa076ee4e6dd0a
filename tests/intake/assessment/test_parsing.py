"""Any JSON value becomes a Case or a CaseError that names every fault with its path."""

import pytest

from clinic.lib.complaints import complaints
from intake.assessment import CaseError, parse_case
from intake.assessment.case_parsing import CASE_KEYS


def faults(data, knowledge):
    with pytest.raises(CaseError) as caught:
        parse_case(data, knowledge)
    return {fault.path: fault.text for fault in caught.value.faults}


def test_a_whole_case(knowledge):
    case = parse_case(
        {
            "case": "rear-end collision",
            "patient": {"age": 38, "sex": "female", "pregnancy_weeks": None},
            "complaint": {"duration_days": 420, "pain_now": 6, "pain_average": 6, "pain_worst": 8},
            "findings": {"onset.accident": True, "flag.fever": False, "body.cold": None},
            "texts": {"reason": "seit dem Unfall", "other": None},
            "visit": 3,
            "cleared": ["flag.cancer_history"],
            "scores": {"phq2": 3},
            "ashi": [{"where": "over L4", "side": "right", "region": "low_back"}],
            "levels": ["L5", "T12", "L4", "L4"],
            "confirmed": {"class": "mixed", "branch": "blood_stasis", "root": "none"},
        },
        knowledge,
    )
    assert case.patient.age == 38 and case.complaint.pain_worst == 8 and case.visit == 3
    assert case.is_present("onset.accident") and case.is_absent("flag.fever")
    assert case.is_unknown("body.cold") and case.is_unknown("body.tired")
    assert dict(case.texts) == {"reason": "seit dem Unfall"}
    assert case.cleared == {"flag.cancer_history"} and case.screening.phq2 == 3
    assert case.levels == ("T12", "L4", "L5") and case.palpation[0].region == "low_back"
    assert (case.override.picture_class, case.override.root) == ("mixed", "none")


def test_everything_may_be_missing_or_null(knowledge):
    empty = parse_case({}, knowledge)
    assert parse_case(dict.fromkeys(CASE_KEYS), knowledge) == empty
    assert empty.visit == 1


@pytest.mark.parametrize("data", [None, [], "case", 3, True, 1.5])
def test_no_object_at_all(data, knowledge):
    assert list(faults(data, knowledge)) == ["$"]


BAD = [
    ({"patient": {"age": True}}, "patient.age"),
    ({"patient": {"age": -1}}, "patient.age"),
    ({"patient": {"age": 121}}, "patient.age"),
    ({"patient": {"age": "38"}}, "patient.age"),
    ({"patient": {"sex": "f"}}, "patient.sex"),
    ({"patient": {"pregnancy_weeks": 46}}, "patient.pregnancy_weeks"),
    ({"patient": []}, "patient"),
    ({"complaint": {"pain_now": 11}}, "complaint.pain_now"),
    ({"complaint": {"pain_now": 6.5}}, "complaint.pain_now"),
    ({"complaint": {"pain_worst": -1}}, "complaint.pain_worst"),
    ({"complaint": {"duration_days": -1}}, "complaint.duration_days"),
    ({"complaint": {"duration_days": 10**400}}, "complaint.duration_days"),
    ({"complaint": {"duration_days": 1e300}}, "complaint.duration_days"),
    ({"complaint": {"duration_days": float("nan")}}, "complaint.duration_days"),
    ({"complaint": {"duration_days": float("inf")}}, "complaint.duration_days"),
    ({"findings": {"onset.accident": 1}}, "findings.onset.accident"),
    ({"findings": {"onset.accident": "yes"}}, "findings.onset.accident"),
    ({"findings": ["onset.accident"]}, "findings"),
    ({"texts": {"reason": 5}}, "texts.reason"),
    ({"texts": "pain"}, "texts"),
    ({"visit": 0}, "visit"),
    ({"visit": False}, "visit"),
    ({"case": 7}, "case"),
    ({"cleared": "flag.fever"}, "cleared"),
    ({"cleared": [None]}, "cleared[0]"),
    ({"ashi": [{"side": "left"}]}, "ashi[0].where"),
    ({"ashi": [{"where": "here", "region": "lowback"}]}, "ashi[0].region"),
    ({"ashi": [None]}, "ashi[0]"),
    ({"levels": ["L6"]}, "levels[0]"),
    ({"scores": {"phq2": 7}}, "scores.phq2"),
    ({"confirmed": {"branch": "kidney_qi_deficiency"}}, "confirmed.branch"),
]


@pytest.mark.parametrize("data, path", BAD, ids=[f"{path}-{i}" for i, (_, path) in enumerate(BAD)])
def test_bad_value(data, path, knowledge):
    assert list(faults(data, knowledge)) == [path]


def test_unknown_names_come_with_the_nearest_known(knowledge):
    found = faults(
        {"findngs": {}, "patient": {"agee": 3}, "findings": {"onset.acident": True, "flag.fevr": None}}, knowledge
    )
    assert "findings" in found["findngs"]
    assert "nearest known is age" in found["patient.agee"]
    assert "nearest known is onset.accident" in found["findings.onset.acident"]
    assert "nearest known is flag.fever" in found["findings.flag.fevr"]


def test_all_faults_at_once(knowledge):
    found = faults({"visit": 0, "patient": {"age": 200}, "complaint": {"pain_now": 99}}, knowledge)
    assert set(found) == {"visit", "patient.age", "complaint.pain_now"}


def test_a_whole_number_written_as_a_decimal_is_whole(knowledge):
    assert parse_case({"complaint": {"pain_now": 6.0}}, knowledge).complaint.pain_now == 6


def test_a_very_long_wrong_name_is_answered_fast(knowledge):
    assert len(faults({"findings": {"x" * 100_000: True}}, knowledge)) == 1


def test_the_back_is_the_complaint_there_are_rules_for(knowledge):
    assert parse_case({"complaint": {"id": "back"}}, knowledge) == parse_case({}, knowledge)
    assert faults({"complaint": {"id": "bakc"}}, knowledge) == {
        "complaint.id": f"must be one of {', '.join(complaints())}; the nearest known is back"
    }
