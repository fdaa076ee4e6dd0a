"""Builds one `Case` from what is stored about a patient: answers, safety facts, findings, clearances, scores.

Later sources win: answers, then safety facts (newest row of each finding), then the practitioner's findings, then
safety facts recorded after those were signed. Dates count: a safety fact does not take back a later yes, a
clearance counts only for answers given before it, and danger reported in an intake that came in after the assessment
was begun counts even though no assessment is based on it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import BooleanField, CharField, QuerySet, Value

from clinic.lib.by_value import ByValue
from clinic.lib.complaints import DEFAULT, complaints
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, SafetyFact
from intake.assessment import Assessment as Judged
from intake.assessment import Case, assess, complaint_id, load_intake_knowledge, read_case
from intake.assessment.standing import lowers, standing_clearances
from intake.models import Assessment, Clearance, Episode, IntakeResponse, Score
from intake.questionnaire.left_out import DANGER
from intake.reading import ANSWERS, Moments, answers_part, moments_of, reading_of
from intake.told import corrected_there, told_as

JUDGED: ByValue[tuple[Case, Judged]] = ByValue(64)  # some 40 kB each
MOST_NEWER = 5  # intakes sent since an assessment was begun that are looked at
PAIN = {"nrs_now": "pain_now", "nrs_average": "pain_average"}  # measure -> part of the complaint


class Fact(NamedTuple):
    """What a safety fact says."""

    finding: str
    present: bool | None
    note: str
    recorded_at: datetime


@dataclass(frozen=True)
class CaseRows:
    """What is read besides assessment and answers. A page that has already read it passes it in."""

    facts: tuple[Fact, ...]  # the newest for each finding
    clearances: tuple[tuple[str, datetime], ...]  # (finding, when) of those not withdrawn
    beside: tuple[Assessment, ...]  # of the other complaints that are open: drafts, and what is in force
    sent: tuple[tuple[int, datetime], ...] | None = None  # (response, when) of the submitted intakes, if known

    @classmethod
    def of(cls, patient: Patient, assessment: Assessment | None) -> CaseRows:
        facts, clearances = _facts_and_clearances(patient)
        episode = assessment.episode_id if assessment is not None else 0
        return cls(newest_facts(facts), clearances, tuple(_beside(patient.pk, episode)))


def build_case(
    patient: Patient, assessment: Assessment | None, *, visit: int = 1, today: date, rows: CaseRows | None = None
) -> Case:
    """The case to assess or to plan for. Without an assessment: the newest submitted intake.

    Raises `intake.assessment.CaseError` if a stored finding is unknown to the knowledge files.
    """
    data = case_data(patient, assessment, visit=visit, today=today, rows=rows)
    return read_case(data)[0]


def judged(data: dict[str, Any]) -> tuple[Case, Judged]:
    """The case that ``case_data`` describes, and its assessment: the same for the same data."""

    def make() -> tuple[Case, Judged]:
        case, knowledge = read_case(data)
        return case, assess(case, knowledge)

    return JUDGED.get(data, (load_intake_knowledge(complaint=complaint_id(data)),), make)


def case_data(
    patient: Patient,
    assessment: Assessment | None,
    *,
    visit: int = 1,
    today: date,
    rows: CaseRows | None = None,
    episode: Episode | None = None,
) -> dict[str, Any]:
    """The same as the contract's input object, to be stored with a proposal.

    ``episode``: what it is about, if there is no assessment that says so.
    """
    episode = assessment.episode if assessment is not None else episode
    response = assessment.response if assessment is not None else None
    if response is None:
        response = (
            IntakeResponse.objects.filter(patient=patient, submitted_at__isnull=False).order_by("-submitted_at").first()
        )
    if response is not None:
        response.patient = patient  # the same object: not read again for every set of answers
    about = told_as(episode.pk if episode else None, response)
    data = answers_part(patient, response, today, about)
    findings: dict[str, bool] = data["findings"]
    told_at = moments_of(response)
    rows = rows or CaseRows.of(patient, assessment)
    for row in rows.facts:
        told = findings.get(row.finding)
        if not lowers(row.present, at=row.recorded_at, told=told, told_at=told_at.of(row.finding)):
            _set(findings, row.finding, row.present)
    found: dict[str, bool | None] = assessment.findings if assessment is not None else {}
    noted = sorted(finding for finding, present in found.items() if present and not findings.get(finding))
    for finding, present in found.items():
        _set(findings, finding, present)
    if assessment is not None and assessment.signed_at is not None:
        for row in rows.facts:  # newer than the examination
            if row.recorded_at > assessment.signed_at:
                _set(findings, row.finding, row.present)
    stands = _add_beside(data, patient, response, rows, today, about)
    if assessment is not None:
        told_at = _add_newer(data, patient, assessment, rows, today) or told_at
    if findings.get("condition.pregnant") is False:
        data["patient"]["pregnancy_weeks"] = None
    data |= {"case": f"patient {patient.pk}", "visit": visit, "cleared": sorted(_cleared(rows, told_at) - stands)}
    if visit > 1:
        at_start = data["complaint"].get("pain_now")
        data["complaint"] |= _newest_pain(patient, episode)
        if at_start is not None:
            data["complaint"]["pain_at_start"] = at_start
    if assessment is not None:
        data |= {
            # a place whose side or region is not chosen yet counts without them
            "ashi": [{key: value for key, value in place.items() if value} for place in assessment.ashi],
            "levels": assessment.levels,
            "confirmed": {key: assessment.confirmed.get(key) for key in ("class", "branch", "root")},
            "noted": noted,
        }
    set_complaint(data, found, episode)
    return data


def set_complaint(data: dict[str, Any], found: Mapping[str, bool | None], episode: Episode | None) -> None:
    """Names what it is about: as the practitioner ticked, as the episode says, as the patient ticked; the first that
    there are rules for. Of several complaints of one patient the others are not in this case."""
    findings = data["findings"]
    about = next((pack for pack in complaints().values() if found.get(pack.finding)), None)
    own = f"complaint.{episode.complaint}" if episode is not None and episode.complaint else ""
    if episode is not None and own and found.get(own) is not False and not _ticked(found):
        about = complaints().get(episode.complaint)
        for finding in [one for one in findings if one.startswith("complaint.") and one != own]:
            del findings[finding]
        if own in load_intake_knowledge().order:
            findings[own] = True
    if about is None:
        about = next((pack for pack in complaints().values() if findings.get(pack.finding)), None)
    if about is not None and about.id != DEFAULT:
        data["complaint"]["id"] = about.id


def _ticked(found: Mapping[str, bool | None]) -> bool:
    return any(present and finding.startswith("complaint.") for finding, present in found.items())


def facts_since(patient: Patient, moment: datetime) -> dict[str, bool | None]:
    """What was recorded after a time, such as the signing of an assessment: newer than the examination."""
    return {
        row.finding: row.present for row in newest_facts(_facts_and_clearances(patient)[0]) if row.recorded_at > moment
    }


def newest_facts(rows: Iterable[Fact]) -> tuple[Fact, ...]:
    """The newest row for each finding. ``rows``: newest first."""
    newest: dict[str, Fact] = {}
    for row in rows:
        newest.setdefault(row.finding, row)
    return tuple(newest.values())


@KeptQuery
def _known(patient: int) -> QuerySet[Any, tuple[Any, ...]]:
    """Safety facts, and clearances that were not withdrawn, in one query."""
    nothing, unsaid = Value("", output_field=CharField()), Value(None, output_field=BooleanField())
    facts = SafetyFact.objects.filter(patient=patient).order_by()
    cleared = Clearance.objects.filter(patient=patient, withdrawn_at=None).order_by()
    first = facts.values_list(Value("fact", output_field=CharField()), "pk", *Fact._fields)
    return first.union(
        cleared.values_list(Value("cleared", output_field=CharField()), "pk", "finding", unsaid, nothing, "cleared_at"),
        all=True,
    )


def _facts_and_clearances(patient: Patient) -> tuple[list[Fact], tuple[tuple[str, datetime], ...]]:
    """Facts newest first."""
    rows = sorted(_known(patient.pk), key=lambda row: -row[1])
    was = load_intake_knowledge().was
    told = [(row[0], Fact._make((was.get(row[2], row[2]), *row[3:]))) for row in rows]
    facts = [fact for kind, fact in told if kind == "fact"]
    return facts, tuple((fact.finding, fact.recorded_at) for kind, fact in told if kind == "cleared")


def _newer_part(patient: Patient, newer: IntakeResponse, assessment: Assessment, today: date) -> dict[str, Any]:
    """What an intake says that the assessment does not rest on: of its own intake's second part, only that part."""
    data = answers_part(patient, newer, today)
    if newer.continues_id is not None and newer.continues_id == assessment.response_id:
        later = reading_of(newer).later
        data["findings"] = {f: so for f, so in data["findings"].items() if f in later.findings}
        data["texts"] = {key: text for key, text in data["texts"].items() if key in later.texts}
        data["patient"]["pregnancy_weeks"] = None
    return data


