"""The patient's form in the language in use: that of the request if the files have it, else English.

Staff read English: their requests use it (``clinic.people.language``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.utils import translation

from clinic.lib.file_words import ENGLISH, languages
from intake.assessment.knowledge.said import load_clauses
from intake.own_form import asked_form
from intake.questionnaire.consent import Consent, load_consent
from intake.questionnaire.load import DIRECTORY, load_chart, load_messages
from intake.questionnaire.schema import ChartFile
from intake.questionnaire.values import Questionnaire


def language() -> str:
    """The active language if the files have words in it; its general form counts ("es" for "es-mx")."""
    return _spoken(translation.get_language() or ENGLISH)


@lru_cache(maxsize=16)
def _spoken(active: str) -> str:
    spoken = languages(DIRECTORY)
    return next((one for one in (active, active.partition("-")[0]) if one in spoken), ENGLISH)


def questionnaire(version: str = "") -> Questionnaire:
    """Today's form, or the one asked under this version, with the clinic's own questions of then."""
    return asked_form(version, language=language(), directory=DIRECTORY)


def chart() -> ChartFile:
    """The drawing of the body chart."""
    return load_chart(DIRECTORY, language())


def consent_file(code: str = "") -> Consent:
    """The consent as the file has it, without the clinic's own words (``intake.consent_text``)."""
    return load_consent(DIRECTORY, code or language())


def red_flag_message(message: str) -> str:
    """What a patient reads for a message of ``redflags.toml``."""
    return load_messages(DIRECTORY, language())[message]


def clauses() -> Mapping[str, str]:
    """Finding -> what a patient says with it, as a clause to quote it to them (``findings.toml``)."""
    return load_clauses(DIRECTORY, language())
