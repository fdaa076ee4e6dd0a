"""A part repeated fast is, byte for byte, the part as Django renders it, whatever the texts hold."""

from __future__ import annotations

from typing import Any

from django.template import Context, Template
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling.models import AppointmentStatus
from clinic.scheduling.presenters.board import Card
from clinic.scheduling.presenters.pages import PILLS

TEXTS = st.text(max_size=12) | st.sampled_from(["%s", "100 %", "%(name)s", "<b>", "a & b", "'\"", "{{ name }}", ""])
WORDS = st.sampled_from(["", "Arrived", "50 % <b>", "%(id)s"])  # of a shape: the program's own
STATUS = st.sampled_from(AppointmentStatus.values)
CARDS = st.builds(
    Card,
    id=st.integers(1, 9999).map(str), version=st.integers(1, 99).map(str), status=STATUS, stamp=TEXTS, clock=TEXTS,
    name=TEXTS, where=TEXTS, tint=st.sampled_from(["green", "clay"]), pill=st.sampled_from([None, *PILLS.values()]),
    note=TEXTS, note_kind=st.sampled_from(["", "wait", "caution"]), next_status=st.sampled_from(["", "arrived"]),
    next_word=WORDS, others=st.lists(st.tuples(STATUS, WORDS), max_size=3).map(tuple),
)  # fmt: skip
PART = "scheduling/_card.html"
PAGE = Template(f'{{% load repeated %}}{{% repeated "{PART}" cards may_write=may chosen=chosen visit_base="/v/" %}}')


@given(st.lists(CARDS, max_size=4), st.booleans(), st.sampled_from([None, 7]))
def test_it_says_what_the_part_says(cards: list[Card], may_write: bool, chosen: int | None) -> None:
    page: dict[str, Any] = {"chosen": chosen, "csrf_token": "t" * 64}
    fast = PAGE.render(Context({**page, "cards": cards, "may": may_write}))
    given_to_each = {**page, "may_write": may_write, "visit_base": "/v/"}
    slow = [render_to_string(PART, {**given_to_each, **dict(card.shape), **card.texts}) for card in cards]
    assert fast == "".join(slow)
