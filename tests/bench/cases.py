"""Cases to measure with: drawn once from a fixed seed, so that two runs measure the same."""

from __future__ import annotations

import random
from typing import Any

from intake.assessment import load_intake_knowledge

ANSWERED = (
    "flag.saddle_numbness",
    "flag.bladder_retention",
    "flag.bladder_leak",
    "flag.bowel_loss",
    "flag.leg_weakness_progressive",
    "flag.fever",
    "flag.weight_loss",
    "flag.constant_night_pain",
    "flag.cancer_history",
    "flag.major_trauma_unchecked",
)
SAFE_TO_DENY = ("pacemaker", "implanted_stimulator", "epilepsy_uncontrolled", "anticoagulant", "thrombosis", "pregnant")


def cases(number: int) -> list[dict[str, Any]]:
    """Plausible cases that reach a plan: red flags answered no, about 25 findings known, a sentence or two of text."""
    draw = random.Random(1999)
    weighted = sorted(
        finding
        for finding in load_intake_knowledge().order
        if finding.split(".")[0] in {"quality", "eased_by", "worsened_by", "time", "body", "onset", "tongue", "pulse"}
    )
    made = []
    for count in range(number):
        findings = dict.fromkeys(ANSWERED, False) | {f"condition.{key}": False for key in SAFE_TO_DENY}
        findings |= {draw.choice(["site.low_back", "site.mid_back", "site.buttock", "site.upper_back"]): True}
        findings |= {draw.choice(["side.left", "side.right"]): True}
        findings |= {finding: draw.random() < 0.7 for finding in draw.sample(weighted, 22)}
        made.append(
            {
                "case": f"bench {count}",
                "patient": {"age": draw.randint(18, 85), "sex": draw.choice(["female", "male"])},
                "complaint": {"duration_days": draw.choice([5, 40, 200, 2000]), "pain_now": draw.randint(2, 8)},
                "findings": findings,
                "texts": {"reason": "Rear-ended nine months ago, stabbing pain in my low back, no numbness, no fever."},
                "visit": draw.choice([1, 1, 4]),
            }
        )
    return made
