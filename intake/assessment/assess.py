"""`assess`: one case through red flags, scores, patterns, channels and open questions to one assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from intake.assessment.belief import believe
from intake.assessment.case import Case
from intake.assessment.facts import Facts, gather
from intake.assessment.knowledge.load import IntakeKnowledge
from intake.assessment.open_questions import beside_plan, decisive, from_hands, from_texts, must_know
from intake.assessment.red_flags import raise_alerts
from intake.assessment.result import Alert, Ask, Assessment, Contradiction
from intake.assessment.scores import axis_scores, judge, pattern_scores, percent
from intake.assessment.text import TextSign, load_lexicon, read_texts

ACUTE_BELOW = 28  # days: under 4 weeks (VADOD2022)
SUBACUTE_UP_TO = 84  # days: 4 to 12 weeks
MANNERS = frozenset({"onset.gradual", "onset.sudden", "onset.recurrent"})  # how it began, not why


def assess(case: Case, knowledge: IntakeKnowledge, *, is_asking: bool = True) -> Assessment:
    """The complete assessment of `case`. Pure and deterministic; raises nothing for a case from parse_case.

    Without `is_asking` only what must be known is in `ask`. What would be good to know is left out, on which nothing
    else depends: for whoever tries hundreds of answers.
    """
    marks = _marks(case)
    facts = gather(case, marks)
    alerts = raise_alerts(case, facts, marks, knowledge)
    belief = believe(case, facts, knowledge)
    computed = judge(belief, case, facts, knowledge)
    set_by_hand = case.override
    picture_class = set_by_hand.picture_class or computed.picture_class
    told = picture_class != "undetermined"
    branch = _chosen(set_by_hand.branch, computed.branch if told else None)
    root = _chosen(set_by_hand.root, computed.root if told else None)
    stagnation, deficiency = axis_scores(belief, computed, facts, knowledge)
    patterns = pattern_scores(belief, computed, facts, knowledge, picture_class, (branch, root))
    sites = _sites(case, facts, knowledge)
    channels = _channels(facts, knowledge)
    required = must_know(facts, sites, knowledge)
    worst = alerts[0].level if alerts else "note"
    if worst == "emergency":
        action = "emergency"
    elif worst == "refer":
        action = "refer_before_treating"
    elif required or not told:
        action = "need_information"
    else:
        action = "caution" if worst == "caution" else "treat"
    ask = [*required]
    if is_asking:
        if not told and worst not in ("emergency", "refer"):
            ask += decisive(facts, belief, knowledge)
        ask += from_texts(marks, facts, knowledge)
        ask += beside_plan(case, facts, sites, required, knowledge)
        ask += from_hands(facts, belief, knowledge)
    return Assessment(
        action=action,
        alerts=alerts,
        ask=_each_once(ask),
        picture_class=picture_class,
        stagnation=stagnation,
        deficiency=deficiency,
        share=belief.share,
        likely={name: percent(chance) for name, chance in belief.classes.items()},
        patterns=tuple(p for p in patterns if p.is_lead or p.qualifies),
        considered=tuple(p for p in patterns if not (p.is_lead or p.qualifies)),
        branch=branch,
        root=root,
        causes=_keys("onset", facts, knowledge, MANNERS),
        channels=channels,
        contradictions=_contradictions(case, facts, marks, knowledge),
        sites=sites,
        sides=_keys("side", facts, knowledge),
        radiation=_keys("radiation", facts, knowledge),
        stage=stage(case.complaint.duration_days),
        marks=marks,
        is_overruled=(picture_class, branch, root) != (computed.picture_class, computed.branch, computed.root)
        and set_by_hand != type(set_by_hand)(),
        computed={"class": computed.picture_class, "branch": computed.branch, "root": computed.root},
        needs_reasoning=any(alert.code == "reasoning_needed" for alert in alerts),
        summary=_summary(picture_class, branch, root, knowledge),
        icd11=_icd11(picture_class, channels, knowledge),
        knowledge_version=knowledge.version,
    )


@dataclass(frozen=True, slots=True)
class Signs:
    """The part of an assessment that the patient's form needs after every answer."""

    alerts: tuple[Alert, ...]
    marks: tuple[TextSign, ...]


def signs_of(case: Case, knowledge: IntakeKnowledge) -> Signs:
    """Alerts and marks as `assess` gives them, without scores, patterns and questions."""
    marks = _marks(case)
    return Signs(raise_alerts(case, gather(case, marks), marks, knowledge), marks)


def deciding_questions(case: Case, knowledge: IntakeKnowledge) -> tuple[Ask, ...]:
    """The few open questions whose answers would change class or leading patterns most, even if both are known."""
    facts = gather(case, _marks(case))
    return decisive(facts, believe(case, facts, knowledge), knowledge)


def stage(days: int | None) -> str:
    """acute (under 4 weeks), subacute (4 to 12), chronic (over 12) or unknown."""
    if days is None:
        return "unknown"
    if days < ACUTE_BELOW:
        return "acute"
    return "subacute" if days <= SUBACUTE_UP_TO else "chronic"


