"""Knowledge files: the real ones are sound and quick; broken ones are refused with every fault at once."""

from __future__ import annotations

import re
import shutil
import tracemalloc

import pytest

from clinic.lib.knowledge_files import Fault, KnowledgeError
from treatments.planner.checking import knowledge as checking
from treatments.planner.checking.knowledge import Coverage, check_knowledge, coverage
from treatments.planner.checking.rules import never_holds
from treatments.planner.knowledge.load import FOLDER, forget, load_planner_knowledge
from treatments.planner.knowledge.tables import When

DISTAL = "complaints/back/rules/distal.toml"


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "knowledge"
    shutil.copytree(FOLDER, copy)
    return copy


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_real_knowledge_is_sound():
    assert check_knowledge() == ()
    assert re.fullmatch(r"20\d\d\.\d\d(\.\d+)?", load_planner_knowledge().version)


def test_a_place_that_no_rule_can_speak_of_is_a_fault(monkeypatch):
    known = checking.known_findings()
    monkeypatch.setattr(checking, "known_findings", lambda: known | {"site.ankle"})
    assert [str(fault) for fault in check_knowledge()] == [
        "findings.toml: site.ankle: a place that no complaint is about"
    ]


def test_every_pattern_at_every_site_has_local_distal_and_root():
    rows = coverage(load_planner_knowledge())
    assert len(rows) == 10 * 14
    assert all(row.is_complete for row in rows)
    assert not Coverage("cold_damp", "neck", 1, 0, 1).is_complete


