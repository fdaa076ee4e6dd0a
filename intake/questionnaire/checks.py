"""Is the questionnaire consistent: conditions only look back, ids are unique, findings and instruments exist."""

from __future__ import annotations

from clinic.lib.knowledge_files import Fault
from intake.questionnaire.values import Questionnaire, Screen, When


def check(questionnaire: Questionnaire, findings: set[str], file: str) -> list[Fault]:
    """Every fault between the parts. ``findings``: ids the assessment knows; ``file``: named in each fault."""
    faults: list[Fault] = []

    def fault(key: str, text: str) -> None:
        faults.append(Fault(file, key, text))

    seen: set[str] = set()
    told: set[str] = set()
    screens: set[str] = set()
    for screen in questionnaire.screens:
        if screen.id in screens:
            fault(screen.id, "another screen has this id")
        screens.add(screen.id)
        before = frozenset(seen)  # a condition only looks back to earlier screens: a screen never changes while shown
        for key, when in [(screen.id, screen.show), *_conditions(screen)]:
            for clause in when.clauses:
                if sum(map(bool, (clause.question, clause.about, clause.finding))) != 1:
                    fault(key, "a condition names one of question, about, finding")
                if clause.question and clause.question not in before:
                    fault(key, f"the condition looks at “{clause.question}”, which no earlier screen asks")
                if clause.finding and clause.finding not in told:
                    fault(key, f"the condition looks at “{clause.finding}”, which no earlier screen tells")
        for question in screen.questions:
            if question.id in seen:
                fault(question.id, "another question has this id")
            seen.add(question.id)
            for finding in question.findings:
                if finding not in findings:
                    fault(question.id, f"no such finding: “{finding}”")
            if question.kind in ("one", "many", "ranked", "statements") and not question.options:
                fault(question.id, "a question to choose from needs options")
            ids = [o.id for o in question.options]
            if len(set(ids)) != len(ids):
                fault(question.id, "two options have the same id")
            if question.instrument:
                instrument = questionnaire.instruments.get(question.instrument)
                if instrument is None:
                    fault(question.id, f"no such instrument: “{question.instrument}”")
                elif not instrument.embeddable:
                    fault(question.id, f"“{question.instrument}” may not be embedded (embeddable is not true)")
        told |= {f for q in screen.questions for f in q.findings}
    for count in questionnaire.counts:
        for clause in count.clauses:
            if clause.question and clause.question not in seen:
                fault(count.id, f"no such question: “{clause.question}”")
        if count.needs not in seen:
            fault(count.id, f"no such question: “{count.needs}”")
        if count.sets not in findings:
            fault(count.id, f"no such finding: “{count.sets}”")
    return faults


def _conditions(screen: Screen) -> list[tuple[str, When]]:
    found: list[tuple[str, When]] = []
    for question in screen.questions:
        found.append((question.id, question.show))
        if question.absent is not None:
            found.append((question.id, question.absent))
        found += [(f"{question.id}.{option.id}", option.show) for option in question.options]
    return found
