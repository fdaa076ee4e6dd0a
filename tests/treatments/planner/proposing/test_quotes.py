"""Reasons quote what the patient said: only that, only where it made the rule hold, in the person of whoever reads."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, read_case
from intake.assessment.knowledge.said import clause, clause_is_whole, sentence
from tests.support.rows import each_row
from tests.support.worked_cases import load_cases, proposal_of
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.load import load_planner_knowledge

INTAKE = load_intake_knowledge()
COLD = (
    "site.low_back", "side.left", "onset.cold_damp", "worsened_by.cold_damp", "worsened_by.rest", "eased_by.heat",
    "quality.heavy",
)  # fmt: skip


def reasons_of(proposal: dict[str, Any]) -> list[dict[str, Any]]:
    treatment = proposal["treatment"]
    if treatment is None:
        return []
    stages = treatment["stages"]
    items = [
        *(point for stage in stages for point in stage["points"]),
        *(one for stage in stages for one in stage["electro"]),
        *treatment["adjuncts"], *treatment["ear"], *treatment["home_care"], treatment["dose"],
    ]  # fmt: skip
    return [reason for item in items for reason in item["because"]]


def text_of(proposal: dict[str, Any], rule: str) -> str:
    return next(str(reason["text"]) for reason in reasons_of(proposal) if reason["rule"] == rule)


# rule -> what its reason quotes
CASES = [
    ("branch.cold_damp", "The patient said that cold or damp weather makes it worse."),
    ("cause.cold_damp", "The patient said that it began after getting cold or wet, or in a draught."),
    ("home.heat", "The patient said that warmth makes it better and that cold or damp weather makes it worse."),
]


@pytest.mark.parametrize(("rule", "quote"), CASES)
def test_a_reason_quotes_the_answer_behind_it(proposed, rule, quote):
    assert quote in text_of(proposed(COLD), rule)


def test_what_the_practitioner_noted_is_not_put_into_the_patients_mouth(proposed):
    noted = proposed(COLD, noted=["worsened_by.cold_damp", "onset.cold_damp", "eased_by.heat"])
    said = {finding for reason in reasons_of(noted) for finding in reason.get("said", ())}
    assert said and said.isdisjoint({"worsened_by.cold_damp", "onset.cold_damp", "eased_by.heat"})
    assert all("damp weather" not in reason["text"] for reason in reasons_of(noted))


def test_a_man_is_not_quoted_on_periods(proposed):
    signs = ("site.low_back", "side.left", "onset.accident", "quality.stabbing_fixed", "body.stasis")
    for sex, told in (("male", False), ("female", True)):
        texts = " ".join(reason["text"] for reason in reasons_of(proposed(signs, sex=sex, unknown=("onset.accident",))))
        assert "fine veins on the skin" in texts
        assert ("painful periods" in texts) == told


@cache
def rules_of(complaint: str) -> dict[str, Any]:
    return {rule.id: rule for rule in load_planner_knowledge(complaint=complaint).every_rule()}


def check_quotes(picture: ClinicalPicture, proposal: dict[str, Any]) -> int:
    """Also for each mix of findings (test_properties.py)."""
    case, facts = picture.case, read_facts(picture)
    rules = rules_of(case.complaint.id)
    quoted = 0
    for reason in reasons_of(proposal):
        said = reason.get("said", [])
        quoted += len(said)
        assert len(said) <= 2 and bool(said) == ("The patient said" in reason["text"])
        for finding in said:
            assert case.findings[finding] is True and finding not in case.noted
            words = clause(INTAKE.said[finding], to_patient=False, is_man=case.patient.sex == "male")
            assert words in reason["text"]
            when = rules[reason["rule"]].when
            assert finding in when.facts() or any(":" in word and word in facts.words for word in when.all + when.any)
            assert finding not in when.none
    return quoted


@pytest.mark.thorough
def test_nearly_every_plan_quotes_its_patient():
    silent, planned = [], 0
    for case in load_cases():
        proposal = proposal_of(case.data)
        if proposal["treatment"] is None:
            continue
        planned += 1
        read, known = read_case(case.data)
        if not check_quotes(ClinicalPicture(read, assess(read, known)), proposal):
            silent.append(case.name)
    assert planned > 150 and len(silent) <= planned * 0.05, silent


def test_what_a_patient_answers_about_himself_has_words_to_quote():
    groups = ("onset", "quality", "eased_by", "worsened_by", "time", "body")
    assert {f for f in INTAKE.labels if f.partition(".")[0] in groups} <= set(INTAKE.said)
    assert not {f for f in INTAKE.said if INTAKE.asked_of[f] == "C"}


@each_row("finding", sorted(INTAKE.said))
def test_a_clause_reads_in_both_persons(finding):
    second = clause(INTAKE.said[finding], to_patient=True, is_man=False)
    third = sentence((INTAKE.said[finding],), is_man=True)
    assert not re.search(r"\bthey\b|\btheir\b|\bthem\b|[\[{]", second)
    for whole in ("worse in the days before their period", "late in their period", "during their period"):
        third = third.replace(whole, "")
    assert third.startswith("The patient said that ") and not re.search(r"\byou\b|\byour\b|period|[\[{]", third)


@pytest.mark.parametrize("text", ["{you} sleep", "it [hurts", "{they} are"])
def test_a_clause_with_leftovers_is_refused(text):
    assert clause_is_whole(text) == (text == "{they} are")
