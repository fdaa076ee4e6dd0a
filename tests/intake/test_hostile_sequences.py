"""5 000 sequences of answers at random and of ill will: nothing breaks down, no stored answer is lost, and nothing is
stored that was not asked. Most run through the form and its merging alone, where answers are taken and left; the others
through the actions with their rows, and through the pages with the browsers of two patients.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict

from intake.actions.answers import save_answers
from intake.forms.opened import opened, seal
from intake.forms.screen import ScreenForm
from intake.models import Clash, IntakeResponse
from intake.presenters.patient_form import answers_in_words
from intake.questionnaire.answers import Reading, read
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.merging import Opened, drawn, merge_all
from intake.questionnaire.own import OWN
from intake.questionnaire.several import ABOUT, id_for, named, owner_of, told_of, with_owner
from intake.questionnaire.taking import asked_with
from intake.questionnaire.values import About, Answers, Question, Screen
from intake.questionnaire.walk import read_one
from intake.reading import reading_of
from tests.factories.intake import PLAIN, InvitationFactory, ResponseFactory
from tests.support.draws import how_many
from tests.support.hostile import COMPLAINTS, FORM, faults, posted
from tests.support.intake_page import page_on
from tests.support.own_questions import EVERY_KIND, written
from tests.support.page_text import page_text
from tests.support.phone import Phone

ALONE, WITH_ROWS, THROUGH_PAGES = 4_600, 350, 50
TODAY = dt.date(2026, 6, 1)
PEOPLE = [
    About(age=age, sex=sex, birth_known=age is not None, sex_known=sex is not None, on=TODAY)
    for age in (None, 7, 30, 80)
    for sex in (None, "female", "male", "other")
]


def test_there_are_five_thousand() -> None:
    assert ALONE + WITH_ROWS + THROUGH_PAGES == 5_000


def form_of(chance: random.Random, screen: Screen, answers: dict[str, Any]) -> tuple[QueryDict, ScreenForm]:
    data = QueryDict(mutable=True)
    for key, values in posted(chance, screen).items():
        data.setlist(key, values)
    return data, ScreenForm(screen, answers, today=TODAY, data=data)


def lost(
    before: dict[str, Any], after: dict[str, Any], screen: Screen, page: Opened, told: dict[str, Any]
) -> list[str]:
    """Answers that have gone or changed though nobody, on this page, changed them."""
    asked = {question.id: question for question in screen.questions}
    gone = [key for key in before if key not in asked and after.get(key) != before[key]]
    for name, question in asked.items():
        was_touched = name in told and told[name] != page.shown.get(name)
        if not was_touched and after.get(name) != before.get(name):
            gone.append(name)
        if was_touched and _ticks_lost(question, before, after, page, told):
            gone.append(name)
    return gone


def _ticks_lost(question: Question, before: Answers, after: Answers, page: Opened, told: Answers) -> bool:
    """A tick that the page did not show cannot have been taken away on it; "none of these" keeps the others beside."""
    if question.kind not in ("many", "statements", "chart"):
        return False
    alone = {option.id for option in question.options if option.is_none}
    if alone.intersection(told[question.id] or ()) or alone.intersection(before.get(question.id) or ()):
        return False
    kept = set(before.get(question.id) or ()) - set(page.shown.get(question.id) or ())
    return not kept.issubset(after.get(question.id) or ())


SHARED = {
    finding
    for question in FORM.questions
    for option in question.options
    if asked_with(option, COMPLAINTS)
    for finding, _present in option.sets
}


def without(findings: Mapping[str, bool], some: set[str]) -> dict[str, bool]:
    return {finding: present for finding, present in findings.items() if finding not in some}


def mixed_up(reading: Reading, answers: dict[str, Any], about: About) -> list[str]:
    """Complaints of which something is known that was not said of them, or not known that was."""
    owner = owner_of(answers)
    found = []
    for one, said in reading.each.items():
        named_so = {key: value for key, value in answers.items() if key in (f"{named(key)}--{one}", named(key))}
        own = {k: v for k, v in named_so.items() if named(k) not in FORM.each or owner == one or "--" in k}
        alone = read_one(FORM, told_of(FORM, own, one), about)
        if (alone.numbers, alone.measures) != (said.numbers, said.measures):
            found.append(one)
        denied = {finding for finding, present in alone.findings.items() if present is False}  # may be left open
        theirs = {finding for finding in said.findings if finding in SHARED}  # asked with another, known of both
        if without(alone.findings, theirs) != without({**dict.fromkeys(denied, False), **said.findings}, theirs):
            found.append(f"{one}: findings")
        scale = answers.get(id_for("pain_now", one, owner))
        if said.numbers.get("pain_now") != (scale if "pain_now" in {q.id for q in said.questions} else None):
            found.append(f"{one}: {scale}")
    return found


@pytest.mark.thorough
@pytest.mark.pure
def test_alone() -> None:
    stored = own = 0
    for number in range(how_many(ALONE)):
        chance = random.Random(f"alone {number}")
        about = chance.choice(PEOPLE)
        answers: dict[str, Any] = {k: v for k, v in PLAIN.items() if chance.random() < 0.7}
        if chance.random() < 0.6:  # else of a form in which one alone could be chosen
            answers[CHOICE] = chance.sample(COMPLAINTS, chance.randint(1, 3))
        reading = read(FORM, answers, about)
        stale: list[tuple[Screen, Opened]] = []
        for step in range(chance.randint(1, 4)):
            if not stale or chance.random() < 0.6:
                screen = chance.choice(reading.screens)
                shown = {q.id: drawn(q, answers[q.id]) for q in screen.questions if q.id in answers}
                stale.append((screen, Opened("page", shown) if chance.random() < 0.8 else Opened()))
            screen, page = chance.choice(stale)  # maybe a page that was opened long ago, or sent before
            now = reading.screen(screen.id)
            if now is None:  # the view sends whoever asks for it elsewhere
                continue
            _, form = form_of(chance, now, answers)
            told = form.values()
            merged, _how = merge_all(reading.questions, base=page.shown, mine=told, stored=answers)
            after = with_owner(answers, {key: value for key, value in merged.items() if value is not None})
            assert lost(answers, after, now, page, told) == [], number
            assert not faults(after), (number, faults(after))
            asked = {question.id for question in now.questions}
            assert set(after) - set(answers) <= (asked | {ABOUT} if CHOICE in asked else asked), number
            stored += after != answers
            own += any(key.startswith(OWN) and after[key] != answers.get(key) for key in after)
            if after != answers or not step:  # else what is read is the same again
                answers = after
                reading = read(FORM, answers, about)
                assert mixed_up(reading, answers, about) == [], number
        if number % 20 == 0:
            assert answers_in_words(reading, answers)
    assert stored > how_many(ALONE) / 2
    assert own > how_many(ALONE) / 20  # among them answers to the clinic's own questions


def owned(asked: set[str]) -> set[str]:
    """What may change besides what a page asks: whose the older answers are, if it asks what the form is about."""
    return {ABOUT} if CHOICE in asked else set()


@pytest.mark.django_db
def test_with_rows() -> None:
    written(*EVERY_KIND)
    base = ResponseFactory(answers=PLAIN, questionnaire_version=FORM.version)
    several = ResponseFactory(answers={**PLAIN, CHOICE: ["neck", "place"]}, questionnaire_version=FORM.version)
    for number in range(how_many(WITH_ROWS)):
        chance = random.Random(f"rows {number}")
        with transaction.atomic():
            _sequence(chance, chance.choice((base.pk, several.pk)), number)
            transaction.set_rollback(True)


def _sequence(chance: random.Random, pk: int, number: int) -> None:
    response = IntakeResponse.objects.select_related("patient").get(pk=pk)
    pages: list[tuple[str, str]] = []
    for _step in range(chance.randint(1, 3)):
        reading: Reading = reading_of(response)
        screen = chance.choice(reading.screens)
        data, form = form_of(chance, screen, response.answers)
        if pages and chance.random() < 0.4:  # another tab, a second sending, a page of another screen
            data["_page"] = chance.choice(pages)[1]
        elif chance.random() < 0.8:
            data["_page"] = seal(screen, response.answers, response_id=pk)
        data["_seq"] = chance.choice(("0", "1", "2", "-5", "9" * 30, "x"))
        page = opened(screen, data, response_id=pk)
        pages.append((screen.id, data.get("_page", "")))
        before, told = dict(response.answers), form.values()
        passed = screen.id if chance.random() < 0.5 else ""
        response = save_answers(pk, values=told, opened=page, passed=passed, is_settled=chance.random() < 0.3)
        after = response.answers
        assert not faults(after), (number, faults(after))
        asked = {question.id for question in screen.questions}
        assert {key for key in before if before[key] != after.get(key)} <= {*asked, "_done", *owned(asked)}, number
        beside = {clash.question: clash.others for clash in Clash.objects.filter(response=pk)}
        for name in asked & before.keys():  # overwritten by a page that had not seen it: kept beside
            if page.shown.get(name) != before[name] and after.get(name) not in (None, before[name]):
                kept = before[name] in beside.get(name, []) or isinstance(before[name], list)
                assert kept or page.page, (number, name)


@pytest.mark.django_db
def test_through_the_pages() -> None:
    written(*EVERY_KIND)
    ana, boris = (InvitationFactory(token=token) for token in ("of-ana", "of-boris"))
    for number in range(how_many(THROUGH_PAGES)):
        chance = random.Random(f"pages {number}")
        with transaction.atomic():
            _walk(chance, ana.patient_id, boris.patient_id, number)
            transaction.set_rollback(True)


def _walk(chance: random.Random, ana: int, boris: int, number: int) -> None:
    born = dt.date(1984, 5, 17)
    other = Phone()
    other.open("of-boris", born=born)
    foreign = IntakeResponse.objects.get(patient=boris)
    phone = Phone()
    phone.open("of-ana", born=born)
    mine = IntakeResponse.objects.get(patient=ana)
    if chance.random() < 0.3:
        about = chance.choice(("place", ["neck", "place"], ["knee", "place", "neck"]))
        IntakeResponse.objects.filter(pk=mine.pk).update(answers={**PLAIN, CHOICE: about})
    pages: list[str] = [""]
    for _step in range(chance.randint(2, 6)):
        mine.refresh_from_db()
        vars(mine).pop("_reading", None)
        before, was_sent = dict(mine.answers), mine.is_submitted
        screen = chance.choice(FORM.screens if chance.random() < 0.4 else reading_of(mine).screens)
        path = f"/i/step/{screen.id}/"
        seen = phone.get(path)
        assert seen.status_code < 500
        if b'name="_page"' in seen.content:
            pages.append(page_on(seen.content.decode()))
        data: dict[str, Any] = {**posted(chance, screen), "_page": chance.choice(pages), "_seq": "1"}
        data["go"] = chance.choice(("next", "back", "leave2", "undo", "choose:x:y", "choose:", "language:xx", ""))
        if chance.random() < 0.15:
            data["of"] = chance.choice((other.ticket, "forged", ""))
        where = chance.choice((path, path, path, f"{path}save/", f"/i/asked/{screen.id}/", "/i/consent/", "/i/send/"))
        for _again in range(chance.choice((1, 1, 2))):
            answer = phone.post(where, data)
            assert answer.status_code < 500, (number, where, page_text(answer))
        if "of" in data and phone.ticket != other.ticket:
            phone.get("/i/")
        mine.refresh_from_db()
        assert not faults(mine.answers), (number, faults(mine.answers))
        asked = {question.id for question in screen.questions}
        changed = {key for key in {**before, **mine.answers} if before.get(key) != mine.answers.get(key)}
        assert changed <= {*asked, "_done", "_words", "_said", *owned(asked)}, (number, changed - asked)
        assert not (was_sent and changed), number
    foreign.refresh_from_db()
    assert foreign.answers == {}, number
