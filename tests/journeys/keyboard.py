"""A patient who has nothing but a keyboard: Tab from field to field, Space, arrows, letters, Enter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.robots import Patient

MOST = 250  # presses of Tab on one page: the field or the button was not reached
WHERE = """() => {
  const one = document.activeElement;
  return one && one !== document.body && {
    name: one.name || '', type: one.type || one.tagName.toLowerCase(), value: one.value ?? '', checked: !!one.checked,
    is_onward: one.matches('main button.btn-primary[type=submit]'),
    is_folded: one.matches('details[data-places]:not([open]) > summary'),
  };
}"""


def fields_of(answers: Mapping[str, Any]) -> dict[str, set[str]]:
    """Name of a field -> what is typed or ticked in it, of answers as they are stored."""
    fields: dict[str, set[str]] = {}
    for question, value in answers.items():
        if isinstance(value, dict):
            fields |= {f"{question}.{part}": {str(one)} for part, one in value.items()}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value, start=1):
                fields |= {f"{question}.{number}.{part}": {str(one)} for part, one in row.items()}
        else:
            fields[question] = {str(one) for one in (value if isinstance(value, list) else [value])}
    return fields


class Keyboard:
    """``fields``: name -> values. What is named there is answered, everything else is passed by."""

    def __init__(self, page: Page, fields: Mapping[str, set[str]]) -> None:
        self.page, self.fields = page, fields

    def answer_and_go_on(self) -> None:
        """From the top of the page to its main button, answering on the way; returns on the next page."""
        before = self.page.url
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(WHERE)
            if at and at["is_onward"]:
                self.page.keyboard.press("Enter")
                self.page.wait_for_url(lambda url: url != before)
                return
            if at:
                self._answer(at)
        raise AssertionError(f"{before}: no way onward by keyboard")

    def _answer(self, at: dict[str, Any]) -> None:
        press, wanted = self.page.keyboard.press, self.fields.get(at["name"], set())
        if at["is_folded"]:
            press("Enter")
        elif at["type"] == "checkbox":
            if at["checked"] != (at["value"] in wanted):
                press("Space")
        elif wanted and at["type"] == "radio":
            if at["value"] in wanted:
                press("Space")
            for _ in range(MOST):
                if at["value"] in wanted:
                    return
                press("ArrowDown")
                at = self.page.evaluate(WHERE)
            raise AssertionError(f"{at['name']}: {wanted} cannot be chosen with the arrows")
        elif wanted and re.fullmatch("text|textarea|tel|email|number", at["type"]):
            press("ControlOrMeta+a")
            self.page.keyboard.insert_text(next(iter(wanted)))


class Typist(Patient):
    """Walks the form by keyboard alone. ``look``: called on every page before it is answered."""

    def __init__(
        self,
        page: Page,
        answers: Mapping[str, Any],
        say: Callable[[str], str] = str,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(page, answers, say)
        self.keys, self.look = Keyboard(page, fields_of(answers)), look

    def start(self, born: int) -> None:
        self.look()
        Keyboard(self.page, {"day": {"15"}, "month": {"6"}, "year": {str(born)}}).answer_and_go_on()
        self.page.wait_for_url(re.compile("/i/step/"))

    def fill(self) -> None:
        self.look()

    def next(self) -> None:
        """Chips of the own words are unticked: this one answers the questions themselves."""
        self.keys.answer_and_go_on()
        while "/i/asked/" in self.page.url:
            self.look()
            self.keys.answer_and_go_on()

    def consent_and_send(self, name: str) -> None:
        self.look()
        methods = self.page.locator("[name=methods]").evaluate_all("all => all.map(one => one.value)")
        Keyboard(self.page, {"methods": set(methods), "agreed": {"on"}, "name": {name}}).answer_and_go_on()
        expect(self.page.get_by_role("heading", name=self.say("Check your answers"))).to_be_visible()
        self.look()
        self.keys.answer_and_go_on()
        expect(self.page).to_have_url(re.compile("/i/sent/"))
        self.look()
