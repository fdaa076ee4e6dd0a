"""The patient's story in at most three sentences, made from what they ticked: where and since when, how, what helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intake.presenters.assessment import duration
from intake.questionnaire.answers import Reading
from intake.questionnaire.values import DAYS_IN, Answers, Question

STRENGTH = (("pain_now", "{} now"), ("pain_average", "{} on average"), ("pain_worst", "{} at worst"))
COURSE = {
    "better": "since then better",
    "same": "since then the same",
    "worse": "since then worse",
    "varies": "it comes and goes",
}
STRESS = {"some": "a little worse", "much": "much worse"}


def story_of(reading: Reading, answers: Answers) -> list[str]:
    """Sentences in the words of the form; what was not answered is left out and never guessed."""
    asked = {question.id: question for question in reading.questions}

    def told(question_id: str) -> list[str]:
        question = asked.get(question_id)
        return _labels(question, answers.get(question_id)) if question else []

    return [
        sentence
        for sentence in (
            _where_and_since(told("where"), answers.get("duration"), told("onset"), answers.get("course")),
            _how(
                [words.format(answers[key]) for key, words in STRENGTH if key in answers],
                told("quality"),
                told("travel"),
            ),
            _what_changes(told("eases"), told("worse") + told("weather"), answers.get("stress")),
        )
        if sentence
    ]


def _labels(question: Question, value: Any) -> list[str]:
    """What was ticked, as it goes on in a sentence: "none of these" says nothing."""
    chosen = value if isinstance(value, list) else [value]
    if question.kind == "chart":
        return _places(question, chosen)
    labels = [o.label for o in question.options if o.id in chosen and not o.is_none and not o.leaves_open]
    return [_inside(label) for label in labels]


def _places(question: Question, chosen: Sequence[str]) -> list[str]:
    """Places of the drawing; one that is marked left and right is said once."""
    found = []
    for region in question.regions:
        if region.id not in chosen:
            continue
        place, _, side = region.id.rpartition("_")
        is_both = {f"{place}_left", f"{place}_right"} <= {*chosen}
        if is_both and side == "right":
            continue
        words = _inside(f"{region.label.rpartition(', ')[0]}, both sides" if is_both else region.label)
        sides = [r for r in question.regions if r.place == region.place] if is_both else [region]
        felt = [kind for kind in question.kinds if any(kind in question.kinds_at(r, chosen) for r in sides)]
        found.append(f"{words} ({', '.join(kind.label.lower() for kind in felt)})" if felt else words)
    return found


def _inside(label: str) -> str:
    """A label that began a line, within a sentence. "I" and names in capitals (an MRI) stay."""
    return label if label[1:2].isupper() or label.startswith("I ") else label[:1].lower() + label[1:]


def _joined(parts: Sequence[str]) -> str:
    """Parts with commas of their own are told apart by semicolons."""
    if any("," in part for part in parts):
        return "; ".join(parts)
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _where_and_since(places: Sequence[str], lasted: Any, onset: Sequence[str], course: Any) -> str:
    began = [one for one in onset if not _clause(one)]
    clauses = [f"it began: {_joined(began)}"] if began else []
    clauses += [_clause(one) for one in onset if _clause(one)]
    since = f" for {duration(round(lasted['number'] * DAYS_IN[lasted['unit']]))}" if lasted else ""
    if places:
        clauses.append(f"it {'has hurt' if since else 'hurts'}{since}: {_joined(places)}")
    elif since:
        clauses.append(f"it has been there{since}")
    if course in COURSE:
        clauses.append(COURSE[course])
    return _sentence(clauses)


def _how(strength: Sequence[str], quality: Sequence[str], travel: Sequence[str]) -> str:
    clauses = [f"it is {_joined(strength)}, out of 10"] if strength else []
    if quality:
        clauses.append(f"it feels {_joined(quality)}")
    if goes := [one for one in travel if not _clause(one)]:
        clauses.append(f"it travels: {_joined(goes)}")
    clauses += [_clause(one) for one in travel if _clause(one)]
    return _sentence(clauses)


def _clause(label: str) -> str:
    """What says it all by itself, as in "it stays in place"; else nothing."""
    said = label.partition(": ")[2] or label
    return said if said.startswith("it ") else ""


def _what_changes(eases: Sequence[str], worsens: Sequence[str], stress: Any) -> str:
    clauses = [f"Better with {_joined(eases)}"] if eases else []
    if worsens:
        clauses.append(f"worse with {_joined(worsens)}")
    if stress in STRESS:
        clauses.append(f"{STRESS[stress]} with worry, anger or pressure")
    return _sentence(clauses)


def _sentence(clauses: Sequence[str]) -> str:
    """Empty without clauses."""
    joined = "; ".join(clauses)
    return f"{joined[:1].upper()}{joined[1:]}." if joined else ""
