"""Builds one `Case` from what is stored about a patient: answers, safety facts, findings, clearances, scores.

Later sources win: answers, then safety facts (newest row of each finding), then the practitioner's findings, then
safety facts recorded after those were signed. Dates count: a safety fact does not take back a later yes, a
clearance counts only for answers given before it, and danger reported in an intake that came in after the assessment
was begun counts even though no assessment is based on it yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from clinic.lib.by_value import ByValue
from clinic.lib.complaints import complaints
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, SafetyFact
from intake.assessment import Assessment as Judged
from intake.assessment import Case, assess, complaint_id, load_intake_knowledge, read_case
from intake.assessment.knowledge.medicines import medicines_in
from intake.assessment.standing import lowers, standing_clearances
from intake.models import Assessment, Clearance, IntakeResponse, Score
from intake.questionnaire.answers import Later, Reading, age_on, read
from intake.questionnaire.own_words import explained
from intake.questionnaire.values import About, Answers
from intake.spoken import language, questionnaire

JUDGED: ByValue[tuple[Case, Judged]] = ByValue(64)  # some 40 kB each
READINGS: ByValue[Reading] = ByValue(64)
READ = "_reading"  # attribute in which a response keeps what was read from its answers
LONGEST_PREGNANCY = 42  # weeks: the week answered advances with the calendar, but no further than this
PAIN = {"nrs_now": "pain_now", "nrs_average": "pain_average"}  # measure -> part of the complaint
MEDICINES = "medicines"  # the question of what somebody takes
DANGER = ("flag.", "condition.")  # groups of findings that count as soon as they are reported


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
    sent: tuple[tuple[int, datetime], ...] | None = None  # (response, when) of the submitted intakes, if known

    @classmethod
    def of(cls, patient: Patient) -> CaseRows:
        return cls(newest_facts(_facts(patient)), tuple(_clearances(patient.pk)))


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
    patient: Patient, assessment: Assessment | None, *, visit: int = 1, today: date, rows: CaseRows | None = None
) -> dict[str, Any]:
    """The same as the contract's input object, to be stored with a proposal."""
    response = assessment.response if assessment is not None else None
    if response is None:
        response = (
            IntakeResponse.objects.filter(patient=patient, submitted_at__isnull=False).order_by("-submitted_at").first()
        )
    data = _answers_part(patient, response, today)
    findings: dict[str, bool] = data["findings"]
    told_at = _moments(response)
    rows = rows or CaseRows.of(patient)
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
    if assessment is not None and (newer := _newer_response(assessment, rows)) is not None:
        told_at = _moments(newer)
        _add_danger(data, _newer_part(patient, newer, assessment, today), rows.facts, told_at)
    if findings.get("condition.pregnant") is False:
        data["patient"]["pregnancy_weeks"] = None
    data |= {"case": f"patient {patient.pk}", "visit": visit, "cleared": _cleared(rows, told_at)}
    if visit > 1:
        at_start = data["complaint"].get("pain_now")
        data["complaint"] |= _newest_pain(patient)
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
    _set_complaint(data)
    return data


def case_of_answers(response: IntakeResponse, *, today: date) -> Case:
    """Only the patient's answers so far: for red flags while the form is being filled in."""
    data = _answers_part(response.patient, response, today)
    _set_complaint(data)
    return read_case(data)[0]


def about(patient: Patient, day: date) -> About:
    """What the clinic knew about the patient before the form."""
    return About(
        age=patient.age_on(day),
        sex=patient.sex or None,
        birth_known=patient.date_of_birth is not None,
        sex_known=bool(patient.sex),
        email_known=bool(patient.email),
        on=day,
    )


def reading_of(response: IntakeResponse) -> Reading:
    """What the answers of a response say, on the day they were given, by the form they were given to. Read once, until
    something changes.
    """
    version = response.questionnaire_version
    part = part_of(response)
    asked = (language(), version, part, about(response.patient, answered_on(response)))
    kept: tuple[object, Answers, Reading] | None = vars(response).get(READ)
    if kept is None or kept[0] != asked or kept[1] != response.answers:
        kept = (asked, dict(response.answers), _read(response.answers, *asked))
        vars(response)[READ] = kept
    return kept[2]


