"""A clinic's own file: adds, takes away, is checked like ours, and never loosens."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from clinic.lib.complaints import complaints
from clinic.lib.knowledge_files import Fault, KnowledgeError
from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from treatments.planner.checking.knowledge import check_knowledge
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.point_names import find_point, search_points
from treatments.planner.proposing.propose import propose
from treatments.planner.review.review import review

EXAMPLE = Path(__file__).resolve().parents[4] / "docs" / "knowledge.example.toml"
HEAD = """
[meta]
name = "river"
version = "2"
[review]
status = "reviewed"
by = "A"
date = "2026-12-01"
"""
POINT = """
[[point]]
code = "T-11.01"
name = "Dajian"
pinyin = "Dàjiān"
hanzi = "大间"
hanzi_traditional = "大間"
english = "Great Gap"
region = "hand"
sides = "bilateral"
location = "on the first joint of the index finger"
uses = "groin pain"
sources = ["DESIGN"]
"""
RULE = """
[[rule]]
id = "own.r"
when = { any = ["site:low_back"] }
serves = "distal"
text = "Ours."
sources = ["DESIGN"]
evidence = "design"
points = [{ code = "GB34", weight = 99 }]
"""
ADJUNCT = """
[[adjunct]]
id = "own.a"
when = { none = ["injury:first_72h"] }
text = "Ours."
sources = ["DESIGN"]
evidence = "design"
kind = "cupping_dry"
detail = "sliding"
where = "{cups}"
minutes = 5
weight = 99
order = "after_needles"
"""
HOME = """
[[home]]
id = "own.h"
text = "Ours."
sources = ["DESIGN"]
evidence = "design"
kind = "movement"
sheet = "Walk."
modality = ""
weight = 99
group = "movement"
"""


@pytest.fixture
def own(tmp_path):
    """own(text) -> the path of a file with that text; each in a folder of its own, because loading is kept by path."""

    def write(text: str, head: str = HEAD) -> Path:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        path = folder / "knowledge.toml"
        path.write_text(head + text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def picture(make_case):
    def of(*args, **kwargs):
        intake = load_intake_knowledge()
        case = parse_case(make_case(*args, **kwargs), intake)
        return ClinicalPicture(case, assess(case, intake))

    return of


def test_the_example_of_the_docs_is_sound():
    assert check_knowledge(own=EXAMPLE) == ()
    knowledge = load_planner_knowledge(own=EXAMPLE)
    assert knowledge.version == f"{load_planner_knowledge().version}+river-clinic.1"
    assert {"own.tung_upper_back", "own.walk_by_the_river", "own.long_journey"} <= {
        r.id for r in knowledge.every_rule()
    }
    assert [rule.id for rule in knowledge.switched_off] == tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))[
        "switched_off"
    ]


@pytest.mark.parametrize("complaint", [one for one in complaints() if one != "back"])
def test_what_is_proposed_holds_for_the_back_and_what_is_more_careful_for_all(complaint):
    knowledge = load_planner_knowledge(own=EXAMPLE, complaint=complaint)
    ours = {rule.id for rule in knowledge.every_rule() if rule.id.startswith("own.")}
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert ours == {row["id"] for key in ("person", "depth", "exclusion") for row in example.get(key, [])} != set()
    assert all(point["code"] in knowledge.points for point in example["point"])


def test_an_ear_method_that_is_switched_off_gives_way_to_the_lighter_one_and_frees_no_needle(own, picture, accident):
    """Nor does a clinic that uses no tacks, magnets or ear needles at all have a fault in its file."""
    off = ["ear.use.tacks_strong_pain", "ear.use.magnets_older", "ear.use.needles_acute", "ear.use.needles_not_prone"]
    path = own("", head="switched_off = " + str(off).replace("'", '"') + "\n" + HEAD)
    assert check_knowledge(own=path) == ()
    ours, theirs = load_planner_knowledge(), load_planner_knowledge(own=path)
    for told, methods in (({"days": 10}, ["needles", "seeds"]), ({"visit": 3}, ["press_tacks"])):
        patient = picture(accident, pain=9, **told)
        with_all, without = (propose(patient, known).as_json()["treatment"] for known in (ours, theirs))
        assert [item["method"] for item in with_all["ear"]] == methods
        assert [item["method"] for item in without["ear"]] == ["seeds"]
        assert without["stages"] == with_all["stages"]


def test_without_a_file_nothing_is_added():
    base = load_planner_knowledge()
    assert "+" not in base.version and base.switched_off == () and base.silent == frozenset()


def test_an_own_point_is_proposed_with_its_reason_and_the_version_is_kept(picture):
    knowledge = load_planner_knowledge(own=EXAMPLE)
    knee = picture(("site.knee", "side.left", "onset.accident", "quality.stabbing_fixed", "worsened_by.pressure",
                    "worsened_by.movement"))  # fmt: skip
    proposal = propose(knee, knowledge).as_json()
    assert proposal["knowledge_version"] == f"{load_planner_knowledge().version}+river-clinic.1"
    (point,) = [p for s in proposal["treatment"]["stages"] for p in s["points"] if p["code"] == "T-77.08"]
    assert point["side"] == "left" and point["depth_mm"][1] <= 15
    assert point["because"][0]["rule"] == "own.tung_upper_back"
    assert any("outside the WHO list" in caution for caution in point["cautions"])
    assert "T-77.08" not in str(propose(knee, load_planner_knowledge()).as_json())


@pytest.mark.parametrize("spelling", ["T-77.08", "t-77.08", "T 77.08", "t7708", "Sihuashang", "sì huā shàng", "四花上"])
def test_an_own_point_is_found_by_its_spellings(spelling):
    knowledge = load_planner_knowledge(own=EXAMPLE)
    assert find_point(spelling, knowledge).code == "T-77.08"
    assert "T-77.08" in [point.code for point in search_points(spelling, knowledge)]
    assert find_point(spelling, load_planner_knowledge()) is None


def test_an_own_point_left_undescribed_is_careful(own):
    point = load_planner_knowledge(own=own(POINT)).points["T-11.01"]
    assert (point.electro, point.pregnancy, point.moxa, point.use) == ("no", "forbid", "no", "manual")
    assert (point.limb, point.cap_mm, point.confidence) == ("arm", 10, "UNSURE")


def test_the_limits_of_own_points_are_no_looser_than_ours():
    knowledge = load_planner_knowledge()
    ours = [point for point in knowledge.points.values() if point.use == "plan"]
    for region, limit in knowledge.own_limits.items():
        caps = sorted(point.cap_mm for point in ours if point.region == region)
        assert limit.cap_mm <= caps[len(caps) // 2], region
        if region in knowledge.ashi:
            assert limit.cap_mm <= knowledge.ashi[region].depth_mm[1], region
        limbs = {point.limb for point in knowledge.points.values() if point.region == region} - {"none"}
        assert not limbs or limbs == {limit.limb}, region
    assert not {"chest", "groin", "face"} & set(knowledge.own_limits)


def test_what_is_switched_off_leaves_no_stronger_one_behind(own, picture, accident):
    """Cups for stasis off: nobody gets the next cups instead; points and ear zones are simply not asked for."""
    patient = picture(accident)
    before = propose(patient, load_planner_knowledge()).as_json()["treatment"]
    (cups,) = [item for item in before["adjuncts"] if item["kind"] == "cupping_dry"]
    off = f'switched_off = ["{cups["because"][0]["rule"]}", "local.low_back", "home.press_back"]'
    knowledge = load_planner_knowledge(own=own("", off + HEAD))
    after = propose(patient, knowledge).as_json()["treatment"]
    assert "cupping_dry" not in {item["kind"] for item in after["adjuncts"]}
    rules = {why["rule"] for s in after["stages"] for p in s["points"] for why in p["because"]}
    assert "local.low_back" not in rules
    assert {item["kind"] for item in before["adjuncts"]} - {"cupping_dry"} == {i["kind"] for i in after["adjuncts"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # safety stays
        ('switched_off = ["pacemaker"]' + HEAD, "a contraindication cannot be switched off"),
        ('switched_off = ["person.child"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["depth.frail"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["electro.not.weak"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["electro.deficiency"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["dose.pregnancy"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["home.aftercare"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["gentle.patient"]' + HEAD, "keeps patients safe"),
        ('switched_off = ["cups.stres"]' + HEAD, "the nearest is 'cups.stress'"),
        ('switched_off = ["ces_saddle"]' + HEAD, "red flags cannot be switched off"),
        ("switched_off = 3" + HEAD, "must be a list"),
        (HEAD + '[[contraindication]]\nid = "pacemaker"', "contraindication: unknown table"),
        (HEAD + '[[pair]]\nid = "own.p"', "pair: unknown table"),
        (HEAD + '[[goal]]\nid = "own.g"', "goal: unknown table"),
        (HEAD + '[[ashi]]\nregion = "chest"', "ashi: unknown table"),
        # name and version
        ("", "meta: name"),
        ('[meta]\nname = "River Clinic"\nversion = "1"', "meta: name"),
        ('[meta]\nname = "river"\nversion = "1+2"', "meta: version"),
        # points
        (HEAD + POINT.replace("T-11.01", "BL23"), "code: letters of your own"),
        (HEAD + POINT.replace("T-11.01", "EX-B99"), "code: letters of your own"),
        (HEAD + POINT.replace("T-11.01", "UB-23"), "code: letters of your own"),
        (HEAD + POINT.replace("T-11.01", "K-3"), "code: letters of your own"),
        (HEAD + POINT.replace('"Dajian"', '"Shenshu"'), "'Shenshu' is the name of BL23"),
        (HEAD + POINT + 'aliases = ["腎俞"]', "is the name of BL23"),
        (HEAD + POINT + POINT, "duplicate"),
        (HEAD + POINT.replace('"hand"', '"chest"'), "own points may lie in"),
        (HEAD + POINT.replace('"hand"', '"upper_back"') + "cap_mm = 20", "takes own points of 8 mm at most"),
        (HEAD + POINT.replace('"hand"', '"upper_back"') + "risks = []", "risks: must name pneumothorax"),
        (HEAD + POINT + "depth_mm = [5, 12]", "depth_mm: must lie between 1 and cap_mm"),
        (HEAD + POINT + 'limb = "none"', "limb: hand belongs to 'arm'"),
        (HEAD + POINT + 'pregnancy = "ok"', "pregnancy: an own point is kept out"),
        (HEAD + POINT + 'electro = "yes"', "electro: an own point takes no current"),
        (HEAD + POINT + 'positions = ["side_lying"]', "positions: hand is reached"),
        (HEAD + POINT.replace("DESIGN", "OWN-X"), "no such source 'OWN-X'"),
        (HEAD + POINT + "colour = 3", "colour"),
        # rules
        (HEAD + RULE.replace("own.r", "mine"), "must start with 'own.'"),
        (HEAD + RULE.replace("GB34", "GB99"), "knowledge.toml: own.r: no such point 'GB99'"),
        (HEAD + RULE.replace("GB34", "T-11.01") + POINT, "may not be proposed"),
        (HEAD + RULE.replace("site:low_back", "site:back"), "no such fact 'site:back'"),
        (HEAD + RULE + RULE, "duplicate"),
        (HEAD + RULE + "with_movement = true", "needling with movement is ours"),
        (HEAD + RULE.replace('evidence = "design"', 'evidence = "safety"'), "safety rules are ours"),
        (HEAD + ADJUNCT.replace('when = { none = ["injury:first_72h"] }\n', ""), "must exclude injury:first_72h"),
        (HEAD + ADJUNCT.replace("minutes = 5", "minutes = 30"), "minutes: 8 at most"),
        (HEAD + ADJUNCT.replace('"sliding"', '"wet, retained"'), "draw blood"),
        (HEAD + ADJUNCT.replace('"sliding"', '"standing"'), "say whether the cups"),
        (HEAD + ADJUNCT.replace("cupping_dry", "moxa_indirect"), "exclude pattern:kidney_yin_deficiency, sign:heat"),
        (HEAD + ADJUNCT.replace("cupping_dry", "moxa_indirect"), "own moxa stays off the chest wall"),
        (HEAD + HOME.replace('"movement"\nsheet', '"heat"\nsheet'), "heat is judged as 'moxa_heat'"),
        (HEAD + HOME.replace('"movement"', '"aftercare"'), "sheet is ours"),
        (HEAD + HOME.replace('"movement"\nsheet', '"jogging"\nsheet'), "kind: one of movement"),
        (HEAD + '[[source]]\nkey = "KNOWN"\ntitle = "x"\nread = "x"', "must start with 'OWN-'"),
        # no TOML, odd shapes
        (HEAD + "[[rule]", "not readable as TOML"),
        ("rule = 3" + HEAD, "must be written as [[rule]]"),
        (HEAD + "rule = 3", "review: rule: unknown key"),
        ("review = 3\n" + HEAD.partition("[review]")[0], "must be written as [review]"),
    ],
)  # fmt: skip
def test_what_an_own_file_may_not_say_is_named(own, text, told):
    path = own(text, "")
    faults = [str(fault) for fault in check_knowledge(own=path)]
    assert any(told in fault for fault in faults), faults
    assert all(fault.startswith("knowledge.toml: ") for fault in faults), "every fault with its file"
    with pytest.raises(KnowledgeError):
        load_planner_knowledge(own=path)


def test_a_file_that_is_named_and_missing_is_a_fault(tmp_path):
    assert check_knowledge(own=tmp_path / "none.toml") == (Fault("none.toml", "", "the file is missing"),)


def test_all_faults_of_an_own_file_are_told_at_once(own):
    text = HEAD + POINT + "cap_mm = 90\n" + RULE.replace("own.r", "x") + ADJUNCT.replace("minutes = 5", "minutes = 50")
    faults = [str(fault) for fault in check_knowledge(own=own('switched_off = ["asthma", "nothing"]' + text, ""))]
    assert len(faults) >= 4, faults


def test_an_own_rule_that_contradicts_or_never_fires_is_named(own):
    text = RULE.replace('any = ["site:low_back"]', 'all = ["stage:acute", "stage:chronic"]')
    assert any("never hold together" in str(fault) for fault in check_knowledge(own=own(text)))
    coccyx = [rule.id for rule in load_planner_knowledge().rules if "site:coccyx" in rule.when.facts()]
    faults = [str(fault) for fault in check_knowledge(own=own("", f"switched_off = {coccyx}" + HEAD))]
    assert any("coverage: blood_stasis at coccyx" in fault for fault in faults), faults


def test_an_own_draft_is_read_and_inert(own):
    knowledge = load_planner_knowledge(
        own=own(RULE.replace('evidence = "design"', 'evidence = "design"\nstatus = "draft"'))
    )
    assert "own.r" in knowledge.drafts and "own.r" not in {rule.id for rule in knowledge.every_rule()}


def test_a_plan_by_hand_with_an_own_point_is_reviewed_like_any_other(own, picture):
    knowledge = load_planner_knowledge(own=own(POINT + 'use = "plan"'))
    point = {"code": "T-11.01", "side": "both", "depth_mm": [5, 25], "technique": "even"}
    plan = {"stages": [{"position": "prone", "side_up": None, "retention_min": 20, "points": [point], "electro": []}]}
    patient = picture(("site.low_back", "side.left", "condition.pregnant", "condition.lymphoedema_left_arm"), weeks=20)
    codes = {alert.code: alert.level for alert in review(plan, patient, knowledge)}
    assert codes["pregnancy_points"] == "forbidden"
    assert "past_cap" in codes or any("cap" in alert.text for alert in review(plan, patient, knowledge))
    assert any(
        alert.code.startswith("lymph") and alert.level == "forbidden" for alert in review(plan, patient, knowledge)
    )
