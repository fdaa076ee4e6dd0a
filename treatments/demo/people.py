"""The invented people, read from personas.toml."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

from treatments.demo.answers import Persona

FILE = Path(__file__).with_name("personas.toml")


@dataclass(frozen=True)
class Role:
    """A persona and how far they have got."""

    persona: Persona
    stage: str
    visits: int  # done so far, if the stage has visits
    email: str
    phone: str


def cast() -> tuple[Role, ...]:
    """Everyone, those with names of their own first. The same on every machine."""
    data = tomli.loads(FILE.read_text(encoding="utf-8"))
    return (*_named(data), *_crowd(data))


def _named(data: Mapping[str, Any]) -> Iterator[Role]:
    for number, person in enumerate(data["person"], start=1):
        persona = persona_of(data["archetype"][person["archetype"]], person)
        given, family = person["name"]
        email = person.get("email") or f"{given}.{family}@example.org".lower()
        yield Role(persona, person["stage"], person.get("visits", 0), email, person.get("phone") or _phone(number))


def _crowd(data: Mapping[str, Any]) -> Iterator[Role]:
    draw = random.Random(2026)
    pairs = zip(data["names"]["female"], data["names"]["male"], strict=True)
    names = [one for woman, man in pairs for one in ((woman, "female"), (man, "male"))]
    kinds = sorted(data["archetype"])
    number = 40
    for group in data["crowd"]:
        for place in range(group["count"]):
            name, sex = names[(number - 40) % len(names)]
            given, _, family = name.partition(" ")
            kind = kinds[number % len(kinds)]
            if sex == "male" and kind in ("yin", "stress"):
                kind = "lifting"
            person = {"name": [given, family], "sex": sex, "born": draw.randint(1950, 2001)}
            visits = {"course": 1 + place % 7, "overdue": 6, "finished": 99}.get(group["stage"], 0)
            email = f"{given}.{family}@example.org".lower().replace(" ", "")
            yield Role(
                persona_of(data["archetype"][kind], person), group["stage"], visits, _ascii(email), _phone(number)
            )
            number += 1


def persona_of(archetype: Mapping[str, Any], person: Mapping[str, Any]) -> Persona:
    given, family = person["name"]
    present = {*archetype["present"], *person.get("extra", ())}
    if person["sex"] != "female":
        present -= {"worsened_by.premenstrual", "condition.menopause"}
    return Persona(
        given_name=given,
        family_name=family,
        sex=person["sex"],
        born=person["born"],
        present=frozenset(present),
        reason=person.get("reason", archetype["reason"]),
        duration=archetype["duration"],
        pain=archetype["pain"],
        rmdq=archetype["rmdq"],
        told=archetype.get("told", {}),
        phq2=archetype.get("phq2", (0, 1)),
        gad2=archetype.get("gad2", (0, 1)),
        weeks=person.get("weeks"),
        found=tuple(archetype["found"]),
        absent_found=tuple(archetype["absent_found"]),
        levels=tuple(archetype.get("levels", ())),
        ashi=tuple(archetype.get("ashi", ())),
    )


def _phone(number: int) -> str:
    return f"+1201555{100 + number:04d}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isascii())
