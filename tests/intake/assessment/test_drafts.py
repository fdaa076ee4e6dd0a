"""A row that is a draft is read, checked and shown, and does nothing; files say who reviewed them."""

from __future__ import annotations

import shutil

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment import assess, load_intake_knowledge, parse_case
from intake.assessment.knowledge.load import DIRECTORY

CASE = {
    "patient": {"age": 40, "sex": "male"},
    "complaint": {"duration_days": 200},
    "findings": {"site.low_back": True, "onset.accident": True, "quality.stabbing_fixed": True, "flag.smoker": True,
                 "eased_by.heat": True, "quality.burning": True, "radiation.back_of_leg": True,
                 "flag.sudden_severe": True, "exam.power_reduced": True},
}  # fmt: skip


@pytest.fixture
def edited(tmp_path):
    for path in DIRECTORY.glob("*.toml"):
        shutil.copy(path, tmp_path / path.name)

    def edit(name, old, new):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_intake_knowledge(tmp_path)

    return edit


def judged(knowledge):
    return assess(parse_case(CASE, knowledge), knowledge)


def weights_of(assessment):
    return {item.finding for item in assessment.stagnation.for_}


def test_every_file_of_rules_says_who_reviewed_it_and_of_which_grade():
    knowledge = load_intake_knowledge()
    files = (knowledge.weights, knowledge.patterns, knowledge.channels, knowledge.flags)
    for review in (*(file.review for file in files), *(rule.row for rule in knowledge.rules)):
        assert review.status == "reviewed" and review.by and review.date and review.evidence
    assert {row.evidence for row in (*knowledge.flags.flag, *(rule.row for rule in knowledge.rules))} == {"safety"}


def test_a_draft_weight_weighs_nothing(edited):
    before = judged(load_intake_knowledge())
    assert "quality.stabbing_fixed" in weights_of(before)
    knowledge = edited("weights.toml", '"quality.stabbing_fixed" = {', '"quality.stabbing_fixed" = { status = "draft",')
    after = judged(knowledge)
    assert "quality.stabbing_fixed" not in weights_of(after)
    assert after.stagnation.score < before.stagnation.score
    assert [(draft.file, draft.key) for draft in knowledge.drafts] == [("weights.toml", "quality.stabbing_fixed")]


def test_a_draft_combination_and_a_draft_flag_raise_nothing(edited):
    assert "neuro_power" in {alert.code for alert in judged(load_intake_knowledge()).alerts}
    knowledge = edited("redflag_rules.toml", 'code = "neuro_power"', 'code = "neuro_power"\nstatus = "draft"')
    assert "neuro_power" not in {alert.code for alert in judged(knowledge).alerts}
    assert [draft.key for draft in knowledge.drafts] == ["neuro_power"]


def test_a_draft_flag_is_not_asked_and_raises_nothing(edited):
    flag = next(f for f in load_intake_knowledge().flags.flag if f.finding == "flag.fainting_pale_sweating")
    knowledge = edited("redflags.toml", f'code = "{flag.code}"', f'code = "{flag.code}"\nstatus = "draft"')
    assert flag.finding not in knowledge.flag_by_finding
    after = judged(knowledge)
    assert flag.code not in {alert.code for alert in after.alerts}
    assert flag.finding not in {ask.finding for ask in after.ask}


def test_a_draft_channel_and_a_draft_contradiction_are_not_used(edited):
    assert judged(load_intake_knowledge()).contradictions
    knowledge = edited(
        "contradictions.toml",
        'all = ["eased_by.heat", "quality.burning"]',
        'status = "draft"\nall = ["eased_by.heat", "quality.burning"]',
    )
    shown = {item.findings for item in judged(knowledge).contradictions}
    assert ("eased_by.heat", "quality.burning") not in shown
    assert len(knowledge.drafts) == 1


def test_what_must_be_known_before_a_plan_cannot_be_a_draft(edited):
    flag = load_intake_knowledge().flag_by_finding["flag.fever"]
    with pytest.raises(KnowledgeError, match="cannot be a draft"):
        edited("redflags.toml", f'code = "{flag.code}"', f'code = "{flag.code}"\nstatus = "draft"')


@pytest.mark.parametrize("name", ["weights.toml", "redflags.toml", "redflag_rules.toml", "channels.toml"])
def test_a_file_without_review_is_refused(edited, name):
    with pytest.raises(KnowledgeError, match="review"):
        edited(name, "review = {", "reviewd = {")


def test_what_is_asked_at_every_visit_cannot_be_a_draft_and_is_a_flag(edited):
    knowledge = load_intake_knowledge()
    assert list(knowledge.visit_questions) == [*knowledge.complaint.asked_at_every_visit]
    assert all(question[0].isupper() and question.endswith("?") for question in knowledge.visit_questions.values())
    flag = knowledge.flag_by_finding["flag.both_legs"]
    with pytest.raises(KnowledgeError, match="asked at every visit and cannot be a draft"):
        edited("redflags.toml", f'code = "{flag.code}"', f'code = "{flag.code}"\nstatus = "draft"')


def test_what_passes_with_time_is_a_condition(edited):
    assert "condition.pregnant" in load_intake_knowledge().passing
    assert "condition.osteoporosis" not in load_intake_knowledge().passing
    with pytest.raises(KnowledgeError, match=r"no condition named condition\.pregnat; the nearest is"):
        edited("passing.toml", '"condition.pregnant"', '"condition.pregnat"')


def test_a_draft_of_what_passes_passes_nothing(edited):
    row = 'finding = "condition.pregnant"'
    knowledge = edited("passing.toml", row, f'status = "draft"\n{row}')
    assert "condition.pregnant" not in knowledge.passing and knowledge.passing