def test_all_faults_are_told_at_once_with_file_and_key(folder):
    change(folder, "complaints/back/dose.toml", "per_week = 1", "per_week = 9")
    change(folder, "electro.toml", 'wave = "dense_disperse"', 'wave = "dense_disperse"\nvolume = 3')
    change(folder, "ear.toml", 'id = "ear.stress"', 'ident = "ear.stress"')
    with pytest.raises(KnowledgeError) as caught:
        load_planner_knowledge(folder)
    text = str(caught.value)
    assert "complaints/back/dose.toml: dose[dose.pregnancy]: phases.0.per_week" in text
    assert "electro.toml: goal[electro.sciatica]: volume" in text
    assert "ear.toml" in text and "ident" in text


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("complaints/back/rules/distal.toml", 'code = "BL40"', 'code = "BL99"', "no such point 'BL99'"),
        ("complaints/back/rules/distal.toml", '"CLASSICS"', '"CLASICS"', "no such source 'CLASICS'"),
        ("complaints/back/rules/distal.toml", "channel:bladder", "channel:bladdder", "no such fact 'channel:bladdder'"),
        ("rules/pattern.toml", "body.poor_sleep", "body.poor_slep", "no such fact 'body.poor_slep'"),
        ("complaints/back/dose.toml", 'id = "dose.acute"', 'id = "dose.sciatica"', "duplicate"),
        ("meta.toml", "knowledge_version =", "version =", "knowledge_version"),
        ("sites.toml", "[[site]]", "[[sit]]", "sites.toml"),
        ("contraindications.toml", 'ea = "forbid"', 'ea = "forbidden"', "ea"),
        ("points/kidney.toml", 'code = "KI3"', 'code = "KI4"', "duplicate"),
    ],
)
def test_single_faults_are_named(folder, name, old, new, told):
    change(folder, name, old, new)
    faults = [str(fault) for fault in check_knowledge(folder)]
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("points/kidney.toml", "cap_mm = 15", "cap_mm = 1", "does not fit under cap_mm"),
        ("adjuncts.toml", '"sign:heat", "pattern:kidney_yin_deficiency"] }\ntext = "Kidney yang', 
         '"pattern:kidney_yin_deficiency"] }\ntext = "Kidney yang', "warmth must exclude sign:heat"),
        ("stimulation.toml", 'when = { all = ["class:stagnation"] }\ntext = "Robust',
         'when = { all = ["class:stagnation", "class:mixed"] }\ntext = "Robust', "never hold together"),
        ("contraindications.toml", 'findings = ["condition.keloid"]', 'findings = ["condition.menopause"]',
         "condition.keloid is in no row"),
        ("principles.toml", 'pattern = "cold_damp"', 'pattern = "cold"', "no principle for cold_damp"),
        ("electro.toml", 'a = "GB34"\nb = "ST36"', 'a = "GV20"\nb = "ST36"', "GV20 takes no current"),
        ("complaints/back/dose.toml", "review_at = [5, 10]", "review_at = [5, 99]", "lies behind the last"),
        # every point named exists: rules, adjuncts, home care, pairs, ear zones
        ("adjuncts.toml", 'code = "GV4"', 'code = "GV44"', "moxa.kidney_yang: no such point 'GV44'"),
        ("complaints/back/home_care.toml", 'code = "', 'code = "X', "no such point"),
        ("electro.toml", 'a = "GB34"\nb = "ST36"', 'a = "GB34"\nb = "ST99"', "no such point 'ST99'"),
        ("ear.toml", 'code = "TF4"', 'code = "TF9"', "ear.pain: no such ear zone 'TF9'"),
        ("ear.toml", 'code = "TF4"', 'code = "BFA-PZ"', "is not worked with seeds"),
        ("sites.toml", 'ear = ["', 'ear = ["ZZ9", "', "no such ear zone 'ZZ9'"),
        ("complaints/back/rules/local.toml", 'code = "BL25"', 'code = "CV17"', "may not be proposed"),
        # every kind of treatment is proposed for somebody; an ear needle is told as one
        ("ear.toml", 'method = "press_tacks"', 'method = "seeds"', "modality: nothing ever proposes tacks"),
        ("ear.toml", 'method = "magnets"', 'method = "seeds"', "modality: nothing ever proposes magnets"),
        ("ear.toml", "zones = 2\nof_needles = 10", "zones = 2", "ear.use.needles_acute: of_needles"),
        # numbers: of a plan, of a level of the spine, of a picture, of the needles there are, of a course
        ("composition.toml", 'id = "turn_needles"\nvalue = 2', 'id = "turn_needles"\nvalue = 1.5',
         "must be a whole number"),
        ("composition.toml", 'id = "stage_step_min"\nvalue = 5', 'id = "stage_step_min"\nvalue = 0', "at least 1"),
        ("composition.toml", 'id = "ear_site"', 'id = "ear_sites"', "number[ear_site]: missing"),
        ("points/extra.toml", "thoracic_depth_mm = [8, 12]", "thoracic_depth_mm = [8, 13]",
         "thoracic depth (8, 13) does not fit"),
        ("points/extra.toml", "lumbar_depth_mm = [15, 30]", "lumbar_depth_mm = [15, 31]",
         "lumbar depth (15, 31) does not fit"),
        ("signs.toml", 'fertile_ages = [11, 56]\nsource = "DESIGN"', 'fertile_ages = [11, 56]\nsource = "DESIGNED"',
         "limits: no such source 'DESIGNED'"),
        ("signs.toml", "severe_from = 8", "severe_from = 11", "severe_from"),
        ("stimulation.toml", "lengths_mm = [15, 25", "lengths_mm = [25, 15", "from short to long"),
        ("stimulation.toml", "review_at = [3, 6]", "review_at = [3, 7]", "by_hand: review_at lies behind"),
        ("own_limits.toml", "cap_mm = 10\nfrom_mm = 5", "cap_mm = 10\nfrom_mm = 11", "from_mm is deeper than cap_mm"),
        ("reevaluation.toml", 'id = "slight"\nvalue = 10', 'id = "slight"\nvalue = 40', "half must rise"),
        ("reevaluation.toml", 'source = "NCD"', 'source = "NDC"', "no such source 'NDC'"),
        ("adjuncts.toml", 'quotes = ["sign:cold"]', 'quotes = ["sign:colt"]', "quotes: no such fact 'sign:colt'"),
        # who signed, and how sure it is: a word that does not exist, a key that does not exist
        ("contraindications.toml", 'status = "reviewed"', 'status = "approved"', "status"),
        ("points/kidney.toml", 'status = "reviewed"', 'state = "reviewed"', "state"),
        ("sites.toml", 'evidence = "tradition"', 'evidence = "hearsay"', "evidence"),
        # every source exists, also outside the rules
        ("ear_points.toml", 'sources = ["', 'sources = ["NOWHERE", "', "no such source 'NOWHERE'"),
        ("principles.toml", 'sources = ["', 'sources = ["NOWHERE", "', "no such source 'NOWHERE'"),
        ("points/kidney.toml", 'sources = ["', 'sources = ["NOWHERE", "', "no such source 'NOWHERE'"),
        ("contraindications.toml", 'source = "', 'source = "NO-', "no such source 'NO-"),
        ("own_limits.toml", 'source = "DESIGN"', 'source = "DESIGNED"', "no such source 'DESIGNED'"),
        ("sources.toml", 'key = "OSTELO"', 'key = "OSTELOO"', "nrs_average.toml: sources: no such source 'OSTELO'"),
        ("sources.toml", 'key = "IFOMPT"', 'key = "IFOMT"', "redflags.toml: "),
        # no rule that can never fire
        (DISTAL, 'when = { all = ["strain:acute"]', 'when = { all = ["strain:acute", "stage:chronic"]',
         "stage:acute and stage:chronic never hold together"),
        ("rules/pattern.toml", 'when = { all = ["pattern:damp_heat"] }',
         'when = { all = ["branch:damp_heat"], none = ["pattern:damp_heat"] }', "is asked for and excluded"),
        ("complaints/back/home_care.toml", 'id = "home.move_acute"\nwhen = { all = ["stage:acute"] }',
         'id = "home.move_acute"\nwhen = { all = ["cause:sport", "stage:acute"] }', "home.training is as heavy"),
        # no two rules that contradict
        (DISTAL, 'code = "SI3", weight = 81', 'code = "SI3", weight = 80', "one or opposite is left open"),
        ("adjuncts.toml", "weight = 88", "weight = 80", "which one counts is left open"),
        ("rules/pattern.toml", 'code = "SP6", weight = 55, side = "both", technique = "reducing"',
         'code = "BL17", weight = 55, side = "both", technique = "reinforcing"', "both reinforced and reduced"),
        # every contraindication reaches every modality
        ("contraindications.toml", 'guasha = "', 'guashaa = "', "guasha"),
        ("contraindications.toml", 'scope = "whole"', 'scope = "somewhere"', "scope"),
    ],
)  # fmt: skip
def test_what_does_not_hang_together_is_named(folder, name, old, new, told):
    change(folder, name, old, new)
    assert any(told in str(fault) for fault in check_knowledge(folder)), check_knowledge(folder)


