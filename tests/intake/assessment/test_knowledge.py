"""The knowledge files are whole, and a broken one is refused with file and key, all faults at once."""

import shutil
import tomllib
import tracemalloc

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.load import DIRECTORY, forget

FILES = sorted(path.name for path in DIRECTORY.glob("*.toml") if path.name != "questionnaire.toml")


@pytest.fixture
def copy(tmp_path):
    for name in FILES:
        shutil.copy(DIRECTORY / name, tmp_path / name)

    def edit(name, old, new):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return edit


def faults(directory):
    with pytest.raises(KnowledgeError) as caught:
        load_intake_knowledge(directory)
    return [str(fault) for fault in caught.value.faults]


def test_every_finding_is_weighted_or_weightless(knowledge):
    weights = knowledge.weights
    common = tomllib.loads((DIRECTORY / "findings.toml").read_text("utf-8"))
    for finding in knowledge.labels:
        group, _, key = finding.partition(".")
        if key in common.get(group, {}).get("findings", {}):  # what another complaint asks weighs nothing here
            listed = finding in weights.weightless or group in weights.weightless_groups
            assert (finding in weights.weights) != listed, finding


def test_every_pattern_can_lead(knowledge):
    for index, name in enumerate(knowledge.pattern_ids):
        voters = {sign.finding for sign in knowledge.signs if index in sign.voters}
        assert len(voters) >= knowledge.patterns.min_findings, name
        gate = set(knowledge.patterns.pattern[name].gate)
        assert not gate or gate & voters, name


def test_official_titles_are_unchanged_in_form(knowledge):
    assert all(title.endswith("(TM1)") for title in knowledge.patterns.icd11_titles.values())


@pytest.mark.parametrize(
    "name, old, new, says",
    [
        ("weights.toml", '"onset.accident" = {', '"onset.acident" = {', "no finding named onset.acident"),
        ("weights.toml", "blood_stasis = 3", "blood_stasis = 4", "less than or equal to 3"),
        ("weights.toml", "common = 0.06", "common = 1.06", "less than or equal to 0.99"),
        ("weights.toml", "moderate = 0.45", "moderate = 0.75", "must rise from weak to strong"),
        ("weights.toml", 'said = "injury"', 'said = "injuri"', "nothing else says injuri"),
        ("weights.toml", "votes = { damp_heat = 2 }, ", "", "says nothing for or against a pattern"),
        (
            "patterns.toml",
            'contains = "kidney_qi_deficiency"',
            'contains = "cold_damp"',
            "general pattern of the same role",
        ),
        ("weights.toml", "blood_stasis = 3", "blood_stass = 3", "no pattern named blood_stass"),
        ("patterns.toml", 'role = "branch"', 'role = "leaf"', "branch"),
        ("patterns.toml", "min_class = 0.4", "min_clas = 0.4", "min_class"),
        ("redflags.toml", 'message = "ces"', 'message = "cess"', "no message named cess"),
        ("redflags.toml", 'level = "emergency"', 'level = "urgent"', "level"),
        ("redflag_rules.toml", '"@nerve"', '"@nerves"', "no fact named @nerves"),
        ("redflag_rules.toml", 'of = ["neuro_power"]', 'of = ["ces_saddle"]', "lowered by no explanation"),
        ("channels.toml", 'bladder = "SG26"', "bladder = 26", "string"),
        ("contradictions.toml", '"quality.burning"', '"quality.burn"', "no finding named quality.burn"),
        ("findings.toml", 'by = "PC"', 'by = "X"', "by"),
        ("version.toml", "version", "versio", "version"),
        ("channels.toml", "[icd11]", "[icd11", "not readable as TOML"),
    ],
)
def test_a_broken_file_is_refused(copy, name, old, new, says):
    directory = copy(name, old, new)
    found = faults(directory)
    assert any(fault.startswith(f"{name}: ") and says in fault for fault in found), found


def test_all_faults_come_at_once(copy):
    copy("weights.toml", '"onset.accident" = {', '"onset.acident" = {')
    directory = copy("contradictions.toml", '"quality.burning"', '"quality.burn"')
    named = {fault.partition(":")[0] for fault in faults(directory)}
    assert named == {"weights.toml", "contradictions.toml"}


def test_a_missing_file_is_named(copy, tmp_path):
    (tmp_path / "patterns.toml").unlink()
    assert any(fault.startswith("patterns.toml: ") for fault in faults(tmp_path))


def test_it_takes_little_memory():
    forget()
    tracemalloc.start()
    load_intake_knowledge()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
