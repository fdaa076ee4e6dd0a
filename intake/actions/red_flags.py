"""Red flags while a patient answers: raised at once, reported to the clinic, answered by someone."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import site
from clinic.outbox.models import Message
from clinic.outbox.post import post_letter
from clinic.people.models import Clinic, User
from intake.actions.drafts import teller
from intake.assessment import Alert, Case, Signs, knowledge_of, read_case, signs_of
from intake.assessment.red_flags import RANK
from intake.models import IntakeResponse, PhoneCall, RedFlagAlert
from intake.questionnaire.answers import Reading
from intake.reading import answered_on, reading_of
from intake.signs_so_far import each_told, signs_told

LEVELS = ("emergency", "refer")
JUDGED = "_judged"  # attribute in which a response keeps the result of its reading


class Judged:
    """The answers so far: a case for each complaint that they are about, made once somebody asks; and the signs in
    them, including the patient's own words.
    """

    def __init__(self, response: IntakeResponse, reading: Reading) -> None:
        self.reading = reading
        self._told = each_told(response, reading, today=answered_on(response))
        if response.continues_id is None:
            self.signs = _of_all([signs_told(data) for data in self._told])
        else:
            self.signs = _of_all([_new_signs(reading, case) for case in self.cases])

    @cached_property
    def cases(self) -> list[Case]:
        return [read_case(data)[0] for data in self._told]


def judged(response: IntakeResponse) -> Judged:
    """Judged once per reading."""
    reading = reading_of(response)
    kept: Judged | None = vars(response).get(JUDGED)
    if kept is None or kept.reading is not reading:
        kept = vars(response)[JUDGED] = Judged(response, reading)
    return kept


def _of_all(each: list[Signs]) -> Signs:
    """The signs of every complaint: of each code the most severe; of equal ones, all that is behind them."""
    if len(each) == 1:
        return each[0]
    found: dict[str, Alert] = {}
    for alert in (alert for signs in each for alert in signs.alerts):
        other = found.get(alert.code)
        if other is None or RANK[alert.level] > RANK[other.level]:
            found[alert.code] = alert
        elif alert.level == other.level:
            found[alert.code] = other._replace(because=tuple(dict.fromkeys((*other.because, *alert.because))))
    return Signs(
        tuple(sorted(found.values(), key=lambda alert: -RANK[alert.level])),
        tuple(dict.fromkeys(mark for signs in each for mark in signs.marks)),
    )


def _new_signs(reading: Reading, case: Case) -> Signs:
    """The signs of a second part that the first had not raised already."""
    knowledge = knowledge_of(case)
    signs = signs_of(case, knowledge)
    first = replace(
        case,
        findings=MappingProxyType({f: so for f, so in case.findings.items() if f not in reading.later.findings}),
        texts=MappingProxyType({key: text for key, text in case.texts.items() if key not in reading.later.texts}),
    )
    told = {(alert_key(alert), alert.level) for alert in signs_of(first, knowledge).alerts}
    return replace(signs, alerts=tuple(alert for alert in signs.alerts if (alert_key(alert), alert.level) not in told))


def serious_alerts(signs: Signs) -> list[Alert]:
    """Emergencies and referrals, most severe first."""
    return [alert for alert in signs.alerts if alert.level in LEVELS]


def alert_key(alert: Alert) -> str:
    """The key of an alert: the finding behind it, or its own code if there are several."""
    return alert.because[0] if len(alert.because) == 1 else alert.code


def raise_alerts(response: IntakeResponse, *, levels: tuple[str, ...], none_stands: bool = False) -> list[RedFlagAlert]:
    """Bring the alerts in line with the current answers. Call inside a transaction.

    A new alert is saved and mailed to the clinic; one whose answer has since changed is marked as taken back and
    stays for the staff. Reported again after that, it is a new alert. ``levels``: emergencies are reported at once,
    referrals when the form is sent (a later answer may explain them). ``none_stands``: there is known to be no alert.
    """
    found: dict[str, tuple[Alert, str]] = {}
    told = judged(response)
    alerts = serious_alerts(told.signs)
    unsure = reading_of(response).unsure if alerts else frozenset[str]()
    for alert in alerts:  # most severe first: it keeps the place
        if alert.level in levels:
            found.setdefault(alert_key(alert), (alert, _source(alert, told.cases, unsure)))
    raised = [] if none_stands else list(RedFlagAlert.objects.filter(response=response, taken_back_at=None))
    taken_back = [row for row in raised if not _still_holds(row, alerts)]
    kept = {row.flag for row in raised if row not in taken_back}
    _take_back(response, taken_back)
    new = [
        RedFlagAlert(
            patient=response.patient,
            response=response,
            flag=flag,
            level=alert.level,
            source=source,
        )
        for flag, (alert, source) in found.items()
        if flag not in kept
    ]
    if not new:
        return []
    urgent = any(row.level == RedFlagAlert.Level.EMERGENCY for row in new)
    mail = _tell_clinic(response, urgent=urgent, flags=[row.flag for row in new])
    for row in new:
        row.mail = mail
    RedFlagAlert.objects.bulk_create(new)
    trail.record(
        "red_flag.raised",
        by=teller(response),
        patient=response.patient,
        obj=response,
        detail={"flags": [row.flag for row in new]},
    )
    return new


def _source(alert: Alert, cases: list[Case], unsure: frozenset[str]) -> str:
    ticked = {finding for finding in alert.because if any(case.is_present(finding) for case in cases)}
    if not ticked:
        return RedFlagAlert.Source.TEXT
    return RedFlagAlert.Source.UNSURE if ticked <= unsure else RedFlagAlert.Source.ANSWER


def _still_holds(row: RedFlagAlert, alerts: list[Alert]) -> bool:
    """Whether the current answers say at least what the alert was raised for, alone or as part of a combination."""
    return any(
        row.flag in (alert_key(alert), alert.code, *alert.because)
        for alert in alerts
        if alert.level == "emergency" or row.level != RedFlagAlert.Level.EMERGENCY
    )


def _take_back(response: IntakeResponse, rows: list[RedFlagAlert]) -> None:
    if not rows:
        return
    RedFlagAlert.objects.filter(pk__in=[row.pk for row in rows]).update(taken_back_at=timezone.now())
    trail.record(
        "red_flag.taken_back",
        by=teller(response),
        patient=response.patient,
        obj=response,
        detail={"flags": [row.flag for row in rows]},
    )


def standing(response: IntakeResponse, signs: Signs) -> list[RedFlagAlert]:
    """The emergencies raised that the current answers still report."""
    alerts = serious_alerts(signs)
    if not alerts:
        return []
    rows = RedFlagAlert.objects.filter(
        response=response, level=RedFlagAlert.Level.EMERGENCY, taken_back_at=None
    ).select_related("mail")
    return [row for row in rows if _still_holds(row, alerts)]


def has_unread(response: IntakeResponse) -> bool:
    """Whether an emergency message must be read now: the same one that its page shows."""
    signs = judged(response).signs
    return any(row.message_shown_at is None for row in standing(response, signs))


def _tell_clinic(response: IntakeResponse, *, urgent: bool, flags: list[str]) -> Message | None:
    clinic = Clinic.current()
    if not clinic.alert_email:
        return None
    # No name and no answers: e-mail is not a safe place for them.
    times = RedFlagAlert.objects.filter(response=response, flag=flags[0]).count()  # told again after it was taken back
    return post_letter(
        "red_flag",
        to=clinic.alert_email,
        key=f"red_flag:{response.pk}:{flags[0]}" + (f":{times + 1}" if times else ""),
        patient=response.patient,
        url=site.link_to("intake:inbox"),
        urgent=urgent,
    )


@transaction.atomic
def confirm_shown(response_id: int, *, call: PhoneCall | None = None) -> None:
    """The patient pressed "I have read this" under the message; or it was read out by phone."""
    response = IntakeResponse.objects.select_for_update().get(pk=response_id)
    response.call = call
    rows = list(RedFlagAlert.objects.filter(response=response, message_shown_at=None, taken_back_at=None))
    if not rows:
        return
    now = timezone.now()
    RedFlagAlert.objects.filter(pk__in=[row.pk for row in rows]).update(message_shown_at=now)
    if not response.is_submitted:
        response.red_flags_shown = [
            *response.red_flags_shown,
            *({"flag": row.flag, "level": row.level, "at": now.isoformat()} for row in rows),
        ]
        response.save(update_fields=["red_flags_shown"])
    trail.record(
        "red_flag.shown",
        by=teller(response),
        patient=response.patient,
        obj=response,
        detail={"flags": [row.flag for row in rows]},
    )


@transaction.atomic
def acknowledge(alert_id: int, *, by: User, note: str) -> RedFlagAlert:
    """A practitioner answers an alert: what was done, in one line. The first answer stays."""
    alert = RedFlagAlert.objects.select_for_update().get(pk=alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_by, alert.acknowledged_at, alert.note = by, timezone.now(), note[:300]
        alert.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
        trail.record("red_flag.answered", by=by, patient=alert.patient, obj=alert)
    return alert
