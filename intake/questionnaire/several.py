"""A form about several complaints: what is asked about each, and whose an answer is. Pure.

A screen with ``each`` is asked about every complaint, in a copy whose questions have the complaint in their id
(``pain_now--neck``). What is said of one is read as if the form were about that one alone (``told_of``), so that
nothing said of another is in it. Ids without a complaint belong to the one that was alone when they were asked;
which that was is kept (``ABOUT``) as soon as the choice changes: what was said of a neck stays said of the neck.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import is_
from types import MappingProxyType
from typing import Any

from intake.questionnaire.complaints import CHOICE, chosen
from intake.questionnaire.left_out import AMONG
from intake.questionnaire.own_words import WORDS
from intake.questionnaire.taking import BESIDE, asked_with
from intake.questionnaire.values import Answers, Question, Questionnaire, Screen
from intake.questionnaire.walk import Later, Reading, is_open

ABOUT = "_about"  # key of the answers: the choice that ids without a complaint belong to; "": none
APART = "--"
OF_THE_PERSON = ("flag", "condition", "wish", "body")  # of one's own words, what needs no complaint to be true of


def owner_of(answers: Answers) -> str:
    """The complaint that ids without one belong to; "" if that is none."""
    if ABOUT in answers:
        return str(answers[ABOUT])
    ticked = chosen(answers)
    return ticked[0] if len(ticked) == 1 else ""


def with_owner(before: Answers, after: dict[str, Any]) -> dict[str, Any]:
    """``after``, which says whose the ids without a complaint are, if it changes what the form is about."""
    was, now = chosen(before), chosen(after)
    if ABOUT in after or was == now or (not was and len(now) < 2):
        return after
    return {**after, ABOUT: owner_of(before)}


def asked_apart(answers: Answers) -> tuple[str, ...]:
    """The complaints, if they must be told apart: several, or one that ids without a complaint do not belong to."""
    ticked = chosen(answers)
    return () if not ticked or (len(ticked) == 1 and owner_of(answers) == ticked[0]) else ticked


def id_for(name: str, complaint: str, owner: str) -> str:
    """The id of a question, or screen, as it is asked about one complaint."""
    return name if complaint == owner else f"{name}{APART}{complaint}"


def named(name: str) -> str:
    """A question, or screen, by the name that the form has for it, whichever complaint it is asked about."""
    return name.partition(APART)[0]


def told_of(form: Questionnaire, answers: Answers, complaint: str) -> dict[str, Any]:
    """The answers as if the form were about one complaint alone; "": what is said of none."""
    owner, ticked = owner_of(answers), chosen(answers)
    told: dict[str, Any] = {}
    for key, value in answers.items():
        name, _, of = key.partition(APART)
        if name not in form.each:
            told[key] = value
        elif complaint and (of or owner) == complaint:
            told[name] = value
    told.pop(ABOUT, None)
    told[CHOICE] = complaint or None
    told[BESIDE] = [one for one in ticked if one != complaint]
    told[AMONG] = (ticked.index(complaint) if complaint in ticked else 0, len(ticked))
    if WORDS in told:  # what was meant of which complaint was not asked
        told[WORDS] = {finding: row for finding, row in told[WORDS].items() if _is_of_the_person(finding, form)}
    return told


def _is_of_the_person(finding: str, form: Questionnaire) -> bool:
    return finding.partition(".")[0] in OF_THE_PERSON and finding not in form.each_findings


def joined(form: Questionnaire, each: Mapping[str, Reading], answers: Answers) -> Reading:
    """What is asked about one person with several complaints, and what is true of that person."""
    each = _without_denials(form, _with_shared(form, each))
    screens = tuple(_screens(form, each, owner_of(answers)))
    readings = [*each.values()]
    first = readings[0]
    own = {"duration_days", "onset_age"}
    alone = {q.instrument for s in form.screens if _asked_of_one(s, each) for q in s.questions}
    return replace(
        first,
        screens=screens,
        findings=MappingProxyType(dict(sorted(_findings(readings).items()))),
        holds_days=MappingProxyType(_laid(one.holds_days for one in readings)),
        numbers=MappingProxyType({k: v for k, v in first.numbers.items() if k == "pregnancy_weeks"}),
        texts=MappingProxyType(_laid(one.texts for one in readings)),
        measures=MappingProxyType({k: v for k, v in first.measures.items() if k not in alone}),
        counts=MappingProxyType(_laid(one.counts for one in readings)),
        missing=tuple(q for s in screens for q in s.questions if is_open(q, answers.get(q.id))),
        about=MappingProxyType({k: v for k, v in first.about.items() if k not in own}),
        unsure=frozenset().union(*(one.unsure for one in readings)),
        doubted=frozenset().union(*(one.doubted for one in readings)),
        later=Later(
            frozenset().union(*(one.later.findings for one in readings)),
            frozenset().union(*(one.later.texts for one in readings)),
            frozenset().union(*(one.later.measures for one in readings)),
        ),
        each=MappingProxyType(dict(each)),
    )


def _with_shared(form: Questionnaire, each: Mapping[str, Reading]) -> dict[str, Reading]:
    """A sign of two complaints is asked with one of them, and known of both."""
    found = dict(each)
    for one, reading in each.items():
        shown, told = {question.id for question in reading.questions}, dict[str, bool]()
        for question in form.questions:
            for option in question.options if question.options_vary and question.id in shown else ():
                for other in asked_with(option, [beside for beside in each if beside != one]):
                    told |= {f: each[other].findings[f] for f, _ in option.sets if f in each[other].findings}
        if told:
            findings = {**told, **reading.findings}
            findings |= dict.fromkeys((f for f, present in told.items() if present), True)
            found[one] = replace(reading, findings=MappingProxyType(findings))
    return found


def _without_denials(form: Questionnaire, each: Mapping[str, Reading]) -> dict[str, Reading]:
    """To choose one complaint says that it is none of the others; of those chosen with it, it says nothing."""
    question = form.question(CHOICE)
    told = {one: {f for f, _ in option.sets} for one in each if question and (option := question.option(one))}
    found = {}
    for one, reading in each.items():
        of_others = frozenset[str]().union(*(findings for other, findings in told.items() if other != one))
        kept = {f: present for f, present in reading.findings.items() if present or f not in of_others}
        found[one] = replace(reading, findings=MappingProxyType(kept))
    return found


def _laid(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _findings(readings: Sequence[Reading]) -> dict[str, bool]:
    """Present where it is of one; absent where none leaves it open."""
    told = _laid(one.findings for one in readings)
    each = [(one.findings, frozenset[str]().union(*(q.findings for q in one.questions))) for one in readings]
    for finding in told:
        known = [found.get(finding) for found, asked in each if finding in found or finding in asked]
        told[finding] = any(known)
        if None in known and not told[finding]:
            told[finding] = None
    return {finding: present for finding, present in told.items() if present is not None}


def _asked_of_one(screen: Screen, each: Mapping[str, Reading]) -> bool:
    """Whether the screen says something of one complaint, not of the person."""
    return screen.each or sum(one.screen(screen.id) is not None for one in each.values()) == 1


def _screens(form: Questionnaire, each: Mapping[str, Reading], owner: str) -> Iterator[Screen]:
    """Common screens once; those about each complaint together for the first, then for the next."""
    names = names_of(form, each) if len(each) > 1 else dict.fromkeys(each, "")  # one alone is not told apart
    shown = {one: {screen.id: screen for screen in reading.screens} for one, reading in each.items()}
    for is_each, run in groupby(form.screens, key=lambda screen: screen.each):
        if not is_each:
            for screen in run:
                of = {one: screens[screen.id] for one, screens in shown.items() if screen.id in screens}
                if of:
                    yield _common(screen, of, names)
            continue
        asked = [*run]
        for one, screens in shown.items():
            about = [_about(screens[s.id], one, names[one], owner, form.of_one) for s in asked if s.id in screens]
            if about and each[one].left_out and about[-1].part == 1 and not about[-1].intro:
                about[-1] = replace(about[-1], intro=form.at_visit)
            yield from about


def names_of(form: Questionnaire, each: Iterable[str]) -> dict[str, str]:
    """The complaints in short: as they stand in the choice, without what is in brackets."""
    question = form.question(CHOICE)
    options = [(one, question.option(one) if question else None) for one in each]
    return {one: _short(option.label) if option else one for one, option in options}


def _short(label: str) -> str:
    return label.replace("（", "(").partition("(")[0].strip()


def _common(screen: Screen, of: Mapping[str, Screen], names: Mapping[str, str]) -> Screen:
    """A screen asked once: every question, and every option, that one of the complaints asks for."""
    asked: list[Question] = []
    for question in screen.questions:
        versions = [q for one in of.values() for q in one.questions if q.id == question.id]
        if versions and question.options_vary:
            offered = {option.id for q in versions for option in q.options}
            shown = tuple(o for o in question.options if o.id in offered)
            asked.append(question if len(shown) == len(question.options) else replace(question, options=shown))
        elif versions:
            asked.append(question)
    about = names[next(iter(of))] if len(of) == 1 < len(names) else ""
    if about == screen.about and len(asked) == len(screen.questions) and all(map(is_, asked, screen.questions)):
        return screen  # as it stands in the form: most are
    return replace(screen, questions=tuple(asked), about=about)


def _named_of(question: Question, name: str) -> Question:
    return question if question.id == name else replace(question, id=name)


def _about(screen: Screen, complaint: str, name: str, owner: str, of_one: str) -> Screen:
    asked = replace(
        screen,
        id=id_for(screen.id, complaint, owner),
        questions=tuple(_named_of(q, id_for(q.id, complaint, owner)) for q in screen.questions),
    )
    if not name:
        return asked
    return replace(asked, section=name, title=of_one.format(complaint=name, title=screen.title), about=name)
