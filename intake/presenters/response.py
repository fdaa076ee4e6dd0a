"""A submitted intake on one screen, in the practitioner's words."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils import timezone

from clinic.lib.file_words import ENGLISH
from clinic.people.models import SafetyEntry
from intake import fetch
from intake.assessment import Assessment, assess, knowledge_of, load_intake_knowledge
from intake.assessment.knowledge.medicines import entries_in, find_medicine
from intake.models import IntakeResponse
from intake.own_form import asked_form, own_questions
from intake.presenters.about_each import GROUPS, about_each, left_of_all, measures_in_words, present
from intake.presenters.against_chart import against_chart
from intake.presenters.assessment import how_long
from intake.presenters.body_chart import still
from intake.presenters.inbox import flag_words
from intake.presenters.patient_form import heading, in_words
from intake.presenters.story import story_of
from intake.questionnaire.answers import Reading
from intake.questionnaire.languages import spoken_languages
from intake.questionnaire.load import load_chart
from intake.questionnaire.own import OWN
from intake.questionnaire.own_words import said_of
from intake.questionnaire.several import APART, names_of
from intake.questionnaire.values import Questionnaire, is_answered
from intake.reading import answered_on, whole_reading_of
from intake.signs_so_far import cases_of_answers

CONSTITUTION = [("body", "Constitution")]
MOST_OPEN = 12  # questions without an answer that are named on the one screen; all of them stand below
NOTHING = ("none", "no", "nothing", "nada", "ninguno", "ninguna", "无", "没有")
LONGEST_NAME = 120  # of an entry on the page of safety
CAREFUL = [("condition", "Conditions and medicines"), ("wish", "Wishes")]


def summary(response: IntakeResponse) -> dict[str, Any]:
    """Everything on the page; reads the alerts, writes nothing."""
    knowledge = load_intake_knowledge()
    reading = whole_reading_of(response)
    questionnaire = asked_form(response.questionnaire_version)
    cases = cases_of_answers(response, today=timezone.localdate())
    case, judged = cases[0], [assess(one, knowledge_of(one)) for one in cases]
    assessment = judged[0]
    each = about_each(response, reading)
    asked = {q.instrument for s in reading.screens for q in s.questions if not (each and s.about)}
    rows = response.alerts.select_related("acknowledged_by").order_by("level", "id")
    told = [flag_words(row) for row in rows]  # stands above all in red: not said twice on the one screen
    painted = set(response.answers.get("where") or ())
    calls = list(response.calls.select_related("asked_by"))
    chart_question = next(q for q in questionnaire.questions if q.kind == "chart")
    return {
        "case": case,
        "assessment": assessment,
        "each": each,
        "story": [] if each else story_of(reading, response.answers),
        "groups": present(reading.findings, CONSTITUTION if each else [*GROUPS, *CONSTITUTION]),
        "careful": present(reading.findings, CAREFUL),
        "open_conditions": [
            knowledge.label(f)
            for q in reading.questions
            for f in q.findings
            if f.startswith("condition.") and f not in reading.findings
        ],
        "measures": measures_in_words(reading, asked),
        "flags": [
            {
                "row": row,
                "label": flag_words(row),
                "kind": "danger" if row.level == "emergency" else "caution",
                "icon": "exclamation-octagon" if row.level == "emergency" else "hospital",
            }
            for row in rows
        ],
        "reason": reading.texts.get("reason", ""),
        "reason_unread": unread(reading.texts.get("reason", "")),
        "marks": [mark for mark in marks_of(assessment, "reason") if not any(flag in mark for flag in told)],
        **_entries(response, reading),
        "doubted": sorted(knowledge.label(finding) for finding in reading.doubted),
        "unanswered": _unanswered(reading, response),
        "not_asked": left_of_all(reading),
        "cautions": [*{a.code: a for one in judged for a in one.alerts if a.level == "caution"}.values()],
        "body": still(load_chart(), chart_question, painted),
        "texts": [
            {
                "label": label_of(questionnaire, question_id),
                "text": text,
                "marks": marks_of(assessment, question_id),
                "unread": unread(text),
            }
            for question_id, text in reading.texts.items()
        ],
        "attachments": fetch.attachments_of(response),
        "asked_back": asked_back(response),
        **own_answers(response, reading, assessment),
        "against_chart": against_chart(response, reading),
        "activities": [
            line
            for q in reading.questions
            if q.kind == "activities"
            for line in in_words(q, response.answers.get(q.id))
        ],
        "calls": calls,
        "all_answers": [
            {
                "section": s.section,
                "label": heading(s, q) if s.about else q.label,
                "words": in_words(q, response.answers.get(q.id)),
                "is_by_phone": any(q.id in call.questions for call in calls),
            }
            for s in reading.screens
            for q in s.questions
        ],
        "no_longer_asked": _no_longer_asked(reading, response),
        **parts_of(response),
        "spoken": spoken_languages().get(response.language or ""),
        "answered_on": answered_on(response),
        "age": case.patient.age,
        "how_long": how_long(case.complaint.duration_days),
    }


def _entries(response: IntakeResponse, reading: Reading) -> dict[str, Any]:
    """Medicines with their class, allergies, and what of them the chart does not have: offered, not taken silently."""
    told = {
        "medicine": entries_in(reading.texts.get("medicines", "")),
        "allergy": entries_in(reading.texts.get("allergies", "")),
    }
    told = {kind: [one for one in entries if one.casefold() not in NOTHING] for kind, entries in told.items()}
    held = SafetyEntry.objects.filter(patient_id=response.patient_id, ended_at=None).values_list("kind", "name")
    known = {(kind, name.casefold()) for kind, name in held}
    named = [(one, find_medicine(one)) for one in told["medicine"]]
    return {
        "medicines": [{"words": one, "of": found.of if found else None} for one, found in named],
        "allergies": told["allergy"],
        "offers": [
            {"kind": kind, "name": one[:LONGEST_NAME]}
            for kind, entries in told.items()
            for one in dict.fromkeys(entries)
            if (kind, one[:LONGEST_NAME].casefold()) not in known
        ],
    }


def own_answers(response: IntakeResponse, reading: Reading, judged: Assessment) -> dict[str, Any]:
    """The clinic's own questions as they were asked, each with its answer; and those with no words in the patient's
    language, which were not.
    """
    unspoken, told = _unspoken(response), response.answers
    asked = [q for q in reading.questions if q.id.startswith(OWN)]
    return {
        "own_answers": [
            {
                "label": q.label,
                "words": in_words(q, told.get(q.id)),
                "is_typed": q.kind == "text",
                "unread": unread(told[q.id]) if q.kind == "text" else "",
                "marks": marks_of(judged, q.id),
            }
            for q in asked
            if is_answered(q, told.get(q.id))
        ],
        "own_unspoken": [q.label for q in asked if q.id in unspoken and not is_answered(q, told.get(q.id))],
    }


def _unspoken(response: IntakeResponse) -> set[str]:
    """Ids of the own questions that had no words in the language in which this form was read."""
    language = response.language or ENGLISH
    return {one.id for one in own_questions(response.questionnaire_version) if language not in one.words}


def _unanswered(reading: Reading, response: IntakeResponse) -> list[str]:
    """The questions left open, in the form's words."""
    unspoken, told = _unspoken(response), response.answers
    left = [
        heading(s, q) if s.about else q.label
        for s in reading.screens
        for q in s.questions
        if q.id not in unspoken and not is_answered(q, told.get(q.id))
    ]
    return left[:MOST_OPEN] + ([f"and {len(left) - MOST_OPEN} more"] if len(left) > MOST_OPEN else [])


