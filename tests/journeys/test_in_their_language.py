"""The whole intake on a phone in Spanish and in Chinese: chosen first, by keyboard, changed on the way, read by us."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import replace

import polib
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from clinic.lib.catalogues import catalogue_of
from clinic.lib.file_words import is_pair
from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.keyboard import Typist
from tests.journeys.robots import Desk, Patient, answers_for, tell_birth_date
from tests.journeys.test_patient import persona_of
from treatments.management.spoken_files import spoken_files

REACH = {"phone": {"number": "202 555 0188"}, "emergency_contact": {"none": "nobody"}}
# every letter accented, and two fifths longer, as words of another language may be; nothing else on the page is touched
LONGER = """() => {
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  for (const text of texts) {
    const words = text.data.trim();
    if (!words || text.parentElement.closest('script, style, template, textarea')) continue;
    const longer = words.replace(/[aeiou]/g, vowel => 'áéíóú'['aeiou'.indexOf(vowel)]);
    text.data = text.data.replace(words, longer + ' ' + longer.split(' ').slice(0, Math.ceil(longer.split(' ').length * 0.4)).join(' '));
  }
}"""  # noqa: E501
FILLED_IN = re.compile(r"%\(\w+\)s|\{\w+\}")
CUT_OFF = """[...document.querySelectorAll('main button, main label')]
  .filter(one => !one.closest('.visually-hidden') && getComputedStyle(one).overflow !== 'visible')
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"""
WIDE = "document.documentElement.scrollWidth <= window.innerWidth"
TEXTS = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
  while (walk.nextNode()) {
    const words = walk.currentNode.data.trim().replace(/\\s+/g, ' ');
    if (words && !walk.currentNode.parentElement.closest('script, style, .credit')) texts.push(words);
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
    for (const one of document.body.querySelectorAll(`[${name}]`)) texts.push(one.getAttribute(name));
  return texts;
}"""


class Words:
    """English -> the words of a language, from its catalogue; and what must not be left in English."""

    def __init__(self, code: str) -> None:
        self.by_english = {
            entry.msgid: entry.msgstr or entry.msgstr_plural.get(1, "")
            for entry in polib.pofile(str(catalogue_of(settings.LOCALE_PATHS[0], code)))
        }
        pairs = [pair for file in spoken_files(code) for pair in file.pairs().values() if is_pair(pair)]
        told = [*self.by_english.items(), *((pair[0], pair[1]) for pair in pairs)]
        words = {translated for _, translated in told}
        self.english = {english for english, translated in told if english != translated} - words
        sources = (FILLED_IN.sub("\0", english) for english in self.english if FILLED_IN.search(english))
        patterns = (re.escape(one).replace("\0", ".+?") for one in sources if re.search("[a-z]{4}", one))
        self._filled_in = re.compile("|".join(patterns))

    def left_in_english(self, texts: list[str]) -> set[str]:
        return {text for text in texts if text in self.english or self._filled_in.fullmatch(text)}

    def __call__(self, english: str) -> str:
        return self.by_english[english]


class Reader(Patient):
    """Looks at each screen before answering: nothing is in English, nothing is wider than the phone."""

    def __init__(self, page: Page, answers: dict[str, object], say: Words) -> None:
        super().__init__(page, answers, say)
        self.words = say

    def fill(self) -> None:
        self.look()
        super().fill()

    def look(self) -> None:
        look_at(self.page, self.words, own={str(value) for value in self.answers.values()})


def look_at(page: Page, words: Words, *, own: Set[str] = frozenset(), also_axe: bool = False) -> None:
    """``own``: what was typed stays as it was."""
    left = words.left_in_english(page.evaluate(TEXTS)) - own
    assert not left, f"{page.url}: {left}"
    assert page.evaluate(WIDE), f"{page.url}: wider than the phone"
    if also_axe:
        assert accessibility_faults(page, also_dark=True) == []


@pytest.mark.parametrize(
    ("code", "own_name", "first", "lang"),
    [("es", "Español", "Antes de su visita", "Spanish"), ("zh-hans", "简体中文", "就诊之前", "Simplified Chinese")],
)
def test_the_whole_intake(open_page: Callable[..., Page], code: str, own_name: str, first: str, lang: str) -> None:
    persona = replace(persona_of("Mara", "Kern"), given_name="Lupe" if code == "es" else "Mei")
    desk = Desk(open_page("desk"))
    chart = desk.add_patient(persona)
    page = open_page(size=PHONE)
    say = Words(code)
    patient = Reader(page, answers_for(persona) | REACH, say)
    typist = Typist(page, patient.answers, say, patient.look)
    page.goto(desk.intake_link(chart))
    expect(page.get_by_role("heading", name="Before your visit")).to_be_visible()
    page.get_by_role("button", name=own_name).click()
    expect(page.get_by_role("heading", name=first)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", code)
    assert accessibility_faults(page) == []
    typist.start(persona.born)
    passed = typist.answer_until("safety_bladder")
    assert passed and accessibility_faults(page) == []

    # changed on the way: what was ticked stays
    patient.fill()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-gb")
    expect(page.locator("input:checked")).to_have_count(4)
    page.get_by_role("button", name=own_name).click()
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator("input:checked")).to_have_count(4)

    passed = typist.answer_until()
    assert accessibility_faults(page) == []
    typist.consent_and_send(f"{persona.given_name} Kern")
    passed = patient.second_part()
    assert "mood" in passed and not any(screen.startswith("rmdq") for screen in passed)

    staff = open_page("practitioner")
    staff.goto(f"/patients/{chart}/")
    links = staff.locator("a[href^='/intakes/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    staff.goto(next(link for link in links if re.fullmatch(r"/intakes/\d+/", link)))
    expect(staff.get_by_text(re.compile(f"Read and answered in\\s+{lang}"))).to_be_visible()
    expect(staff.locator("blockquote[lang]").first).to_have_attribute("lang", code)


def test_words_two_fifths_longer_with_accents_overflow_nowhere(open_page: Callable[..., Page]) -> None:
    persona = replace(persona_of("Mara", "Kern"), given_name="Longa")
    desk = Desk(open_page("desk"))
    page = open_page(size=PHONE)

    patient = Hurried(page, answers_for(persona) | REACH)
    page.goto(desk.intake_link(desk.add_patient(persona)))
    page.evaluate(LONGER)
    assert page.evaluate(WIDE)
    page.reload()
    tell_birth_date(page, persona.born)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/i/step/"))
    passed: list[str] = []
    while screen := patient.screen_id():
        assert screen not in passed, f"{screen} comes again"
        page.evaluate(LONGER)
        assert page.evaluate(WIDE), f"{screen}: wider than the phone"
        assert page.evaluate(CUT_OFF) == [], screen
        passed += patient.post(most=1)
    assert len(passed) > 10
    page.evaluate(LONGER)
    assert page.evaluate(WIDE), "the consent"
