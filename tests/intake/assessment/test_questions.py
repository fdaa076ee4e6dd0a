"""What must be known before a plan, and which questions would decide most."""

import pytest

from intake.assessment import deciding_questions, parse_case

ENOUGH = "worsened_by.pressure worsened_by.movement onset.sitting_posture "
REQUIRED = [
    "saddle_numbness",
    "bowel_loss",
    "leg_weakness_progressive",
    "fever",
    "weight_loss",
    "constant_night_pain",
    "cancer_history",
    "major_trauma_unchecked",
]


def blocking(assessment):
    return [ask.finding for ask in assessment.ask if ask.blocks]


@pytest.mark.parametrize("key", REQUIRED)
def test_each_required_flag_is_asked(judged, key):
    a = judged(f"{ENOUGH} ?flag.{key}")
    assert a.action == "need_information"
    assert blocking(a) == [f"flag.{key}"]
    assert a.ask[0].why


def test_one_bladder_answer_is_enough(judged):
    for one in ("retention", "leak"):
        a = judged(f"{ENOUGH} ?flag.bladder_{one}")
        assert a.action == "treat"
        assert f"flag.bladder_{one}" in [ask.finding for ask in a.ask]  # asked beside the plan
    both = judged(f"{ENOUGH} ?flag.bladder_retention ?flag.bladder_leak")
    assert both.action == "need_information"
    assert (both.ask[0].finding, both.ask[0].together) == ("flag.bladder_retention", ("flag.bladder_leak",))


def test_other_findings_can_answer(judged):
    assert judged(f"{ENOUGH} ?flag.cancer_history flag.cancer_history_cleared").action == "caution"
    assert judged(f"{ENOUGH} ?flag.major_trauma_unchecked flag.investigated_clear").action == "treat"
    assert judged(f"{ENOUGH} ?flag.fever flag.investigated_clear").action == "need_information"


def test_a_site_is_needed(judged):
    a = judged(f"{ENOUGH} ?site.low_back")
    assert (a.action, blocking(a)) == ("need_information", ["site.low_back"])
    felt = judged(f"{ENOUGH} ?site.low_back", ashi=[{"where": "left buttock", "region": "buttock"}])
    assert (felt.action, felt.sites) == ("treat", ("buttock",))


SEAT = "?flag.saddle_numbness ?flag.bladder_retention ?flag.bladder_leak ?flag.bowel_loss"
NO_PAIN = f"{ENOUGH} {SEAT} ?site.low_back ?flag.constant_night_pain ?flag.major_trauma_unchecked complaint.not_pain"


def test_a_complaint_in_no_place_has_its_own_red_flags_that_must_be_known(judged):
    """Nobody who cannot sleep is asked about the seat; what is asked instead is never taken for no."""
    a = judged(f"{NO_PAIN} -flag.chest_symptoms -flag.self_harm")
    assert (a.action, blocking(a)) == ("need_information", ["site.low_back"])  # no rules without a place
    assert (a.action_by_hand, a.must_know) == ("treat", ())
    assert not {ask.finding for ask in a.ask} & {"flag.saddle_numbness", "flag.bladder_leak", "flag.bowel_loss"}
    for flag in ("chest_symptoms", "self_harm", "fever", "weight_loss", "cancer_history"):
        known = f"{NO_PAIN} -flag.chest_symptoms -flag.self_harm"
        b = judged(f"{known} ?flag.{flag}")
        assert [ask.finding for ask in b.must_know] == [f"flag.{flag}"]
        assert b.action_by_hand == "need_information"


def test_with_a_place_the_red_flags_of_the_back_must_be_known(judged):
    a = judged(f"{ENOUGH} ?flag.saddle_numbness complaint.not_pain")
    assert blocking(a) == ["flag.saddle_numbness"]


def test_a_red_flag_stops_what_is_planned_by_hand_too(judged):
    a = judged(f"{NO_PAIN} -flag.chest_symptoms flag.self_harm")
    assert a.action == a.action_by_hand == "emergency"
    assert judged(f"{NO_PAIN} -flag.chest_symptoms -flag.self_harm flag.weight_loss").action_by_hand == (
        "refer_before_treating"
    )


def test_emergency_and_referral_outrank_missing_answers(judged):
    assert judged("?flag.fever flag.saddle_numbness").action == "emergency"
    assert judged("?flag.fever flag.height_loss").action == "refer_before_treating"


def test_too_little_is_asked_for_in_few_questions(judged):
    a = judged()
    assert a.action == "need_information" and a.picture_class == "undetermined"
    assert 3 <= len(blocking(a)) <= 6
    together = {frozenset((ask.finding, *ask.together)) for ask in a.ask}
    # rest and pressure tell the two axes apart best
    assert {"eased_by.pressure", "worsened_by.pressure"} in together
    assert {"eased_by.rest", "worsened_by.rest"} in together


def test_answered_questions_are_not_asked_again(judged):
    a = judged("worsened_by.pressure -eased_by.rest -worsened_by.rest")
    asked = {finding for ask in a.ask for finding in (ask.finding, *ask.together)}
    assert asked.isdisjoint({"eased_by.pressure", "eased_by.rest", "worsened_by.rest"})


def test_the_first_question_can_decide(judged):
    """One statement of two: the first answer, told present, ends the not-knowing."""
    words = "worsened_by.pressure"
    first = next(ask for ask in judged(words).ask if ask.blocks)
    assert judged(f"{words} {first.finding}").picture_class != "undetermined"


def test_tongue_and_pulse_are_not_among_the_first(judged):
    assert not any(finding.startswith(("tongue.", "pulse.")) for finding in blocking(judged())[:4])


def test_flags_that_fit_the_person_are_asked_beside_the_plan(judged):
    runner = judged(f"{ENOUGH} onset.sport", patient={"sex": "female"})
    assert "flag.stress_fracture_signs" in [ask.finding for ask in runner.ask]
    assert not blocking(runner)
    man = judged(f"{ENOUGH} body.training_load", patient={"sex": "male"})
    assert "flag.missed_periods" not in [ask.finding for ask in man.ask]


def test_what_hands_can_find_is_asked_until_something_is_noted(judged):
    def of_hands(assessment):
        return {ask.finding.partition(".")[0] for ask in assessment.ask if ask.by == "C" and not ask.blocks}

    words = "onset.accident quality.stabbing_fixed worsened_by.pressure"
    a = judged(words, days=300)
    assert of_hands(a) == {"tongue", "pulse", "palpation", "motion"}
    # the stasis is as good as known, whether there is a root is not: that is what the pulse is asked for
    pulse = next(ask for ask in a.ask if ask.finding.startswith("pulse.")).finding
    assert pulse in ("pulse.deep_weak", "pulse.soggy", "pulse.thin_weak")
    assert "tongue" not in of_hands(judged(f"{words} -tongue.purple", days=300))


def test_deciding_questions_also_for_a_told_case(knowledge, no_flags):
    words = "eased_by.movement quality.stiff worsened_by.pressure eased_by.heat eased_by.rest"
    case = parse_case({"findings": {**no_flags, **dict.fromkeys(words.split(), True)}}, knowledge)
    asks = deciding_questions(case, knowledge)
    assert asks and not {f for ask in asks for f in (ask.finding, *ask.together)} & set(case.findings)
