"""What to ask next: first what must be known, then what would decide most, then the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from intake.assessment.belief import Belief, class_gain, gain
from intake.assessment.case import Case
from intake.assessment.facts import Facts
from intake.assessment.knowledge.load import IntakeKnowledge
from intake.assessment.knowledge.signs import Sign
from intake.assessment.result import Ask
from intake.assessment.text import TextSign

DECISIVE_SHOWN = 6
SITE_WHY = "Where it hurts decides the channel and the local points."
NO_RULES_WHY = "There are no rules for this complaint yet. If something hurts too, say where."


def must_know(facts: Facts, sites: tuple[str, ...], knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """The unanswered red-flag questions, and the site, that the contract requires before any plan.

    A complaint in no place of the chart has red flags of its own that must be known.
    """
    flags = knowledge.flag_by_finding
    asks = []
    complaint = complaint_elsewhere(facts, sites, knowledge)
    if complaint is None:
        groups = [*((finding,) for finding in knowledge.complaint.required), *knowledge.complaint.required_any]
        groups += [
            (finding,)
            for fact, findings in knowledge.complaint.required_if.items()
            if fact in facts.present or (fact.startswith("age.") and "age.unknown" in facts.present)
            for finding in findings
        ]
    else:
        groups = [(finding,) for finding in knowledge.complaint.required_of[complaint]]
    for group in sorted(groups, key=lambda names: knowledge.order[names[0]]):
        if any(_is_answered(finding, facts, knowledge) for finding in group):
            continue
        first, *others = group
        asks.append(Ask(first, flags[first].why, True, tuple(others), knowledge.asked_of[first]))
    if not sites and knowledge.complaint.sites:
        why = SITE_WHY if complaint is None else NO_RULES_WHY
        first = f"site.{knowledge.complaint.site_asked or knowledge.complaint.sites[0]}"
        asks.append(Ask(first, why, True, (), knowledge.asked_of[first]))
    return tuple(asks)


def complaint_elsewhere(facts: Facts, sites: tuple[str, ...], knowledge: IntakeKnowledge) -> str | None:
    """The finding that says what the complaint is, if it is in no place that there are rules for."""
    return None if sites else next((one for one in knowledge.complaint.required_of if one in facts.present), None)


def _is_answered(finding: str, facts: Facts, knowledge: IntakeKnowledge) -> bool:
    """It was answered yes or no, or another finding answers it (a follow-up after cancer implies a cancer)."""
    if finding in facts.present or finding in facts.absent:
        return True
    flag = knowledge.flag_by_finding[finding]
    return any(other in facts.present for other in flag.answered_by)


def from_texts(marks: Iterable[TextSign], facts: Facts, knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """Words that only raise a question, and words that contradict a ticked no."""
    asks: dict[str, Ask] = {}
    for mark in marks:
        if mark.finding in asks or (mark.strength == "asks" and mark.finding in facts.present):
            continue
        label = knowledge.label(mark.finding)
        verb = "may mean" if mark.strength == "asks" else "says"
        why = f"The patient wrote “{mark.excerpt}”, which {verb}: {label}. Ask, and record the answer."
        asks[mark.finding] = Ask(mark.finding, why, False, (), knowledge.asked_of.get(mark.finding, "P"))
    return tuple(asks.values())


def beside_plan(
    case: Case, facts: Facts, sites: tuple[str, ...], required: Iterable[Ask], knowledge: IntakeKnowledge
) -> tuple[Ask, ...]:
    """Red-flag questions that apply to this person and have no answer; they do not block a plan."""
    asked = {finding for ask in required for finding in (ask.finding, *ask.together)}
    if complaint_elsewhere(facts, sites, knowledge):  # what must be known of a back is not asked about a bad night
        asked.update(knowledge.complaint.required, *knowledge.complaint.required_any)
    asks = []
    known = facts.present | facts.absent
    for flag in knowledge.asked_beside:
        if flag.finding in known:
            continue
        if flag.ask_if is not None and facts.present.isdisjoint(flag.ask_if):
            continue
        if flag.sex is not None and case.patient.sex not in (None, flag.sex):
            continue
        if flag.finding in asked or _is_answered(flag.finding, facts, knowledge):
            continue
        asks.append(Ask(flag.finding, flag.why, False, (), knowledge.asked_of[flag.finding]))
    return tuple(asks)


def decisive(facts: Facts, belief: Belief, knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """The few open questions whose answers are expected to tell most about the class.

    Patients first, then palpation and movement; tongue and pulse last, they never decide.
    """
    worths: list[tuple[int, float, Ask]] = []
    by_class = partial(class_gain, belief=belief, knowledge=knowledge)
    for topic, worth, members in _open_topics(knowledge.topics, facts, belief, knowledge, by_class):
        turn = 2 if members[0].never_alone else 1 if members[0].by_hand else 0
        worths.append((turn, -worth, _ask(topic, members, knowledge, blocks=True)))
    worths.sort(key=lambda row: row[:2])
    return tuple(ask for _, _, ask in worths[:DECISIVE_SHOWN])


def from_hands(facts: Facts, belief: Belief, knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """Tongue, pulse, palpation and movement not noted yet: wanted before a plan is final, never required.

    What is expected to tell most about this patient comes first, of the questions and in each of them.
    """
    unnoted = [
        topic
        for topic, findings in knowledge.hand_topics
        if findings.isdisjoint(facts.present) and findings.isdisjoint(facts.absent)
    ]
    rows = list(_open_topics(unnoted, facts, belief, knowledge, partial(gain, belief=belief)))
    rows.sort(key=lambda row: -row[1])
    return tuple(_ask(topic, members, knowledge, blocks=False) for topic, _, members in rows)


def _open_topics(
    topics: Iterable[str],
    facts: Facts,
    belief: Belief,
    knowledge: IntakeKnowledge,
    worth_of: Callable[[Sign], float],
) -> Iterator[tuple[str, float, tuple[Sign, ...]]]:
    """Each question without a yes, what its two best answers are expected to tell in bits, and its open answers, the
    best first: a question has two ends, such as eased and worsened by rest."""
    heard = {sign.said for sign in belief.found}
    again = knowledge.weights.said_again
    for topic in topics:
        members = knowledge.topics[topic]
        if any(sign.finding in facts.present for sign in members):
            continue  # answered
        open_ = [sign for sign in members if sign.finding not in facts.absent]
        gains = [(worth_of(sign) * (again if sign.said in heard else 1.0), sign) for sign in open_]
        gains.sort(key=lambda row: -row[0])
        if gains:
            yield topic, sum(worth for worth, _ in gains[:2]), tuple(sign for _, sign in gains)


def _ask(topic: str, members: tuple[Sign, ...], knowledge: IntakeKnowledge, *, blocks: bool) -> Ask:
    first, *others = (sign.finding for sign in members)
    return Ask(first, knowledge.weights.topics[topic], blocks, tuple(others), knowledge.asked_of[first])
