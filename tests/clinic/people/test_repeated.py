"""A part repeated fast is, byte for byte, the part as Django renders it, whatever the texts hold."""

from __future__ import annotations

import random
from typing import Any

from django.template import Context, Template
from django.template.loader import render_to_string

from clinic.people.templatetags.repeated import MARK
from clinic.scheduling.models import AppointmentStatus
from clinic.scheduling.presenters.board import Card
from clinic.scheduling.presenters.pages import PILLS
from tests.support.draws import drawn, text

TEXTS = ("%s", "100 %", "%(name)s", "<b>", "a & b", "'\"", "{{ name }}", "")
WORDS = ("", "Arrived", "50 % <b>", "%(id)s")  # of a shape: the program's own
PART = "scheduling/_card.html"
PAGE = Template(f'{{% load repeated %}}{{% repeated "{PART}" cards may_write=may chosen=chosen visit_base="/v/" %}}')


def cards_from(chance: random.Random) -> list[Card]:
    def words() -> str:
        return chance.choice(TEXTS) if chance.random() < 0.5 else text(chance, 12)

    def status() -> str:
        return chance.choice(AppointmentStatus.values)

    return [
        Card(
            id=str(chance.randint(1, 9999)), version=str(chance.randint(1, 99)), status=status(), stamp=words(),
            clock=words(), name=words(), where=words(), tint=chance.choice(["green", "clay"]),
            pill=chance.choice([None, *PILLS.values()]), note=words(),
            note_kind=chance.choice(["", "wait", "caution"]), next_status=chance.choice(["", "arrived"]),
            next_word=chance.choice(WORDS),
            others=tuple((status(), chance.choice(WORDS)) for _ in range(chance.randint(0, 3))),
        )
        for _ in range(chance.randint(0, 4))
    ]  # fmt: skip


def test_a_row_that_is_kept_has_the_token_of_the_page_it_is_on() -> None:
    card = Card(
        id="1", version="1", status="booked", stamp="", clock="09:00", name=MARK[:-1], where="", tint="clay", pill=None,
        note="", note_kind="", next_status="arrived", next_word="Arrived", others=(),
    )  # fmt: skip
    page: dict[str, Any] = {"cards": [card], "may": True, "chosen": None}
    one, other = (PAGE.render(Context({**page, "csrf_token": token * 64})) for token in "ab")
    assert "a" * 64 in one and one.replace("a" * 64, "b" * 64) == other and MARK not in one
    renamed = PAGE.render(Context({**page, "cards": [card._replace(name="Ben")], "csrf_token": "a" * 64}))
    assert renamed == one.replace(MARK[:-1], "Ben")


@drawn(cards_from, lambda chance: chance.choice([True, False]), lambda chance: chance.choice([None, 7]))
def test_it_says_what_the_part_says(cards: list[Card], may_write: bool, chosen: int | None) -> None:
    page: dict[str, Any] = {"chosen": chosen, "csrf_token": "t" * 64}
    fast = PAGE.render(Context({**page, "cards": cards, "may": may_write}))
    given_to_each = {**page, "may_write": may_write, "visit_base": "/v/"}
    slow = [render_to_string(PART, {**given_to_each, **dict(card.shape), **card.texts}) for card in cards]
    assert fast == "".join(slow)
