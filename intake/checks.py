"""Django's `check` reads every knowledge file of the intake: a broken one keeps the server from starting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from clinic.lib.complaints import complaints
from clinic.lib.file_words import languages
from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.said import load_clauses
from intake.assessment.text.lexicon import load_lexicon
from intake.questionnaire.consent import load_consent
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.languages import spoken_languages
from intake.questionnaire.load import DIRECTORY, load_messages, load_questionnaire
from intake.questionnaire.must_know import check_must_know

HINT = "Correct the file under intake/knowledge/; `manage.py check_knowledge` prints the same list."
LOADERS: tuple[Callable[[], Any], ...] = (
    complaints,
    load_lexicon,
    load_instruments,
    spoken_languages,
    *(
        partial(load, DIRECTORY, language)
        for language in languages(DIRECTORY)
        for load in (load_questionnaire, load_consent, load_messages, load_clauses)
    ),
)


def knowledge_faults() -> tuple[str, ...]:
    """Every fault of every knowledge file of the intake, each with file and key, each once."""
    faults: dict[str, None] = {}
    packs: list[Callable[[], Any]] = []
    with suppress(KnowledgeError):  # told below, with the others
        packs += [partial(load_intake_knowledge, complaint=one) for one in complaints()]
    for load in (*LOADERS, *packs):
        try:
            load()
        except KnowledgeError as error:
            faults |= dict.fromkeys(f"intake/knowledge: {fault}" for fault in error.faults)
    if not faults:
        unasked = check_must_know(load_questionnaire(), complaints().values())
        faults |= dict.fromkeys(f"intake/knowledge: {fault}" for fault in unasked)
    return tuple(faults)


@register("knowledge")
def intake_knowledge(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [Error(fault, hint=HINT, id="intake.E001") for fault in knowledge_faults()]
