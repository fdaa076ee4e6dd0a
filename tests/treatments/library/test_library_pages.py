"""The knowledge as pages: found by any spelling, complete, readable by those who may."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from clinic.lib.complaints import complaints
from clinic.lib.knowledge_files import Draft
from intake.assessment import load_intake_knowledge
from tests.factories.people import UserFactory
from tests.support.page_text import page_text
from treatments.clinic_knowledge import planner_knowledge
from treatments.library.presenters import complaints as complaint_pages
from treatments.library.presenters import pages, words
from treatments.library.presenters import signs as knowledge_signs
from treatments.planner.knowledge.load import load_planner_knowledge

pytestmark = pytest.mark.django_db
PAGES = ["home", "complaints", "points", "ear", "patterns", "rules", "red_flags", "contraindications", "sources"]


@pytest.mark.parametrize("name", PAGES)
def test_practitioner_and_owner_read_every_shelf_the_desk_none(as_petra, name):
    page = as_petra.get(reverse(f"knowledge:{name}"))
    assert page.status_code == 200 and "DESIGN" in page_text(page)
    owner, desk = Client(), Client()
    owner.force_login(UserFactory(owner=True))
    desk.force_login(UserFactory(desk=True))
    assert owner.get(reverse(f"knowledge:{name}")).status_code == 200
    assert desk.get(reverse(f"knowledge:{name}")).status_code == 403


@pytest.mark.parametrize("q", ["BL23", "UB 23", "V23", "Shenshu", "shèn shū", "肾俞", "腎俞"])
def test_a_point_is_found_by_any_spelling(as_petra, q):
    answer = as_petra.get(reverse("knowledge:points"), {"q": q})
    assert answer.status_code == 302 and answer.url == reverse("knowledge:point", args=["BL23"])
    part = page_text(as_petra.get(reverse("knowledge:points"), {"q": q}, headers={"HX-Request": "true"}))
    assert "BL23" in part and "<html" not in part


def test_a_point_says_where_how_deep_and_why(as_petra):
    text = page_text(as_petra.get(reverse("knowledge:point", args=["GB21"])))
    point = load_planner_knowledge().points["GB21"]
    for said in (point.hanzi, point.hanzi_traditional, point.pinyin, f"{point.cap_mm} mm", "pneumothorax"):
        assert said in text
    assert as_petra.get(reverse("knowledge:point", args=["UB23"])).url == reverse("knowledge:point", args=["BL23"])
    assert as_petra.get(reverse("knowledge:point", args=["ZZ99"])).status_code == 404


def test_every_point_has_a_page():
    for code in load_planner_knowledge().points:
        page = pages.point_page(code)
        assert page is not None and page["sources"], code


def test_a_point_names_every_rule_that_uses_it():
    knowledge = load_planner_knowledge()
    used = {row["id"] for row in pages.point_page("BL23")["rules"]}
    named = {rule.id for rule in knowledge.rules if any(choice.code == "BL23" for choice in rule.points)}
    assert named and named <= used


def test_every_channel_and_region_lists_all_its_points(as_petra):
    shelves = pages.shelves()
    total = len(set(load_planner_knowledge().points) - {"ASHI"})
    assert sum(count for _, _, count in shelves["channels"]) == total
    assert sum(count for _, _, count in shelves["regions"]) == total
    text = page_text(as_petra.get(reverse("knowledge:points"), {"channel": "kidney"}))
    assert "KI3" in text and "KI27" in text and "BL23</a>" not in text


def test_every_rule_can_be_read_aloud():
    for rule in load_planner_knowledge().every_rule():
        assert words.does_words(rule), rule.id
        assert words.when_words(rule.when), rule.id
    kinds = pages.rules_page("", "")["kinds"]
    intake = load_intake_knowledge()
    signs = len(intake.weights.weights) + len(intake.flags.flag) + len(intake.rules)
    assert sum(count for _, _, count in kinds) == len(load_planner_knowledge().every_rule()) + signs
    for kind, _, _ in kinds:
        for _, rows, _ in pages.rules_page(kind, "")["groups"]:
            assert all(row["when"] and row["does"] and row["evidence"] and row["by"] for row in rows), kind


def _forget() -> None:
    for one in (
        pages._rule_rows, pages._points, pages.shelves, pages.counts, pages._book_page, complaint_pages.own_rules,
        complaint_pages.complaint_page, complaint_pages.complaints_page,
    ):  # fmt: skip
        one.cache_clear()


@pytest.fixture
def own_file(settings, tmp_path):
    """The clinic of the example file, with one rule more that is a draft."""
    example = Path(settings.BASE_DIR, "docs", "knowledge.example.toml").read_text(encoding="utf-8")
    draft = example[example.index("[[rule]]") : example.index("[[home]]")]
    draft = draft.replace("own.tung_upper_back", "own.later").replace("[[rule]]", '[[rule]]\nstatus = "draft"')
    path = tmp_path / "knowledge.toml"
    path.write_text(example + draft, encoding="utf-8")
    settings.ASHI_KNOWLEDGE = path
    _forget()
    yield path
    _forget()


def test_own_rules_drafts_and_what_is_switched_off_are_read(own_file, as_petra):
    text = page_text(as_petra.get(reverse("knowledge:rules"), {"q": "cups.stress"}))
    assert "Drafts" in text and "own.later" in text
    assert "Switched off by this clinic" in text and text.count('id="cups.stress"') == 1
    assert "own.tung_upper_back" in page_text(as_petra.get(reverse("knowledge:rules"), {"kind": "points"}))
    point = page_text(as_petra.get(reverse("knowledge:point", args=["T-77.08"])))
    assert "Sihuashang" in point and "OWN-TUNG" in point and "own.tung_upper_back" in point


def test_without_an_own_file_none_of_it_shows(as_petra):
    text = page_text(as_petra.get(reverse("knowledge:rules"), {"q": "sciatica"}))
    assert "own." not in text and "Switched off" not in text and "<h2>Drafts" not in text


def test_drafts_of_the_assessment_are_read_too(as_petra, monkeypatch):
    row = load_intake_knowledge().rules[0].row
    draft = Draft("redflag_rules.toml", "neuro_power", "refer: reduced power", row)
    monkeypatch.setattr(
        knowledge_signs, "load_intake_knowledge", lambda: replace(load_intake_knowledge(), drafts=(draft,))
    )
    text = page_text(as_petra.get(reverse("knowledge:rules")))
    assert "redflag_rules.toml: neuro_power" in text and "refer: reduced power" in text


@pytest.mark.parametrize(
    ("kind", "word"), [("signs", "times as likely in"), ("red_flags", "safety"), ("combinations", "safety")]
)
def test_rules_of_the_assessment_stand_beside_those_of_the_planner(as_petra, kind, word):
    text = page_text(as_petra.get(reverse("knowledge:rules"), {"kind": kind}))
    assert word in text and "Reviewed by: Ashi project" in text


def test_rules_are_found_by_a_word(as_petra):
    text = page_text(as_petra.get(reverse("knowledge:rules"), {"q": "sciatica"}))
    assert "sciatica" in text.lower() and "[" in text and "reviewed" in text
    assert "No rule mentions" in page_text(as_petra.get(reverse("knowledge:rules"), {"q": "qqqq"}))


@pytest.mark.parametrize("complaint", list(complaints()))
def test_every_complaint_can_be_read(as_petra, complaint):
    """What is known first, what is asked, dose, home care, measures with their licences, sources, who has read it."""
    pack, planner = complaints()[complaint], planner_knowledge(complaint)
    page = as_petra.get(reverse("knowledge:complaint", args=[complaint]))
    text = unescape(page_text(page))
    assert page.status_code == 200 and len(page.content) < 60_000
    assert pack.name in text and pack.says in text and pack.by in text and pack.status in text
    known = load_intake_knowledge(complaint=complaint)
    for finding in (*pack.required, *(one for row in pack.required_if.values() for one in row)):
        assert known.label(finding).lower() in text.lower(), finding
    for question in known.visit_questions.values():
        assert question in text
    for rule in (*planner.doses, *planner.home):
        assert rule.text in text, rule.id
    for measure in pack.measures:
        assert measure.licence in text, measure.id
    own = {rule.id for rule in planner.rules if rule.id.startswith(f"{complaint}.")}
    assert own <= complaint_pages.own_rules(complaint)
    if complaint != "back":
        assert "What the patient is asked" in text and "Sources" in text


def test_a_complaint_that_there_is_none_of_is_not_found(as_petra):
    assert as_petra.get(reverse("knowledge:complaint", args=["tiredness"])).status_code == 404
    assert "Back pain" in page_text(as_petra.get(reverse("knowledge:rules"), {"complaint": "<b>", "kind": "dose"}))


def test_rules_patterns_and_red_flags_are_those_of_the_complaint_chosen(as_petra):
    rules = page_text(as_petra.get(reverse("knowledge:rules"), {"complaint": "shoulder", "kind": "points"}))
    assert "shoulder.distal_movement" in rules and "knee.local_eyes" not in rules and "cause.sport" in rules
    patterns = page_text(as_petra.get(reverse("knowledge:patterns"), {"complaint": "sleep_stress"}))
    assert "Liver fire" in patterns and "Cold-damp" not in patterns
    flags = page_text(as_petra.get(reverse("knowledge:red_flags"), {"complaint": "shoulder"}))
    assert "flag.gca_signs" in flags and "flag.saddle_numbness" not in flags
    everything = page_text(as_petra.get(reverse("knowledge:red_flags")))
    assert "flag.gca_signs" in everything and "flag.saddle_numbness" in everything


def test_a_word_is_found_in_the_rules_of_every_complaint_each_once(as_petra):
    text = page_text(as_petra.get(reverse("knowledge:rules"), {"q": "ST38"}))
    assert text.count('id="shoulder.distal_movement"') == 1 and text.count('id="distal.shoulder"') == 1
    common = next(rule.id for rule in planner_knowledge().rules if rule.id == "branch.training_sinews")
    assert page_text(as_petra.get(reverse("knowledge:rules"), {"q": common})).count(f'id="{common}"') == 1


def test_every_pattern_shows_signs_with_weights_and_codes():
    page = pages.patterns_page()
    rows = page["branches"] + page["roots"]
    assert len(rows) == 10
    assert all(row["signs"] and row["codes"] and row["principle"] for row in rows)


def test_the_matrix_has_a_cell_for_every_modality():
    rows = pages.contraindications_page()["rows"]
    assert rows and all(len(row["cells"]) == 10 for row in rows)
    pacemaker = next(row for row in rows if row["row"].id == "pacemaker")
    assert {modality: mark for modality, _, mark, _ in pacemaker["cells"]}["ea"] == "F"


def test_the_matrix_says_where_a_cell_counts_in_one_area_and_what_it_spares():
    told = {one["row"].id: one["narrowed"] for one in pages.contraindications_page()["rows"] if one["narrowed"]}
    assert told == {
        "osteop": "Pressure: this level on neck and trunk only, elsewhere with care.",
        "diabetes": "Moxa and heat: this level below the knee only, elsewhere with care.",
        "asthma_smoke": "Says nothing about: heat lamp, warmth.",
        "neck_unstable_risk": (
            "Needles: this level on the neck only, elsewhere with care. Pressure: this level on the neck only, "
            "elsewhere with care. Cups: this level on the neck only, elsewhere with care."
        ),
    }


def test_what_is_searched_is_never_markup(as_petra):
    for name in ("points", "rules"):
        page = as_petra.get(reverse(f"knowledge:{name}"), {"q": "<script>x</script>", "channel": "<b>", "kind": "<b>"})
        assert "<script>x" not in page_text(page) and page.status_code == 200
