"""what_if(): change a finding, and see what in the plan would change and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from clinic.lib.loose import Json
from intake.assessment import Case, CaseError, ClinicalPicture, Fault, IntakeKnowledge, assess
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.merge.merge import merge
from treatments.planner.proposing.propose import propose
from treatments.planner.treatment.proposal import Proposal, Treatment

_ACTIONS = {
    "treat": "treat",
    "caution": "treat with care",
    "need_information": "ask first",
    "refer_before_treating": "refer before treating",
    "emergency": "emergency",
}
_OPEN = "Not known yet: "
_CLASSES = {"undetermined": "not yet clear"}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a changed finding does. `added`, `removed`, `changed`: plain sentences on the plan; `because`: why, from
    the assessment, alerts and what would be withheld or come in. All empty: nothing would change."""

    action_before: str
    action_after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    because: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return self.action_before == self.action_after and not (self.added or self.removed or self.changed)

    def as_json(self) -> Json:
        return {
            "action_before": self.action_before,
            "action_after": self.action_after,
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": list(self.changed),
            "because": list(self.because),
        }


def what_if(
    subject: ClinicalPicture | Case,
    changes: Mapping[str, bool | None],
    intake_knowledge: IntakeKnowledge,
    planner_knowledge: PlannerKnowledge,
) -> WhatIf:
    """Compares the proposal for this case with that for the same case with some findings changed.

    ``changes``: finding -> True (present), False (absent) or None (not known). Raises CaseError for an unknown finding.
    """
    case = subject.case if isinstance(subject, ClinicalPicture) else subject
    before = _propose(case, intake_knowledge, planner_knowledge)
    return compared(before, _propose(assuming(case, changes, intake_knowledge), intake_knowledge, planner_knowledge))


def compared(before: Proposal, after: Proposal) -> WhatIf:
    """What the second proposal has otherwise than the first, and why."""
    added, removed, changed = _difference(before.treatment, after.treatment)
    return WhatIf(before.action, after.action, added, removed, changed, tuple(_because(before, after)))


def assuming(case: Case, changes: Mapping[str, bool | None], knowledge: IntakeKnowledge) -> Case:
    """The case with these findings answered so. Raises CaseError for an unknown finding."""
    faults = [
        Fault(f"changes.{finding}", "is not a known finding") for finding in changes if finding not in knowledge.order
    ]
    if faults:
        raise CaseError(faults)
    findings = {finding: answer for finding, answer in case.findings.items() if finding not in changes}
    findings.update({finding: answer for finding, answer in changes.items() if answer is not None})
    ordered = {finding: findings[finding] for finding in sorted(findings, key=knowledge.order.__getitem__)}
    # what was cleared stays cleared, except a sign that is now reported as present
    cleared = case.cleared - {finding for finding, answer in changes.items() if answer}
    return replace(case, findings=MappingProxyType(ordered), cleared=cleared)


def _propose(case: Case, intake_knowledge: IntakeKnowledge, planner_knowledge: PlannerKnowledge) -> Proposal:
    return propose(ClinicalPicture(case, assess(case, intake_knowledge)), planner_knowledge)


def _difference(
    before: Treatment | None, after: Treatment | None
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Sentences on what comes, goes and changes. Without edits a merge takes every difference: its notes list them."""
    if before is None and after is None:
        return (), (), ()
    if before is None:
        return ("A plan could be proposed.",), (), ()
    if after is None:
        return (), ("No plan would be proposed.",), ()
    old, new = before.as_json(), after.as_json()
    added, removed, changed = [], [], []
    for note in merge(old, old, new).taken:
        if note.field in ("because", "cautions"):
            continue  # the reasons of the items are in `because`
        if note.field:
            changed.append(note.text)
        elif note.text.endswith("is added by the new proposal."):
            added.append(f"{_upper(note.item)} would be added.")
        elif note.text.endswith("no longer proposed."):
            removed.append(f"{_upper(note.item)} would be removed.")
        else:
            changed.append(note.text)
    return tuple(added), tuple(removed), tuple(changed)


def _because(before: Proposal, after: Proposal) -> Iterable[str]:
    """Why: action, class and patterns, alerts, what is withheld; each stated once."""
    said: dict[str, None] = {}
    if before.action != after.action:
        said[f"{_upper(_ACTIONS[after.action])} instead of {_ACTIONS[before.action]}."] = None
    old: Mapping[str, Any] = before.assessment
    new: Mapping[str, Any] = after.assessment
    for name, words in (("class", "The picture"), ("branch", "The branch"), ("root", "The root")):
        if old[name] != new[name]:
            said[f"{words} is now {_pattern(new[name])}, not {_pattern(old[name])}."] = None
    for name, words in (("causes", "cause"), ("channels", "channel")):
        for value in new[name]:
            if value not in old[name]:
                said[f"{_upper(_pattern(value))} counts as a {words}."] = None
        for value in old[name]:
            if value not in new[name]:
                said[f"{_upper(_pattern(value))} no longer counts as a {words}."] = None
    for sentence in _new_texts(before.alerts, after.alerts):
        said[sentence] = None
    for sentence in _new_texts(after.alerts, before.alerts):
        said[f"No longer: {sentence}"] = None
    if after.treatment is None:
        for sentence in _new_asks(before, after):
            said[f"To be asked first: {sentence}"] = None
    elif before.treatment is not None:
        old_out = [item.as_json() for item in before.withheld]
        new_out = [item.as_json() for item in after.withheld]
        for sentence in _new_texts(old_out, new_out):
            said[sentence] = None
        for sentence in _new_texts(new_out, old_out):
            is_open = sentence.startswith(_OPEN)
            said[f"No longer open: {sentence.removeprefix(_OPEN)}" if is_open else f"No longer: {sentence}"] = None
    return said


def _new_asks(before: Proposal, after: Proposal) -> list[str]:
    known = {question.finding for question in before.ask}
    return [_sentence(question.why) for question in after.ask if question.finding not in known]


def _new_texts(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[str]:
    """Texts of the second that the first does not have."""
    known = {row["text"] for row in before}
    return list(dict.fromkeys(_sentence(row["text"]) for row in after if row["text"] not in known))


def _pattern(value: str | None) -> str:
    if value is None:
        return "none"
    return _CLASSES.get(value, value).replace("_", " ")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
