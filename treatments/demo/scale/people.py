"""Names, addresses and birthdays of any number of people who do not exist."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomli
from phonenumber_field.phonenumber import PhoneNumber

from clinic.people.words import fold, index_words

NAMES = tomli.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
AREAS = (201, 212, 347, 551, 609, 646, 732, 848, 862, 908, 917, 973)


@dataclass(frozen=True, slots=True)
class Person:
    pk: int
    given_name: str
    family_name: str
    sex: str
    born: dt.date
    email: str
    phone: str
    since: dt.datetime

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def words(self) -> list[str]:
        """What is kept to find them by."""
        phone = PhoneNumber(country_code=1, national_number=int(self.phone[2:]))
        return index_words(
            given_name=self.given_name, family_name=self.family_name, email=self.email, phone=phone, born=self.born
        )


def invent(pk: int, *, sex: str, born: int, since: dt.datetime, draw: random.Random) -> Person:
    """``born``: the year, give or take one."""
    given, family = _often(NAMES[sex], draw), _often(NAMES["stems"], draw) + _often(NAMES["endings"], draw)
    return Person(
        pk, given, family, sex,
        dt.date(born + draw.randint(-1, 1), draw.randint(1, 12), draw.randint(1, 28)),
        f"{fold(given)}.{fold(family)}{pk}@mail.example",
        f"+1{AREAS[pk % len(AREAS)]}55{pk * 7919 % 100_000:05d}",
        since,
    )  # fmt: skip


def _often(words: Sequence[str], draw: random.Random) -> str:
    """Some names are much more common than others."""
    return words[int(len(words) * draw.random() ** 1.6)]
