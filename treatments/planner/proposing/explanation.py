"""Step 5: the account: what was withheld and why, what to ask, which cautions the practitioner must read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from intake.assessment import Assessment
from intake.assessment.shapes import AlertJson
from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.safety.guard import Guard
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import withhold
from treatments.planner.treatment.proposal import Question, Withheld
from treatments.planner.vocabulary.body import AREA_NAMES
from treatments.planner.vocabulary.modalities import MODALITIES


@lru_cache(maxsize=64)
def barred_modalities(guard: Guard) -> tuple[Withheld, ...]:
    """What the present conditions bar in general, even if the plan would not have used it."""
    found = []
    for modality, words in MODALITIES.items():
        name = words.item
        places: list[tuple[str, tuple[Stop, ...]]] = []
        if stops := guard.whole[modality]:
            places.append((name, stops))
        if stops := guard.thorax[modality]:
            chest = f"{name} over the chest" if modality != "deep_trunk" else "deep needles over the chest"
            places.append((chest, stops))
        if stops := guard.field[modality]:
            places.append((f"{name} at the painful place", stops))
        for area, by_modality in guard.areas.items():
            if stops := by_modality[modality]:
                places.append((f"{name} {AREA_NAMES[area]}", stops))
        if by_limb := guard.limbs[modality]:
            places += [(f"{name} {side} {limb}", stops) for (limb, side), stops in sorted(by_limb.items())]
        for item, stops in places:
            for stop in stops:
                if stop.is_stop and not stop.is_open:
                    found.append(withhold(item, modality, stop))
    return tuple(found)


def tidy(items: Iterable[Withheld]) -> tuple[Withheld, ...]:
    """The gravest entry for each item and cause; forbidden first, then by name."""
    best: dict[tuple[str, str], Withheld] = {}
    for item in items:
        key = (item.item, item.because)
        if key not in best or item.severity > best[key].severity:
            best[key] = item
    return tuple(sorted(best.values(), key=lambda i: (-i.severity, i.because, i.item, i.modality)))


def questions(assessment: Assessment, guard: Guard, withheld: Sequence[Withheld]) -> tuple[Question, ...]:
    """The assessment's questions first, then open ones that keep something out of this plan, by rank."""
    asked = [Question(ask.finding, ask.why) for ask in assessment.ask]
    matters = {item.because for item in withheld}
    for row, because in guard.open:
        if because in matters:
            asked.append(Question(because, row.gate.why if row.gate else row.text))
    pregnancy = "condition.pregnant"
    if pregnancy in matters and guard.pregnancy_because == pregnancy and not guard.pregnancy:
        asked.append(Question(pregnancy, "Some points stay out until pregnancy is ruled out."))
    seen: dict[str, Question] = {}
    for question in asked:
        seen.setdefault(question.finding, question)
    return tuple(seen.values())


def alerts(assessment: Assessment, guard: Guard) -> tuple[AlertJson, ...]:
    """The assessment's alerts, then one for each condition that limits the plan; what is said already is not repeated:
    a finding with an alert, a code that both know (`child`), two rows in the same words (frail, and over 75)."""
    known = [alert.as_json() for alert in assessment.alerts]
    have = {finding for alert in known for finding in (*alert["because"], alert["code"], alert["text"])}
    for row, because in guard.present:
        if row.alert == "none" or not have.isdisjoint((because, row.id, row.text)):
            continue
        known.append({"code": row.id, "level": row.alert, "text": row.text, "because": [because], "source": row.source})
        have.update((because, row.text))
    return tuple(known)


def draft_note(knowledge: PlannerKnowledge) -> tuple[AlertJson, ...]:
    """That no clinician has read the rules of this complaint yet, said with every proposal."""
    pack = knowledge.complaint
    if pack.status != "draft":
        return ()
    text = f"{pack.name}: these rules are a draft that no clinician has read yet. {pack.says}"
    return ({"code": "draft_rules", "level": "note", "text": text, "because": [], "source": "DESIGN"},)


def action_of(assessment: Assessment, shown: Sequence[AlertJson]) -> str:
    """The assessment's action; a caution of the plan turns `treat` into `caution`."""
    if assessment.action == "treat" and any(alert["level"] == "caution" for alert in shown):
        return "caution"
    return assessment.action


def principle(facts: Facts, assessment: Assessment, knowledge: PlannerKnowledge) -> str:
    """The treatment principle in one sentence: branch, then root, in the order they are treated."""
    branch, root = (knowledge.principles.get(p) if p else None for p in (assessment.branch, assessment.root))
    if branch and root:
        if "class:deficiency" in facts.words:
            return _sentence(f"{root.text} first; at the same time {branch.text}")
        if "class:stagnation" in facts.words:
            return _sentence(f"{branch.text}; in the background {root.text}")
        return _sentence(f"{branch.text} while the pain is strong, and {root.text}; then more and more the root")
    only = branch or root
    if only:
        return _sentence(only.text)
    return "Free the affected channel and ease the pain; the pattern is not told apart yet."


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
