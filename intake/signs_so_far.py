"""What a patient has told so far, as cases, and the signs in it: asked after every answer to the form."""

from __future__ import annotations

from datetime import date
from typing import Any

from clinic.lib.by_value import ByValue
from intake.assessment import Case, Signs, complaint_id, load_intake_knowledge, read_case, signs_of
from intake.case_building import set_complaint
from intake.models import IntakeResponse
from intake.questionnaire.answers import Reading
from intake.questionnaire.complaints import chosen_complaints
from intake.reading import answers_part, reading_of

SIGNS: ByValue[Signs] = ByValue(256)
PAINS = ("pain_now", "pain_average", "pain_worst")


def case_of_answers(response: IntakeResponse, *, today: date, complaint: str = "") -> Case:
    """Only the patient's answers so far, about one complaint ("": the one that matters most): for red flags while the
    form is being filled in.
    """
    return read_case(_data_of_answers(response, reading_of(response), today, complaint))[0]


def _data_of_answers(response: IntakeResponse, reading: Reading, today: date, complaint: str) -> dict[str, Any]:
    data = answers_part(response.patient, response, today, complaint, whole=reading)
    set_complaint(data, {}, None)
    return data


def each_told(response: IntakeResponse, reading: Reading, *, today: date) -> list[dict[str, Any]]:
    """The data of a case for each complaint that the answers are about, the one that matters most first."""
    about = chosen_complaints(response.answers) if reading.each else ("",)
    return [_data_of_answers(response, reading, today, one) for one in about]


def cases_of_answers(response: IntakeResponse, *, today: date) -> list[Case]:
    return [read_case(data)[0] for data in each_told(response, reading_of(response), today=today)]


def signs_told(data: dict[str, Any]) -> Signs:
    """The signs in what a patient told: the same for the same data. How strong the pain is counts only as far as a rule
    asks for it.
    """
    knowledge = load_intake_knowledge(complaint=complaint_id(data))
    complaint = {key: value for key, value in data["complaint"].items() if key not in PAINS}
    worst = max((pain or 0 for key, pain in data["complaint"].items() if key in PAINS), default=0)
    as_far = tuple(worst >= least for least in knowledge.pains_asked)
    return SIGNS.get({**data, "complaint": complaint, "pain": as_far}, (knowledge,), lambda: signs_of(*read_case(data)))
