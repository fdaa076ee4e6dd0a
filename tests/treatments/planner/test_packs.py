"""A complaint is a folder: one more is read, checked and planned for without a line of Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic.lib.complaints import SHIPPED, complaints, use_folder
from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment import CaseError, ClinicalPicture, assess, load_intake_knowledge, read_case
from intake.checks import knowledge_faults
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from treatments.planner.checking.knowledge import check_knowledge
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing.propose import propose

REVIEW = """
[review]
status = "reviewed"
by = "the clinic"
date = "2026-11-30"
evidence = "tradition"
"""
FILES = {
    "complaint.toml": """
name = "Tiredness"
rank = 90
version = "1"
says = "Little is known."
sites = []
position = "supine"
branches = ["liver_qi_stagnation"]
roots = ["spleen_qi_deficiency", "qi_blood_deficiency", "yin_of_the_heart"]
required = ["flag.weight_loss", "flag.faints_at_rest"]
asked_beside = []
asked_at_every_visit = ["flag.weight_loss"]
"""
    + REVIEW,
    "findings.toml": """
[complaint.findings]
tiredness = "tired without a reason"
[flag.findings]
faints_at_rest = "faints while sitting"
[tired]
by = "P"
label = "Tiredness"
[tired.findings]
after_meals = "after meals"
""",
    "weights.toml": REVIEW
    + """
[weights]
"tired.after_meals" = { common = 0.2, votes = { spleen_qi_deficiency = 3 }, topic = "digestion", source = "KNOWN" }
"body.thin_sleep" = { common = 0.2, votes = { yin_of_the_heart = 3 }, topic = "sleep", source = "KNOWN" }
"body.empty_heat" = { common = 0.1, votes = { yin_of_the_heart = 2 }, topic = "body_temperature", source = "KNOWN" }
""",
    "patterns.toml": REVIEW
    + """
[pattern.yin_of_the_heart]
name = "Heart yin deficiency"
role = "root"
principle = "Nourish the yin of the heart"
icd11 = []
gate = []
against = []
look_alikes = "overactive thyroid"
""",
    "redflags.toml": REVIEW
    + """
[[flag]]
code = "faints"
finding = "flag.faints_at_rest"
group = "Vessel / organ"
level = "emergency"
reason = "Faints at rest"
message = "call"
source = "KNOWN"
why = "Fainting at rest can be the heart."
""",
    "principles.toml": REVIEW
    + """
[[principle]]
pattern = "yin_of_the_heart"
text = "nourish the yin of the heart"
sources = ["KNOWN"]
""",
    "rules/pattern.toml": REVIEW
    + """
[[rule]]
id = "tired.heart"
when = { all = ["pattern:yin_of_the_heart"] }
serves = "root"
owed = 1
side = "both"
text = "The heart is nourished."
sources = ["KNOWN"]
points = [{ code = "HT7", weight = 99 }, { code = "KI6", weight = 90 }]
""",
    "dose.toml": REVIEW
    + """
[[dose]]
id = "tired.dose"
text = "Once a week."
sources = ["DESIGN"]
phases = [{ per_week = 1, weeks = 6 }]
review_at = [3, 6]
""",
}
CASE: dict[str, Any] = {
    "patient": {"age": 44, "sex": "male"},
    "complaint": {"id": "tiredness", "duration_days": 200},
    "findings": {
        "flag.weight_loss": False,
        "flag.faints_at_rest": False,
        "tired.after_meals": True,
        "body.weak_digestion": True,
        "body.tired": True,
        "tongue.pale_toothmarked": True,
    },
}


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Path]:
    """A clinic's own folder with one pack."""
    for name, text in FILES.items():
        path = tmp_path / "tiredness" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    use_folder(tmp_path)
    yield tmp_path
    use_folder(None)


def answer(case: dict[str, Any]) -> dict[str, Any]:
    read, knowledge = read_case(case)
    planner = load_planner_knowledge(complaint=read.complaint.id)
    return dict(propose(ClinicalPicture(read, assess(read, knowledge)), planner).as_json())


def test_a_folder_is_a_complaint(clinic: Path) -> None:
    assert list(complaints())[-1] == "tiredness"
    assert [str(fault) for fault in check_knowledge()] == []
    told = answer(CASE)
    assert (told["action"], told["assessment"]["sites"]) == ("treat", [])
    assert told["knowledge_version"].endswith("+tiredness.1")
    assert told["assessment"]["patterns"][0]["id"] == "spleen_qi_deficiency"
    plan = told["treatment"]
    assert plan["dose"]["because"][0]["rule"] == "tired.dose" and plan["stages"][0]["position"] == "supine"


