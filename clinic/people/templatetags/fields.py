"""The widget of a form field with Bootstrap's classes, as rendered by ``components/_field.html``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget; one with its own class keeps it."""
    widget = field.field.widget
    if "class" in widget.attrs:
        return field.as_widget()
    css = "form-control"
    if isinstance(widget, forms.Select):
        css = "form-select"
    elif isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    return field.as_widget(attrs={"class": f"{css} is-invalid" if field.errors else css})


@register.simple_tag
def all_fields(form: forms.BaseForm, css: str, label_css: str) -> SafeString:
    """Every field as ``components/_field.html``; for an empty form they are rendered only once."""
    if form.is_bound or form.initial:
        return _drawn(form, css, label_css)
    of_kind: Any = type(form)  # django-stubs: a class of forms is not hashable; it is
    return _drawn_once(of_kind, css, label_css)


@lru_cache(maxsize=16)
def _drawn_once(form: Callable[[], forms.BaseForm], css: str, label_css: str) -> SafeString:
    return _drawn(form(), css, label_css)


def _drawn(form: forms.BaseForm, css: str, label_css: str) -> SafeString:
    words = ({"field": field, "css": css, "label_css": label_css} for field in form)
    return SafeString("".join(render_to_string("components/_field.html", one) for one in words))
