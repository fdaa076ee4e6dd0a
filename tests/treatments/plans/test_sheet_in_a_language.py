"""The sheet for home in the patient's language: whole, or as the practitioner wrote it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from clinic.lib.complaints import beside
from clinic.lib.knowledge_files import KnowledgeError, Reader
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.said import load_clauses
from intake.questionnaire.load import DIRECTORY
from treatments.models import TreatmentPlan
from treatments.plans.presenters.at_home import dose_words, quoted, sheet_text
from treatments.plans.spoken import FOLDER, language_faults

LANGUAGES = ("es", "zh-hans")
ENGLISH = load_clauses(DIRECTORY)
LETTERS = re.compile(r"[A-Za-z]{2}")


def every_sheet() -> list[str]:
    read = Reader(FOLDER)
    rows = [row for name, path in beside("home_care.toml") for row in read.file(read.add(name, path))["home"]]
    return [row["sheet"] for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_found_again_with_what_is_filled_in(language: str) -> None:
    assert language_faults(language) == []
    with translation.override(language):
        for sheet in every_sheet():
            for your in ("your left", "each"):
                text = sheet.replace("{place}", "lower back, beside the tail of the spine").replace("{your}", your)
                words = sheet_text(text)
                assert words and words != text and "{" not in words, text
                more = sheet_text(f"{text} Not on the left shoulder and arm. {sheet_of_two()}")
                assert more and more.startswith(words) and len(more) > len(words) + 30


def sheet_of_two() -> str:
    return every_sheet()[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_practitioner_wrote_is_not_translated_by_half(language: str) -> None:
    with translation.override(language):
        assert sheet_text("Swim on Mondays.") is None
        assert sheet_text(f"{every_sheet()[0]} Swim on Mondays.") is None


def test_how_often_in_words() -> None:
    dose = {"phases": [{"per_week": 2, "weeks": 4}, {"per_week": 7, "weeks": 1}], "sessions": 15, "review_at": []}
    assert dose_words(dose) == "Twice a week for 4 weeks, then daily for 1 week: 15 visits"  # type: ignore[arg-type]
    with translation.override("es"):
        assert dose_words(dose).startswith("Dos veces por semana durante 4 semanas, luego todos los días")  # type: ignore[arg-type]
    with translation.override("zh-hans"):
        assert dose_words(dose) == "每周两次，持续4周，然后每天，持续1周：共15次就诊"  # type: ignore[arg-type]


def test_the_sheet_is_in_the_language_of_the_patient_and_the_page_around_it_is_not(
    client: Client, plan: TreatmentPlan
) -> None:
    plan.patient.language = "es"
    plan.patient.save()
    page = client.get(f"/plans/{plan.pk}/home-care/").content.decode()
    sheet = re.search(r'<article class="panel sheet" lang="es">(.*?)</article>', page, re.DOTALL)
    assert sheet is not None and "En casa, para" in sheet[1] and "No espere" in sheet[1]
    for english in ("After a treatment", "See a doctor", "visits", "twice a day", "Do not"):
        assert english not in sheet[1]
    assert '<html lang="en">' in page and "no native clinician has read it" in page
    english = client.get(f"/plans/{plan.pk}/home-care/?language=en-gb").content.decode()
    assert "At home, for" in english and "No espere" not in english and "In Spanish" in english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_that_is_quoted_has_a_clause_in_the_language(language: str) -> None:
    assert ENGLISH.keys() == load_intake_knowledge().said.keys()
    with translation.override(language):
        for finding in ENGLISH:
            for is_man in (True, False):
                words = quoted([finding], is_man=is_man)
                assert words.startswith({"es": "Usted dijo que ", "zh-hans": "您说过："}[language]), finding
                assert not re.search(r"[\[\]{}]", words) and ENGLISH[finding] not in words, words
            assert language == "es" or not LETTERS.search(words), words
        assert quoted(["onset.dropped"], is_man=True) == ""  # a finding that is no longer quoted


def test_a_quote_is_joined_and_worded_for_men_and_women() -> None:
    both = ["eased_by.heat", "body.blood_lack"]
    with translation.override("es"):
        told = "Usted dijo que mejora con calor y que tiene palidez, mareo al ponerse de pie o piel u ojos secos"
        assert quoted(both, is_man=True) == f"{told}."
        assert quoted(both, is_man=False) == f"{told}, o reglas escasas."
    with translation.override("zh-hans"):
        assert quoted(["eased_by.heat", "body.poor_sleep"], is_man=True) == "您说过：热敷会好些；您睡不好。"


def test_a_clause_is_the_patients_own_person(tmp_path: Path) -> None:
    copy = tmp_path / "intake"
    shutil.copytree(DIRECTORY, copy)
    place = copy / "languages" / "es" / "findings.toml"
    place.write_text(place.read_text("utf-8").replace('"duerme mal"', '"{they} duermen mal"'), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"said\.body\.poor_sleep: es speaks to the patient"):
        load_clauses(copy, "es")


def test_the_reasons_on_the_sheet_are_in_the_language_of_the_patient(client: Client, plan: TreatmentPlan) -> None:
    plan.patient.language = "zh-hans"
    plan.patient.save()
    plan.treatment["home_care"][0]["because"][0]["said"] = ["eased_by.movement", "body.tired"]
    plan.save()
    own = client.get(f"/plans/{plan.pk}/home-care/").content.decode()
    assert "您说过：轻轻活动会好些；您一天大部分时间都累" in own and "You said" not in own
    english = client.get(f"/plans/{plan.pk}/home-care/?language=en-gb").content.decode()
    assert "You said that moving about gently makes it better and that you are tired" in english
