"""The patient's answers: saved one by one, sent once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.kept_queries import KeptQuery
from clinic.people.actions.contact import take_contact
from clinic.people.actions.patients import change_held, held_patient, record_safety_facts, safety_facts_of
from intake.actions import episodes
from intake.actions.assessment import renew_drafts
from intake.actions.attachments import keep_attachments
from intake.actions.beside import Beside, beside, left_behind, locked_as_seen
from intake.actions.by_phone import keep_asked
from intake.actions.consent import facts_of_consent, lacks_consent
from intake.actions.contact import contact_of
from intake.actions.drafts import locked_draft, teller
from intake.actions.invitations import LinkNotOpen
from intake.actions.limits import Limit
from intake.actions.red_flags import raise_alerts
from intake.assessment import load_intake_knowledge
from intake.models import Clash, Episode, IntakeResponse, OpenedPage, PhoneCall, Score
from intake.models.kept import keep_links
from intake.questionnaire.answers import Reading, progress
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.merging import Opened, mark_of, merge_all
from intake.questionnaire.several import with_owner
from intake.questionnaire.values import DONE, Question
from intake.reading import hand_on_reading, reading_about, reading_of


class IncompleteIntake(Exception):
    """Something is still open: ``missing`` questions (unanswered, with two answers, or too long), or the consent."""

    def __init__(self, missing: tuple[Question, ...], *, lacks_consent: bool) -> None:
        super().__init__("Some questions are still open.")
        self.missing = missing
        self.lacks_consent = lacks_consent


@transaction.atomic
def save_answers(
    response_id: int,
    *,
    values: Mapping[str, Any],
    opened: Opened | None = None,
    passed: str = "",
    is_settled: bool = True,
    seen: IntakeResponse | None = None,
    limit: Limit | None = None,
    call: PhoneCall | None = None,
) -> IntakeResponse:
    """Save the answers of one screen (question id -> value, None takes an answer back).

    ``opened``: the page that saves. Only what changed on it since its last save counts, a save that arrives after a
    newer one of the same page changes nothing, and a different answer from another page is kept as a `Clash`.
    Without it the values are taken as they are. ``passed``: the screen was left with Next. ``is_settled``: False while
    someone is still typing, so that half a sentence raises no alarm. ``seen``: the row as the page has read it, which
    is not read again if nobody has changed it since; ``limit``: then counts this save. ``call``: in which a
    practitioner asks. Raises LinkNotOpen, TooMany.
    """
    response, known = _locked(response_id, opened.page if opened else "", seen, limit, call)
    if opened is None:
        answers = {**response.answers, **values}
    else:
        if opened.seq < known.seq:
            return response
        answers = _merged(response, values, base={**opened.shown, **known.told})
        if opened.page:
            OpenedPage.keep(response.pk, opened.page, opened.seq, {**known.told, **values})
    answers = {key: value for key, value in answers.items() if value is not None}
    if passed and passed not in answers.get(DONE, []):
        answers[DONE] = [*answers.get(DONE, []), passed]
    _keep(response, answers, has_calls=known.has_calls)
    if is_settled:
        raise_alerts(response, levels=("emergency",), none_stands=not known.has_alerts)
    return response


def _locked(
    response_id: int, page: str, seen: IntakeResponse | None, limit: Limit | None, call: PhoneCall | None
) -> tuple[IntakeResponse, Beside]:
    """The draft, locked, and what stands beside it."""
    known = None
    if seen is not None and limit is not None:
        known = locked_as_seen(seen, page, limit)
        if known is not None and not seen.invitation.is_open:  # its time has run out
            raise LinkNotOpen(seen.invitation.state)
    if seen is not None and known is not None:
        response = seen
        response.call = call
    else:
        response = locked_draft(response_id, call=call)
        if seen is not None:
            hand_on_reading(seen, response)
        known = beside(response_id, page)
    response.has_clashes = known.has_clashes
    return response, known


def _keep(response: IntakeResponse, answers: dict[str, Any], *, has_calls: bool = True) -> None:
    answers = with_owner(response.answers, answers)
    changed = [key for key in {**response.answers, **answers} if response.answers.get(key) != answers.get(key)]
    response.answers = answers
    response.saved_at = _later_than(response.saved_at)
    response.progress = progress(reading_of(response), answers)
    response.keep()
    if changed:
        trail.record(
            "intake.saved",
            by=teller(response),
            patient=response.patient,
            obj=response,
            detail={"questions": sorted(key for key in changed if key != DONE)},
        )
        if has_calls:
            keep_asked(response, [key for key in changed if key != DONE])


def _later_than(before: datetime) -> datetime:
    """Now; never the same moment twice, as by it a page sees that another one has saved."""
    now = timezone.now()
    return now if now != before else now + timedelta(microseconds=1)


def _merged(response: IntakeResponse, values: Mapping[str, Any], *, base: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with what changed on one page. Questions no longer asked stay as they are."""
    asked = reading_of(response).questions
    answers, merged = merge_all(asked, base=base, mine=values, stored=response.answers)
    rows = Clash.objects.filter(response=response) if response.has_clashes else ()
    clashes = {clash.question: clash for clash in rows}
    for name, one in merged.items():
        clash = clashes.get(name)
        if clash is None and one.beside is None:  # nearly always
            continue
        clash = clash or Clash(response=response, question=name)
        others = [*clash.others, *([one.beside] if one.beside is not None else [])]
        _keep_beside(clash, [other for n, other in enumerate(others) if other not in [one.value, *others[:n]]])
    return answers