def _newer_responses_of(assessment: Assessment, rows: CaseRows) -> list[IntakeResponse]:
    """Intakes sent after the one it rests on, or since it was begun; newest first: not assessed for this yet."""
    if assessment.pk is None or (rows.sent is not None and not any(_is_newer(assessment, *one) for one in rows.sent)):
        return []
    return list(_newer_responses(assessment.patient_id, _since(assessment), assessment.response_id or 0))


def _add_newer(
    data: dict[str, Any], patient: Patient, assessment: Assessment, rows: CaseRows, today: date
) -> Moments | None:
    """The danger told since, the oldest first. When the newest was told; None if there is none."""
    told_at, unseen = None, _newer_responses_of(assessment, rows)
    for newer in reversed(unseen):
        told_at, part = moments_of(newer), _newer_part(patient, newer, assessment, today)
        if newer is not unseen[0]:  # a clearance between two intakes settled the first
            _drop(part, _cleared(rows, told_at))
        _add_danger(data, part, rows.facts, told_at)
    return told_at


@KeptQuery
def _newer_responses(patient: int, since: datetime, but: int) -> QuerySet[IntakeResponse]:
    rows = IntakeResponse.objects.filter(patient=patient, submitted_at__gt=since).exclude(pk=but)
    return rows.order_by("-submitted_at")[:MOST_NEWER]


