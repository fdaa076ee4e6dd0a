"""Several open pages of one intake: nothing that nobody took back on its own screen is ever lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.merging import TICKS, drawn, merge
from intake.questionnaire.values import Question
from tests.support.draws import draws

Q = load_questionnaire()
IMPLANTS = next(q for q in Q.questions if any(o.id == "pacemaker" for o in q.options))
NONE = next(o.id for o in IMPLANTS.options if o.is_none)
OTHERS = [o.id for o in IMPLANTS.options if not o.is_none]
REASON = Q.question("reason")
LEAK = Q.question("bladder_leak")
assert REASON is not None and LEAK is not None


def test_an_untouched_answer_never_overwrites() -> None:
    assert merge(IMPLANTS, base=None, mine=None, stored=["pacemaker"]).value == ["pacemaker"]
    assert merge(REASON, base="old", mine="old", stored="new").value == "new"


def test_ticks_are_merged_one_by_one() -> None:
    one, two, three = OTHERS[:3]
    merged = merge(IMPLANTS, base=[one], mine=[two], stored=[one, three])
    assert set(merged.value) == {two, three} and merged.beside is None
    assert merge(IMPLANTS, base=[one], mine=None, stored=[one]).value is None


def test_none_of_these_against_a_tick_keeps_both() -> None:
    merged = merge(IMPLANTS, base=None, mine=[NONE], stored=["pacemaker"])
    assert (merged.value, merged.beside) == ([NONE], ["pacemaker"])


def test_the_newest_stands_and_the_other_is_kept() -> None:
    merged = merge(LEAK, base=None, mine="yes", stored="no")
    assert (merged.value, merged.beside) == ("yes", "no")
    assert merge(LEAK, base="no", mine="yes", stored="no").beside is None
    assert merge(LEAK, base="no", mine="yes", stored="yes").beside is None
    assert merge(REASON, base="a", mine="b", stored=None).beside is None  # nothing to keep


def test_options_that_are_not_on_show_stay() -> None:
    part = Question("many", "many", "", options=tuple(o for o in IMPLANTS.options if o.id != "pacemaker"))
    one = next(o for o in OTHERS if o != "pacemaker")
    assert drawn(part, ["pacemaker", one]) == [one]
    assert set(merge(part, base=[one], mine=None, stored=["pacemaker", one]).value) == {"pacemaker"}


class Pages:
    """Two to four open pages of one question, as the server keeps them; and what a fair witness would demand."""

    def __init__(self, question: Question, start: Any, pages: int) -> None:
        self.question, self.stored, self.beside = question, start, []
        self.shown = [drawn(question, start) for _ in range(pages)]  # what each page has told or was drawn with
        self.given: list[Any] = [start] if start is not None else []
        self.taken_back: list[Any] = []

    def save(self, page: int, mine: Any) -> None:
        before = self.shown[page]
        merged = merge(self.question, base=before, mine=mine, stored=self.stored)
        if mine != before:
            self.given.append(mine)
            self.taken_back.append(before)
        self.stored, self.shown[page] = merged.value, mine
        if merged.beside is not None:
            self.beside.append(merged.beside)

    def draw_again(self, page: int) -> None:
        self.shown[page] = drawn(self.question, self.stored)


TICKED = st.lists(st.sampled_from([*OTHERS[:4], NONE]), unique=True).map(
    lambda ids: [i for i in ids if i != NONE] if len(ids) > 1 else ids
)
STEPS = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), TICKED)), max_size=14)


@draws(600)
@given(st.one_of(st.none(), TICKED), STEPS)
def test_no_tick_is_lost_that_nobody_unticked_on_a_screen_that_showed_it(start: Any, steps: list[Any]) -> None:
    pages = Pages(IMPLANTS, start or None, 4)
    ticked: set[str] = set(start or [])
    unticked: set[str] = set()
    for page, mine in steps:
        if mine is None:
            pages.draw_again(page)
            continue
        mine = [o.id for o in IMPLANTS.options if o.id in mine] or None
        before = set(pages.shown[page] or [])
        ticked |= set(mine or [])
        unticked |= before - set(mine or [])
        pages.save(page, mine)
        kept = set(pages.stored or []).union(*(set(other) for other in pages.beside))
        assert ticked - unticked <= kept
        assert not (NONE in (pages.stored or []) and len(pages.stored) > 1)  # never both at once


WORDS = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.sampled_from("abcdef"))), max_size=14)


@draws(600)
@given(st.one_of(st.none(), st.just("start")), WORDS)
def test_no_words_are_lost_that_nobody_replaced_on_a_screen_that_showed_them(start: Any, steps: list[Any]) -> None:
    pages = Pages(REASON, start, 4)
    for page, mine in steps:
        if mine is None:
            pages.draw_again(page)
        else:
            pages.save(page, mine)
        kept = [pages.stored, *pages.beside]
        assert all(one in kept or one in pages.taken_back for one in pages.given)


@pytest.mark.parametrize("question", [q for q in Q.questions if q.kind not in TICKS], ids=lambda q: q.id)
def test_every_kind_draws_what_it_stores(question: Question) -> None:
    value: Any = question.options[0].id if question.kind == "one" else "x"
    if question.kind == "ranked":
        assert drawn(question, "neck") == ["neck"]  # of a form in which one alone could be chosen
        value = ["neck", "place"]
    assert drawn(question, value) == value
    assert drawn(question, None) is None