CHINESE = "Ashi looks for signs of danger in Chinese and knows little else of it: read these words yourself."
STRANGE = "Ashi does not read this writing: nothing in it was looked for. Read these words yourself."


def unread(text: str) -> str:
    """What the practitioner must know of words that no lexicon covers, or hardly; empty for Latin letters."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}
    if scripts - {"LATIN", "CJK", "FEMININE", "MASCULINE", "FULLWIDTH"}:
        return STRANGE
    return CHINESE if "CJK" in scripts else ""


def parts_of(response: IntakeResponse) -> dict[str, Any]:
    """``first``: the part sent before, of a second part. ``second``: the part sent since; ``second_is_open``: it was
    offered and is not sent, so what it asks is not known.
    """
    if response.continues_id is not None or response.submitted_at is None:
        return {"first": response.continues, "second": None, "second_is_open": False}
    second = IntakeResponse.objects.filter(continues=response).only("submitted_at", "progress").first()
    has_two = any(s.part == 2 for s in asked_form(response.questionnaire_version).screens)
    is_sent = second is not None and second.is_submitted
    return {"first": None, "second": second if is_sent else None, "second_is_open": has_two and not is_sent}


def _no_longer_asked(reading: Reading, response: IntakeResponse) -> list[dict[str, Any]]:
    """What was answered and today's form would not ask: the form has changed, or a later answer took it away."""
    asked = {question.id for question in reading.questions}
    form = asked_form(response.questionnaire_version)
    names = names_of(form, {key.partition(APART)[2]: None for key in response.answers if APART in key})
    return [
        {"label": f"{names[of]}: {q.label}" if of else q.label, "words": in_words(q, response.answers[key])}
        for q in form.questions
        for key, of in [(q.id, ""), *((f"{q.id}{APART}{one}", one) for one in names)]
        if key not in asked and is_answered(q, response.answers.get(key))
    ]


def label_of(questionnaire: Questionnaire, question_id: str) -> str:
    question = questionnaire.question(question_id)
    return question.label if question else question_id


SAID = {"yes": "yes, it is so now", "over": "no, it is over", "else": "something else was meant"}


def asked_back(response: IntakeResponse) -> list[str]:
    """What was read in the patient's words and what they said of it when asked back."""
    knowledge = load_intake_knowledge()
    rows = []
    for finding, row in said_of(response.answers).items():
        if row["said"] in SAID and finding in knowledge.order:
            words = ", ".join(f"“{word}”" for word in row["words"])
            rows.append(f"{words} → {knowledge.label(finding)}: {SAID[row['said']]}")
    return rows


def marks_of(judged: Assessment, text_key: str) -> list[str]:
    """Words in a text that were read as a sign, as the patient wrote them, with the sign."""
    knowledge = load_intake_knowledge()
    return [f"“{m.excerpt}” → {knowledge.label(m.finding)}" for m in judged.marks if m.text_key == text_key]
