"""The words of the rules other than findings: kinds of computed facts with all their values, and groups of them.

`kind:value` (`branch:cold_damp`) is a fact; planner/facts.py says when it holds.
"""

from __future__ import annotations

BRANCHES = ("qi_blood_stagnation", "blood_stasis", "liver_qi_stagnation", "cold_damp", "damp_heat")
ROOTS = (
    "kidney_yang_deficiency",
    "kidney_yin_deficiency",
    "kidney_qi_deficiency",
    "spleen_qi_deficiency",
    "qi_blood_deficiency",
)
CHANNELS = (
    "bladder", "gallbladder", "governor_vessel", "belt_vessel", "small_intestine", "kidney", "liver", "stomach",
    "spleen", "lung", "large_intestine", "heart", "pericardium", "triple_energizer", "conception_vessel",
    "yang_heel_vessel",
)  # fmt: skip
SITES = (
    "neck", "upper_back", "mid_back", "low_back", "sacrum", "sacroiliac", "buttock", "hip_side", "coccyx", "groin",
    "abdomen", "knee", "shoulder", "leg",
)  # fmt: skip
CAUSES = (
    "accident", "lifting", "sport", "stress", "overwork", "gradual", "cold_damp", "illness_or_birth", "recurrent",
    "sudden", "pregnancy", "sitting_posture",
)  # fmt: skip
KINDS: dict[str, tuple[str, ...]] = {
    "site": SITES,
    "side": ("left", "right", "both", "central", "unknown"),
    "channel": CHANNELS,
    "also": CHANNELS,
    "branch": BRANCHES,
    "root": ROOTS,
    "pattern": BRANCHES + ROOTS,
    "class": ("stagnation", "deficiency", "mixed", "undetermined"),
    "cause": CAUSES,
    "stage": ("acute", "subacute", "chronic", "unknown"),
    "strain": ("acute",),
    "injury": ("first_72h",),
    "training": ("exhausted",),
    "sciatica": ("bladder", "gallbladder", "unknown"),
    "visit": ("first", "later"),
    "age": ("under_16", "over_65", "over_75"),
    "pregnancy": ("weeks_1_12", "weeks_13_36", "week_37", "possible", "weeks_unknown", "any", "can_be"),
    "person": ("pregnant", "lying"),
    "pain": ("severe", "severe_now"),
    "sign": ("heat", "heat_unclear", "cold", "empty_heat", "stress", "anxiety"),
    "needles": ("none",),
    "places": ("front_and_back",),
}
# Those who might faint or must not be hurried are treated lying down, never seated with a strong point.
LYING_ONLY = frozenset({"condition.fainter", "condition.frail", "age:over_75", "age:under_16", "person:pregnant"})
# who gets little of everything, also on later visits
WEAK = ("class:deficiency", "condition.frail", "age:over_75", "age:under_16", "condition.postpartum", "person:pregnant")
# who is needled with fine needles
FINE_FACTS = frozenset(
    {
        "condition.very_thin", "condition.frail", "age:over_75", "age:under_16", "body.anxious",
        "condition.anticoagulant", "condition.unknown_medication", "condition.low_platelets",
        "condition.liver_kidney_disease",
    }
)  # fmt: skip
PHASES = {"t1": "in weeks 1 to 12", "t2": "in weeks 13 to 36", "t3": "from week 37"}  # of a pregnancy
