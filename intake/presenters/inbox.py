"""The inbox: where every intake stands. Built for both readers; answers are never part of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.utils import timezone

from clinic.outbox.models import Message
from clinic.outbox.presenters import is_in_trouble, state_words
from clinic.people.models import Patient
from clinic.people.presenters import Line, lines_of
from clinic.people.set_aside import STATUS
from intake.actions.contact import contact_of
from intake.assessment import load_intake_knowledge
from intake.models import IntakeResponse, Invitation, RedFlagAlert

SHOWN_DAYS = 30  # older ones are found on the chart
PILLS = {
    "invited": ("wait", "envelope", "Invited"),
    "started": ("wait", "pencil", "Started"),
    "submitted": ("good", "check2", "Sent"),
    "expired": ("caution", "clock", "Link expired"),
    "locked": ("caution", "lock", "Locked: date of birth wrong 5 times. Call, then send a new link."),
    "revoked": ("", "slash-circle", "Link revoked"),
    "replaced": ("", "arrow-repeat", "Replaced"),
}


@dataclass(frozen=True)
class Row:
    """One intake in the list."""

    invitation: Invitation
    patient: Patient
    state: str
    pill: tuple[str, str, str]  # kind, icon, words
    response: IntakeResponse | None
    is_new: bool  # sent, and no assessment rests on it yet
    has_alert: bool
    mail_failed: bool
    kept: IntakeResponse | None  # begun under an earlier link and not sent


@dataclass(frozen=True)
class FlagRow:
    """An open red flag. ``text`` is empty for readers without clinical rights."""

    alert: RedFlagAlert
    patient: Patient
    text: str
    told: str  # whether the clinic's alert mail has gone
    lines: list[Line]  # whom to call
    missing: str  # said when the patient has no number


@dataclass(frozen=True)
class Inbox:
    flags: list[FlagRow] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    unfinished: list[Row] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    done: list[Row] = field(default_factory=list)
    told: list[Patient] = field(default_factory=list)  # told of themselves what differs from the record

    @property
    def patient_ids(self) -> list[int]:
        rows = [*self.new, *self.unfinished, *self.closed, *self.done]
        others = {patient.pk for patient in self.told}
        return sorted({row.patient.pk for row in rows} | {row.patient.pk for row in self.flags} | others)


def told_words(mail: Message | None) -> str:
    return (
        f"Alert e-mail: {state_words(mail)}" if mail else "No alert e-mail: the clinic has set no address for alerts."
    )


def open_flags(*, is_clinical: bool) -> list[FlagRow]:
    """Red flags that nobody has answered yet, gravest and newest first; for the inbox and the home page."""
    rows = (
        RedFlagAlert.objects.filter(acknowledged_at=None)
        .select_related("patient", "response", "mail")
        .order_by("level", F("taken_back_at").asc(nulls_first=True), "-id")
    )
    if not is_clinical:  # one line for each patient: how many signs there are is an answer, too
        first: dict[int, RedFlagAlert] = {}
        for row in rows:
            first.setdefault(row.patient_id, row)
        return [_flag_row(row, "") for row in first.values()]
    return [_flag_row(row, flag_words(row)) for row in rows]


def flag_words(row: RedFlagAlert) -> str:
    """What was told, for a practitioner: "I don't know" is no sign."""
    label = load_intake_knowledge().label(row.flag)
    return f"“I don’t know” to: {label}" if row.source == RedFlagAlert.Source.UNSURE else label


def _flag_row(row: RedFlagAlert, text: str) -> FlagRow:
    lines, missing = lines_of(row.patient, contact_of(row.response.answers))
    return FlagRow(row, row.patient, text, told_words(row.mail), lines, missing)


def inbox(*, is_clinical: bool) -> Inbox:
    """Everything of the last 30 days, and what is still open."""
    since = timezone.now() - dt.timedelta(days=SHOWN_DAYS)
    rows = (
        Invitation.objects.filter(created_at__gte=since, replaced_by=None)
        .select_related("patient", "response", "mail")
        .annotate(
            assessed=Count("response__assessments", filter=~Q(response__assessments__status=STATUS), distinct=True),
            alerts=Count("response__alerts", filter=Q(response__alerts__acknowledged_at=None), distinct=True),
        )
        .order_by("-id")
    )
    told = Patient.objects.filter(contact_changes__decided_at=None, contact_changes__isnull=False).distinct()
    page = Inbox(flags=open_flags(is_clinical=is_clinical), told=list(told))
    kept = _kept_drafts([invitation.patient_id for invitation in rows])
    for invitation in rows:
        row = _row(invitation, kept.get(invitation.patient_id))
        if row.state == "submitted":
            (page.new if row.is_new else page.done).append(row)
        elif row.state in ("invited", "started"):
            page.unfinished.append(row)
        else:
            page.closed.append(row)
    return page


def _kept_drafts(patients: list[int]) -> dict[int, IntakeResponse]:
    """What was begun under an earlier link and never sent: the newest of each patient."""
    drafts = IntakeResponse.objects.filter(patient__in=patients, submitted_at=None)
    earlier = drafts.exclude(invitation__replaced_by=None, set_aside_at=None).order_by("id")
    return {draft.patient_id: draft for draft in earlier}


def _row(invitation: Invitation, kept: IntakeResponse | None) -> Row:
    state = str(invitation.state.value)
    kind, icon, words = PILLS[state]
    response = getattr(invitation, "response", None)
    if state == "started" and response is not None:
        words = f"Started, {response.progress} %"
    return Row(
        invitation=invitation,
        patient=invitation.patient,
        state=state,
        pill=(kind, icon, words),
        response=response,
        is_new=state == "submitted" and not invitation.assessed,  # type: ignore[attr-defined]
        has_alert=bool(invitation.alerts),  # type: ignore[attr-defined]
        mail_failed=invitation.mail is not None and is_in_trouble(invitation.mail),
        kept=kept if kept is not None and kept != response else None,
    )
