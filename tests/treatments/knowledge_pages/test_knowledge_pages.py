"""The knowledge as pages: found by any spelling, complete, readable by those who may."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.people import UserFactory
from treatments.planner import load_planner_knowledge
from treatments.presenters import knowledge_pages, knowledge_words

pytestmark = pytest.mark.django_db
PAGES = ["home", "points", "ear", "patterns", "rules", "red_flags", "contraindications", "sources"]


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    return client


@pytest.mark.parametrize("name", PAGES)
def test_practitioner_and_owner_read_every_shelf_the_desk_none(client, name):
    page = client.get(reverse(f"knowledge:{name}"))
    assert page.status_code == 200 and "DESIGN" in page.content.decode()
    owner, desk = Client(), Client()
    owner.force_login(UserFactory(owner=True))
    desk.force_login(UserFactory(desk=True))
    assert owner.get(reverse(f"knowledge:{name}")).status_code == 200
    assert desk.get(reverse(f"knowledge:{name}")).status_code == 403


@pytest.mark.parametrize("q", ["BL23", "UB 23", "V23", "Shenshu", "shèn shū", "肾俞", "腎俞"])
def test_a_point_is_found_by_any_spelling(client, q):
    answer = client.get(reverse("knowledge:points"), {"q": q})
    assert answer.status_code == 302 and answer.url == reverse("knowledge:point", args=["BL23"])
    part = client.get(reverse("knowledge:points"), {"q": q}, headers={"HX-Request": "true"}).content.decode()
    assert "BL23" in part and "<html" not in part


def test_a_point_says_where_how_deep_and_why(client):
    text = client.get(reverse("knowledge:point", args=["GB21"])).content.decode()
    point = load_planner_knowledge().points["GB21"]
    for said in (point.hanzi, point.hanzi_traditional, point.pinyin, f"{point.cap_mm} mm", "pneumothorax"):
        assert said in text
    assert client.get(reverse("knowledge:point", args=["UB23"])).url == reverse("knowledge:point", args=["BL23"])
    assert client.get(reverse("knowledge:point", args=["ZZ99"])).status_code == 404


def test_every_point_has_a_page():
    for code in load_planner_knowledge().points:
        page = knowledge_pages.point_page(code)
        assert page is not None and page["sources"], code


def test_a_point_names_every_rule_that_uses_it():
    knowledge = load_planner_knowledge()
    used = {row["id"] for row in knowledge_pages.point_page("BL23")["rules"]}
    named = {rule.id for rule in knowledge.rules if any(choice.code == "BL23" for choice in rule.points)}
    assert named and named <= used


def test_every_channel_and_region_lists_all_its_points(client):
    shelves = knowledge_pages.shelves()
    total = len(set(load_planner_knowledge().points) - {"ASHI"})
    assert sum(count for _, _, count in shelves["channels"]) == total
    assert sum(count for _, _, count in shelves["regions"]) == total
    text = client.get(reverse("knowledge:points"), {"channel": "kidney"}).content.decode()
    assert "KI3" in text and "KI27" in text and "BL23</a>" not in text


def test_every_rule_can_be_read_aloud():
    for rule in load_planner_knowledge().every_rule():
        assert knowledge_words.does_words(rule), rule.id
        assert knowledge_words.when_words(rule.when), rule.id
    kinds = knowledge_pages.rules_page("", "")["kinds"]
    assert sum(count for _, _, count in kinds) == len(load_planner_knowledge().every_rule())


def test_rules_are_found_by_a_word(client):
    text = client.get(reverse("knowledge:rules"), {"q": "sciatica"}).content.decode()
    assert "sciatica" in text.lower() and "[" in text and "reviewed" in text
    assert "No rule speaks of" in client.get(reverse("knowledge:rules"), {"q": "qqqq"}).content.decode()


def test_every_pattern_shows_signs_with_weights_and_codes():
    page = knowledge_pages.patterns_page()
    rows = page["branches"] + page["roots"]
    assert len(rows) == 10
    assert all(row["signs"] and row["codes"] and row["principle"] for row in rows)


def test_the_matrix_has_a_cell_for_every_modality():
    rows = knowledge_pages.contraindications_page()["rows"]
    assert rows and all(len(row["cells"]) == 10 for row in rows)
    pacemaker = next(row for row in rows if row["row"].id == "pacemaker")
    assert {modality: mark for modality, _, mark, _ in pacemaker["cells"]}["ea"] == "F"


def test_what_is_searched_is_never_markup(client):
    for name in ("points", "rules"):
        page = client.get(reverse(f"knowledge:{name}"), {"q": "<script>x</script>", "channel": "<b>", "kind": "<b>"})
        assert "<script>x" not in page.content.decode() and page.status_code == 200
