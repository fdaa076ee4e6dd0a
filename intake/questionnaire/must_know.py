"""Does the form ask what must be known before a plan? Else nobody with that complaint would get one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clinic.lib.complaints import Complaint
from clinic.lib.knowledge_files import Fault
from intake.questionnaire.asking import complaints_of
from intake.questionnaire.complaints import CHOICE, choice_of
from intake.questionnaire.values import Questionnaire


def check_must_know(form: Questionnaire, packs: Iterable[Complaint]) -> Iterator[Fault]:
    """Each sign that a plan for a complaint of the form waits for is asked of it, before the first needle."""
    choices = form.question(CHOICE)
    for pack in packs:
        choice = choice_of(pack.id)
        if choices is None or choices.option(choice) is None:  # taken up by the practitioner alone
            continue
        asked = {
            finding
            for screen in form.screens
            for question in screen.questions
            if screen.part == 1 and ((about := complaints_of(screen, question)) is None or choice in about)
            for finding in question.findings
        }
        groups = (pack.required, *pack.required_any, *pack.required_if.values())
        for finding in dict.fromkeys(finding for group in groups for finding in group):
            if finding not in asked:
                text = f"no plan is made before {finding} is known, and part one of the form does not ask it of them"
                yield Fault(f"complaints/{pack.id}/complaint.toml", "required", text)
