"""What an invented person answers: the questionnaire filled in as a patient would, screen by screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intake.questionnaire.answers import read
from intake.questionnaire.values import About, Question, Questionnaire, kind_at


@dataclass(frozen=True)
class Persona:
    """Who answers. ``present``: every finding that is true of them; everything else is answered no."""

    given_name: str
    family_name: str
    sex: str
    born: int
    present: frozenset[str]
    reason: str
    duration: Mapping[str, Any]
    pain: Sequence[int]  # now, average, worst
    rmdq: int
    phq2: Sequence[int] = (0, 1)
    gad2: Sequence[int] = (0, 1)
    weeks: int | None = None
    found: tuple[str, ...] = ()
    absent_found: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    ashi: tuple[Mapping[str, str], ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)  # question id -> option(s), where no finding says it


def answers_of(
    persona: Persona, questionnaire: Questionnaire, about: About, *, only: int | None = None
) -> dict[str, Any]:
    """Answers to every question shown, or to the first ``only`` of them (someone who stopped half-way)."""
    answers: dict[str, Any] = {}
    ticks = _Ticks(persona.rmdq)
    while True:
        screens = read(questionnaire, answers, about).screens  # one at a time: what was told is not asked again
        open_screens = ([q for q in screen.questions if q.id not in answers] for screen in screens)
        open_ones = next(filter(None, open_screens), [])
        if not open_ones or (only is not None and len(answers) >= only):
            return {key: value for key, value in answers.items() if value is not None}
        room = len(open_ones) if only is None else only - len(answers)
        for question in open_ones[:room]:
            answers[question.id] = _answer(persona, question, ticks)


def answers_to_all(persona: Persona, questions: Iterable[Question]) -> dict[str, Any]:
    """Answers to questions whether they would be asked or not: those that are hidden do not count."""
    ticks = _Ticks(persona.rmdq)
    told = {question.id: _answer(persona, question, ticks) for question in questions}
    return {key: value for key, value in told.items() if value is not None}


class _Ticks:
    """Roland-Morris sentences, ticked from the first until the wanted number is reached."""

    def __init__(self, wanted: int) -> None:
        self.left = wanted

    def of(self, options: Sequence[str]) -> list[str]:
        share = min(self.left, max(1, len(options) * 3 // 4))
        self.left -= share
        return list(options[:share])


def _answer(persona: Persona, question: Question, ticks: _Ticks) -> Any:
    match question.kind:
        case "one":
            return _one(persona, question)
        case "many":
            return _many(persona, question)
        case "ranked":
            return _ranked(persona, question)
        case "chart":
            return _regions(persona, question)
        case "statements":
            return ticks.of([option.id for option in question.options if not option.is_none]) or ["none"]
        case "scale":
            return dict(zip(("pain_now", "pain_average", "pain_worst"), persona.pain, strict=True)).get(
                question.gives, 5
            )
        case "duration":
            return dict(persona.duration)
        case "number":
            return persona.weeks if question.gives == "pregnancy_weeks" else None
        case "date":
            return f"{persona.born}-06-15"
        case "text":
            return {"reason": persona.reason, "medicines": "None", **persona.texts}.get(question.id)
        case "line" | "email":
            return persona.texts.get(question.id)
        case "phone" | "person":
            return {"none": "declined"}
        case "activities":
            return [{"name": "a long walk", "score": 4}, {"name": "sitting through a film", "score": 3}]
    return None


def _told(persona: Persona, sets: Sequence[tuple[str, bool]]) -> bool:
    """Whether an option says something that is true, and nothing that is not."""
    present = [finding for finding, is_so in sets if is_so]
    return bool(present) and all(finding in persona.present for finding in present)


def _one(persona: Persona, question: Question) -> str | None:
    if question.gives == "sex":
        return persona.sex
    if question.id in persona.told:
        return persona.told[question.id]
    scored = {"phq2": persona.phq2, "gad2": persona.gad2}.get(question.instrument)
    if scored:
        wanted = scored[0 if question.id.endswith("_1") else 1]
        return next(option.id for option in question.options if option.score == wanted)
    for option in question.options:
        if _told(persona, option.sets):
            return option.id
    quiet = [o.id for o in question.options if not o.leaves_open and not any(is_so for _, is_so in o.sets)]
    return quiet[0] if quiet else None


def _many(persona: Persona, question: Question) -> list[str] | None:
    ticked = [option.id for option in question.options if _told(persona, option.sets)]
    return ticked or [option.id for option in question.options if option.is_none] or None


def _ranked(persona: Persona, question: Question) -> list[str]:
    """What is told, in that order; else what a finding says; else the first choice that says none."""
    if told := persona.told.get(question.id):
        return told.split(", ")
    ticked = [option.id for option in question.options if _told(persona, option.sets)]
    return ticked or [next(option.id for option in question.options if not option.sets)]


def _regions(persona: Persona, question: Question) -> list[str]:
    """Regions all of whose findings are true; else those of the right place, whatever the side."""
    exact = [region.id for region in question.regions if set(region.sets) <= persona.present]
    near = [
        region.id for region in question.regions if any(f in persona.present for f in region.sets if f[:5] == "site.")
    ]
    marked = exact or near[:2] or [question.regions[0].id]
    felt = [kind for kind in question.kinds if kind.sets and set(kind.sets) <= persona.present]
    chosen = [region for region in question.regions if region.id in marked]
    return [one for region in chosen for one in (region.id, *(kind_at(region, kind) for kind in felt))]
