"""A form's field as a page shows it: label, control with Bootstrap's classes, help, errors; and answers side by side.

Written in Python because a page has up to a hundred of them: as templates that include each other they took most of
its time. ``id`` of help and errors are those that Django's own aria-describedby of the control names to screen readers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from clinic.lib.widgets import text

register = template.Library()
NOTHING: tuple[str, ...] = ()


@register.simple_tag
def field(
    field: BoundField,
    css: str = "field",
    *,
    label: str = "",
    label_css: str = "",
    error_css: str = "field-error",
    has_star: bool = False,
    has_no_errors: bool = False,
    clock: str = "",
) -> SafeString:
    """One field. ``label``: other words than its own; ``has_star``: mark what must be filled; ``has_no_errors``: they
    are shown elsewhere; ``clock``: a button offers the current time, which that address tells."""
    widget, errors, at = field.field.widget, _errors(field), text(field.auto_id)
    name = text(label or field.label) + ("*" if has_star and field.field.required else "")
    below = f'<div class="form-text" id="{at}_helptext">{text(field.help_text)}</div>' if field.help_text else ""
    if errors and not has_no_errors:
        told = "".join(f'<span class="{error_css}">{text(error)}</span>' for error in errors)
        below += f'<div id="{at}_error">{told}</div>'
    if isinstance(widget, forms.RadioSelect):  # and check boxes of which several may be chosen
        about = field.aria_describedby
        described = f' aria-describedby="{about}"' if about else ""
        boxes = "".join(_box(box, is_invalid=bool(errors)) for box in field)
        legend = f'<legend class="form-label fs-6">{name}</legend>'
        return SafeString(f'<fieldset class="{css}" id="{at}"{described}>{legend}{boxes}{below}</fieldset>')
    to = text(field.id_for_label)
    if isinstance(widget, forms.CheckboxInput):
        labelled = f'<label class="form-check-label" for="{to}">{name}</label>'
        return SafeString(f'<div class="{css} form-check">{_control(field, errors)} {labelled}{below}</div>')
    control = _control(field, errors)
    if clock:
        now = f'<button type="button" class="btn btn-quiet btn-sm" data-now="{to}" data-clock="{clock}">now</button>'
        control = f'<span class="with-now">{control} {now}</span>'
    of_label = f'<label class="{label_css}" for="{to}">' if label_css else f'<label for="{to}">'
    return SafeString(f'<div class="{css}">{of_label}{name}</label> {control}{below}</div>')


def _errors(field: BoundField) -> Any:
    return field.errors if field.form.is_bound else NOTHING


def _control(field: BoundField, errors: Any) -> str:
    """The field's widget; one with its own class keeps it."""
    widget = field.field.widget
    if "class" in widget.attrs:
        return field.as_widget()
    css = "form-control"
    if isinstance(widget, forms.Select):
        css = "form-select"
    elif isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    return field.as_widget(attrs={"class": f"{css} is-invalid" if errors else css})


def _box(box: Any, *, is_invalid: bool) -> str:
    one, css = box.data, "form-check-input is-invalid" if is_invalid else "form-check-input"
    at, value = text(box.id_for_label), "" if one["value"] is None else text(one["value"])
    checked = " checked" if one["selected"] else ""
    shown = f'<input class="{css}" type="{one["type"]}" name="{text(one["name"])}" value="{value}" id="{at}"{checked}>'
    label = f'<label class="form-check-label" for="{at}">{text(box.choice_label)}</label>'
    return f'<div class="form-check">{shown} {label}</div>'


@register.simple_tag
def toggle(field: BoundField, label: str = "", *, stops: bool = False) -> SafeString:
    """A field with choices as a segmented control. ``stops``: a yes is a reason to stop."""
    segments = "".join(
        segment(
            name=box.data["name"],
            value=box.data["value"],
            words=box.choice_label,
            id=box.id_for_label,
            kind=_kind_of(box.data["value"], stops),
            is_chosen=box.data["selected"],
        )
        for box in field
    )
    told = "".join(
        f'<span class="field-error" id="{text(field.auto_id)}_error">{text(error)}</span>' for error in _errors(field)
    )
    named = text(label or field.label)
    return SafeString(f'<span class="segmented" role="radiogroup" aria-label="{named}">{segments}</span>{told}')


def _kind_of(value: str, stops: bool) -> str:
    if value == "not_done":
        return "is-open"
    return "is-stop" if stops and value == "yes" else ""


@register.simple_tag
def segment(
    name: str,
    value: Any,
    words: Any,
    *,
    id: str = "",
    kind: str = "",
    sign: str = "",
    chosen: Any = None,
    is_chosen: bool = False,
    is_disabled: bool = False,
) -> SafeString:
    """One answer of a segmented control. ``chosen``: the selected value, or ``is_chosen``. ``kind``: see .segmented in
    controls.css; ``sign``: shown instead of the words."""
    words, at = text(words), text(id)
    of_label = (f' for="{at}"' if id else "") + (f' class="{kind}"' if kind else "")
    shown = words
    if sign:
        of_label += f' title="{words}"'
        shown = f'<span aria-hidden="true">{sign}</span><span class="visually-hidden">{words}</span>'
    state = (
        (f' id="{at}"' if id else "")
        + (" checked" if is_chosen or value == chosen else "")
        + (" disabled" if is_disabled else "")
    )
    radio = f'<input type="radio" name="{text(name)}" value="{text(value)}"{state}>'
    return SafeString(f"<label{of_label}>{radio} <span>{shown}</span></label>")


@register.simple_tag
def all_fields(form: forms.BaseForm, css: str, label_css: str) -> SafeString:
    """Every field; for an empty form they are rendered only once."""
    if form.is_bound or form.initial:
        return _drawn(form, css, label_css)
    of_kind: Any = type(form)  # django-stubs: a class of forms is not hashable; it is
    return _drawn_once(of_kind, css, label_css)


@lru_cache(maxsize=16)
def _drawn_once(form: Callable[[], forms.BaseForm], css: str, label_css: str) -> SafeString:
    return _drawn(form(), css, label_css)


def _drawn(form: forms.BaseForm, css: str, label_css: str) -> SafeString:
    return SafeString("".join(field(one, css, label_css=label_css) for one in form))
