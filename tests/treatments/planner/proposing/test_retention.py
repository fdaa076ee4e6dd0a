"""How long needles stay: the goal says, the kind of patient caps, two stages share."""

from __future__ import annotations

import pytest

STASIS = ("site.low_back", "side.right", "onset.accident", "quality.stabbing_fixed", "worsened_by.pressure")
LEG = ("site.leg", "radiation.back_of_leg", "radiation.below_knee", "quality.electric")


def stages(proposal):
    return [stage["retention_min"] for stage in proposal["treatment"]["stages"]]


@pytest.mark.parametrize(
    ("findings", "minutes"),
    [
        (STASIS, [25]),
        ((*STASIS, *LEG), [30]),
        ((*STASIS, *LEG, "condition.frail"), [20]),
        ((*STASIS, *LEG, "condition.fainter"), [15]),
    ],
)
def test_the_goal_says_and_the_patient_caps(proposed, findings, minutes):
    assert stages(proposed(findings)) == minutes


def test_two_stages_share_the_time(proposed):
    stress = ("site.low_back", "onset.stress", "worsened_by.stress_much", "body.liver_tension", "quality.tight_moving")
    found = stages(proposed(stress))
    assert len(found) == 2 and sum(found) == 25