def test_a_gap_in_the_coverage_is_named(folder):
    """All rules for the coccyx gone: every pattern there lacks its local points."""
    path = folder / "complaints/back/rules/local.toml"
    rules = path.read_text(encoding="utf-8").split("[[rule]]")
    kept = [rule for rule in rules if "site:coccyx" not in rule]
    assert len(kept) < len(rules)
    path.write_text("[[rule]]".join(kept), encoding="utf-8")
    faults = [str(fault) for fault in check_knowledge(folder) if fault.key == "coverage"]
    assert len(faults) == 10 and all("at coccyx: no candidate that is local" in fault for fault in faults)


def test_a_row_that_reaches_nothing_and_a_modality_that_nothing_forbids_are_named(folder):
    path = folder / "contraindications.toml"
    text = path.read_text(encoding="utf-8")
    cells = re.sub(r'^(magnets) = "forbid"', r'\1 = "override"', text, flags=re.MULTILINE)
    cells = re.sub(r', "magnets"|"magnets", |"magnets"', "", cells)  # the gates' lists
    path.write_text(cells, encoding="utf-8")
    assert Fault("contraindications.toml", "", "no row ever forbids magnets") in check_knowledge(folder)
    empty = re.sub(r'^(needle|deep_trunk|ea|tacks|seeds|magnets|cupping|guasha|moxa_heat|acupressure) = ".*"',
                   r'\1 = ""', text[text.rindex("[[contraindication]]"):], flags=re.MULTILINE)  # fmt: skip
    path.write_text(text[: text.rindex("[[contraindication]]")] + empty, encoding="utf-8")
    forget()
    assert any("reaches no modality" in str(fault) for fault in check_knowledge(folder))


