"""Of answers about several complaints, which of them a complaint of the patient is."""

from __future__ import annotations

from intake.models import Assessment, ComplaintTold, Episode, IntakeResponse
from intake.reading import reading_about, reading_of

NOT_TOLD = "-"  # a complaint that the answers are not about


def told_as(episode: int | None, response: IntakeResponse | None) -> str:
    """What the answers call the complaint, whatever a practitioner has called it since; "" if they are about one."""
    if episode is None or response is None or not reading_of(response).each:
        return ""
    told = ComplaintTold.objects.filter(episode=episode, response=response).values_list("complaint", flat=True)
    named = Episode.objects.filter(pk=episode).values_list("complaint", flat=True)
    return told.first() or named.first() or NOT_TOLD


def corrected_there(other: Assessment, response: IntakeResponse, mine: str) -> set[str]:
    """What the same answers tell of another complaint alone, and its examination did not find."""
    absent = {finding for finding, present in other.findings.items() if present is False}
    if not absent or not reading_of(response).each:
        return set()
    there = reading_about(response, told_as(other.episode_id, response)).findings
    here = reading_about(response, mine).findings
    return {finding for finding in absent if there.get(finding) and not here.get(finding)}
