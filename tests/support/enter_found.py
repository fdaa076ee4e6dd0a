"""What pressing Enter in each one-line field of a page does without any script: HTML's implicit submission.

The form a field belongs to is sent with its first submit button in tree order, whether that button stands inside the
form or names it by ``form=``. A disabled one sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.html_parts import read

ONE_LINE = (
    "", "text", "search", "email", "tel", "url", "password", "number", "date", "time", "datetime-local", "month",
    "week", "checkbox", "radio",
)  # fmt: skip


@dataclass(frozen=True)
class Press:
    """Enter in ``field`` sends ``name=value`` to ``target``; ``button`` is what stands on the button pressed."""

    field: str
    method: str
    target: str
    name: str
    value: str
    button: str

    def __str__(self) -> str:
        sent = f" with {self.name}={self.value}" if self.name else ""
        return f"Enter in “{self.field}” presses “{self.button}”: {self.method} {self.target}{sent}"


@dataclass
class _Form:
    action: str
    method: str
    id: str
    buttons: list[dict[str, str]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    def take(self, at: dict[str, str]) -> None:
        kind = at.get("type", "submit" if at["tag"] == "button" else "").lower()
        if kind in ("submit", "image"):
            self.buttons.append(at)
        elif at["tag"] == "input" and kind in ONE_LINE and not at["disabled"]:
            self.fields.append(at.get("name", "") or at.get("id", ""))


class _Reader:
    def __init__(self, page: str, *, has_scripts: bool) -> None:
        self.page, self.has_scripts = page, has_scripts
        self.forms: list[_Form] = []
        self.open: _Form | None = None
        self.loose: list[tuple[str, dict[str, str]]] = []  # (form id, control) that names its form
        self.pressed: dict[str, str] | None = None
        self.is_noscript = False
        self.order = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "noscript":
            self.is_noscript = True
        if self.is_noscript and self.has_scripts:
            return
        if tag == "form":
            method = "post" if at.get("method", "").lower() == "post" else "get"
            self.open = _Form(at.get("action", "") or self.page, method, at.get("id", ""))
            self.forms.append(self.open)
        elif tag in ("input", "button"):
            self.order += 1
            at |= {"tag": tag, "order": f"{self.order:06}", "text": at.get("aria-label", "") or at.get("value", "")}
            at["disabled"] = "yes" if any(name == "disabled" for name, _ in attrs) else ""
            if tag == "button":
                at["text"] = ""
                self.pressed = at
            if at.get("form"):
                self.loose.append((at["form"], at))
            elif self.open:
                self.open.take(at)

    def handle_data(self, data: str) -> None:
        if self.pressed is not None:
            self.pressed["text"] = f"{self.pressed['text']} {data.strip()}".strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "noscript":
            self.is_noscript = False
        elif tag == "form":
            self.open = None
        elif tag == "button":
            self.pressed = None


def enter_on(html: str, *, page: str) -> list[Press]:
    """Every one-line field of a page whose own address is ``page``, and what Enter in it presses, scripts on or off."""
    return [*{press: None for has_scripts in (True, False) for press in _presses(html, page, has_scripts)}]


def _presses(html: str, page: str, has_scripts: bool) -> Iterator[Press]:
    reader = _Reader(page, has_scripts=has_scripts)
    read(html, reader)
    for owner, control in reader.loose:
        for form in reader.forms:
            if form.id == owner:
                form.take(control)
    for form in reader.forms:
        first = min(form.buttons, key=lambda button: button["order"], default=None)
        if first is None or first["disabled"]:
            continue
        target = (first.get("formaction") or form.action).split("?")[0] or page
        for name in form.fields:
            yield Press(name, form.method, target, first.get("name", ""), first.get("value", ""), first["text"])
