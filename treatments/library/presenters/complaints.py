"""What Ashi knows about one complaint, on a page: its pack, and who has read it."""

from __future__ import annotations

from functools import lru_cache

from clinic.lib.complaints import DEFAULT, Complaint, beside, complaints
from clinic.lib.knowledge_files import Reader
from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.load import IntakeKnowledge
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import Option, Question, Screen
from treatments.clinic_knowledge import planner_knowledge
from treatments.library.presenters import words
from treatments.planner.knowledge.besides import HomeRule
from treatments.planner.knowledge.rules import DoseRule

USE = {"yes": "used", "ask_first": "permission is asked for first", "no": "may not be used"}


def chosen(asked: str) -> str:
    """The complaint of an address; the usual one where it names none that there are rules for."""
    return asked if asked in complaints() else DEFAULT


def chips(complaint: str) -> list[Context]:
    """The complaints to choose from."""
    return [{"id": pack.id, "name": pack.name, "is_chosen": pack.id == complaint} for pack in complaints().values()]


@lru_cache(maxsize=1)
def complaints_page() -> Context:
    """Every complaint with how well it works and who has read its rules."""
    return {
        "rows": [
            {"pack": pack, "rules": len(own_rules(pack.id)), "version": planner_knowledge(pack.id).version}
            for pack in complaints().values()
        ]
    }


@lru_cache(maxsize=16)
def own_rules(complaint: str) -> frozenset[str]:
    """The rules that only this complaint brings."""
    ids = {pack: {rule.id for rule in planner_knowledge(pack).every_rule()} for pack in complaints()}
    others = set[str]().union(*(rules for pack, rules in ids.items() if pack != complaint))
    return frozenset(ids[complaint] - others)


@lru_cache(maxsize=16)
def complaint_page(complaint: str) -> Context | None:
    """Everything about one complaint, or None."""
    pack = complaints().get(complaint)
    if pack is None:
        return None
    planner, intake = planner_knowledge(complaint), load_intake_knowledge(complaint=complaint)
    own = own_rules(complaint)
    counted = [
        (key, name, sum(type(rule) is kind and rule.id in own for rule in planner.every_rule()))
        for key, kind, name in words.KINDS
    ]
    return {
        "pack": pack,
        "knowledge_version": planner.version,
        "sites": [planner.sites[site].name for site in pack.sites],
        "patterns": [intake.patterns.pattern[name].name for name in pack.patterns],
        "known_first": _known_first(pack, intake),
        "every_visit": list(intake.visit_questions.values()),
        "beside": [intake.label(flag.finding) for flag in intake.asked_beside],
        "screens": _screens(complaint),
        "measures": _measures(pack),
        "dose": [words.rule_row(rule) for rule in planner.every_rule() if type(rule) is DoseRule],
        "home": [words.rule_row(rule) for rule in planner.every_rule() if type(rule) is HomeRule],
        "kinds": [row for row in counted if row[2] and row[0] not in ("dose", "home")],
        "sources": _sources(complaint),
    }


def _known_first(pack: Complaint, intake: IntakeKnowledge) -> list[str]:
    """What must be known before a plan, in words."""
    told = [intake.label(finding) for finding in pack.required]
    told += [" or ".join(intake.label(finding) for finding in group) for group in pack.required_any]
    for fact, findings in pack.required_if.items():
        told += [f"{words.fact_words(fact)}: {intake.label(finding)}" for finding in findings]
    return told


def _screens(complaint: str) -> list[Context]:
    """The screens of the form that only those with this complaint see."""
    form = load_questionnaire()
    option = next((one for q in form.questions if q.id == CHOICE for one in q.options if _is_for(one, complaint)), None)
    if option is None:
        return []
    return [
        {"title": screen.title, "questions": [(q.label, " · ".join(_told(q))) for q in screen.questions]}
        for screen in form.screens
        if _asked_only_of(screen, option.id)
    ]


def _told(question: Question) -> list[str]:
    """The answers that say something."""
    return [option.label for option in question.options if option.sets and not option.is_none]


def _is_for(option: Option, complaint: str) -> bool:
    sets = {finding for finding, _ in option.sets}
    return f"complaint.{complaint}" in sets or (complaint == DEFAULT and not sets)


def _asked_only_of(screen: Screen, choice: str) -> bool:
    return any(clause.question == CHOICE and clause.is_ == (choice,) for clause in screen.show.all_of)


def _measures(pack: Complaint) -> list[Context]:
    known = load_instruments()
    return [
        {
            "name": known[one.id].name if one.id in known else one.id.replace("_", " "),
            "use": USE[one.use],
            "is_used": one.use == "yes",
            "licence": one.licence,
            "source": one.source,
        }
        for one in pack.measures
    ]


def _sources(complaint: str) -> list[object]:
    """The sources that the pack brings."""
    known = planner_knowledge(complaint).sources
    keys: list[str] = []
    for name, path in beside("sources.toml", complaint=complaint):
        read = Reader(path.parent)
        keys += [str(row["key"]) for row in read.tables(read.add(name, path), "source")]
    return [known[key] for key in keys if key in known]
