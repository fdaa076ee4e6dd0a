"""A clinic's own questions for tests: one of every kind, and any other in a line."""

from __future__ import annotations

from typing import Any

from clinic.people.models import User
from intake.models import OwnQuestions
from intake.questionnaire.own import OwnQuestion, OwnWords, token_of
from tests.factories.people import UserFactory


def own(
    number: int = 1, kind: str = "yes_no", label: str = "Do you drink tea?", *options: str, **more: Any
) -> OwnQuestion:
    """``es``, ``es_options``: the same in Spanish. The other keywords are fields of an own question."""
    words = {"en": OwnWords(label=label, options=options, help=more.pop("help", ""))}
    if spanish := more.pop("es", ""):
        words["es"] = OwnWords(label=spanish, options=tuple(more.pop("es_options", ())), help=more.pop("es_help", ""))
    return OwnQuestion.model_validate({"number": number, "kind": kind, "words": words, **more})


EVERY_KIND = (
    own(1, "yes_no", "Do you drink tea?", after="you", required=True),
    own(2, "one", "How did you find us?", "A friend", "A doctor", "The web", after="you"),
    own(3, "many", "Which days suit you?", "Monday", "Tuesday", after="strength", earlier="own_1", answer="yes"),
    own(4, "text", "What do you hope for?", after="needles", age_from=18),
    own(5, "number", "How many cups a day?", minimum=1, maximum=20, part=2),
    own(6, "date", "When did you last travel?", part=2, not_sex="male"),
)


def written(*questions: OwnQuestion, by: User | None = None) -> OwnQuestions:
    """What the clinic asks from now on."""
    rows = [question.model_dump(mode="json") for question in questions]
    return OwnQuestions.objects.create(
        questions=rows, token=token_of(questions), written_by=by or UserFactory(owner=True)
    )
