"""Knowledge files: the real ones are sound and quick; broken ones are refused with every fault at once."""

from __future__ import annotations

import shutil
import time
import tracemalloc

import pytest

from treatments.planner import load_planner_knowledge
from treatments.planner.checking import Coverage, check_knowledge, coverage, never_holds
from treatments.planner.knowledge import When
from treatments.planner.load import FOLDER, KnowledgeError


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
    assert load_planner_knowledge().version == "2026.11"


def test_every_pattern_at_every_site_has_local_distal_and_root():
    rows = coverage(load_planner_knowledge())
    assert len(rows) == 10 * 14
    assert all(row.is_complete for row in rows)
    assert not Coverage("cold_damp", "neck", 1, 0, 1).is_complete


def test_all_faults_are_told_at_once_with_file_and_key(folder):
    change(folder, "dose.toml", "per_week = 1", "per_week = 9")
    change(folder, "electro.toml", 'wave = "dense_disperse"', 'wave = "dense_disperse"\nvolume = 3')
    change(folder, "ear.toml", 'id = "ear.stress"', 'ident = "ear.stress"')
    with pytest.raises(KnowledgeError) as caught:
        load_planner_knowledge(folder)
    text = "\n".join(caught.value.faults)
    assert "dose.toml: dose[dose.pregnancy]: phases.0.per_week" in text
    assert "electro.toml: goal[electro.sciatica]: volume" in text
    assert "ear.toml" in text and "ident" in text


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("rules/distal.toml", 'code = "BL40"', 'code = "BL99"', "no such point 'BL99'"),
        ("rules/distal.toml", '"CLASSICS"', '"CLASICS"', "no such source 'CLASICS'"),
        ("rules/distal.toml", "channel:bladder", "channel:bladdder", "no such fact 'channel:bladdder'"),
        ("rules/pattern.toml", "body.poor_sleep", "body.poor_slep", "no such fact 'body.poor_slep'"),
        ("dose.toml", 'id = "dose.acute"', 'id = "dose.sciatica"', "told twice"),
        ("meta.toml", 'knowledge_version = "2026.11"', "", "knowledge_version"),
        ("sites.toml", "[[site]]", "[[sit]]", "sites.toml"),
        ("contraindications.toml", 'ea = "forbid"', 'ea = "forbidden"', "ea"),
        ("points/kidney.toml", 'code = "KI3"', 'code = "KI4"', "told twice"),
    ],
)
def test_single_faults_are_named(folder, name, old, new, told):
    change(folder, name, old, new)
    faults = check_knowledge(folder)
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
        ("dose.toml", "review_at = [5, 10]", "review_at = [5, 99]", "lies behind the last"),
    ],
)  # fmt: skip
def test_what_does_not_hang_together_is_named(folder, name, old, new, told):
    change(folder, name, old, new)
    assert any(told in fault for fault in check_knowledge(folder)), check_knowledge(folder)


def test_a_rule_behind_one_that_always_fits_is_named(folder):
    path = folder / "dose.toml"
    text = path.read_text(encoding="utf-8")
    rule = text[text.index('[[dose]]\nid = "dose.chronic"') : text.index('[[dose]]\nid = "dose.unknown"')]
    path.write_text(text + "\n" + rule.replace("dose.chronic", "dose.late"), encoding="utf-8")
    assert any("dose.late: never reached" in fault for fault in check_knowledge(folder))


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


def test_loading_is_quick_and_small():
    load_planner_knowledge.cache_clear()
    tracemalloc.start()
    started = time.process_time()
    load_planner_knowledge()
    seconds = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 2.5, "ten times the aim, because tracing and a busy machine slow it down"
    assert peak < 60_000_000


def test_the_folder_holds_toml_only():
    assert {path.suffix for path in FOLDER.rglob("*") if path.is_file()} == {".toml"}