def _marks(case: Case) -> tuple[TextSign, ...]:
    """Signs in the patient's words that neither a practitioner cleared nor the patient, asked back, explained."""
    if not case.texts:
        return ()
    signs = (sign for key in sorted(case.texts) for sign in _read(key, case.texts[key]))
    return tuple(sign for sign in signs if sign.finding not in case.cleared and not _is_explained(sign, case))


@lru_cache(maxsize=128)
def _read(key: str, text: str) -> tuple[TextSign, ...]:
    """A text is read once, not anew after each answer to another question: it says nothing but what stands in it."""
    return read_texts({key: text}, load_lexicon())


def _is_explained(sign: TextSign, case: Case) -> bool:
    row = case.explained.get(sign.finding)
    return row is not None and sign.text_key in row.texts


def _chosen(by_hand: str | None, computed: str | None) -> str | None:
    if by_hand is None:
        return computed
    return None if by_hand == "none" else by_hand


def _keys(
    group: str, facts: Facts, knowledge: IntakeKnowledge, without: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Keys of the present findings of one group, in the order of the vocabulary."""
    beginning = f"{group}."
    found = [f for f in facts.present if f.startswith(beginning) and f not in without and f in knowledge.order]
    return tuple(f.partition(".")[2] for f in sorted(found, key=knowledge.order.__getitem__))


def _sites(case: Case, facts: Facts, knowledge: IntakeKnowledge) -> tuple[str, ...]:
    """Reported sites, also by a part, and the regions where palpation found tender places; of the complaint."""
    felt = {f"site.{place.region}" for place in case.palpation if place.region is not None}
    parts = {f"site.{site}" for part, site in knowledge.complaint.site_parts.items() if part in facts.present}
    told = (felt | facts.present | parts) & {f"site.{site}" for site in knowledge.complaint.sites}
    return tuple(f.partition(".")[2] for f in sorted(told, key=knowledge.order.__getitem__))


def _channels(facts: Facts, knowledge: IntakeKnowledge) -> tuple[str, ...]:
    weights: dict[str, int] = {}
    for row in knowledge.channels.rule:
        if facts.present.issuperset(row.all) and not facts.present.isdisjoint(row.any):
            weights[row.channel] = max(row.weight, weights.get(row.channel, 0))
    return tuple(sorted(weights, key=lambda channel: -weights[channel]))


def _contradictions(
    case: Case, facts: Facts, marks: Iterable[TextSign], knowledge: IntakeKnowledge
) -> tuple[Contradiction, ...]:
    shown = []
    for row in knowledge.contradictions:
        if not facts.present.issuperset(row.all) or (row.any and facts.present.isdisjoint(row.any)):
            continue
        if not all(case.is_absent(finding) for finding in row.absent):
            continue
        if row.sex is not None and case.patient.sex != row.sex:
            continue
        if row.pregnancy_weeks and case.patient.pregnancy_weeks is None:
            continue
        one_of = tuple(finding for finding in row.any if finding in facts.present)
        data = ("patient.sex",) * bool(row.sex) + ("patient.pregnancy_weeks",) * row.pregnancy_weeks
        shown.append(Contradiction((*row.all, *one_of, *row.absent, *data), row.text))
    written: dict[str, TextSign] = {}
    for mark in marks:
        if mark.strength == "states" and case.is_absent(mark.finding):
            written.setdefault(mark.finding, mark)
    for finding, mark in written.items():
        text = f"Ticked no, yet the patient wrote “{mark.excerpt}”: read it, ask, and clear it if it is not so."
        shown.append(Contradiction((finding, f"texts.{mark.text_key}"), text))
    return tuple(shown)


def _each_once(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    once: dict[str, Ask] = {}
    for ask in asks:
        once.setdefault(ask.finding, ask)
    return tuple(once.values())


def _icd11(picture_class: str, channels: Iterable[str], knowledge: IntakeKnowledge) -> dict[str, object]:
    """ICD-11 chapter 26 codes of class and channels; each pattern carries its own."""
    codes = knowledge.channels.icd11
    of_class = {name: code for name, code in knowledge.patterns.icd11_class.items() if name == picture_class}
    return {
        "class": of_class.get(picture_class),  # type: ignore[call-overload]
        "channels": {channel: codes[channel] for channel in channels if channel in codes},
    }


def _summary(picture_class: str, branch: str | None, root: str | None, knowledge: IntakeKnowledge) -> str:
    """One sentence for the top of the page."""
    if picture_class == "undetermined" and branch is None and root is None:
        return "Not enough information to tell stagnation from deficiency."
    patterns = knowledge.patterns.pattern
    front = patterns[branch].name if branch else None
    ground = patterns[root].name if root else None
    if picture_class == "stagnation":
        if not front:
            return "Mainly stagnation; no single pattern leads" + (f"; some underlying {ground}." if ground else ".")
        return f"{front}, with some underlying {ground}." if ground else f"{front}."
    if picture_class == "deficiency":
        if not ground:
            return "Mainly deficiency; no single pattern leads" + (f"; some {front}." if front else ".")
        return f"{ground}, with some stagnation ({front})." if front else f"{ground}."
    parts = [f"branch {front}" if front else "no leading branch", f"root {ground}" if ground else "no leading root"]
    return f"Mixed: {', '.join(parts)}."
