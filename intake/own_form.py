"""The form with the clinic's own questions: which are asked today, and which were when an intake began.

A version of the own questions is never changed, and its name is part of the version of each form that it was asked
with. So a process reads it once and never asks whether it is still true; only beginning a form looks for the newest.
"""

from __future__ import annotations

from pathlib import Path

from clinic.lib.by_value import ByValue
from clinic.lib.file_words import ENGLISH
from intake.models import OwnQuestions
from intake.questionnaire.load import DIRECTORY, load_questionnaire, past_files
from intake.questionnaire.own import OwnQuestion, parts_of_version, version_with, with_own
from intake.questionnaire.values import Questionnaire

LAID: ByValue[Questionnaire] = ByValue(64)
KEPT = 64  # versions whose questions a process keeps

_known: dict[str, tuple[OwnQuestion, ...]] = {}


def newest() -> OwnQuestions | None:
    return OwnQuestions.objects.first()


def questions_of(row: OwnQuestions | None) -> tuple[OwnQuestion, ...]:
    """Those retired among them."""
    return tuple(map(OwnQuestion.model_validate, row.questions)) if row is not None else ()


def version_today() -> str:
    """Of a form that begins now."""
    own = OwnQuestions.objects.values_list("token", flat=True).first()
    return version_with(load_questionnaire().version, own or "")


def asked_form(version: str = "", *, language: str = ENGLISH, directory: Path = DIRECTORY) -> Questionnaire:
    """As it was asked under this version, with the own questions of then; "" is today's form without any."""
    base, token = parts_of_version(version)
    form = load_questionnaire(directory, language, version=base)
    if not token:
        return form
    language = ENGLISH if base in past_files(directory) else language  # as the rest of it
    return LAID.get((token, language), (form,), lambda: with_own(form, _own(token), language))


def _own(token: str) -> tuple[OwnQuestion, ...]:
    if token not in _known:
        if len(_known) >= KEPT:
            _known.clear()
        _known[token] = questions_of(OwnQuestions.objects.filter(token=token)[0])
    return _known[token]


def own_questions(version: str) -> tuple[OwnQuestion, ...]:
    """Those asked under this version, and those retired by then."""
    _, token = parts_of_version(version)
    return _own(token) if token else ()
