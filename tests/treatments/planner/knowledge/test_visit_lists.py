"""Adverse events and aftercare are data: faulty files are refused with file and key, drafts are not told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from treatments.planner.checking.knowledge import check_knowledge
from treatments.planner.knowledge.adverse_events import event_kinds, event_name
from treatments.planner.knowledge.aftercare import load_aftercare, told
from treatments.planner.knowledge.load import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "knowledge"
    shutil.copytree(FOLDER, copy)
    return copy


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def test_every_event_has_words_a_heading_and_a_severity():
    kinds = event_kinds()
    assert len(kinds) == 29
    assert {code for code, kind in kinds.items() if kind.serious} == {
        "ptx", "organ", "cardiac", "seizure", "infect_deep", "preg_event", "fall",
    }  # fmt: skip
    assert kinds["pain_flare"].severity == "moderate" and kinds["bruise"].severity == "mild"
    assert event_name("ptx") == "pneumothorax" and event_name("of_old") == "of_old"


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("adverse_events.toml", 'code = "bleed"', 'code = "bruise"', "adverse_events.toml: event[bruise]: duplicate"),
        ("adverse_events.toml", "serious = true\n", "", "event[ptx]: serious: what is severe is serious"),
        ("adverse_events.toml", 'group = "Skin"', 'groop = "Skin"', "groop: unknown key; the nearest is 'group'"),
        ("adverse_events.toml", '"AE-MOXA"', '"AE-MOXXA"', "event[burn]: no such source 'AE-MOXXA'"),
        ("aftercare.toml", 'part = "call_us"', 'part = "care"', "aftercare.toml: call_us: nothing is told of it"),
        ("aftercare.toml", 'methods = ["press_tacks"]\n', "", "methods: told for ear, and for nothing else"),
        (
            "aftercare.toml",
            '"CES-CARD"',
            '"CES-CRAD"',
            "no such source 'CES-CRAD'; the nearest is 'CES-CARD'",
        ),
        ("override_reasons.toml", 'code = "examined"', 'code = "benefit"', "reason[benefit]: duplicate"),
    ],
)
def test_a_faulty_list_is_refused(folder: Path, name: str, old: str, new: str, says: str):
    change(folder, name, old, new)
    faults = [str(fault) for fault in check_knowledge(folder)]
    assert any(says in fault for fault in faults), faults


def test_a_draft_event_is_not_offered_and_a_draft_sentence_not_told(folder: Path):
    change(folder, "adverse_events.toml", 'code = "stuck"', 'status = "draft"\ncode = "stuck"')
    assert "stuck" not in event_kinds(folder) and "bent" in event_kinds(folder)
    change(folder, "aftercare.toml", 'text = "Do not drive', 'status = "draft"\ntext = "Do not drive')
    assert all(not row.text.startswith("Do not drive") for row in load_aftercare(folder))
    change(folder, "aftercare.toml", 'part = "lung"', 'part = "lung"\nstatus = "draft"')
    load_aftercare.cache_clear()
    with pytest.raises(KnowledgeError, match="lung: nothing is told of it"):
        load_aftercare(folder)


def test_of_the_ear_only_what_was_used_is_told():
    assert len(told("ear")) == 2
    assert [text.split(":")[0] for text in told("ear", frozenset({"seeds"}))] == ["Seeds or magnets"]
    assert told("ear", frozenset()) == []
    assert told("common", frozenset()) == told("common") != []
