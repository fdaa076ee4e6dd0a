"""A part kept in memory is the part drawn anew: found again by all that is in its values."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.translation import gettext_lazy

from clinic.people.templatetags import once
from tests.support.draws import drawn

PART = Template("{% load once %}{% kept 'plans/_why.html' because=because cautions=cautions %}")


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    once._documents.clear()
    yield
    once._documents.clear()


def shown(because: Any, cautions: Any) -> str:
    return str(PART.render(Context({"because": because, "cautions": cautions})))


def pairs_from(chance: random.Random) -> list[tuple[Any, Any]]:
    def texts() -> list[str]:
        return ["".join(chance.choices("ab<&\u4e2d", k=chance.randint(0, 3))) for _ in range(chance.randint(0, 2))]

    def why() -> list[dict[str, Any]]:
        return [{"text": "".join(texts()), "sources": texts()} for _ in range(chance.randint(0, 2))]

    return [(why(), texts()) for _ in range(chance.randint(2, 6))]


@drawn(pairs_from)
def test_it_is_what_would_be_drawn_also_the_second_time(pairs: list[tuple[Any, Any]]) -> None:
    for because, cautions in [*pairs, *reversed(pairs)]:
        again = json.loads(json.dumps([because, cautions]))  # equal, but other objects
        assert shown(*again) == once._draw("plans/_why.html", {"because": because, "cautions": cautions})


def test_it_is_drawn_once_and_the_oldest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    draw = once._draw

    def counted(part: str, values: dict[str, Any]) -> Any:
        asked.append(part)
        return draw(part, values)

    monkeypatch.setattr(once, "_draw", counted)
    monkeypatch.setattr(once._documents, "_most", 2)
    for word in ("a", "a", "b", "a", "c", "a", "b"):
        assert f"<li>{word}</li>" in shown([], [word])
    assert len(asked) == 4  # a, b, c, and b again: a was asked for later
    assert len(once._documents._found) == 2


def test_what_is_not_plain_data_is_an_error() -> None:
    with pytest.raises(ValueError, match="unmarshallable"):
        shown([object()], [])


STAGE = Template("{% load once %}{% kept_forms 'plans/_row_actions.html' at=at was=was change_url=url item_url=url %}")


def strip_of(was: Any, token: str, revision: int) -> str:
    return str(
        STAGE.render(Context({"url": "/u", "at": "a.1", "was": was, "csrf_token": token, "draft_revision": revision}))
    )


def test_a_form_that_is_kept_has_the_token_and_the_revision_of_its_own_page() -> None:
    once._forms.clear()
    for token, revision in (("one", 1), ("two", 2), ("<&", 2)):
        values = {"at": "a.1", "was": "BL23", "change_url": "/u", "item_url": "/u"}
        anew = once._draw("plans/_row_actions.html", {**values, "csrf_token": token, "draft_revision": revision})
        assert strip_of("BL23", token, revision) == anew
    assert len(once._forms._found) == 1


def test_no_word_of_a_patient_becomes_a_token() -> None:
    for word in ("csrf_token", "\ue006", "{{ csrf_token }}", "{% csrf_token %}"):
        assert strip_of(word, "secret", 1).count("secret") == 1


def test_what_is_not_plain_is_drawn_anew() -> None:
    once._forms.clear()
    assert "lazy" in strip_of(gettext_lazy("lazy"), "one", 1)
    assert not once._forms._found
