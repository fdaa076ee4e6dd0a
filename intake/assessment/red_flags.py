"""Red flags: single signs, combinations, ordinary explanations, and what a practitioner cleared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from intake.assessment.case import Case
from intake.assessment.facts import Facts
from intake.assessment.knowledge import schema
from intake.assessment.knowledge.load import IntakeKnowledge, Rule
from intake.assessment.result import LEVELS, Alert
from intake.assessment.text import TextSign

RANK = {level: rank for rank, level in enumerate(LEVELS)}


@dataclass(frozen=True, slots=True)
class _Sign:
    """One alert in the making."""

    code: str
    level: str
    group: str
    reason: str
    message: str
    source: str
    because: tuple[str, ...]
    is_private: bool = False


def raise_alerts(case: Case, facts: Facts, marks: Iterable[TextSign], knowledge: IntakeKnowledge) -> tuple[Alert, ...]:
    """All alerts, most severe first, each code once."""
    signs: dict[str, _Sign] = {}
    present = facts.present
    if not present.isdisjoint(knowledge.flag_by_finding):
        for flag in knowledge.flags.flag:
            if flag.finding in present:
                _keep(signs, _from_flag(flag))
    for rule in knowledge.rules:
        if rule.all <= present and not (rule.any and rule.any.isdisjoint(present)) and _holds(rule, case, facts):
            _keep(signs, _from_rule(rule, facts))
    marks = tuple(marks)
    said = {mark.finding: mark for mark in marks if mark.strength == "states"}
    alerts = [_finish(sign, facts, case, said, knowledge) for sign in signs.values()]
    alerts = _without_echoes(alerts)
    alerts += _cleared(case, signs, knowledge)
    alerts += _written(marks, facts, knowledge)
    alerts += _explained(case, knowledge)
    alerts += _two_cautions(alerts)
    return tuple(sorted(alerts, key=lambda alert: -RANK[alert.level]))  # stable: the order of the files within a level


def _from_flag(flag: schema.Flag) -> _Sign:
    return _Sign(
        flag.code, flag.level, flag.group, flag.reason, flag.message, flag.source, (flag.finding,), flag.private
    )


def _from_rule(rule: Rule, facts: Facts) -> _Sign:
    row = rule.row
    because: list[str] = []
    for fact in (*row.all, *sorted(facts.present & (rule.any | rule.also_any))):
        because += facts.behind.get(fact, (fact,))
    if row.within_days or row.within_days_or_unknown:
        because.append("complaint.duration_days")
    return _Sign(row.code, row.level, row.group, row.reason, row.message, row.source, tuple(dict.fromkeys(because)))


def _keep(signs: dict[str, _Sign], sign: _Sign) -> None:
    """Of each code the more severe sign stays; of two equal ones the first, with the findings of both."""
    other = signs.get(sign.code)
    if other is None or RANK[sign.level] > RANK[other.level]:
        signs[sign.code] = sign
    elif RANK[sign.level] == RANK[other.level]:
        signs[sign.code] = replace(other, because=tuple(dict.fromkeys((*other.because, *sign.because))))


def _holds(rule: Rule, case: Case, facts: Facts) -> bool:
    if not rule.all <= facts.present:
        return False
    if rule.any and rule.any.isdisjoint(facts.present):
        return False
    if rule.also_any and rule.also_any.isdisjoint(facts.present):
        return False
    if not rule.not_absent.isdisjoint(facts.absent):
        return False
    row, days, age = rule.row, case.complaint.duration_days, case.patient.age
    if row.within_days is not None and (days is None or days > row.within_days):
        return False
    if row.within_days_or_unknown is not None and days is not None and days > row.within_days_or_unknown:
        return False
    if row.duration_unknown and days is not None:
        return False
    if row.age_not_over is not None and age is not None and age > row.age_not_over:
        return False
    return row.pain_at_least is None or worst_pain(case) >= row.pain_at_least


def worst_pain(case: Case) -> int:
    """The highest known pain, 0 if none is known."""
    pain = case.complaint
    return max(p if p is not None else 0 for p in (pain.pain_now, pain.pain_average, pain.pain_worst))


def _finish(sign: _Sign, facts: Facts, case: Case, said: Mapping[str, TextSign], knowledge: IntakeKnowledge) -> Alert:
    """Applies ordinary explanations, and says so if the reason is the patient's words."""
    level, text = sign.level, sign.reason
    if level != "emergency":
        for lowering in knowledge.lowerings.get(sign.code, ()):
            row = lowering.row
            if RANK[row.to] >= RANK[level]:
                continue
            if lowering.any and lowering.any.isdisjoint(facts.present):
                continue
            if not facts.absent.issuperset(row.absent):
                continue
            if not lowering.unless.isdisjoint(facts.present):
                continue
            if not (lowering.unless_another - set(sign.because)).isdisjoint(facts.present):
                continue
            level, text = row.to, f"{sign.reason}; {row.text}"
    for finding in sign.because:
        if (mark := said.get(finding)) is not None:
            said_so = "the patient’s words may mean this" if mark.in_doubt else "in the patient's own words"
            text = f"{text}; {said_so}: “{mark.excerpt}”"
    is_lowered = level != sign.level
    return Alert(
        code=sign.code,
        level=level,
        text=text,
        because=sign.because,
        source=sign.source,
        patient_text="" if is_lowered else knowledge.flags.messages[sign.message],
        lift=knowledge.flags.lift["none" if is_lowered else sign.message],
        group=sign.group,
        is_private=sign.is_private,
        message="none" if is_lowered else sign.message,
    )


