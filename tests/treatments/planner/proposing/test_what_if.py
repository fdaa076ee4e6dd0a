"""Change a finding and see what in the plan would change, and why."""

from __future__ import annotations

import json

import pytest

from intake.assessment import Case, CaseError, ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.draws import drawn, some
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing import what_if as module
from treatments.planner.proposing.what_if import what_if
from treatments.planner.treatment.proposal import Proposal

INTAKE, PLANNER = load_intake_knowledge(), load_planner_knowledge()
FINDINGS = sorted(INTAKE.order)
NO = (
    "flag.saddle_numbness", "flag.bladder_retention", "flag.bladder_leak", "flag.bowel_loss",
    "flag.leg_weakness_progressive", "flag.fever", "flag.weight_loss", "flag.constant_night_pain",
    "flag.cancer_history", "flag.major_trauma_unchecked", "condition.pregnant", "condition.pacemaker",
    "condition.anticoagulant",
)  # fmt: skip
YES = ("site.low_back", "side.right", "quality.stabbing_fixed", "onset.accident", "worsened_by.pressure",
       "time.night_fixed")  # fmt: skip
CASE = parse_case(
    {
        "patient": {"age": 38, "sex": "female"},
        "complaint": {"duration_days": 300, "pain_now": 6},
        "findings": {**dict.fromkeys(NO, False), **dict.fromkeys(YES, True)},
        "visit": 2,
    },
    INTAKE,
)


def ask(changes, case=CASE):
    return what_if(case, changes, INTAKE, PLANNER)


@pytest.mark.parametrize(
    ("changes", "after", "removed", "because"),
    [
        ({"flag.saddle_numbness": True}, "emergency", "No plan would be proposed.", "Emergency instead of treat."),
        ({"flag.saddle_numbness": None}, "need_information", "No plan would be proposed.", "To be asked first"),
        ({"condition.anticoagulant": True}, "caution", "BL17 would be removed.", "Blood thinner"),
        ({"condition.pregnant": True}, "caution", "BL60 would be removed.", "Pregnancy"),
        ({"side.right": False, "side.left": True}, "treat", None, None),
        (
            {"body.kidney_signs": True, "quality.weak_hollow": True, "eased_by.heat": True, "body.cold": True},
            "treat",
            None,
            "mixed",
        ),
    ],
)
def test_a_changed_finding(changes, after, removed, because):
    found = ask(changes)
    assert (found.action_before, found.action_after) == ("treat", after)
    if removed:
        assert removed in found.removed
    if because:
        assert any(because in sentence for sentence in found.because)
    assert not found.is_same
    assert all(sentence.endswith((".", "?", "!")) for sentence in (*found.removed, *found.changed, *found.because))
    assert json.loads(json.dumps(found.as_json())) == found.as_json()


def test_the_other_side():
    found = ask({"side.right": False, "side.left": True})
    assert "BL25: side now left (was right)." in found.changed
    assert not found.added and not found.removed


def test_nothing_changed_changes_nothing():
    for changes in ({}, {"flag.fever": False}, {"site.low_back": True}, {"tongue.pale": None}):
        assert ask(changes).is_same
        assert ask(changes).because == ()


def test_a_picture_is_as_good_as_a_case():
    assert what_if(ClinicalPicture(CASE, assess(CASE, INTAKE)), {"flag.fever": True}, INTAKE, PLANNER) == ask(
        {"flag.fever": True}
    )


def test_an_unknown_finding_is_named():
    with pytest.raises(CaseError) as caught:
        ask({"flag.fevr": True})
    assert caught.value.faults[0].path == "changes.flag.fevr"


@pytest.fixture(scope="module")
def proposed_once():
    """A case that comes again, as each does on the way back, has the proposal it had: one has no other (see
    test_properties.py). Only the last few are kept."""
    kept: list[tuple[Case, Proposal]] = []

    def remembering(case, *knowledge):
        found = next((proposal for known, proposal in kept if known == case), None)
        if found is None:
            kept.append((case, found := propose_anew(case, *knowledge)))
            del kept[1:-2]  # the first is of CASE, to which every change is made
        return found

    propose_anew = module._propose
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_propose", remembering)
        yield


def _changes(chance):
    return {finding: chance.choice([True, False, None]) for finding in some(chance, FINDINGS, 4)}


@drawn(_changes)
def test_there_and_back_mirror_each_other(proposed_once, changes):
    """What goes one way comes the other way."""
    there = ask(changes)
    changed = parse_case(
        {
            "patient": {"age": 38, "sex": "female"},
            "complaint": {"duration_days": 300, "pain_now": 6},
            "findings": {**CASE.findings, **changes},
            "visit": 2,
        },
        INTAKE,
    )
    back = ask({finding: CASE.findings.get(finding) for finding in changes}, changed)
    assert (there.action_before, there.action_after) == (back.action_after, back.action_before)
    if there.removed != ("No plan would be proposed.",) and there.added != ("A plan could be proposed.",):
        names = [{sentence.rsplit(" would ", 1)[0] for sentence in part} for part in (there.added, back.removed)]
        assert names[0] == names[1]
