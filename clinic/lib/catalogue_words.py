"""What goes through gettext: found in the templates and the Python files, without GNU gettext.

A message is what a catalogue of ``locale/`` needs a translation for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

ROOMS = ("clinic", "intake", "treatments")  # folders with Python files
_STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(ngettext|pgettext|gettext|_)\(\s*{_STRING}(?:\s*,\s*{_STRING})?")


class Message(NamedTuple):
    """``plural`` is empty where there is one form only; ``context`` tells apart what English calls the same."""

    text: str
    plural: str
    context: str
    place: str  # the file it stands in, from the root of the project

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def messages_of(root: Path) -> list[Message]:
    """Every message of the project, each text once, in the order of the files."""
    found: dict[tuple[str, str], Message] = {}
    for message in (*_of_templates(root), *_of_python(root)):
        if found.setdefault(message.key, message).plural == "":
            found[message.key] = message
    return sorted(found.values(), key=lambda one: (one.place, one.text))


def _of_templates(root: Path) -> Iterator[Message]:
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix not in (".html", ".txt"):
            continue
        place = path.relative_to(root).as_posix()
        for call in _CALL.finditer(templatize(path.read_text("utf-8"), origin=place)):
            texts = [ast.literal_eval(one) for one in call.groups()[1:] if one]
            yield _message(call[1], texts, place)


def _of_python(root: Path) -> Iterator[Message]:
    for path in sorted(one for room in ROOMS for one in (root / room).rglob("*.py")):
        source = path.read_text("utf-8")
        if "gettext" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id.removesuffix("_lazy")
            wanted = {"_": 1, "gettext": 1, "gettext_noop": 1, "ngettext": 2, "pgettext": 2}.get(name, 0)
            texts = [one.value for one in node.args[:wanted] if isinstance(one, ast.Constant)]
            if wanted and len(texts) == wanted:
                yield _message(name, [str(one) for one in texts], path.relative_to(root).as_posix())


def _message(call: str, texts: list[str], place: str) -> Message:
    if call == "pgettext":
        return Message(texts[1], "", texts[0], place)
    return Message(texts[0], texts[1] if call == "ngettext" else "", "", place)
