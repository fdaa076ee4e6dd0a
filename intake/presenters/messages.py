"""What the patient reads about a sign: exactly the messages of `assess`, with the clinic's phone numbers and where they
come from; and which answers would call for one, so that the page can show it without a network."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from clinic.outbox.models import Message
from clinic.people.models import Clinic
from intake import spoken
from intake.actions.red_flags import judged, serious_alerts, standing
from intake.assessment import Alert, Case, Signs, knowledge_of, load_intake_knowledge, signs_of
from intake.models import IntakeResponse
from intake.questionnaire.answers import Reading
from intake.questionnaire.values import Answers, Option, Question, Screen, is_answered
from intake.reading import reading_of

ON_ITS_WAY = (Message.Status.QUEUED, Message.Status.SENDING)
NOTHING = {"emergencies": (), "notes": (), "helps": (), "to_confirm": False, "clinic_told": "", "behind": ()}
NUMBER = "your emergency number"  # as redflags.toml writes it


@dataclass(frozen=True, slots=True)
class Told:
    """``help``: what is shown with the words, see redflags.toml. ``why``: the answers behind it."""

    text: str
    help: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A message hidden in the page until needed. ``values``: the options of the question that call for it."""

    values: tuple[str, ...]
    labels: tuple[str, ...]
    told: tuple[Told, ...]


def messages(response: IntakeResponse, screen: Screen | None, clinic: Clinic) -> dict[str, Any]:
    """``emergencies``: to read now; ``notes``: "see a doctor first" or so; ``to_confirm``; ``clinic_told``.

    With a screen, only the notes raised by its own answers: no note is shown twice.
    """
    signs = judged(response).signs
    if not serious_alerts(signs):
        return {**NOTHING}
    reading = reading_of(response)
    alerts = [a for a in serious_alerts(signs) if a.patient_text]
    urgent = [a for a in alerts if a.level == "emergency"]
    notes = [a for a in alerts if a.level != "emergency" and (screen is None or _is_of(a, screen, signs))]
    if screen is None:
        notes = [a for a in notes if not a.is_private]
    rows, number = standing(response, signs), clinic.emergency_number
    emergencies = _told(urgent, reading, response.answers, signs, screen, number)
    return {
        "emergencies": emergencies,
        "notes": _told(notes, reading, response.answers, signs, screen, number),
        "helps": {one.help for one in emergencies},
        "to_confirm": any(row.message_shown_at is None for row in rows) and bool(urgent),
        "clinic_told": _how_far({row.mail.status for row in rows if row.mail is not None}),
        "behind": _screens_behind(urgent, reading, response.answers),
    }


def _how_far(mails: set[str]) -> str:
    """ "sent", "on its way", or empty: no mail, or it could not be sent."""
    if Message.Status.SENT in mails:
        return "sent"
    return "on its way" if mails.intersection(ON_ITS_WAY) else ""


def alarms(response: IntakeResponse, screen: Screen, clinic: Clinic) -> dict[str, list[Alarm]]:
    """Question id -> messages that an answer on this screen would call for in addition to those of the other answers.

    Free text does not count here: it is read once it is complete.
    """
    cases = judged(response).cases
    number = clinic.emergency_number
    asked = {finding for question in screen.questions for finding in question.findings}
    bases = [_without(case, asked) for case in cases]
    before = set(_alone(bases, number))
    found: dict[str, list[Alarm]] = {}
    for question in screen.questions:
        by_message: dict[tuple[Told, ...], list[Option]] = {}
        for option in question.options:
            present = {finding: True for finding, is_so in option.sets if is_so}
            if not present or all(finding.split(".")[0] not in ("flag", "condition") for finding in present):
                continue
            with_it = [replace(one, findings=MappingProxyType({**one.findings, **present})) for one in bases]
            new = tuple(told for told in _alone(with_it, number) if told not in before)
            if new:
                by_message.setdefault(new, []).append(option)
        rows = [Alarm(tuple(o.id for o in os), tuple(o.label for o in os), told) for told, os in by_message.items()]
        if rows:
            found[question.id] = rows
    return found


def _without(case: Case, findings: Collection[str]) -> Case:
    others = {finding: so for finding, so in case.findings.items() if finding not in findings}
    return replace(case, findings=MappingProxyType(others), texts=MappingProxyType({}))


def _alone(cases: Iterable[Case], number: str) -> list[Told]:
    alerts = [alert for case in cases for alert in serious_alerts(signs_of(case, knowledge_of(case)))]
    shown = [a for a in alerts if a.patient_text and (a.level == "emergency" or _help(a) == "heart")]
    return list(dict.fromkeys(Told(_words(a, number), _help(a)) for a in shown))


def _is_of(alert: Alert, screen: Screen, signs: Signs) -> bool:
    ticked = {f for q in screen.questions for f in q.findings}
    said = {m.finding for m in signs.marks if any(m.text_key == q.id for q in screen.questions)}
    return not (ticked | said).isdisjoint(alert.because)


def _told(
    alerts: Iterable[Alert],
    reading: Reading,
    answers: Answers,
    signs: Signs,
    screen: Screen | None,
    number: str,
) -> list[Told]:
    """Each message once, with all the answers behind it. ``number``: for emergencies."""
    why: dict[tuple[str, str], dict[str, None]] = {}
    for alert in alerts:
        reasons = why.setdefault((_words(alert, number), _help(alert)), {})
        for one in _why(alert, reading, answers, signs, screen):
            reasons[one] = None
    return [Told(text, help_, tuple(reasons)) for (text, help_), reasons in why.items()]


def _why(alert: Alert, reading: Reading, answers: Answers, signs: Signs, screen: Screen | None) -> Iterable[str]:
    on_screen = {q.id for q in screen.questions} if screen is not None else set()
    for question in reading.questions:
        if question.private and question.id not in on_screen:
            continue  # someone else may look at the next page
        for option in _chosen(question, answers):
            if any(present and finding in alert.because for finding, present in option.sets):
                if question.kind == "many":
                    yield _("You ticked: “{answer}”.").format(answer=option.label)
                else:
                    told = _("You chose “{answer}” for: “{question}”")
                    yield told.format(answer=option.label, question=question.label)
    for mark in signs.marks:
        if mark.finding in alert.because and mark.strength == "states":
            yield _("You wrote: “{words}”.").format(words=mark.excerpt)


def _chosen(question: Question, answers: Answers) -> list[Option]:
    value = answers.get(question.id)
    if question.kind not in ("one", "many") or not is_answered(question, value):
        return []
    ids = value if isinstance(value, list) else [value]
    return [option for option in question.options if option.id in ids]


def _screens_behind(alerts: Iterable[Alert], reading: Reading, answers: Answers) -> list[Screen]:
    """Screens to go back to if an answer was a mistake."""
    because = {finding for alert in alerts for finding in alert.because}
    if not because:
        return []
    return [
        screen
        for screen in reading.screens
        if any(
            present and finding in because
            for question in screen.questions
            for option in _chosen(question, answers)
            for finding, present in option.sets
        )
    ]


def _help(alert: Alert) -> str:
    return load_intake_knowledge().flags.help[alert.message]


def _words(alert: Alert, number: str) -> str:
    return spoken.red_flag_message(alert.message).replace(NUMBER, number).replace("{number}", number)