def test_its_own_patterns_are_told_apart_and_the_others_are_not(clinic: Path) -> None:
    known = load_intake_knowledge(complaint="tiredness")
    assert known.pattern_ids == complaints()["tiredness"].patterns
    findings = dict.fromkeys(("flag.weight_loss", "flag.faints_at_rest"), False)
    findings |= {"body.thin_sleep": True, "body.empty_heat": True, "tongue.red_no_coat": True}
    told = answer(CASE | {"findings": findings})
    assert {one["id"] for one in told["assessment"]["patterns"]} == {"yin_of_the_heart"}
    assert "HT7" in {point["code"] for stage in told["treatment"]["stages"] for point in stage["points"]}
    assert "yin_of_the_heart" not in load_intake_knowledge().pattern_ids


def neck(days: int | None, *present: str) -> dict[str, Any]:
    return {"complaint": {"id": "neck", "duration_days": days}, "findings": dict.fromkeys(present, True)}


def test_a_part_of_a_place_is_the_place() -> None:
    assert answer(neck(90, "site.neck_upper"))["assessment"]["sites"] == ["neck"]
    assert answer(neck(90))["assessment"]["sites"] == []


def test_a_pattern_of_the_first_days_never_leads_later_nor_where_nobody_knows_when_it_began() -> None:
    signs = ("site.neck", "onset.wind", "onset.cold_illness", "pulse.floating", "eased_by.heat")
    leads = [answer(neck(days, *signs))["assessment"]["branch"] for days in (14, 15, None)]
    assert leads[0] == "wind_cold" and "wind_cold" not in leads[1:]


def migraine(*, weeks: int | None = None, **more: bool) -> dict[str, Any]:
    pack = complaints()["headache"]
    told = dict.fromkeys((*pack.required, *(f for row in pack.required_if.values() for f in row)), False)
    signs = ("site.head_temple", "quality.throbbing", "worsened_by.stress_much", "head.nausea", "pulse.wiry")
    told |= dict.fromkeys(signs, True) | more
    case = {
        "complaint": {"id": "headache", "duration_days": 900},
        "patient": {"age": 32, "sex": "female", "pregnancy_weeks": weeks},
    }
    told |= {"condition.pregnant": weeks is not None, "condition.pregnancy_at_risk": False}
    return answer(case | {"findings": told})


def test_a_one_sided_migraine_is_treated_on_the_side_and_a_pregnant_woman_never_on_her_back() -> None:
    both = {"side.left": True, "side.right": True}
    plans = (migraine(**{"side.left": True}), migraine(weeks=20, **both), migraine(**both))
    positions = [[stage["position"] for stage in plan["treatment"]["stages"]] for plan in plans]
    assert positions[:2] == [["side_lying"], ["side_lying"]] and positions[2][0] == "supine"


def test_in_an_attack_nothing_goes_into_the_head() -> None:
    plan = migraine(**{"side.left": True, "head.attack_now": True})["treatment"]
    needled = {point["code"] for stage in plan["stages"] for point in stage["points"]}
    assert needled and not {"GB8", "EX-HN5", "GB20", "GV20", "EX-HN3", "ASHI"} & needled and len(needled) <= 6


def test_a_blood_thinner_keeps_needles_from_the_neck_alone() -> None:
    told = dict.fromkeys(complaints()["neck"].required, False)
    told |= dict.fromkeys(("site.neck", "side.left", "quality.stiff", "eased_by.heat", "worsened_by.cold_damp"), True)
    case = neck(90) | {"findings": told | {"condition.anticoagulant": True}}
    plan = answer(case)
    needled = {point["code"] for stage in plan["treatment"]["stages"] for point in stage["points"]}
    assert needled and not {"GB20", "BL10", "EX-HN15", "GV14"} & needled
    assert {"GB20"} <= {one["item"] for one in plan["withheld"] if one["level"] == "needs_override"}
    case["findings"]["condition.anticoagulant"] = False
    plan = answer(case)
    assert "GB20" in {point["code"] for stage in plan["treatment"]["stages"] for point in stage["points"]}


QUESTIONS = """
like = "other"
after = "safety_general"

[option]
id = "tiredness"
label = "Tired for no reason"
findings = { "complaint.tiredness" = true }

[[screen]]
id = "tired"
section = "Safety check"
title = "Tired"
show_when = [{ question = "complaint", is = ["tiredness"] }]

[[screen.question]]
id = "tired_now"
kind = "many"
label = "Is this true?"
dont_know = "open"
required = true
options = [{ id = "faints", label = "I faint while sitting", finding = "flag.faints_at_rest" }]
"""


def test_its_questions_are_asked_of_whoever_picks_it(clinic: Path) -> None:
    path = clinic / "tiredness" / "questions.toml"
    path.write_text(QUESTIONS, encoding="utf-8")
    assert knowledge_faults() == ()
    form = load_questionnaire()
    told = read(form, {"complaint": ["tiredness"], "tired_now": ["faints"]})
    assert told.screen("tired") and told.findings["flag.faints_at_rest"] and told.findings["complaint.tiredness"]
    assert told.screen("safety_bladder") is None and told.screen("where") is None
    assert read(form, {"complaint": ["neck"]}).screen("tired") is None