def _read(answers: Answers, spoken: str, version: str, part: int | None, known: About) -> Reading:
    """The same answers are read for the chart, the assessment, the plan and each visit."""
    asked = questionnaire(version)
    plain = (answers, spoken, part, tuple(str(value) for value in astuple(known)))
    return READINGS.get(plain, (asked,), lambda: _with_medicines(read(asked, answers, known, part=part)))


def _with_medicines(reading: Reading) -> Reading:
    """A medicine that stands for a condition makes a "no" to it not known, whatever was ticked."""
    named = {medicine.of.finding for medicine in medicines_in(reading.texts.get(MEDICINES, ""))}
    doubted = frozenset(finding for finding in named if reading.findings.get(finding) is False)
    if not doubted:
        return reading
    kept = {finding: present for finding, present in reading.findings.items() if finding not in doubted}
    return replace(reading, findings=MappingProxyType(kept), doubted=reading.doubted | doubted)


def whole_reading_of(response: IntakeResponse) -> Reading:
    """As a practitioner reads it: a second part with the screens of both."""
    if response.continues_id is None:
        return reading_of(response)
    known = about(response.patient, answered_on(response))
    return _read(response.answers, language(), response.questionnaire_version, None, known)


def part_of(response: IntakeResponse) -> int | None:
    """The part of the form that is being filled in, or was; None for a sent second part: it holds both."""
    if response.continues_id is None:
        return 1
    return None if response.is_submitted else 2


def hand_on_reading(source: IntakeResponse, target: IntakeResponse) -> None:
    """Reuse what was read from one copy of a row for another, provided their answers are the same."""
    if READ in vars(source):
        vars(target)[READ] = vars(source)[READ]


def answered_on(response: IntakeResponse) -> date:
    """The day the answers refer to; of both parts, the day of the first."""
    moment: datetime | None = response.first_sent_at or response.submitted_at or response.saved_at
    return timezone.localdate(moment) if moment is not None else timezone.localdate()


