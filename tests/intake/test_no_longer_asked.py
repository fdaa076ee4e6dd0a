"""An answer that today's form would not ask any more is still on the practitioner's page."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.intake import ResponseFactory, second_part_of
from tests.factories.people import UserFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
WORDS = "Answered too, though the form as it is now would not ask it"


def page_of(answers: dict[str, object], *, second: bool = False) -> str:
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    response = second_part_of() if second else ResponseFactory()
    response.answers = {**response.answers, **answers}
    response.save()
    return page_text(client.get(f"/intakes/{response.pk}/"))


def test_sentences_ticked_with_a_neck_alone_are_shown() -> None:
    page = page_of({"reason": "neck", "where": ["neck"], "rmdq_1": ["1"]})
    assert WORDS in page and "Sentences 1 to 8" in page.split(WORDS)[1]


def test_nothing_of_it_where_everything_is_asked() -> None:
    assert WORDS not in page_of({"reason": "back", "rmdq_1": ["1"]}, second=True)
