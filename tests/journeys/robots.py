"""People who use the pages: what they click and type. No test of its own; the journeys tell the stories."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About
from treatments.demo.answers import Persona, answers_of


def answers_for(persona: Persona) -> dict[str, Any]:
    """What a persona will answer: the same shape as is stored, question id -> value."""
    born = dt.date(persona.born, 6, 15)
    today = dt.date.today()  # noqa: DTZ011
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    about = About(age=age, sex=persona.sex, birth_known=True, sex_known=True, on=today)
    return answers_of(persona, load_questionnaire(), about)


def open_chart(page: Page, name: str) -> None:
    """Find somebody by name and open the chart. Returns when it is there: what is read next is read from it."""
    page.goto(f"/patients/?q={name}")
    page.get_by_role("link", name=re.compile(name)).first.click()
    page.wait_for_url(re.compile(r"/patients/\d+/$"))


def begin_visit(page: Page, name: str) -> None:
    """Start a visit of somebody, or go on with the one that is open; returns when its page is there."""
    open_chart(page, name)
    begin = page.get_by_role("button", name="Start a visit")
    begin.or_(page.get_by_role("link", name=re.compile(r"Go on with visit \d+"))).first.click()
    page.wait_for_url(lambda url: re.search(r"/patients/\d+/$", url) is None)
    asked = page.get_by_role("button", name="Start a new visit anyway")
    if asked.count():
        asked.click()
    page.wait_for_url(re.compile(r"/visits/\d+/"))
    expect(page.get_by_role("heading", name=re.compile(r"Visit \d+"))).to_be_visible()


def chart_as_planned(page: Page, *, changed: str) -> None:
    """What is left of an open visit, done as planned: needles in, needles out, what changed, signed."""
    with page.expect_navigation():
        page.get_by_role("button", name="All done as planned").click()
    for now in page.get_by_label("first needle in").locator("..").get_by_role("button", name="now").all():
        press_now(page, now)
    page.get_by_role("textbox", name="What changed right after").fill(changed)
    for place in page.locator(".ledger-row").all():
        counted = place.locator(".ledger-count .figures").inner_text()
        place.get_by_label("needles out").fill(counted.strip() or "0")
    page.get_by_label("needles out").last.blur()
    expect(page.get_by_text("ready to sign")).to_be_visible()
    page.get_by_role("button", name="Sign and lock").click()
    expect(page.get_by_text(re.compile(r"signed \d"))).to_be_visible()


def begin_assessment(page: Page, name: str) -> None:
    """Assess somebody, or go on with the draft that is open; returns when its page is there."""
    open_chart(page, name)
    begin = page.get_by_role("button", name=re.compile("^Assess( without an intake)?$"))
    begin.or_(page.get_by_role("link", name="Go on with the assessment")).first.click()
    page.wait_for_url(re.compile("/assessments/"))
    expect(page.get_by_role("button", name="Sign the assessment")).to_be_visible()


def press_now(page: Page, button: Locator) -> None:
    """A press on "now": the time is the clinic's, so it comes from its server."""
    field = page.locator(f"[id='{button.get_attribute('data-now')}']")
    button.click()
    expect(field).to_have_value(re.compile(r"\d\d:\d\d"))


def tell_birth_date(page: Page, born: int, say: Callable[[str], str] = str) -> None:
    for label, value in (("Day", 15), ("Month", 6), ("Year", born)):
        page.get_by_label(say(label), exact=True).fill(str(value))


NOW = ".plan-main > .stage table.points"  # of a plan: what is needled now, not at later visits


