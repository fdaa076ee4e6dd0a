"""The sheet for home in the patient's language: whole, or as the practitioner wrote it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from clinic.lib.complaints import beside
from clinic.lib.knowledge_files import Reader
from treatments.models import TreatmentPlan
from treatments.plans.presenters.at_home import dose_words, sheet_text
from treatments.plans.spoken import FOLDER, language_faults

LANGUAGES = ("es", "zh-hans")


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
