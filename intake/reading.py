"""What the answers of an intake say, read once for the day they were given: the part of a case that a patient told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from clinic.lib.by_value import ByValue
from clinic.people.models import Patient
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.medicines import medicines_in
from intake.models import IntakeResponse
from intake.questionnaire.answers import Later, Reading, age_on, read
from intake.questionnaire.complaints import choice_of
from intake.questionnaire.left_out import DANGER
from intake.questionnaire.own_words import explained
from intake.questionnaire.several import told_of
from intake.questionnaire.values import About, Answers
from intake.questionnaire.walk import read_one
from intake.spoken import language, questionnaire

READINGS: ByValue[Reading] = ByValue(64)
MEDICINES = "medicines"  # the question of what somebody takes
READ = "_reading"  # attribute in which a response keeps what was read from its answers
LONGEST_PREGNANCY = 42  # weeks: the week answered advances with the calendar, but no further than this
# of a response, what reading its answers needs
ANSWERS = ("answers", "submitted_at", "saved_at", "questionnaire_version", "continues_id", "first_sent_at")


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
    patient = response.patient
    # all that the reading depends on, as it stands in the rows: comparing it costs less than finding the day
    told = (
        *(language(), response.questionnaire_version, response.continues_id),
        *(response.first_sent_at, response.submitted_at, response.saved_at, timezone.get_current_timezone()),
        *(patient.date_of_birth, patient.sex, patient.email),
    )
    kept: tuple[object, Answers, object, Reading] | None = vars(response).get(READ)
    if kept is not None and kept[1] == response.answers:
        if kept[0] == told:
            return kept[3]
        asked = _asked(response)
        reading = kept[3] if kept[2] == asked else _read(response.answers, *asked)
    else:
        asked = _asked(response)
        reading = _read(response.answers, *asked)
    vars(response)[READ] = (told, dict(response.answers), asked, reading)
    return reading


def _asked(response: IntakeResponse) -> tuple[str, str, int | None, About]:
    known = about(response.patient, answered_on(response))
    return language(), response.questionnaire_version, part_of(response), known


def _read(answers: Answers, spoken: str, version: str, part: int | None, known: About) -> Reading:
    """The same answers are read for the chart, the assessment, the plan and each visit."""
    asked = questionnaire(version)
    person = (known.age, known.sex, known.birth_known, known.sex_known, known.email_known, str(known.on))
    plain = (answers, spoken, part, person)
    return READINGS.get(plain, (asked,), lambda: _with_medicines(read(asked, answers, known, part=part)))


def _with_medicines(reading: Reading) -> Reading:
    """A medicine that stands for a condition makes a "no" to it not known, whatever was ticked."""
    if reading.each:
        each = {complaint: _with_medicines(one) for complaint, one in reading.each.items()}
        reading = replace(reading, each=MappingProxyType(each))
    named = {medicine.of.finding for medicine in medicines_in(reading.texts.get(MEDICINES, ""))}
    doubted = frozenset(finding for finding in named if reading.findings.get(finding) is False)
    if not doubted:
        return reading
    kept = {finding: present for finding, present in reading.findings.items() if finding not in doubted}
    return replace(reading, findings=MappingProxyType(kept), doubted=reading.doubted | doubted)


def reading_about(response: IntakeResponse, complaint: str) -> Reading:
    """What the answers say of one complaint (its id; "": the one that matters most): nothing that was said of another.
    Of one that they are not about: what is true of the person.
    """
    reading = reading_of(response)
    if not reading.each:
        return reading
    if not complaint:
        return next(iter(reading.each.values()))
    return reading.each.get(choice_of(complaint)) or _of_the_person(response)


def _of_the_person(response: IntakeResponse) -> Reading:
    """Of answers about several complaints, what is said of none of them."""
    form = questionnaire(response.questionnaire_version)
    known = about(response.patient, answered_on(response))
    return _with_medicines(read_one(form, told_of(form, response.answers, ""), known, part=part_of(response)))


def danger_told(response: IntakeResponse) -> dict[str, bool]:
    """The danger told with any of the complaints: it counts for every needle. What explains a sign of one complaint as
    harmless is no danger, and says nothing of another.
    """
    explains = load_intake_knowledge().explaining
    told = (finding for finding, present in reading_of(response).findings.items() if present)
    return {finding: True for finding in told if finding.startswith(DANGER) and finding not in explains}


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


def answers_part(
    patient: Patient,
    response: IntakeResponse | None,
    today: date,
    complaint: str = "",
    *,
    whole: Reading | None = None,
) -> dict[str, Any]:
    """The patient's part of a case about one complaint; "" as in ``reading_about``. ``whole``: what was just read."""
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
    whole = whole or reading_of(response)
    reading = reading_about(response, complaint) if whole.each else whole
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
    told, holds_days = dict(reading.findings), reading.holds_days
    if whole.each:
        told |= danger_told(response)
        holds_days = whole.holds_days
    data["findings"] = {
        finding: present
        for finding, present in sorted(told.items())
        if not present or since < holds_days.get(finding, since + 1)
    }
    data["texts"] = dict(reading.texts)
    data["explained"] = {f: row for f, row in explained(response.answers).items() if f in load_intake_knowledge().order}
    data["scores"] = {
        "phq2": _whole(reading.measures.get("phq2")),
        "gad2": _whole(reading.measures.get("gad2")),
        "nice_spa": reading.counts.get("nice_spa"),
    }
    return data


@dataclass(frozen=True)
class Moments:
    """When the answers were given; what a second part told was told later than the rest."""

    at: datetime | None = None
    later_at: datetime | None = None
    later: Later = field(default_factory=Later)

    def of(self, finding: str) -> datetime | None:
        return self.later_at if finding in self.later.findings else self.at


def moments_of(response: IntakeResponse | None) -> Moments:
    if response is None:
        return Moments()
    at = response.submitted_at or response.saved_at
    if response.continues_id is None:
        return Moments(at)
    return Moments(response.first_sent_at, at, reading_of(response).later)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
