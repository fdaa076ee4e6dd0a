"""A part repeated fast is, byte for byte, the part as Django renders it, whatever the texts hold."""

from __future__ import annotations

import random
from typing import Any

from django.template import Context, Template
from django.template.loader import render_to_string

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


@drawn(cards_from, lambda chance: chance.choice([True, False]), lambda chance: chance.choice([None, 7]))
def test_it_says_what_the_part_says(cards: list[Card], may_write: bool, chosen: int | None) -> None:
    page: dict[str, Any] = {"chosen": chosen, "csrf_token": "t" * 64}
    fast = PAGE.render(Context({**page, "cards": cards, "may": may_write}))
    given_to_each = {**page, "may_write": may_write, "visit_base": "/v/"}
    slow = [render_to_string(PART, {**given_to_each, **dict(card.shape), **card.texts}) for card in cards]
    assert fast == "".join(slow)
