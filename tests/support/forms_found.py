"""Forms as a browser would find them on a page: where they lead, and what they would send untouched."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.html_parts import read


@dataclass
class FoundForm:
    """One form: address, method, and (name, value) of each control."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Reader:
    def __init__(self, page: str) -> None:
        self.page, self.forms, self.open = page, [], []  # type: ignore[var-annotated]
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            target = at.get("action") or at.get("hx-post") or at.get("hx-get") or self.page
            is_post = at.get("method", "").lower() == "post" or "hx-post" in at
            self.open = [FoundForm(target.split("?")[0] or self.page, "post" if is_post else "get")]
            self.forms += self.open
        for name in ("hx-post", "formaction"):  # a button may lead elsewhere with the same fields
            if at.get(name) and (not self.open or at[name] != self.open[0].action):
                self.forms.append(FoundForm(at[name].split("?")[0], "post", self.open[0].fields if self.open else []))
        if not self.open:
            return
        fields = self.open[0].fields
        name = at.get("name", "")
        if tag in ("input", "button") and name:
            fields.append((name, at.get("value", "on")))
        elif tag == "textarea" and name:
            self.area = name
            fields.append((name, ""))
        elif tag == "select" and name:
            self.select = name
        elif tag == "option" and self.select:
            fields.append((self.select, at.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self.area and self.open:
            name, before = self.open[0].fields[-1]
            self.open[0].fields[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = []
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def forms_on(html: str, *, page: str) -> list[FoundForm]:
    """All forms of a page whose own address is ``page``; of a choice, the first option is what is sent."""
    reader = _Reader(page)
    read(html, reader)
    for form in reader.forms:
        form.fields = list(dict(reversed(form.fields)).items())
    return reader.forms
