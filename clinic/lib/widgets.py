"""Form controls written directly. Django renders each through templates, a further one for every attribute list and
every option: on a page with a hundred controls that was half of its time. The result is the same to the byte
(tests/clinic/lib/test_widgets.py); any other widget is rendered by Django.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize

INPUTS = ("input", "text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox")
OPTION = "django/forms/widgets/select_option.html"


def text(value: Any) -> str:
    """Escaped, unless it says itself that it is HTML."""
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{text(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def input_of(widget: Mapping[str, Any]) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{text(value)}"'
    return f'<input type="{widget["type"]}" name="{text(widget["name"])}"{shown}{attributes(widget["attrs"])}>'


def textarea_of(widget: Mapping[str, Any]) -> str:
    inside = text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{text(widget["name"])}"{attributes(widget["attrs"])}>\n{inside}</textarea>'


def select_of(widget: Mapping[str, Any]) -> str:
    parts = [f'<select name="{text(widget["name"])}"{attributes(widget["attrs"])}>']
    for name, options, _ in widget["optgroups"]:
        if name:
            parts.append(f'\n  <optgroup label="{text(name)}">')
        parts += map(_option, options)
        if name:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return "".join(parts)


def _option(option: Mapping[str, Any]) -> str:
    attrs = attributes(option["attrs"])
    return f'\n  <option value="{text(option["value"])}"{attrs}>{text(localize(option["label"]))}</option>\n'


DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"django/forms/widgets/{name}.html": input_of for name in INPUTS},
    "django/forms/widgets/textarea.html": textarea_of,
    "django/forms/widgets/select.html": select_of,
}


class Renderer(DjangoTemplates):
    """settings.FORM_RENDERER"""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        if draw is None or not _is_plain(context["widget"]):
            return super().render(template_name, context, request)
        return draw(context["widget"])


def _is_plain(widget: Mapping[str, Any]) -> bool:
    """Whether all its options are Django's own."""
    groups = widget.get("optgroups", ())
    return all(option["template_name"] == OPTION for _, options, _ in groups for option in options)
