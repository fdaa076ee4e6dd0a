"""Sites, sides, channels, causes, stage, contradictions and the JSON of the contract."""

import json

import pytest

from intake.assessment import ClinicalPicture, assess, parse_case, stage

ENOUGH = "worsened_by.pressure worsened_by.movement onset.sitting_posture "


@pytest.mark.parametrize(
    "words, first, also",
    [
        ("site.low_back radiation.back_of_leg", "bladder", ()),
        ("site.low_back radiation.side_of_leg", "gallbladder", ("bladder",)),
        ("site.low_back side.midline", "governor_vessel", ("bladder",)),
        ("site.upper_back", "bladder", ("small_intestine",)),
        ("?site.low_back site.hip_side", "gallbladder", ()),
        ("site.low_back radiation.girdle", "bladder", ("belt_vessel",)),
        ("site.low_back radiation.groin", "bladder", ("liver",)),
        ("site.low_back quality.weak_hollow", "bladder", ("kidney",)),
        ("site.sacroiliac onset.sport site.buttock", "bladder", ("gallbladder", "yang_heel_vessel")),
        ("site.low_back site.buttock", "bladder", ("gallbladder",)),
    ],
)
def test_channels(judged, words, first, also):
    channels = judged(ENOUGH + words).channels
    assert channels[0] == first
    assert set(also) <= set(channels)


def test_channel_codes(judged):
    a = judged(ENOUGH + "radiation.side_of_leg").as_json()
    assert a["icd11"]["channels"] == {"gallbladder": "SG2A", "bladder": "SG26"}
    assert a["icd11"]["class"] == "SE74"


def test_causes_are_an_axis_of_their_own(judged):
    a = judged("onset.gradual onset.sport onset.stress onset.recurrent onset.sudden")
    assert a.causes == ("sport", "stress")


@pytest.mark.parametrize(
    "days, name",
    [
        (None, "unknown"),
        (0, "acute"),
        (27, "acute"),
        (28, "subacute"),
        (84, "subacute"),
        (85, "chronic"),
        (9000, "chronic"),
    ],
)
def test_stage(days, name):
    assert stage(days) == name


def test_sides_and_sites_in_the_order_of_the_vocabulary(judged):
    a = judged(ENOUGH + "side.right side.left site.buttock site.mid_back")
    assert a.sides == ("left", "right")
    assert a.sites == ("mid_back", "low_back", "buttock")


@pytest.mark.parametrize(
    "words",
    [
        "eased_by.heat quality.burning",
        "eased_by.pressure worsened_by.pressure",
        "eased_by.rest worsened_by.rest",
        "body.cold body.empty_heat",
        "tongue.yellow_greasy pulse.deep_slow_weak",
        "pulse.rapid pulse.slow",
        "flag.constant_night_pain time.night_fixed",
    ],
)
def test_contradictions_are_shown_and_both_sides_still_weigh(judged, words, knowledge):
    a = judged(words)
    both = tuple(words.split())
    assert both in [c.findings for c in a.contradictions]
    weighed = {e.finding for e in (*a.stagnation.for_, *a.deficiency.for_)}
    needs_answer = {f for f, row in knowledge.weights.weights.items() if row.only_if_absent}
    assert weighed >= {f for f in both if f in knowledge.weights.weights} - needs_answer


def test_contradictions_with_the_patients_data(judged):
    a = judged("-condition.pregnant", patient={"pregnancy_weeks": 20})
    assert ("condition.pregnant", "patient.pregnancy_weeks") in [c.findings for c in a.contradictions]
    man = judged("condition.pregnant", patient={"sex": "male"})
    assert ("condition.pregnant", "patient.sex") in [c.findings for c in man.contradictions]
    assert judged("condition.pregnant", patient={"sex": "female"}).contradictions == ()


def test_picture_reads_words_and_clearance(knowledge):
    def picture(**data):
        case = parse_case(data, knowledge)
        return ClinicalPicture(case, assess(case, knowledge))

    told_no = {"findings": {"condition.pacemaker": False}, "texts": {"reason": "I have a pacemaker."}}
    p = picture(**told_no)
    assert p.is_suspected("condition.pacemaker") and not p.is_absent("condition.pacemaker")
    assert p.is_unknown("condition.pacemaker")
    cleared = picture(**told_no, cleared=["condition.pacemaker"])
    assert cleared.is_absent("condition.pacemaker") and not cleared.is_suspected("condition.pacemaker")
    assert picture(patient={"pregnancy_weeks": 12}).is_pregnant
    assert picture(findings={"condition.pregnant": True}).is_pregnant
    assert not picture().is_pregnant


def test_json_has_the_keys_of_the_contract(judged):
    a = judged(ENOUGH).as_json()
    keys = {"class", "stagnation", "deficiency", "patterns", "causes", "channels", "contradictions"}
    assert keys <= set(a)
    assert {"score", "for", "against"} <= set(a["stagnation"])
    assert {"id", "name", "icd11", "role", "score", "for", "against", "missing"} <= set(a["patterns"][0])
    assert json.loads(json.dumps(a)) == a


def test_summary_names_branch_and_root(judged):
    assert judged().summary.startswith("Not enough information")
    a = judged("onset.accident quality.stabbing_fixed worsened_by.pressure", days=300)
    assert a.summary == "Blood stasis."
