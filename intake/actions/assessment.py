"""All that can happen to an assessment: begun, saved, decided, signed. One transaction each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.lib.kept_queries import KeptQuery
from clinic.lib.wording import says_something
from clinic.people.models import Patient, User
from intake.actions import episodes
from intake.actions.assessment_clearance import withdraw
from intake.assessment import Case, assess, knowledge_of, load_intake_knowledge
from intake.case_building import build_case, facts_since
from intake.models import Assessment, Clearance, Episode, IntakeResponse
from intake.models.kept import keep_links
from intake.questionnaire.left_out import DANGER
from intake.reading import reading_of

NOTHING_YET = (
    "Nothing is entered yet: mark where it hurts, at least one finding as present or absent, or write what you found. "
    "An empty assessment would be signed for an examination that did not happen."
)
TOGETHER = 3  # complaints that are looked up in one query: a form is about so many at most


@dataclasses.dataclass(frozen=True)
class Examination:
    """What a practitioner entered: ``findings`` holds only what differs from the patient's own answers.

    None in it resets an answer of the patient to "not known".
    """

    findings: dict[str, bool | None]
    levels: list[str]
    ashi: list[dict[str, str]]
    notes: str


@transaction.atomic
def open_draft(*, patient: Patient, by: User, episode: Episode | None = None) -> Assessment:
    """The open draft of a complaint; else a new one, which takes over the findings of its last assessment.

    Without ``episode``: of the complaint that has a draft, else of the main one. Raises EpisodeClosed.
    """
    drafts = Assessment.objects.filter(patient=patient, status="draft").order_by("pk")
    draft = drafts.filter(episode=episode).first() if episode else drafts.first()
    if draft:
        return draft
    episode = episodes.still_open(episode) if episode else episodes.main_of(patient, by=by)
    last = Assessment.objects.filter(episode=episode, status="signed").first()
    response = episodes.answers_for(episode)
    # what was reported or recorded since is newer than the last examination
    newer = facts_since(patient, last.signed_at) if last and last.signed_at else {}
    # and what was examined and cleared is not a finding of today
    settled = {*newer, *build_case(patient, last, today=timezone.localdate()).cleared} if last else set()
    taken_over = {finding: value for finding, value in last.findings.items() if finding not in settled} if last else {}
    draft = Assessment.objects.create(
        patient=patient,
        episode=episode,
        response=response,
        findings=taken_over,
        levels=last.levels if last else [],
        ashi=last.ashi if last else [],
        created_by=by,
        supersedes=last,
    )
    keep_links(response)
    trail.record("assessment.begun", by=by, patient=patient, obj=draft)
    return draft


def renew_drafts(response: IntakeResponse, about: Iterable[Episode]) -> None:
    """A new intake came in: open drafts of what it is about are based on it from now on; the danger it reports counts
    in every other. Call inside the transaction that submits it.

    An older "absent" in the draft gives way if the new answers report danger; anyone with the page open is informed.
    """
    of = [episode.pk for episode in about]
    for first in range(0, len(of), TOGETHER):
        some = of[first : first + TOGETHER]
        for draft in _drafts_of(*some, *some[:1] * (TOGETHER - len(some))):
            _renew(draft, response)


@KeptQuery
def _drafts_of(*episodes: int) -> QuerySet[Assessment]:
    return Assessment.objects.select_for_update(of=("self",)).filter(episode__in=episodes, status="draft")


def _renew(draft: Assessment, response: IntakeResponse) -> None:
    reading = reading_of(response)
    told = {f for f, value in reading.findings.items() if value and f.startswith(DANGER)}
    if response.continues_id is not None:  # the first part was before the examiner already
        told &= reading.later.findings
    draft.findings = {f: value for f, value in draft.findings.items() if value or f not in told}
    before, draft.response = draft.response_id, response
    draft.revision += 1
    draft.save(update_fields=["findings", "response", "revision"])
    keep_links(before, response)
    trail.record("assessment.intake_renewed", by=None, patient=response.patient, obj=draft)


@transaction.atomic
def save(
    *, assessment_id: int, revision: int | None, found: Examination, confirmed: dict[str, str], by: User
) -> Assessment:
    """Save examination and decision; saving what is already there changes nothing, whatever the revision.

    ``confirmed``: {} as computed, or {"class", "branch", "root", "reason"} as overruled; signing requires the
    reason. Raises Stale if someone else saved something different, and NotADraft.
    """
    draft = records.held_draft(_assessments(), assessment_id)
    confirmed = {key: value for key, value in confirmed.items() if value}
    wanted = (found.findings, found.levels, found.ashi, found.notes, confirmed)
    if wanted == (draft.findings, draft.levels, draft.ashi, draft.notes, draft.confirmed):
        return draft
    records.require_revision(draft, revision)
    changed = sum(draft.findings.get(k) != found.findings.get(k) for k in {*draft.findings, *found.findings})
    # found now: an earlier examination says nothing about it
    found_again = [f for f, value in found.findings.items() if value and not draft.findings.get(f)]
    draft.findings, draft.levels, draft.ashi, draft.notes, draft.confirmed = wanted
    draft.revision += 1
    draft.save(update_fields=["findings", "levels", "ashi", "notes", "confirmed", "revision"])
    named = load_intake_knowledge().ever_called(found_again)
    for clearance in Clearance.objects.filter(patient=draft.patient, finding__in=named, withdrawn_at=None):
        withdraw(clearance=clearance, by=by)
    detail = {"changed": changed, "overruled": sorted(set(confirmed) - {"reason"})}
    trail.record("assessment.saved", by=by, patient=draft.patient, obj=draft, detail=detail)
    return draft


@transaction.atomic
def sign(*, assessment_id: int, revision: int | None, by: User) -> Assessment:
    """Freeze the draft with the current result; the previous assessment is superseded.

    Raises NotReady if it is empty, overrules without a reason, or lacks the line of reasoning that cautions
    require; Stale, NotADraft.
    """
    draft = records.draft_at(_assessments(), assessment_id, revision)
    case = build_case(draft.patient, draft, today=timezone.localdate())
    result = assess(case, knowledge_of(case))
    reasons = []
    if not _says_something(draft, case):
        reasons.append(NOTHING_YET)
    if result.is_overruled and not draft.confirmed.get("reason", "").strip():
        reasons.append("You overruled the computed result: write why.")
    if result.needs_reasoning and not draft.notes.strip():
        reasons.append("Cautions from more than one group are open: write one line in the notes on why you go on.")
    if reasons:
        raise records.NotReady(draft, reasons)
    episodes.follow(draft.episode, draft.findings, case)
    Assessment.objects.filter(episode=draft.episode, status="signed").update(status="superseded")
    draft.result = result.as_record()
    draft.knowledge_version = result.knowledge_version
    draft.mark_signed(by=by)
    draft.save()
    detail = {"class": result.picture_class, "overruled": result.is_overruled}
    trail.record("assessment.signed", by=by, patient=draft.patient, obj=draft, detail=detail, sealed=True)
    return draft


@transaction.atomic
def set_aside(*, assessment_id: int, code: str, note: str, by: User) -> Assessment:
    """Discard a draft: kept with who, when and why, but no longer read by anything. Idempotent.

    Raises NotADraft for a signed one, ReasonMissing without a reason.
    """
    held = records.held(Assessment.objects.select_related("patient"), assessment_id)
    if held.is_set_aside:
        return held
    if not held.is_draft:
        raise records.NotADraft(held)
    held.mark_set_aside(code=code, note=note, by=by)
    held.revision += 1
    held.save(update_fields=["status", "revision", *Assessment.FIELDS])
    keep_links(held.response_id)
    trail.record("assessment.set_aside", by=by, patient=held.patient, obj=held, detail={"reason": code})
    return held


@transaction.atomic
def take_back_clearance(*, assessment: Assessment, clearance: Clearance, by: User) -> None:
    """A clearance no longer holds. In an open draft the finding is present again, whoever reported it."""
    withdraw(clearance=clearance, by=by)
    draft = Assessment.objects.select_for_update(of=("self",)).filter(pk=assessment.pk, status="draft").first()
    (finding,) = load_intake_knowledge().now_called({clearance.finding: True})
    if draft is None or build_case(draft.patient, draft, today=timezone.localdate()).is_present(finding):
        return
    draft.findings = {**draft.findings, finding: True}
    draft.revision += 1
    draft.save(update_fields=["findings", "revision"])


def _says_something(draft: Assessment, case: Case) -> bool:
    """The minimum that can be signed: a place of the complaint, reported or found, one finding by the practitioner, or
    their own words: not every complaint has a place.

    No more is required: an examination may find nothing, and a first plan may be based on the answers alone.
    """
    has_place = any(present and finding.startswith("site.") for finding, present in case.findings.items())
    return has_place or bool(draft.findings or draft.levels or draft.ashi) or says_something(draft.notes)


def _assessments() -> QuerySet[Assessment]:
    return Assessment.objects.select_related("patient", "episode", "response")