def test_a_draft_of_any_kind_is_kept_for_reading(folder):
    change(folder, "adjuncts.toml", 'id = "cups.stress"', 'id = "cups.stress"\nstatus = "draft"')
    change(folder, "stimulation.toml", 'id = "depth.thin"', 'id = "depth.thin"\nstatus = "draft"')
    knowledge = load_planner_knowledge(folder)
    assert set(knowledge.drafts) == {"cups.stress", "depth.thin"}
    assert not {"cups.stress", "depth.thin"} & {rule.id for rule in knowledge.every_rule()}


def test_a_rule_behind_one_that_always_fits_is_named(folder):
    path = folder / "complaints/back/dose.toml"
    text = path.read_text(encoding="utf-8")
    rule = text[text.index('[[dose]]\nid = "dose.chronic"') : text.index('[[dose]]\nid = "dose.unknown"')]
    path.write_text(text + "\n" + rule.replace("dose.chronic", "dose.late"), encoding="utf-8")
    assert any("dose.late: never reached" in str(fault) for fault in check_knowledge(folder))


def test_a_draft_is_read_and_inert(folder):
    change(folder, "rules/pattern.toml", 'id = "branch.cold_damp"', 'id = "branch.cold_damp"\nstatus = "draft"')
    knowledge = load_planner_knowledge(folder)
    assert "branch.cold_damp" in knowledge.drafts
    assert "branch.cold_damp" not in {rule.id for rule in knowledge.rules}


def test_conditions_that_can_never_hold():
    assert never_holds(When(all=("stage:acute",), none=("stage:acute",)))
    assert never_holds(When(all=("stage:acute", "stage:chronic")))
    assert never_holds(When(any=("side:left",), none=("side:left",)))
    assert not never_holds(When(all=("stage:acute",), any=("side:left", "side:right"), none=("side:left",)))


def test_points_carry_the_caps_of_the_table():
    """The safety figures that were handed to the project, by code: cap and pregnancy column of 12 of the 90 points."""
    table = {
        "BL13": (10, "ok"), "BL23": (25, "override"), "BL25": (35, "override"), "BL27": (30, "forbid_t1"),
        "BL40": (25, "ok"), "BL54": (50, "override"), "BL60": (20, "forbid"), "GB21": (10, "forbid"),
        "GB30": (60, "override"), "KI3": (15, "ok"), "LI4": (20, "forbid"), "SI14": (8, "ok"),
    }  # fmt: skip
    points = load_planner_knowledge().points
    assert {code: (points[code].cap_mm, points[code].pregnancy) for code in table} == table


def test_loading_is_small():
    forget()
    tracemalloc.start()
    load_planner_knowledge()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


def test_the_folder_holds_toml_only():
    assert {path.suffix for path in FOLDER.rglob("*") if path.is_file()} == {".toml"}


SIGNED = ("contraindications", "sites", "ear_methods", "ear_points", "principles", "own_limits", "ashi", "points")


@pytest.mark.parametrize("table", SIGNED)
def test_every_row_a_clinician_must_sign_says_who_looked_at_it_when_and_how_sure_it_is(table):
    rows = getattr(load_planner_knowledge(), table)
    rows = list(rows.values()) if hasattr(rows, "values") else list(rows)
    assert rows
    for row in rows:
        assert row.status in ("draft", "reviewed") and row.by and row.date and row.evidence


def test_one_row_may_name_its_own_review_and_a_draft_contraindication_still_holds(folder):
    change(folder, "contraindications.toml", 'id = "pacemaker"\n',
           'id = "pacemaker"\nstatus = "draft"\nby = "Dr Example"\ndate = "2026-12-01"\n')  # fmt: skip
    rows = {row.id: row for row in load_planner_knowledge(folder).contraindications}
    assert (rows["pacemaker"].status, rows["pacemaker"].by) == ("draft", "Dr Example")
    assert rows["pacemaker"].ea == "forbid" and rows["keloid"].status == "reviewed"