class Patient:
    """Answers the intake on a phone, screen after screen. ``say``: English words as they are on the screen."""

    def __init__(self, page: Page, answers: Mapping[str, Any], say: Callable[[str], str] = str) -> None:
        self.page, self.answers, self.say = page, answers, say
        self._ticked: set[tuple[str, str]] = set()  # name and value, as the screen stood when its fields were read

    def open(self, link: str, born: int) -> None:
        """Follow the link and start. ``born``: the year of a persona, who was born on 15 June."""
        self.page.goto(link)
        expect(self.page).to_have_url(re.compile(r"/i/(\?of=.*)?$"))  # the token is out of the address at once
        self.start(born)

    def start(self, born: int) -> None:
        """On the first page, in whichever language it stands."""
        tell_birth_date(self.page, born, self.say)
        self.page.get_by_role("button", name=self.say("Start"), exact=True).click()
        self.page.wait_for_url(re.compile("/i/step/"))

    def screen_id(self) -> str | None:
        found = re.search(r"/i/step/([a-z_0-9-]+)/", self.page.url)
        return found.group(1) if found else None

    def answer_until(self, stop: str | None = None) -> list[str]:
        """Answer screens until ``stop`` (its id) or until the consent; the screens passed."""
        passed: list[str] = []
        while (screen := self.screen_id()) and screen != stop:
            assert len(passed) < 80, f"the form never ends: {passed}"
            self.fill()
            self.next()
            passed.append(screen)
        return passed

    def fill(self) -> None:
        form = self.page.locator("form[data-answers]")
        asked = self._fields(form)
        for question, value in self.answers.items():
            if any(name == question or name.startswith(f"{question}.") for name in asked):
                self._put(form, question, value, asked.get(question, ""))
                asked = self._fields(form)  # an answer may ask for more
        if form.locator("input, textarea").count() > 1:
            saved = re.compile(r"\d\d:\d\d|" + self.say("Every answer is saved as you go."))
            expect(self.page.locator("#saved")).to_contain_text(saved)

    def _fields(self, form: Locator) -> dict[str, str]:
        """The names asked on this screen, and what kind of field each is: asked of the browser once, not for each."""
        found = form.evaluate(
            "form => [...form.elements].map(field => [field.name, field.type, field.value, !!field.checked])"
        )
        self._ticked = {(name, value) for name, _, value, is_ticked in found if is_ticked}
        return {name: kind for name, kind, *_ in found if name}

    def next(self) -> None:
        before = self.page.url
        self.page.get_by_role("button", name=self.say("Next")).click()
        self.page.wait_for_url(lambda url: url != before)
        if "/i/asked/" in self.page.url:  # the robot answers the questions themselves
            for chip in self.page.locator("input[name=chip]").all():
                chip.uncheck()
            self.next()

    def _put(self, form: Locator, question: str, value: Any, kind: str) -> None:
        if isinstance(value, dict) and "none" in value:
            self._tick(form, f"{question}.none", value["none"])
        elif isinstance(value, dict) and "unit" not in value:
            for part, text in value.items():
                form.locator(f'[name="{question}.{part}"]').fill(text)
        elif isinstance(value, dict):
            form.locator(f'[name="{question}.number"]').fill(str(value["number"]))
            self._tick(form, f"{question}.unit", value["unit"])
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value, start=1):
                form.locator(f'[name="{question}.{number}.name"]').fill(row["name"])
                self._tick(form, f"{question}.{number}.score", row["score"])
        elif isinstance(value, list):
            listed = form.locator("details[data-places]:not([open]) > summary")
            if listed.count() and form.locator(f'[data-places] [name="{question}"]').count():
                listed.click()
            for one in value:
                self._tick(form, question, one)
        elif kind != "radio":
            form.locator(f'[name="{question}"]').fill(str(value))
            form.locator(f'[name="{question}"]').blur()  # saved at once: without it a second and a half later
        else:
            self._tick(form, question, value)

    def _tick(self, form: Locator, name: str, value: Any) -> None:
        if (name, str(value)) not in self._ticked:
            form.locator(f'input[name="{name}"][value="{value}"]').locator("xpath=ancestor::label[1]").click()

    def consent_and_send(self, name: str) -> None:
        page = self.page
        for method in page.locator("label.choice", has=page.locator("[name=methods]")).all():
            method.click()
        page.locator("label.choice", has=page.locator("#id_agreed")).click()
        page.get_by_label(self.say("Your full name")).fill(name)
        page.get_by_role("button", name=self.say("Sign and continue")).click()
        expect(page.get_by_role("heading", name=self.say("Check your answers"))).to_be_visible()
        page.get_by_role("button", name=self.say("Send to the clinic")).click()
        expect(page).to_have_url(re.compile("/i/sent/"))

    def second_part(self) -> list[str]:
        """Straight after sending: answer the second part, too, and send it; the screens passed."""
        self.page.get_by_role("button", name=self.say("Answer the second part")).click()
        self.page.wait_for_url(re.compile("/i/step/"))
        passed = self.answer_until()
        expect(self.page.get_by_role("heading", name=self.say("Check your answers"))).to_be_visible()
        self.page.get_by_role("button", name=self.say("Send to the clinic")).click()
        expect(self.page).to_have_url(re.compile("/i/sent/"))
        expect(self.page.get_by_role("button", name=self.say("Answer the second part"))).to_have_count(0)
        return passed


