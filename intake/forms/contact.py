"""How someone can be reached, as entered in the form: a number to call, or why there is none."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import to_python

from clinic.people.words import clean_name
from intake.questionnaire.values import Question

NO_NUMBER = gettext_lazy(
    "We cannot call this number. Write it with its area code, or with + and the country code if it is abroad."
)
PARTS = {"phone": ("number",), "person": ("name", "phone", "relation")}
LONGEST = {"name": 120, "relation": 60}


def read_line(question: Question, data: QueryDict, errors: list[str]) -> tuple[Any, Any]:
    """(answer, what to render) of a line of text or an e-mail address. None if nothing, or something invalid."""
    typed = " ".join(clean_name(data.get(question.id, "")).split())
    if len(typed) > question.max_length:
        errors.append(_("Please keep it under {most} letters.").format(most=question.max_length))
    elif typed and question.kind == "email":
        try:
            validate_email(typed)
        except ValidationError:
            errors.append(_("This does not look like an e-mail address. Please check it, as in anna@example.com."))
    return (None if errors else typed or None), typed


def read_contact(question: Question, data: QueryDict, errors: list[str]) -> tuple[Any, Any]:
    """(answer, what to render). A number entered counts more than a ticked "none"."""
    typed = {
        part: " ".join(data.get(f"{question.id}.{part}", "").split())[: LONGEST.get(part, 40)]
        for part in PARTS[question.kind]
    }
    none = data.get(f"{question.id}.none", "")
    none = none if question.option(none) else ""
    if not any(typed.values()):
        answer = {"none": none} if none else None
        return answer, answer or typed
    key = "number" if question.kind == "phone" else "phone"
    number = to_python(typed[key]) if typed[key] else None
    if question.kind == "person" and not typed["name"]:
        errors.append(_("Please write their name."))
    elif not typed[key]:
        errors.append(_("Please write their phone number."))
    elif number is None or not number.is_valid():
        errors.append(str(NO_NUMBER))
    if errors or number is None:
        return None, typed
    answer = {**typed, key: str(number.as_e164)}
    return answer, answer