def _answers_part(patient: Patient, response: IntakeResponse | None, today: date) -> dict[str, Any]:
    data: dict[str, Any] = {
        "patient": {"age": patient.age_on(today), "sex": patient.sex or None, "pregnancy_weeks": None},
        "complaint": {},
        "findings": {},
        "texts": {},
        "explained": {},
        "scores": {},
    }
    if response is None:
        return data
    response.patient = patient  # the same object: not read again for every set of answers
    reading = reading_of(response)
    since = max(0, (today - answered_on(response)).days)
    born = reading.person.get("date_of_birth")
    if data["patient"]["age"] is None and born:
        data["patient"]["age"] = max(0, age_on(date.fromisoformat(born), today))
    if not data["patient"]["sex"] and reading.person.get("sex") in ("female", "male", "other"):
        data["patient"]["sex"] = reading.person["sex"]
    if (weeks := reading.numbers.get("pregnancy_weeks")) is not None:
        data["patient"]["pregnancy_weeks"] = min(LONGEST_PREGNANCY, weeks + since // 7)
    data["complaint"] = {key: reading.numbers.get(key) for key in ("pain_now", "pain_average", "pain_worst")}
    if (days := reading.numbers.get("duration_days")) is not None:
        data["complaint"]["duration_days"] = days + since
    data["findings"] = {
        finding: present
        for finding, present in reading.findings.items()
        if not present or since < reading.holds_days.get(finding, since + 1)
    }
    data["texts"] = dict(reading.texts)
    data["explained"] = {f: row for f, row in explained(response.answers).items() if f in load_intake_knowledge().order}
    data["scores"] = {
        "phq2": _whole(reading.measures.get("phq2")),
        "gad2": _whole(reading.measures.get("gad2")),
        "nice_spa": reading.counts.get("nice_spa"),
    }
    return data


def _set_complaint(data: dict[str, Any]) -> None:
    """Names the first complaint that the patient or the practitioner ticked and that there are rules for."""
    ticked = (pack for pack in complaints().values() if data["findings"].get(pack.finding))
    if (pack := next(ticked, None)) is not None:
        data["complaint"]["id"] = pack.id


def facts_since(patient: Patient, moment: datetime) -> dict[str, bool | None]:
    """What was recorded after a time, such as the signing of an assessment: newer than the examination."""
    return {row.finding: row.present for row in newest_facts(_facts(patient)) if row.recorded_at > moment}


def newest_facts(rows: Iterable[Fact]) -> tuple[Fact, ...]:
    """The newest row for each finding. ``rows``: newest first."""
    newest: dict[str, Fact] = {}
    for row in rows:
        newest.setdefault(row.finding, row)
    return tuple(newest.values())


@KeptQuery
def _rows_of_facts(patient: int) -> QuerySet[SafetyFact, tuple[Any, ...]]:
    return SafetyFact.objects.filter(patient=patient).order_by("-id").values_list(*Fact._fields)


def _facts(patient: Patient) -> Iterable[Fact]:
    return map(Fact._make, _rows_of_facts(patient.pk))


@KeptQuery
def _clearances(patient: int) -> QuerySet[Clearance, tuple[str, datetime]]:
    rows = Clearance.objects.filter(patient=patient, withdrawn_at=None).order_by()
    return rows.values_list("finding", "cleared_at")


@dataclass(frozen=True)
class _Moments:
    """When the answers were given; what a second part told was told later than the rest."""

    at: datetime | None = None
    later_at: datetime | None = None
    later: Later = field(default_factory=Later)

    def of(self, finding: str) -> datetime | None:
        return self.later_at if finding in self.later.findings else self.at


def _moments(response: IntakeResponse | None) -> _Moments:
    if response is None:
        return _Moments()
    at = response.submitted_at or response.saved_at
    if response.continues_id is None:
        return _Moments(at)
    return _Moments(response.first_sent_at, at, reading_of(response).later)


def _newer_part(patient: Patient, newer: IntakeResponse, assessment: Assessment, today: date) -> dict[str, Any]:
    """What an intake says that the assessment does not rest on: of its own intake's second part, only that part."""
    data = _answers_part(patient, newer, today)
    if newer.continues_id is not None and newer.continues_id == assessment.response_id:
        later = reading_of(newer).later
        data["findings"] = {f: so for f, so in data["findings"].items() if f in later.findings}
        data["texts"] = {key: text for key, text in data["texts"].items() if key in later.texts}
        data["patient"]["pregnancy_weeks"] = None
    return data


def _newer_response(assessment: Assessment, rows: CaseRows) -> IntakeResponse | None:
    """The newest intake, if it came in after the assessment was begun: nobody has assessed it yet."""
    if assessment.pk is None or (rows.sent is not None and not any(_is_newer(assessment, *one) for one in rows.sent)):
        return None
    newer = _newer_responses(assessment.patient_id, assessment.created_at, assessment.response_id or 0)
    return next(iter(newer), None)


@KeptQuery
def _newer_responses(patient: int, since: datetime, but: int) -> QuerySet[IntakeResponse]:
    rows = IntakeResponse.objects.filter(patient=patient, submitted_at__gt=since).exclude(pk=but)
    return rows.order_by("-submitted_at")[:1]


def _is_newer(assessment: Assessment, response: int, sent_at: datetime) -> bool:
    return sent_at > assessment.created_at and response != assessment.response_id


def _add_danger(data: dict[str, Any], newer: dict[str, Any], facts: Iterable[Fact], told_at: _Moments) -> None:
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


def _cleared(rows: CaseRows, told_at: _Moments) -> list[str]:
    """Findings cleared after everything that reports them. An id dropped from the knowledge clears nothing."""
    facts = {row.finding: row.recorded_at for row in rows.facts if row.present}
    if told_at.later_at is not None:  # what the second part told was not before whoever cleared it earlier
        facts |= {f: max(told_at.later_at, facts.get(f, told_at.later_at)) for f in told_at.later.findings}
    standing = standing_clearances(rows.clearances, answered_at=told_at.at, told_at=facts)
    return sorted(standing & load_intake_knowledge().order.keys())


def _set(findings: dict[str, bool], finding: str, present: bool | None) -> None:
    if present is None:
        findings.pop(finding, None)
    else:
        findings[finding] = present


def _newest_pain(patient: Patient) -> dict[str, int]:
    newest: dict[str, int] = {}
    for measure, value in _pain_scores(patient.pk):
        newest[PAIN[measure]] = int(value)
    return newest


def newest_pain(patient: Patient) -> int | None:
    """The newest pain now that was scored, 0 to 10."""
    return _newest_pain(patient).get("pain_now")


@KeptQuery
def _pain_scores(patient: int) -> QuerySet[Score, tuple[str, Decimal]]:
    rows = Score.objects.counting().filter(patient=patient, measure__in=PAIN).order_by("taken_at", "id")
    return rows.values_list("measure", "value")


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
