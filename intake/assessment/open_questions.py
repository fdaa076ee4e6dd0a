"""What to ask next: first what must be known, then what would decide most, then the rest."""

from __future__ import annotations

from collections.abc import Iterable

from intake.assessment.case import Case
from intake.assessment.facts import Facts
from intake.assessment.knowledge.load import PATTERN_IDS, IntakeKnowledge, Weighing
from intake.assessment.result import Ask
from intake.assessment.scores import Tally, Verdict, is_old, judge, old_injury
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
        groups = [[finding] for finding in knowledge.flags.required] + knowledge.flags.required_any
    else:
        groups = [[finding] for finding in knowledge.flags.required_of[complaint]]
    for group in sorted(groups, key=lambda names: knowledge.order[names[0]]):
        if any(_is_answered(finding, facts, knowledge) for finding in group):
            continue
        first, *others = group
        asks.append(Ask(first, flags[first].why, True, tuple(others), knowledge.asked_of[first]))
    if not sites:
        why = SITE_WHY if complaint is None else NO_RULES_WHY
        asks.append(Ask("site.low_back", why, True, (), knowledge.asked_of["site.low_back"]))
    return tuple(asks)


def complaint_elsewhere(facts: Facts, sites: tuple[str, ...], knowledge: IntakeKnowledge) -> str | None:
    """The finding that says what the complaint is, if it is in no place that there are rules for."""
    return None if sites else next((one for one in knowledge.flags.required_of if one in facts.present), None)


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
        asked.update(knowledge.flags.required, *knowledge.flags.required_any)
    asks = []
    for flag in knowledge.flags.flag:
        if flag.ask_if is not None and facts.present.isdisjoint(flag.ask_if):
            continue
        if flag.sex is not None and case.patient.sex not in (None, flag.sex):
            continue
        if flag.finding in asked or _is_answered(flag.finding, facts, knowledge):
            continue
        asks.append(Ask(flag.finding, flag.why, False, (), knowledge.asked_of[flag.finding]))
    return tuple(asks)


def decisive(case: Case, facts: Facts, tally: Tally, verdict: Verdict, knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """The few open questions ranked by how much their answers could change class and leading patterns.

    For each question (topic) every open answer is tried: what would class, branch and root be, and how far would
    share and points move? A question is worth the mean of that, and the gap between its answers: one whose answers
    point different ways decides most. Patients first, then palpation; tongue and pulse last, they never decide.
    """
    worths: list[tuple[int, float, str, tuple[str, ...]]] = []
    for topic, members in knowledge.topics.items():
        if any(w.finding in facts.present for w in members):
            continue  # answered
        unanswered = [w for w in members if w.finding not in facts.absent]
        if not unanswered:
            continue
        gains = [(_worth(w, case, facts, tally, verdict, knowledge), w) for w in unanswered]
        leans = [0, *(w.s - w.d for w in unanswered)]  # 0: none of the answers applies
        worth = sum(gain for gain, _ in gains) / len(gains) + (max(leans) - min(leans)) / 4
        ranked = tuple(w.finding for _, w in sorted(gains, key=lambda pair: -pair[0]))
        turn = 2 if members[0].never_alone else 1 if members[0].by_hand else 0
        worths.append((turn, -worth, topic, ranked))
    worths.sort(key=lambda row: row[:2])
    return tuple(
        Ask(findings[0], knowledge.weights.topics[topic], True, findings[1:], knowledge.asked_of[findings[0]])
        for _, _, topic, findings in worths[:DECISIVE_SHOWN]
    )


def from_hands(facts: Facts, branch: str | None, root: str | None, knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """Tongue, pulse, palpation and movement not noted yet: wanted before a plan is final, never required.

    First the finding that would support the leading patterns most.
    """
    leads = [PATTERN_IDS.index(name) for name in (branch, root) if name is not None]
    asks = []
    for topic, findings in knowledge.hand_topics:
        if not (findings.isdisjoint(facts.present) and findings.isdisjoint(facts.absent)):
            continue
        members = knowledge.topics[topic]
        voters = (f for index in leads for f, _, _ in knowledge.voters[index] if f in findings)  # strongest first
        first = next(voters, members[0].finding)
        others = tuple(w.finding for w in members if w.finding != first)
        asks.append(Ask(first, knowledge.weights.topics[topic], False, others, knowledge.asked_of[first]))
    return tuple(asks)


def _worth(
    weighing: Weighing, case: Case, facts: Facts, tally: Tally, verdict: Verdict, knowledge: IntakeKnowledge
) -> float:
    if weighing.finding in knowledge.weights.old_injury.findings and is_old(case, knowledge):
        weighing = old_injury(weighing, knowledge)
    after = tally.copy()
    after.add(weighing)
    new = judge(after, case, facts.present | {weighing.finding}, knowledge)
    best = max((halves for _, halves in weighing.votes), default=0)
    return (
        6.0 * (new.picture_class != verdict.picture_class)
        + 3.0 * (new.branch != verdict.branch)
        + 3.0 * (new.root != verdict.root)
        + 4.0 * abs((after.share or 0.5) - (tally.share or 0.5))
        + best / 4
        - len(weighing.votes) / len(PATTERN_IDS)  # an answer that votes for a single pattern says more
    )
