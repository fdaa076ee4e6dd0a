"""Red flags while a patient answers: raised at once, told to the clinic, answered by somebody."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from clinic.audit import trail
from clinic.outbox.models import Message
from clinic.outbox.post import post
from clinic.people.models import Clinic
from intake.assessment import Alert, Assessment, Case, assess, load_intake_knowledge
from intake.case import answered_on, case_of_answers
from intake.models import IntakeResponse, RedFlagAlert

LEVELS = ("emergency", "refer")


def judged(response: IntakeResponse) -> tuple[Case, Assessment]:
    """The answers so far and what they say, with the patient's own words read."""
    case = case_of_answers(response, today=answered_on(response))
    return case, assess(case, load_intake_knowledge())


def grave(assessment: Assessment) -> list[Alert]:
    """Emergencies and referrals, gravest first."""
    return [alert for alert in assessment.alerts if alert.level in LEVELS]


def name_of(alert: Alert) -> str:
    """What an alert is kept under: the finding behind it, or its own code when several are."""
    return alert.because[0] if len(alert.because) == 1 else alert.code


def raise_alerts(response: IntakeResponse, *, levels: tuple[str, ...], home: str) -> list[RedFlagAlert]:
    """Keep what is newly raised, and post the clinic a mail in the same transaction. Call inside one.

    ``levels``: emergencies are told at once, referrals when the form is sent (a later answer may explain them).
    ``home``: the clinic's own address of the inbox, for the e-mail.
    """
    found: dict[str, tuple[Alert, str]] = {}
    case, assessment = judged(response)
    for alert in grave(assessment):  # gravest first: it keeps the place
        if alert.level in levels:
            is_ticked = any(map(case.is_present, alert.because))
            source = RedFlagAlert.Source.ANSWER if is_ticked else RedFlagAlert.Source.TEXT
            found.setdefault(name_of(alert), (alert, source))
    kept = set(RedFlagAlert.objects.filter(response=response).values_list("flag", flat=True))
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
    mail = _tell_clinic(response, home, urgent=urgent, flags=[row.flag for row in new])
    for row in new:
        row.mail = mail
    RedFlagAlert.objects.bulk_create(new)
    trail.record(
        "red_flag.raised",
        by=trail.patient_actor(response.patient),
        patient=response.patient,
        obj=response,
        detail={"flags": [row.flag for row in new]},
    )
    return new


def _tell_clinic(response: IntakeResponse, home: str, *, urgent: bool, flags: list[str]) -> Message | None:
    clinic = Clinic.current()
    if not clinic.alert_email:
        return None
    subject = "Red flag in an intake: please look now" if urgent else "An intake asks for a doctor first"
    # No name and no answer: e-mail is not a safe place for them.
    body = render_to_string("intake/email/red_flag.txt", {"clinic": clinic, "url": home, "urgent": urgent})
    return post(
        kind="red_flag",
        to=clinic.alert_email,
        subject=subject,
        body=body,
        key=f"red_flag:{response.pk}:{flags[0]}",
        patient=response.patient,
    )


@transaction.atomic
def confirm_shown(response_id: int) -> None:
    """The patient pressed "I have read this" under the message."""
    response = IntakeResponse.objects.select_for_update().get(pk=response_id)
    rows = list(RedFlagAlert.objects.filter(response=response, message_shown_at=None))
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
        by=trail.patient_actor(response.patient),
        patient=response.patient,
        obj=response,
        detail={"flags": [row.flag for row in rows]},
    )


@transaction.atomic
def acknowledge(alert_id: int, *, by: Any, note: str) -> RedFlagAlert:
    """A practitioner has answered an alert: what was done, in a line. The first answer stays."""
    alert = RedFlagAlert.objects.select_for_update().get(pk=alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_by, alert.acknowledged_at, alert.note = by, timezone.now(), note[:300]
        alert.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
        trail.record("red_flag.answered", by=by, patient=alert.patient, obj=alert)
    return alert