class Desk:
    """Adds a patient, sends the link, books the course."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_patient(self, persona: Persona) -> int:
        page = self.page
        page.goto("/patients/new/")
        page.get_by_label("Given name").fill(persona.given_name)
        page.get_by_label("Family name").fill(persona.family_name)
        page.get_by_label("Date of birth").fill(f"{persona.born}-06-15")
        page.get_by_label("Sex").select_option(persona.sex)
        page.get_by_label("E-mail", exact=True).fill("story@example.org")
        page.get_by_label("has no phone").check()
        page.get_by_role("button", name="Save").click()
        namesake = page.get_by_role("button", name="Save as another person")  # the demo clinic may have one
        expect(namesake.or_(page.get_by_role("link", name="Send intake link")).first).to_be_visible()
        if namesake.count():
            namesake.click()
        page.wait_for_url(re.compile(r"/patients/\d+/$"))
        found = re.search(r"/patients/(\d+)/", page.url)
        assert found
        return int(found.group(1))

    def intake_link(self, patient: int) -> str:
        page = self.page
        page.goto(f"/patients/{patient}/invite/")
        page.get_by_role("button", name="Show the link only").click()
        expect(page.get_by_alt_text("QR code")).to_be_visible()
        return page.get_by_label("The link").input_value()

    def book_course(self, name: str) -> int:
        """Book every visit of the course of somebody on the list; how many dates were offered."""
        page = self.page
        page.goto("/followups/")
        page.get_by_role("link", name=re.compile(name)).first.click()
        page.wait_for_url(re.compile(r"/followups/\d+/$"))
        dates = page.locator('input[type="date"][name$="day"], input[type="date"][name*="day-"]').count()
        page.get_by_role("button", name=re.compile("^Book")).last.click()
        page.wait_for_url(re.compile("booked="))
        return dates


class Practitioner:
    """Examines, signs, lets the planner propose, edits, signs, charts."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def examine(self, patient: int, persona: Persona) -> None:
        page = self.page
        page.goto(f"/patients/{patient}/assessment/")
        page.get_by_role("button", name="Start the assessment").click()
        page.wait_for_url(re.compile(r"/assessments/\d+/"))
        for finding in persona.found:
            self._mark(finding, "1")
        for finding in persona.absent_found:
            self._mark(finding, "0")
        for level in persona.levels:
            page.locator(f'label[for="level-{level}"]').click()
        page.get_by_label("Notes").fill("Cautions talked through; treatment adapted.")
        page.get_by_label("Notes").blur()
        expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))

    def _mark(self, finding: str, value: str) -> None:
        control = self.page.locator(f'input[name="f.{finding}"][value="{value}"]')
        self.page.locator(f'label[for="{control.get_attribute("id")}"]').click()

    def sign_assessment(self) -> None:
        self.page.get_by_role("button", name="Sign the assessment").click()
        following = re.compile("Propose a treatment|Make a plan by hand")
        expect(self.page.get_by_role("button", name=following)).to_be_visible()

    def propose(self) -> None:
        self.page.get_by_role("button", name="Propose a treatment").click()
        self.page.wait_for_url(re.compile(r"/plans/\d+/$"))

    def codes(self) -> list[str]:
        return self.page.locator(f"{NOW} .code").all_inner_texts()

    def add_point(self, typed: str, side: str = "both") -> None:
        form = self.page.locator("form.add-point").first
        form.get_by_role("textbox").first.fill(typed)
        form.get_by_role("combobox").first.select_option(side)
        form.get_by_role("button", name="Add", exact=True).click()

    def give_reasons(self, words: str) -> int:
        """Answer every stop that may be passed with a reason; how many there were."""
        page, given = self.page, 0
        while page.locator("form.reason-form").count():
            form = page.locator("form.reason-form").first
            before = page.locator("form.reason-form").count()
            form.locator("select").select_option(index=1)
            form.get_by_role("textbox").fill(words)
            form.get_by_role("button", name="Give reason").click()
            expect(page.locator("form.reason-form")).to_have_count(before - 1)
            given += 1
        return given

    def sign_plan(self) -> None:
        page = self.page
        expect(page.locator(".htmx-request")).to_have_count(0)  # what is still being saved is not cut off
        box = page.locator("#id_cautions_read")
        if box.count():
            box.check()
        page.get_by_role("button", name="Sign the plan").click()
        expect(page.get_by_text("signed, in force")).to_be_visible()

    def chart_first_visit(self, patient: int, *, pain: int) -> None:
        page = self.page
        page.goto(f"/patients/{patient}/")
        page.get_by_role("button", name="Start a visit").click()
        page.wait_for_url(re.compile(r"/visits/\d+/"))
        expect(page.get_by_role("heading", name=re.compile("^Visit 1"))).to_be_visible()
        page.get_by_label("Pain now, 0–10").fill(str(pain))
        page.get_by_label("On average since last time, 0–10").fill(str(pain))
        page.get_by_role("button", name="All asked: no").click()
        expect(page.locator("#visit-saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
        for tender in page.get_by_label("found by palpation at").all():
            tender.fill("two fingers beside L4, on the right")
        chart_as_planned(page, changed="Turns more easily")
