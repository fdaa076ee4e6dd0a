"""A question of the clinic's own as its owner writes it: words in each language, where it is asked, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from clinic.lib.file_words import ENGLISH, languages
from intake.forms.screen import clean_text
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.load import DIRECTORY
from intake.questionnaire.own import OwnQuestion, OwnWords
from intake.questionnaire.own_checks import heading
from intake.questionnaire.values import Questionnaire

LABEL_LETTERS, HELP_LETTERS, CHOICE_LETTERS, MOST_CHOICES = 160, 240, 80, 12  # DESIGN
KINDS = [
    ("yes_no", "Yes or no"),
    ("one", "One of several choices"),
    ("many", "Several choices to tick, with “None of these”"),
    ("text", "Short text"),
    ("number", "Whole number"),
    ("date", "Date, today or earlier"),
]
PART_NAMES = {1: "Before the first needle", 2: "When you have time"}
EVERYONE = "Everyone"
NOT_SEX = [("", EVERYONE), ("male", "Not men"), ("female", "Not women")]


def language_names() -> dict[str, str]:
    """The languages of the patient's form, English first, each by its own name."""
    named = {ENGLISH: "English", **dict(settings.LANGUAGES)}
    return {code: named[code] for code in languages(DIRECTORY)}


class OwnQuestionForm(forms.Form):
    """``laid``: the form with the clinic's questions, in English. ``before``: the question that is changed, if any.

    When it is valid, ``question`` is what was written.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Kind of answer", choices=KINDS)
    required = forms.BooleanField(label="Must be answered before the form is sent", required=False)
    minimum = forms.IntegerField(label="Smallest number", required=False, min_value=0, max_value=999_999)
    maximum = forms.IntegerField(label="Largest number", required=False, min_value=0, max_value=999_999)
    place = forms.ChoiceField(label="Asked after")
    complaints = forms.MultipleChoiceField(
        label="Only for these complaints", required=False, widget=forms.CheckboxSelectMultiple
    )
    age_from = forms.IntegerField(label="From age", required=False, min_value=0, max_value=120)
    age_to = forms.IntegerField(label="To age", required=False, min_value=0, max_value=120)
    not_sex = forms.ChoiceField(label="Who is asked", required=False, choices=NOT_SEX)
    earlier = forms.ChoiceField(label="Only after this earlier answer", required=False)
    same = forms.BooleanField(label="The translations still say the same", required=False)

    def __init__(self, *args: Any, laid: Questionnaire, before: OwnQuestion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before, self.languages = before, language_names()
        self.question: OwnQuestion | None = None
        for code, name in self.languages.items():
            self._add_words(code, name)
        choices: dict[str, Any] = {
            "place": places(laid),
            "complaints": [(option.id, option.label) for option in _complaints(laid)],
            "earlier": [("", EVERYONE), *_earlier(laid, before)],
        }
        for field, rows in choices.items():
            self.fields[field].choices = rows  # type: ignore[attr-defined]

    def _add_words(self, code: str, name: str) -> None:
        is_english = code == ENGLISH
        told = {"lang": code, "dir": "auto"}
        self.fields[f"label_{code}"] = forms.CharField(
            label=f"Question ({name})",
            required=is_english,
            max_length=LABEL_LETTERS,
            widget=forms.TextInput(attrs=told),
        )
        self.fields[f"help_{code}"] = forms.CharField(
            label=f"Help line ({name})",
            required=False,
            max_length=HELP_LETTERS,
            widget=forms.TextInput(attrs=told),
        )
        self.fields[f"options_{code}"] = forms.CharField(
            label=f"Choices ({name})",
            required=False,
            max_length=(CHOICE_LETTERS + 2) * MOST_CHOICES,
            widget=forms.Textarea(attrs={**told, "rows": 4}),
            help_text="One a line." if is_english else "One a line, in the order of the English ones.",
        )

    @property
    def words(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        return [
            (code, name, [self[f"{field}_{code}"] for field in ("label", "help", "options")])
            for code, name in self.languages.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind", "")
        words = {code: self._words_of(code, kind, cleaned) for code in self.languages}
        for code in self.languages:
            self._check(code, words, has_choices=kind in ("one", "many"))
        if self.errors:
            return cleaned
        part, _, after = cleaned["place"].partition(":")
        if self.before and cleaned["place"] == self.initial.get("place"):
            after = self.before.after  # the same section, whichever of its screens names it
        earlier, _, answer = cleaned["earlier"].partition("|")
        limits = ("minimum", "maximum") if kind == "number" else ()
        self.question = OwnQuestion(
            number=self.before.number if self.before else 0,
            kind=kind,
            words={code: one for code, one in words.items() if one.label},
            part=int(part),  # type: ignore[arg-type]
            after=after,
            earlier=earlier,
            answer=answer,
            complaints=tuple(cleaned["complaints"]),
            **{field: cleaned[field] for field in ("required", "age_from", "age_to", "not_sex", *limits)},
        )
        return cleaned

    def _words_of(self, code: str, kind: str, cleaned: Mapping[str, Any]) -> OwnWords:
        label, help_line = (" ".join((cleaned.get(f"{name}_{code}") or "").split()) for name in ("label", "help"))
        lines = clean_text(cleaned.get(f"options_{code}") or "").split("\n") if kind in ("one", "many") else []
        return OwnWords(
            label=label, help=help_line, options=tuple(" ".join(one.split()) for one in lines if one.strip())
        )

    def _check(self, code: str, words: Mapping[str, OwnWords], *, has_choices: bool) -> None:
        """Each language says all or nothing, and says what the English says now."""
        own, english, name = words[code], words[ENGLISH], self.languages[code]
        choices = f"options_{code}"
        if has_choices and len(own.options) > MOST_CHOICES:
            self.add_error(choices, f"{MOST_CHOICES} choices are the most.")
        if any(len(option) > CHOICE_LETTERS for option in own.options):
            self.add_error(choices, f"A choice has at most {CHOICE_LETTERS} letters.")
        if code == ENGLISH or not (own.label or own.help or own.options):
            return
        if not own.label:
            self.add_error(f"label_{code}", f"There are no words for the question in {name}.")
        if bool(own.help) != bool(english.help):
            self.add_error(f"help_{code}", "The English question has a help line, or this one: both or none.")
        if len(own.options) != len(english.options):
            count = f"{len(english.options)} in English and {len(own.options)} here"
            self.add_error(choices, f"There are {count}. Each choice needs its words.")
        before = self.before.words if self.before else {}
        if not self.cleaned_data.get("same") and before.get(code) == own and before.get(ENGLISH) != english:
            told = "The English has changed and this has not. Change it, or tick that it still says the same."
            self.add_error(f"label_{code}", told)

    @staticmethod
    def initial_of(question: OwnQuestion, laid: Questionnaire) -> dict[str, Any]:
        told: dict[str, Any] = question.model_dump(include={"kind", "required", "minimum", "maximum"})
        told |= {"complaints": list(question.complaints), "not_sex": question.not_sex}
        told |= {"age_from": question.age_from, "age_to": question.age_to}
        now, after = laid.screen(question.id), f"{question.part}:{question.after}"
        told |= {"place": {s: v for v, s in _sections(laid, question.part)}.get(now.section, after) if now else after}
        told |= {"earlier": f"{question.earlier}|{question.answer}" if question.earlier else ""}
        for code, words in question.words.items():
            told |= {f"label_{code}": words.label, f"help_{code}": words.help}
            told |= {f"options_{code}": "\n".join(words.options)}
        return told


def places(laid: Questionnaire) -> list[tuple[str, list[tuple[str, str]]]]:
    """By part: each section, named by the first of its screens."""
    return [(name, _sections(laid, part)) for part, name in PART_NAMES.items()]


def _sections(laid: Questionnaire, part: int) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for screen in laid.screens:
        if screen.part == part:
            found.setdefault(screen.section, f"{part}:{screen.id}")
    return [(value, section) for section, value in found.items()]


def _complaints(laid: Questionnaire) -> tuple[Any, ...]:
    question = laid.question(CHOICE)
    return question.options if question is not None else ()


def _earlier(laid: Questionnaire, before: OwnQuestion | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Answers to choose from, by question. No private ones: to be asked more would show that one was given."""
    return [
        (heading(laid, question.id), [(f"{question.id}|{option.id}", option.label) for option in question.options])
        for question in laid.questions
        if question.kind in ("one", "many")
        and question.id != CHOICE
        and not question.private
        and not question.instrument
        and (before is None or question.id != before.id)
    ]