def test_a_form_that_does_not_ask_what_a_plan_waits_for_is_a_fault(clinic: Path) -> None:
    text = QUESTIONS.replace("flag.faints_at_rest", "tired.after_meals")
    (clinic / "tiredness" / "questions.toml").write_text(text, encoding="utf-8")
    said = "no plan is made before flag.faints_at_rest is known, and part one of the form does not ask it of them"
    assert [fault for fault in knowledge_faults() if said in fault]


def test_what_must_be_known_is_its_own(clinic: Path) -> None:
    told = answer(CASE | {"findings": {"tired.after_meals": True}})
    assert told["action"] == "need_information"
    asked = {one["finding"] for one in told["ask"]}
    assert {"flag.weight_loss", "flag.faints_at_rest"} <= asked
    assert not {"flag.saddle_numbness", "site.low_back"} & asked


def test_what_must_be_known_from_an_age_on_is_asked_of_those_and_of_whoever_told_no_age(clinic: Path) -> None:
    path = clinic / "tiredness" / "complaint.toml"
    head, _, rest = path.read_text(encoding="utf-8").partition("\n[review]")
    more = '[required_if]\n"age.over_49" = ["flag.cancer_history"]'
    path.write_text(f"{head}\n{more}\n\n[review]{rest}", encoding="utf-8")
    asked = {}
    for age in (49, 50, None):
        told = answer(CASE | {"patient": {"age": age, "sex": "male"}})
        asked[age] = told["action"], "flag.cancer_history" in {one["finding"] for one in told["ask"]}
    assert asked == {49: ("treat", False), 50: ("need_information", True), None: ("need_information", True)}


def test_its_red_flag_stops_every_plan(clinic: Path) -> None:
    """Safety looks at everything together: also a plan for the back."""
    back = {"complaint": {"id": "back"}, "findings": {"site.low_back": True, "flag.faints_at_rest": True}}
    assert answer(back)["action"] == "emergency"


def test_an_unknown_complaint_is_a_fault_with_the_nearest(clinic: Path) -> None:
    with pytest.raises(CaseError, match=r"complaint\.id: must be one of back, .*; the nearest known is tiredness"):
        read_case({"complaint": {"id": "tirednes"}})


def test_none_named_is_the_back() -> None:
    assert read_case({})[0].complaint.id == read_case({"complaint": {"id": None}})[0].complaint.id == "back"


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("complaint.toml", 'flag.faints_at_rest"', 'flag.fants_at_rest"', "the nearest is 'flag.faints_at_rest'"),
        ("complaint.toml", "version", "verson", "unknown key; the nearest is 'version'"),
        ("complaint.toml", 'branches = ["liver', 'branches = ["spleen_qi_deficiency", "liver', "is a root"),
        ("weights.toml", "yin_of_the_heart = 3", "yin_of_the_hart = 3", "the nearest is 'yin_of_the_heart'"),
        ("redflags.toml", 'message = "call"', 'message = "cal"', "no message named cal"),
        ("findings.toml", "faints_at_rest", "fever", "takes new findings, nothing else"),
        ("rules/pattern.toml", '"HT7"', '"HT77"', "no such point 'HT77'"),
        ("rules/pattern.toml", "pattern:yin_of_the_heart", "pattern:yin", "no such fact"),
        ("principles.toml", "yin_of_the_heart", "yang", "no principle for yin_of_the_heart"),
        ("dose.toml", "review_at = [3, 6]", "review_at = [3, 9]", "lies behind the last"),
        ("dose.toml", 'id = "tired.dose"', 'when = { all = ["stage:acute"] }\nid = "tired.dose"', "none fits class"),
    ],
)
def test_a_broken_pack_is_refused_with_file_and_key(clinic: Path, name: str, old: str, new: str, says: str) -> None:
    path = clinic / "tiredness" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = [str(fault) for fault in check_knowledge()]
    try:
        load_intake_knowledge(complaint="tiredness")
    except KnowledgeError as error:
        faults += map(str, error.faults)
    assert any(says in fault for fault in faults), faults


def test_a_file_nobody_reads_and_a_second_pack_of_one_name_are_refused(clinic: Path) -> None:
    (clinic / "tiredness" / "redflag.toml").write_text("", encoding="utf-8")
    (clinic / "back").mkdir()
    (clinic / "back" / "complaint.toml").write_text(FILES["complaint.toml"], encoding="utf-8")
    with pytest.raises(KnowledgeError, match="no file of a pack has this name") as caught:
        complaints()
    assert "complaints/back: there is a pack of this name already" in str(caught.value)


def test_every_pack_says_who_has_read_it_has_measures_with_a_licence_and_worked_cases() -> None:
    for pack in complaints().values():
        assert pack.folder.parent == SHIPPED and pack.by and pack.says and pack.measures
        assert pack.id == "back" or len(list(pack.folder.glob("cases/*.toml"))) >= 12
        assert any(measure.use == "yes" for measure in pack.measures)
