"""How chances are reckoned: base rates, explaining away, one statement in several words, little for an empty box."""

from collections.abc import Callable
from math import log

import pytest

from clinic.lib.complaints import complaints
from intake.assessment import IntakeKnowledge, parse_case
from intake.assessment.belief import Belief, believe, class_gain, gain
from intake.assessment.facts import gather
from intake.assessment.knowledge.signs import Sign

Believe = Callable[..., Belief]
PATTERN_IDS = complaints()["back"].patterns
KIDNEY_QI = PATTERN_IDS.index("kidney_qi_deficiency")
STASIS = PATTERN_IDS.index("blood_stasis")


@pytest.fixture
def signs(knowledge: IntakeKnowledge) -> dict[str, Sign]:
    return {sign.finding: sign for sign in knowledge.signs}


@pytest.fixture
def believed(knowledge: IntakeKnowledge) -> Believe:
    def run(words: str, days: int | None = None) -> Belief:
        findings = {word.strip("-"): not word.startswith("-") for word in words.split()}
        case = parse_case({"findings": findings, "complaint": {"duration_days": days}}, knowledge)
        return believe(case, gather(case, ()), knowledge)

    return run


def test_the_chances_of_all_pairs_are_one_and_nothing_known_is_the_prior(believed, knowledge):
    nothing = believed("")
    assert sum(nothing.pairs) == pytest.approx(1) and len(nothing.pairs) == 36
    assert nothing.stagnation == pytest.approx(1 - knowledge.patterns.none) == nothing.deficiency
    assert nothing.share is None
    assert sum(believed("eased_by.rest tongue.purple -quality.dull").pairs) == pytest.approx(1)


def test_branch_root_and_ordinary_pain_are_three_causes_of_one_finding(knowledge, signs):
    sign = signs["quality.heavy"]  # moderate in cold-damp and in spleen qi deficiency
    pair = knowledge.pairs.index((PATTERN_IDS.index("cold_damp"), PATTERN_IDS.index("spleen_qi_deficiency")))
    p = knowledge.weights.chance.moderate
    assert sign.chances[0] == pytest.approx(sign.common)
    assert sign.chances[pair] == pytest.approx(1 - (1 - p) * (1 - p) * (1 - sign.common))


def test_a_cause_explains_the_other_away(believed):
    """Heaviness speaks for a spleen deficiency, and much less once cold-damp is known to be there."""
    cold = "onset.cold_damp worsened_by.cold_damp worsened_by.rest tongue.white_greasy"

    def raised(words: str) -> float:
        before, after = believed(words).deficiency, believed(f"{words} quality.heavy").deficiency
        return (after / (1 - after)) / (before / (1 - before))

    assert raised("quality.stiff") > 1.2 > raised(cold) > 0.8


def test_what_is_common_says_little(believed, signs):
    common, rare = signs["worsened_by.sitting"], signs["tongue.purple"]
    assert max(common.times(i) for i in common.voters) < 1.5
    assert rare.times(STASIS) == pytest.approx((1 - 0.35 * 0.92) / 0.08)
    assert believed("worsened_by.sitting").stagnation < 0.55


def test_the_same_said_again_counts_less_in_any_order(believed, knowledge):
    once = believed("worsened_by.tiredness")
    again = believed("worsened_by.tiredness worsened_by.activity time.evening")
    other = believed("worsened_by.tiredness eased_by.pressure body.kidney_signs")
    assert once.deficiency < again.deficiency < other.deficiency
    assert again == believed("time.evening worsened_by.activity worsened_by.tiredness")
    groups = {sign.said for sign in knowledge.signs if sign.said != sign.finding}
    assert {"tires", "stress", "one_spot", "tongue", "pulse"} <= groups


def test_an_empty_box_counts_little_and_what_was_not_mentioned_less(knowledge, signs):
    sign, pair = signs["quality.stabbing_fixed"], knowledge.pairs.index((STASIS, None))
    there = sign.present[pair] - sign.present[0]
    ticked_no, silent = sign.absent[pair] - sign.absent[0], sign.unmentioned[pair] - sign.unmentioned[0]
    assert there > 0 > silent > ticked_no
    assert ticked_no == pytest.approx(knowledge.weights.unticked * log(sign.times(STASIS, present=False)))
    assert abs(ticked_no) < there / 2


def test_a_list_that_nobody_began_says_nothing(believed):
    told = believed("onset.accident")
    missing = {sign.finding for sign in told.missing}
    assert not missing, "what was not told is never shown as absent"
    assert told.pairs != believed("onset.accident quality.dull").pairs


def test_what_speaks_against_a_pattern_makes_it_rarer_unless_another_cause_brings_it(knowledge, signs):
    dull = signs["quality.dull"]  # against qi and blood stagnation, and brought by kidney qi deficiency
    assert dull.times(0) == pytest.approx(knowledge.weights.chance.against)
    both = knowledge.pairs.index((0, KIDNEY_QI))
    assert dull.chances[both] > dull.common


def test_a_specific_pattern_brings_all_that_the_general_one_does(signs):
    for name in ("kidney_yang_deficiency", "kidney_yin_deficiency"):
        index = PATTERN_IDS.index(name)
        for sign in signs.values():
            if KIDNEY_QI in sign.voters and sign.times(index) >= 1:
                assert index in sign.voters and sign.alone[index] >= sign.alone[KIDNEY_QI] * 0.8, sign.finding


def test_an_old_accident_speaks_for_stasis(believed):
    young, old = believed("onset.accident", days=84), believed("onset.accident", days=85)
    assert young.patterns[0] > 0.3 > young.patterns[STASIS]
    assert old.patterns[STASIS] > 0.3 > old.patterns[0]


def test_an_answer_is_worth_asking_for_as_far_as_it_can_change_something(believed, knowledge, signs):
    open_ = believed("worsened_by.movement eased_by.rest")
    settled = believed("tongue.purple pulse.choppy quality.stabbing_fixed palpation.hard_nodules time.night_fixed "
                       "body.stasis worsened_by.pressure -flag.constant_night_pain")  # fmt: skip
    choppy = signs["pulse.choppy"]
    assert gain(choppy, open_) > gain(choppy, settled) >= 0
    for sign in signs.values():
        assert 0 <= class_gain(sign, open_, knowledge) <= gain(sign, open_) + 1e-9, sign.finding
