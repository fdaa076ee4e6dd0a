"""The owner adds a question of the clinic's own; a patient answers it in Spanish on a phone, another is not asked; the
practitioner reads it under the words that were asked, also after it was changed and retired."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, expect

from intake.questionnaire.own import option_id
from tests.journeys.conftest import DESK, PHONE, accessibility_faults
from tests.journeys.hurried import Hurried
from tests.journeys.robots import Desk, answers_for
from tests.journeys.test_in_their_language import REACH, WIDE, Reader, Words
from tests.journeys.test_patient import persona_of
from treatments.demo.answers import Persona

SPANISH, HOPE = "¿Qué ha probado en casa?", "¿Qué espera de nosotros?"
ENGLISH_ONLY = "Do you live near a pool?"
LISTED = {
    "Question (English)": "Which of these have you tried at home?",
    "Choices (English)": "Warm bath\nStretching",
    "Question (Español)": SPANISH,
    "Choices (Español)": "Baño caliente\nEstiramientos",
}


def _add(page: Page, words: dict[str, str], *, kind: str, earlier: str = "") -> None:
    page.goto("/clinic/questions/")
    page.get_by_role("link", name="Add a question").click()
    for label, text in words.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Kind of answer").select_option(kind)
    page.get_by_label("Asked after").select_option(label="Your complaint")
    if earlier:
        page.get_by_label("Only after this earlier answer").select_option(earlier)


def _keep(page: Page) -> None:
    page.get_by_role("button", name="Keep").click()
    page.wait_for_url(re.compile("/clinic/questions/$"))
    expect(page.get_by_text("Kept:")).to_be_visible()


def _retire_all(page: Page) -> None:
    page.goto("/clinic/questions/")
    while page.get_by_role("button", name=re.compile("^Retire")).count():
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile("^Retire")).last.click()


def _is_well(page: Page) -> None:
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert accessibility_faults(page) == []
        assert page.evaluate(WIDE), f"{page.url}: wider than {size}"


def test_asked_in_spanish_and_read_in_english(open_page: Callable[..., Page]) -> None:
    persona = replace(persona_of("Mara", "Kern"), given_name="Olga")
    answers = answers_for(persona)
    owner = open_page("owner")
    _add(owner, LISTED, kind="many", earlier=f"onset|{answers['onset'][0]}")
    owner.get_by_role("button", name="Preview").click()
    preview = owner.locator("section", has=owner.get_by_role("heading", name="As patients see it"))
    expect(preview.get_by_role("heading", name=SPANISH)).to_be_visible()
    expect(preview).to_contain_text("Not asked in this language")  # Chinese
    _is_well(owner)
    _keep(owner)
    _add(owner, {"Question (English)": "What do you hope for?", "Question (Español)": HOPE}, kind="text")
    _keep(owner)
    _add(owner, {"Question (English)": ENGLISH_ONLY}, kind="yes_no")
    _keep(owner)
    expect(owner.get_by_text(re.compile("Not asked in: Español")).first).to_be_visible()
    _is_well(owner)
    try:
        _answered_and_read(open_page, owner, persona, answers)
    finally:
        _retire_all(owner)


def _answered_and_read(
    open_page: Callable[..., Page], owner: Page, persona: Persona, answers: dict[str, object]
) -> None:
    desk = Desk(open_page("desk"))
    chart = desk.add_patient(persona)
    own = {one.get_attribute("href") or "" for one in owner.locator("ul.rows strong a").all()}
    listed, hoped, pool = sorted(int(address.strip("/").rpartition("/")[2]) for address in own)[-3:]
    answers = answers | REACH | {f"own_{listed}": [option_id("Stretching")], f"own_{hoped}": "Dormir sin dolor."}
    phone, say = open_page(size=PHONE), Words("es")
    patient, hurried = Reader(phone, answers, say), Hurried(phone, answers, say)
    phone.goto(desk.intake_link(chart))
    phone.get_by_role("button", name="Español").click()
    for label, value in (("Day", 15), ("Month", 6), ("Year", persona.born)):
        phone.get_by_label(say(label), exact=True).fill(str(value))
    phone.get_by_role("button", name=say("Start"), exact=True).click()
    phone.wait_for_url(re.compile("/i/step/"))

    passed = hurried.answer_until(f"own_{listed}")
    assert "onset" in passed and f"own_{pool}" not in passed
    expect(phone.get_by_role("heading", name=SPANISH)).to_be_visible()
    assert accessibility_faults(phone) == []
    patient.fill()
    phone.reload()  # cut off: what was ticked is there
    expect(phone.locator(f'input[name="own_{listed}"]:checked')).to_have_count(1)
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("heading", name=LISTED["Question (English)"])).to_be_visible()
    phone.get_by_role("button", name="Español").click()
    expect(phone.locator(f'input[name="own_{listed}"]:checked')).to_have_count(1)

    _retire_all(owner)  # a form that began with them goes on with them
    passed = hurried.answer_until(f"own_{hoped}")
    patient.fill()
    patient.next()
    passed += hurried.answer_until()
    assert f"own_{pool}" not in passed
    patient.consent_and_send("Olga Kern")

    staff = open_page("practitioner")
    staff.goto(f"/patients/{chart}/")
    links = staff.locator("a[href^='/intakes/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    staff.goto(next(link for link in links if re.fullmatch(r"/intakes/\d+/", link)))
    short = staff.locator("section", has=staff.get_by_role("heading", name="In short"))
    expect(short).to_contain_text(re.compile(f"{re.escape(LISTED['Question (English)'])}\\s+Stretching"))
    expect(short.locator("q[lang=es]")).to_have_text("Dormir sin dolor.")
    expect(short).to_contain_text(re.compile(f"no words in Spanish.*{re.escape(ENGLISH_ONLY)}", re.DOTALL))
    _is_well(staff)
