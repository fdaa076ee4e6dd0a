"""The inbox: the state of every intake. For both kinds of reader; it never contains answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.paging import Page, page_of
from clinic.outbox.models import Message
from clinic.outbox.presenters import is_in_trouble, state_words
from clinic.people.models import ContactChange, Patient
from clinic.people.presenters import Line, lines_of
from intake.actions.contact import contact_of
from intake.assessment import load_intake_knowledge
from intake.models import IntakeResponse, Invitation, RedFlagAlert
from intake.models.invitations import BIRTH_TRIES, STATE

SHOWN_DAYS = 30  # older ones are found on the chart
SHOWN = 50  # rows per page of a list
_NAMED = ("patient__given_name", "patient__family_name", "patient__phone")
_MAIL = ("mail__status", "mail__created_at")
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
    is_new: bool  # submitted, and no assessment is based on it yet
    has_alert: bool
    mail_failed: bool
    kept: IntakeResponse | None  # begun under an earlier link and not submitted


@dataclass(frozen=True)
class FlagRow:
    """An open red flag. ``text`` is empty for readers without clinical rights."""

    alert: RedFlagAlert
    patient: Patient
    text: str
    told: str  # whether the clinic's alert mail has gone
    lines: list[Line]  # whom to call
    missing: str  # shown if the patient has no number


@dataclass(frozen=True)
class Section:
    """One page of a list of the inbox. ``name``: the URL parameter for another page."""

    name: str
    rows: list[Row]
    page: Page

    @property
    def count(self) -> str:
        """How many there are; if there is a next page, only that there are more."""
        return f"{self.page.last}+" if self.page.has_next else str(self.page.last)


@dataclass(frozen=True)
class Inbox:
    flags: list[FlagRow]
    new: Section
    unfinished: Section
    closed: Section
    done: Section
    told: Page  # patients who reported something about themselves that differs from the record

    @property
    def patient_ids(self) -> list[int]:
        sections = (self.new, self.unfinished, self.closed, self.done)
        shown = {row.patient.pk for section in sections for row in section.rows}
        return sorted(shown | {row.patient.pk for row in self.flags} | {one.pk for one in self.told.object_list})


def told_words(mail: Message | None) -> str:
    return (
        f"Alert e-mail: {state_words(mail)}" if mail else "No alert e-mail: the clinic has set no address for alerts."
    )


@KeptQuery
def _open_flags() -> QuerySet[RedFlagAlert]:
    rows = RedFlagAlert.objects.filter(acknowledged_at=None).select_related("patient", "response", "mail")
    rows = rows.defer("response__consent_signature", "response__red_flags_shown")
    return rows.order_by("level", F("taken_back_at").asc(nulls_first=True), "-id")


def open_flags(*, is_clinical: bool) -> list[FlagRow]:
    """Red flags not answered yet, most severe and newest first; for the inbox and the home page."""
    rows = _open_flags()
    if not is_clinical:  # one line per patient: even the number of signs would reveal an answer
        first: dict[int, RedFlagAlert] = {}
        for row in rows:
            first.setdefault(row.patient_id, row)
        return [_flag_row(row, "") for row in first.values()]
    return [_flag_row(row, flag_words(row)) for row in rows]


def flag_words(row: RedFlagAlert) -> str:
    """What was reported, for a practitioner: "Don't know" is not a sign."""
    label = load_intake_knowledge().label(row.flag)
    return f"“Don’t know” to: {label}" if row.source == RedFlagAlert.Source.UNSURE else label


def _flag_row(row: RedFlagAlert, text: str) -> FlagRow:
    lines, missing = lines_of(row.patient, contact_of(row.response.answers))
    return FlagRow(row, row.patient, text, told_words(row.mail), lines, missing)


def inbox(asked: Mapping[str, str], *, is_clinical: bool) -> Inbox:
    """The links of the last 30 days by how far they got. ``asked``: the requested page of each list."""
    pages = {name: page_of(rows, asked.get(name), SHOWN) for name, rows in _sections(timezone.now()).items()}
    links = [link for page in pages.values() for link in page.object_list]
    kept = _kept_drafts([link.patient_id for link in links])
    sections = {
        name: Section(name, [_row(link, kept.get(link.patient_id)) for link in page.object_list], page)
        for name, page in pages.items()
    }
    undecided = ContactChange.objects.filter(decided_at=None).values("patient")
    told = page_of(Patient.objects.filter(pk__in=undecided), asked.get("told"), SHOWN)
    return Inbox(flags=open_flags(is_clinical=is_clinical), told=told, **sections)


def _sections(now: dt.datetime) -> dict[str, QuerySet[Invitation]]:
    """The lists, newest first; a link is in the one given by its ``state``, or in none if it was replaced."""
    since = now - dt.timedelta(days=SHOWN_DAYS)
    open_alerts = RedFlagAlert.objects.filter(response__invitation=OuterRef("pk"), acknowledged_at=None)
    links = (
        Invitation.objects.filter(created_at__gte=since)
        .select_related("patient", "response", "mail")
        .exclude(purpose=Invitation.Purpose.CONSENT, answered_at__isnull=False)
        .only(
            "created_at",
            "second_of",
            *STATE,
            *_NAMED,
            *_MAIL,
            "is_assessed",
            "response__saved_at",
            "response__set_aside_at",
        )
        .annotate(alerts=Exists(open_alerts))
        .order_by("-created_at", "-id")
    )
    answered = links.filter(answered_at__isnull=False)
    shut = Q(failed_birth_checks__gte=BIRTH_TRIES) | Q(expires_at__lte=now)
    unfinished = links.filter(is_unfinished=True)
    revoked = Q(revoked_at__isnull=False) & ~Q(replaced_by__isnull=False)
    return {
        "new": answered.filter(is_assessed=False),
        "unfinished": unfinished.exclude(shut),
        "closed": links.filter(Q(is_unfinished=True) & shut | revoked, answered_at=None),
        "done": answered.filter(is_assessed=True),
    }


def _kept_drafts(patients: list[int]) -> dict[int, IntakeResponse]:
    """What was begun under an earlier link and never submitted: the newest for each patient."""
    drafts = IntakeResponse.objects.filter(patient__in=patients, submitted_at=None)
    earlier = drafts.exclude(invitation__replaced_by=None, set_aside_at=None).order_by("id")
    return {draft.patient_id: draft for draft in earlier.only("patient", "progress", "set_aside_at")}


def _row(invitation: Invitation, kept: IntakeResponse | None) -> Row:
    state = str(invitation.state.value)
    kind, icon, words = PILLS[state]
    response = getattr(invitation, "response", None)
    if state == "started" and response is not None:
        words = f"Started, {response.progress} %"
    if invitation.purpose == Invitation.Purpose.CONSENT:
        words = f"Consent: {words[:1].lower()}{words[1:]}"
    if invitation.second_of_id is not None:
        words = f"Second part: {words[:1].lower()}{words[1:]}"
    return Row(
        invitation=invitation,
        patient=invitation.patient,
        state=state,
        pill=(kind, icon, words),
        response=response,
        is_new=state == "submitted" and not invitation.is_assessed,
        has_alert=bool(invitation.alerts),  # type: ignore[attr-defined]
        mail_failed=invitation.mail is not None and is_in_trouble(invitation.mail),
        kept=kept if kept is not None and kept != response else None,
    )