def _without_echoes(alerts: list[Alert]) -> list[Alert]:
    """An alert that only repeats part of a more severe alert of its group adds nothing."""

    def is_echo(alert: Alert) -> bool:
        return any(
            other.group == alert.group
            and RANK[other.level] > RANK[alert.level]
            and set(alert.because) <= set(other.because)
            for other in alerts
        )

    return [alert for alert in alerts if not is_echo(alert)]


def _cleared(case: Case, signs: Mapping[str, _Sign], knowledge: IntakeKnowledge) -> list[Alert]:
    """A sign reported and then cleared by a practitioner stays visible; cancer stays a caution."""
    alerts = []
    for finding in sorted(case.cleared, key=knowledge.order.__getitem__):
        flag = knowledge.flag_by_finding.get(finding)
        if flag is None or flag.code in signs or not case.is_present(finding):
            continue
        alerts.append(
            Alert(
                code=flag.code,
                level="caution" if flag.group == "Cancer" and flag.level == "refer" else "note",
                text=f"{flag.reason}: told by the patient, examined and cleared by a practitioner",
                because=(finding,),
                source=flag.source,
                group=flag.group,
                is_private=flag.private,
            )
        )
    return alerts


def _written(marks: Iterable[TextSign], facts: Facts, knowledge: IntakeKnowledge) -> list[Alert]:
    """What the patient's own words may mean and no answer confirms, even with a ticked no: half of a danger, a
    condition, a medicine. It counts as not known until someone has asked, so it is never overlooked. A danger told of
    the past, of another, or as a fear is only asked about."""
    alerts: dict[str, Alert] = {}
    for mark in marks:
        finding = mark.finding
        if mark.strength != "asks" or mark.in_doubt or finding.startswith("wish.") or finding in facts.present:
            continue
        beside = "ticked no, yet wrote" if finding in facts.absent else "wrote"
        alerts.setdefault(
            finding,
            Alert(
                code=f"written_{finding.partition('.')[2]}",
                level="caution",
                text=f"The patient {beside} “{mark.excerpt}”, which may mean: {knowledge.label(finding)}. "
                "Counts as not known until you have asked",
                because=(finding,),
                source="DESIGN",
                group="Own words",
            ),
        )
    return list(alerts.values())


def _explained(case: Case, knowledge: IntakeKnowledge) -> list[Alert]:
    """What was read in the patient's words and is not so, as they said when asked back: it stays visible."""
    why = {"over": "said, asked back, that it is over", "else": "said, asked back, that something else was meant"}
    return [
        Alert(
            code=f"explained_{finding.replace('.', '_')}",
            level="note",
            text=f"The patient wrote {', '.join(f'“{word}”' for word in row.words)} ({knowledge.label(finding)}) "
            f"and {why[row.said]}",
            because=(finding,),
            source="DESIGN",
            group="Own words",
        )
        for finding, row in case.explained.items()
    ]


def _two_cautions(alerts: Iterable[Alert]) -> list[Alert]:
    groups = {alert.group: alert.because for alert in alerts if alert.level == "caution"}
    if len(groups) < 2:
        return []
    because = tuple(dict.fromkeys(finding for findings in groups.values() for finding in findings))
    text = f"Cautions of different kinds together ({', '.join(groups)}): write one line of reasoning before treating"
    return [Alert(code="reasoning_needed", level="note", text=text, because=because, source="DESIGN")]
