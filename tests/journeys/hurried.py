"""A patient whose form is only the way to something else: screens are posted as their own forms would, none is drawn.

Who walks the whole form in the browser: docs/decisions/0029-where-the-suite-spends-its-time.md.
"""

from __future__ import annotations

from typing import Any

from tests.journeys.keyboard import fields_of
from tests.journeys.robots import Patient

# The browser reads each page and knows what its form would send untouched; chips of the own words are unticked.
POST_SCREENS = """async ({answers, stop, most}) => {
  const passed = [];
  let answer = await fetch(location.href);
  for (;;) {
    const screen = new URL(answer.url).pathname.match(/^\\/i\\/(step|asked)\\/([^/]+)\\/$/);
    if (!screen || !answer.ok) return {url: answer.url, status: answer.status, passed};
    if (screen[1] === 'step' && (screen[2] === stop || screen[2] === passed.at(-1) || passed.length >= most))
      return {url: answer.url, status: answer.status, passed};
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const form = page.querySelector(screen[1] === 'step' ? 'form[data-answers]' : 'form#asked');
    const sent = new FormData(form);
    const questions = new Set([...form.elements].map(field => field.name.split('.')[0]));
    sent.delete('chip');
    for (const [name, values] of Object.entries(answers)) {
      if (screen[1] === 'asked' || !questions.has(name.split('.')[0])) continue;
      sent.delete(name);
      for (const value of values) sent.append(name, value);
    }
    sent.append('go', 'next');
    if (screen[1] === 'step') passed.push(screen[2]);
    answer = await fetch(form.getAttribute('action'), {method: 'POST', body: new URLSearchParams(sent)});
  }
}"""


class Hurried(Patient):
    """``open``, ``consent_and_send`` and what a journey does by itself are in the browser as ever."""

    def answer_until(self, stop: str | None = None) -> list[str]:
        passed = self.post(stop=stop)
        assert self.screen_id() == stop or not (stop or self.screen_id()), f"{self.page.url} after {passed}"
        return passed

    def post(self, *, stop: str | None = None, most: int = 80) -> list[str]:
        """From the screen that is open, as far as ``stop`` or ``most`` screens; opens what follows."""
        answers: dict[str, Any] = {name: sorted(values) for name, values in fields_of(self.answers).items()}
        found = self.page.evaluate(POST_SCREENS, {"answers": answers, "stop": stop, "most": most})
        assert found["status"] == 200, f"{found['url']} does not take the answers: {found}"
        self.page.goto(found["url"])
        return [str(screen) for screen in found["passed"]]
