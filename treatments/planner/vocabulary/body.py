"""The body in terms of treatment: regions, levels of the spine, sides, positions, who can be pregnant.

Regions are those of the points; sets of regions say what lies underneath or drains together.
"""

from __future__ import annotations

from typing import Literal

from intake.assessment.spine import LEVELS as LEVELS
from treatments.planner.vocabulary.signs import load_signs

Side = Literal["left", "right", "both", "midline"]
SIDES: dict[str, str] = {"left": "left", "right": "right", "both": "both", "midline": "midline"}
SIDES_SHORT: dict[str, str] = {"left": "L", "right": "R", "both": "L+R", "midline": "mid"}
SIDES_LONG: dict[str, str] = {"left": "left", "right": "right", "both": "both sides", "midline": "midline"}
EAR_SIDES: dict[str, str] = {"left": "left", "right": "right", "both": "both", "alternate": "alternate each visit"}

Position = Literal["prone", "supine", "side_lying", "seated"]
POSITIONS: dict[str, str] = {
    "prone": "face down",
    "supine": "face up",
    "side_lying": "on the side",
    "seated": "seated",
}
POSITION_TERMS: dict[str, str] = {  # the same in the practitioner's terms
    "prone": "prone",
    "supine": "supine",
    "side_lying": "side lying",
    "seated": "seated",
}
UPRIGHT = "seated"

Limb = Literal["none", "arm", "leg"]
Region = Literal[
    "head", "face", "neck", "shoulder", "upper_back", "mid_back", "thoraco_lumbar", "low_back",
    "sacrum", "buttock", "hip", "chest", "abdomen", "groin", "upper_arm", "elbow", "forearm", "wrist", "hand",
    "thigh", "knee", "leg", "ankle", "foot",
]  # fmt: skip
REGIONS: dict[str, str] = {  # in the order in which a body is needled, head to foot
    "head": "head",
    "face": "face",
    "neck": "neck",
    "shoulder": "shoulder",
    "upper_back": "upper back",
    "mid_back": "middle back",
    "thoraco_lumbar": "where the ribs end",
    "chest": "chest",
    "low_back": "low back",
    "abdomen": "abdomen",
    "sacrum": "sacrum",
    "buttock": "buttock",
    "hip": "hip",
    "groin": "groin",
    "upper_arm": "upper arm",
    "elbow": "elbow",
    "forearm": "forearm",
    "wrist": "wrist",
    "hand": "hand",
    "thigh": "thigh",
    "knee": "knee",
    "leg": "leg below the knee",
    "ankle": "ankle",
    "foot": "foot",
}
HEAD_TO_FOOT = tuple(REGIONS)
HEAD = frozenset({"head", "face"})
TRUNK = frozenset(
    {"upper_back", "mid_back", "thoraco_lumbar", "low_back", "sacrum", "buttock", "hip", "chest", "abdomen", "groin"}
)
THORAX = frozenset({"upper_back", "mid_back", "thoraco_lumbar", "chest", "shoulder"})  # a needle can reach the lung
Area = Literal["trunk", "below_knee", "neck"]
AREAS: dict[Area, frozenset[str]] = {  # where alone a row of the safety table may bar one of its modalities
    "trunk": TRUNK | {"neck", "shoulder"},
    "below_knee": frozenset({"leg", "ankle", "foot"}),
    "neck": frozenset({"neck"}),
}
AREA_NAMES: dict[Area, str] = {"trunk": "neck and trunk", "below_knee": "below the knee", "neck": "neck"}
AREA_PLACES: dict[Area, str] = {"trunk": "on neck and trunk", "below_knee": "below the knee", "neck": "on the neck"}
LUMBOSACRAL = frozenset({"thoraco_lumbar", "low_back", "sacrum", "buttock", "hip", "abdomen", "groin"})
FRONT = frozenset({"chest", "abdomen", "groin"})
BACK = frozenset({"upper_back", "mid_back", "thoraco_lumbar", "low_back", "sacrum", "buttock", "shoulder"})
ABOVE_L2 = frozenset({"neck", "shoulder", "upper_back", "mid_back", "thoraco_lumbar", "chest"})
# Parts of the trunk whose lymph drains to the nodes of a limb: left alone together with it (KNOWN anatomy, DESIGN rule;
# the safety table names the limb only, this is the careful reading of "limb at risk").
DRAINS_WITH: dict[str, str] = {"buttock": "leg", "hip": "leg", "groin": "leg", "shoulder": "arm"}
WITH_ROOT: dict[str, str] = {"leg": "buttock, hip and leg", "arm": "shoulder and arm"}  # what is left alone together
WITH_ROOT_REGIONS = ("leg", "forearm")
LIMB_OF_REGION: dict[str, str] = {"thigh": "leg", "knee": "leg", "leg": "leg", "foot": "leg", "forearm": "arm"}

# EX-B2 lies next to T1 to L5; some needle the same line next to S1, which a plan may contain but no rule proposes.
EX_B2_LEVELS = LEVELS[LEVELS.index("T1") : LEVELS.index("L5") + 1]
NEEDLED_LEVELS = (*EX_B2_LEVELS, "S1")


def can_be_pregnant(sex: str | None, age: int | None) -> bool:
    """Everyone except men and those too young or too old; what is unknown does not rule it out."""
    youngest, oldest = load_signs().limits.fertile_ages
    return sex != "male" and (age is None or youngest <= age <= oldest)


def limb_of_region(region: str) -> str:
    """The limb a region belongs to or drains with: "arm", "leg" or "none"."""
    return DRAINS_WITH.get(region) or LIMB_OF_REGION.get(region, "none")


def limb_at_risk(region: str, limb: str) -> str:
    """The limb a place belongs to or drains with: "arm", "leg" or "none"."""
    return DRAINS_WITH.get(region, "none") if limb == "none" else limb


def region_of_level(level: str) -> str:
    """The region of EX-B2 at a vertebra."""
    if level.startswith("S"):
        return "sacrum"
    if level.startswith("L"):
        return "low_back"
    number = int(level[1:])
    return "upper_back" if number <= 6 else "mid_back" if number <= 11 else "thoraco_lumbar"
