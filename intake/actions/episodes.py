"""Complaints of a patient: taken up by their form or by the practitioner, named, and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.complaints import complaints
from clinic.lib.kept_queries import KeptQuery
from clinic.lib.many_rows import insert
from clinic.people.models import Patient, User
from intake.assessment import Case, has_rules
from intake.models import Episode, IntakeResponse
from intake.models.episodes import BY_HAND
from intake.questionnaire.complaints import chosen_complaints


class EpisodeClosed(ValueError):
    """The complaint is closed: nothing new begins in it."""


class NotNamed(ValueError):
    """A complaint that is opened by hand is one there are rules for, or has words."""


@transaction.atomic
def open_by_form(response: IntakeResponse) -> dict[str, Episode]:
    """What the answers are about, the main one first: open already, or opened now. Call when they are sent, with the
    patient locked."""
    there, found = _all_open(response.patient_id), {}
    for complaint in chosen_complaints(response.answers):
        episode = next((one for one in there if one.complaint == complaint), None)
        if episode is None and (episode := next((one for one in there if _is_unnamed(one)), None)) is not None:
            episode.complaint = complaint
            episode.save(update_fields=["complaint"])
        if episode is None and response.continues_id is not None:  # closed since the first part
            continue
        if episode is None:
            episode = _begin(response.patient, trail.patient_actor(response.patient), complaint=complaint)
        found[complaint] = episode
    rows = [(response.pk, episode.pk, complaint) for complaint, episode in found.items()]
    insert("intake_complainttold", ("response_id", "episode_id", "complaint"), rows, only_new=True)
    return found


@transaction.atomic
def open_by_hand(*, patient: Patient, complaint: str, words: str, by: User) -> Episode:
    """A complaint beside those there are. One of the same kind that is open is that one. Raises NotNamed."""
    words = words.strip()
    pack = complaints().get(complaint)
    if pack is None and not words:
        raise NotNamed("Choose a complaint, or write what it is.")
    _locked(patient)
    if pack is not None and (there := _open(patient, pack.id)) is not None:
        return there
    named = words or (pack.name if pack else "")
    return _begin(patient, by, complaint=pack.id if pack else "", words=named, opened_by=by)


def main_of(patient: Patient, *, by: User) -> Episode:
    """The complaint that was opened first of those open; none: one to be named by its assessment."""
    _locked(patient)
    episode = Episode.objects.open().filter(patient=patient).first()
    return _begin(patient, by, opened_by=by) if episode is None else episode


def _begin(patient: Patient, by: trail.Actor, **fields: Any) -> Episode:
    episode = Episode.objects.create(patient=patient, opened_at=timezone.now(), **fields)
    trail.record("episode.opened", by=by, patient=patient, obj=episode)
    return episode


def still_open(episode: Episode) -> Episode:
    """Locked for this transaction. Raises EpisodeClosed."""
    held = Episode.objects.select_for_update().get(pk=episode.pk)
    if not held.is_open:
        raise EpisodeClosed(f"“{held.title}” is closed: open it again first.")
    return held


def answers_for(episode: Episode) -> IntakeResponse | None:
    """The newest answers that are about this complaint; else the newest."""
    sent = [*IntakeResponse.objects.filter(patient=episode.patient_id, submitted_at__isnull=False)[:20]]
    about = (one for one in sent if episode.complaint in chosen_complaints(one.answers))
    return next(about, sent[0] if sent else None)


def follow(episode: Episode, found: Mapping[str, bool | None], case: Case) -> None:
    """A signed assessment says what a complaint without words is: as the practitioner ticked, or as it was computed."""
    ticked = [f.partition(".")[2] for f, present in found.items() if present and f.startswith("complaint.")]
    about = next((one for one in (*complaints(), *BY_HAND) if one in ticked), "")
    if not about and episode.complaint:
        return
    if not about and has_rules(case):
        about = case.complaint.id
    if not about:
        about = next((one for one in BY_HAND if case.is_present(f"complaint.{one}")), "")
    if not about or about == episode.complaint or episode.words:
        return
    _locked(episode.patient)
    if _open(episode.patient, about) is None:
        episode.complaint = about
        episode.save(update_fields=["complaint"])


def _open(patient: Patient, complaint: str) -> Episode | None:
    return Episode.objects.open().filter(patient=patient, complaint=complaint).first()


@KeptQuery
def _all_open(patient: int) -> QuerySet[Episode]:
    return Episode.objects.open().filter(patient=patient)


def _is_unnamed(episode: Episode) -> bool:
    return not episode.complaint and not episode.words


def _locked(patient: Patient) -> None:
    """One after the other: two forms, or a form and a practitioner, do not open the same complaint at once."""
    list(Patient.objects.select_for_update(of=("self",)).filter(pk=patient.pk).values_list("pk"))