def _keep_beside(clash: Clash, others: list[Any]) -> None:
    if others == clash.others:
        return
    clash.others = others
    if others:
        clash.save()
        clash.response.has_clashes = True
    elif clash.pk:
        clash.delete()


@transaction.atomic
def settle_clash(response_id: int, *, question: str, chosen: str, call: PhoneCall | None = None) -> IntakeResponse:
    """The patient says which of two answers is right. ``chosen``: its ``mark_of``; anything else keeps the current one.

    Raises LinkNotOpen.
    """
    response = locked_draft(response_id, call=call)
    clash = Clash.objects.filter(response=response, question=question).first()
    if clash is None:  # already chosen on another page
        return response
    answers = {**response.answers}
    for other in clash.others:
        if mark_of(other) == chosen:
            answers[question] = other
    clash.delete()
    _keep(response, answers)
    raise_alerts(response, levels=("emergency",))
    return response


def clashing(response: IntakeResponse, reading: Reading) -> tuple[Question, ...]:
    """Questions with two answers between which the patient has not chosen."""
    names = set(_clashing(response.pk))
    return tuple(question for question in reading.questions if question.id in names)


@KeptQuery
def _clashing(response: int) -> QuerySet[Clash, str]:
    return Clash.objects.filter(response=response).order_by().values_list("question", flat=True)


@transaction.atomic
def submit(response_id: int, *, call: PhoneCall | None = None) -> IntakeResponse:
    """Submit the intake: frozen from here on. Idempotent. After a ``call`` the consent stays open, for the visit.

    Raises IncompleteIntake if something required is open, LinkNotOpen if the link has since been closed.
    """
    try:
        response = locked_draft(response_id, call=call)
    except LinkNotOpen as closed:
        if closed.state == "submitted":
            return IntakeResponse.objects.get(pk=response_id)
        raise
    reading = reading_of(response)
    left = left_behind(response_id)
    clashes = clashing(response, reading) if left.has_clashes else ()
    missing = tuple(dict.fromkeys((*reading.missing, *clashes)))
    is_unsigned = call is None and lacks_consent(response, reading)
    if missing or is_unsigned:
        raise IncompleteIntake(missing, lacks_consent=is_unsigned)
    by = teller(response)
    raise_alerts(response, levels=("emergency", "refer"), none_stands=not left.has_alerts)
    _complete_patient(response, reading, by)
    _keep_safety_facts(response, reading, by)
    now = timezone.now()
    about = episodes.open_by_form(response)
    Score.objects.bulk_create(_scores(response, reading, about, now))
    response.submitted_at = response.saved_at = now
    response.progress = 100
    response.sent_by = call.asked_by if call is not None else None
    response.keep_sent()
    if left.has_attachments:
        keep_attachments(response)
    if left.has_pages:
        OpenedPage.objects.filter(response=response).delete()
    trail.record("intake.submitted", by=by, patient=response.patient, obj=response, sealed=True)
    keep_links(response.continues_id)
    renew_drafts(response, about.values())
    return response


def _scores(response: IntakeResponse, reading: Reading, about: Mapping[str, Episode], now: datetime) -> Iterator[Score]:
    """What was measured: of a complaint, or of the person; of several complaints each its own."""
    told = {complaint: reading_about(response, complaint) for complaint in about} if reading.each else {}
    rows: list[tuple[str, float, Episode | None]] = [
        (measure, value, None if told else next(iter(about.values()), None))
        for measure, value in reading.measures.items()
    ]
    rows += [
        (measure, value, about[complaint])
        for complaint, one in told.items()
        for measure, value in one.measures.items()
        if measure not in reading.measures
    ]
    for measure, value, episode in rows:
        if measure in load_instruments() and (response.continues_id is None or measure in reading.later.measures):
            yield Score(
                patient=response.patient,
                episode=episode if load_instruments()[measure].decides != "screen" else None,
                measure=measure,
                value=Decimal(str(value)),
                taken_at=now,
                occasion=Score.Occasion.INTAKE,
                filled_by=Score.FilledBy.PATIENT,
            )


def _complete_patient(response: IntakeResponse, reading: Reading, by: trail.Actor) -> None:
    """Fill in what the clinic did not know; never overwrite what it did. The clinic must confirm the date of birth."""
    patient = held_patient(response.patient_id)
    if not patient.sex and reading.person.get("sex") in patient.Sex.values:
        change_held(patient, by=by, changes={"sex": reading.person["sex"]})
    born = {"date_of_birth": reading.person.get("date_of_birth", "")}
    take_contact(patient=patient, told=born | contact_of(response.answers), by=by)


def _keep_safety_facts(response: IntakeResponse, reading: Reading, by: trail.Actor) -> None:
    """Conditions and wishes. A "no" never undoes an earlier "yes" to a lasting condition: staff look at that."""
    known, passing = safety_facts_of(response.patient), load_intake_knowledge().passing
    facts = {
        finding: present
        for finding, present in reading.findings.items()
        if finding.split(".")[0] in ("condition", "wish")
        and (response.continues_id is None or finding in reading.later.findings)  # the first part's are kept already
        and finding not in reading.holds_days
        and (present or not known.get(finding) or finding in passing or finding.startswith("wish."))
    }
    if response.continues is None or response.consent_at != response.continues.consent_at:
        facts |= facts_of_consent(response, known=known, told=facts)
    record_safety_facts(patient=response.patient, facts=facts, by=by, note="from the intake form", known=known)