def _since(assessment: Assessment) -> datetime:
    sent: datetime | None = assessment.response.submitted_at if assessment.response is not None else None
    return min(sent or assessment.created_at, assessment.created_at)


def _is_newer(assessment: Assessment, response: int, sent_at: datetime) -> bool:
    return sent_at > _since(assessment) and response != assessment.response_id


@KeptQuery
def _beside(patient: int, episode: int) -> QuerySet[Assessment]:
    rows = Assessment.objects.filter(patient=patient, status__in=("draft", "signed"), episode__closed_at=None)
    rows = rows.exclude(episode=episode).select_related("response").order_by("pk")
    return rows.only("findings", "signed_at", "episode_id", *(f"response__{name}" for name in ANSWERS))


def _add_beside(
    data: dict[str, Any], patient: Patient, response: IntakeResponse | None, rows: CaseRows, today: date, mine: str
) -> set[str]:
    """The danger known from the patient's other complaints: what was found there, and what the answers say that they
    rest on. It counts for every needle, until it is cleared or corrected there. Returns what no
    older clearance settles.
    """
    stands: set[str] = set()
    for other in rows.beside:
        newer = {row.finding for row in rows.facts if other.signed_at and row.recorded_at > other.signed_at}
        found = {f for f, present in other.findings.items() if present and f.startswith(DANGER) and f not in newer}
        data["findings"] |= dict.fromkeys(sorted(found), True)
        if other.response is None:
            continue
        if response is not None and other.response_id == response.pk:
            _drop(data, corrected_there(other, response, mine))
            continue
        part, told_at = answers_part(patient, other.response, today), moments_of(other.response)
        settled = _cleared(rows, told_at) | {f for f, present in other.findings.items() if present is False}
        _drop(part, settled)
        before = {f for f, present in data["findings"].items() if present}
        _add_danger(data, part, rows.facts, told_at)
        stands |= {f for f, present in data["findings"].items() if present} - before
    return stands


def _add_danger(data: dict[str, Any], newer: dict[str, Any], facts: Iterable[Fact], told_at: Moments) -> None:
    """The danger reported in an intake not assessed yet: every yes, and all its words."""
    answered_since = {
        row.finding for row in facts if (at := told_at.of(row.finding)) is not None and row.recorded_at >= at
    }
    for finding, present in newer["findings"].items():
        if present and finding.startswith(DANGER) and finding not in answered_since:
            data["findings"][finding] = True
    texts = data["texts"]
    stands = {  # what was said of words counts as long as nothing newer stands in their place
        finding: row
        for finding, row in data["explained"].items()
        if all(newer["texts"].get(key, texts.get(key)) == texts.get(key) for key in row["texts"])
    }
    data["explained"] = stands | newer["explained"]
    for key, text in newer["texts"].items():
        before = data["texts"].get(key, "")
        data["texts"][key] = text if before in ("", text) else f"{text}\n\n{before}"
    if newer["patient"]["pregnancy_weeks"] is not None:
        data["patient"]["pregnancy_weeks"] = newer["patient"]["pregnancy_weeks"]


def _drop(part: dict[str, Any], findings: Set[str]) -> None:
    part["findings"] = {f: present for f, present in part["findings"].items() if f not in findings}


def _cleared(rows: CaseRows, told_at: Moments) -> set[str]:
    """Findings cleared after everything that reports them. An id dropped from the knowledge clears nothing."""
    facts = {row.finding: row.recorded_at for row in rows.facts if row.present}
    if told_at.later_at is not None:  # what the second part told was not before whoever cleared it earlier
        facts |= {f: max(told_at.later_at, facts.get(f, told_at.later_at)) for f in told_at.later.findings}
    standing = standing_clearances(rows.clearances, answered_at=told_at.at, told_at=facts)
    return set(standing & load_intake_knowledge().order.keys())


def _set(findings: dict[str, bool], finding: str, present: bool | None) -> None:
    if present is None:
        findings.pop(finding, None)
    else:
        findings[finding] = present


def _newest_pain(patient: Patient, episode: Episode | None) -> dict[str, int]:
    newest: dict[str, int] = {}
    for measure, value in _pain_scores(patient.pk, episode.pk if episode else 0):
        newest[PAIN[measure]] = int(value)
    return newest


def newest_pain(episode: Episode) -> int | None:
    """The newest pain now that was scored for a complaint, 0 to 10."""
    return _newest_pain(episode.patient, episode).get("pain_now")


@KeptQuery
def _pain_scores(patient: int, episode: int) -> QuerySet[Score, tuple[str, Decimal]]:
    rows = Score.objects.counting().of_episode(episode).filter(patient=patient, measure__in=PAIN)
    rows = rows.order_by("taken_at", "id")
    return rows.values_list("measure", "value")
