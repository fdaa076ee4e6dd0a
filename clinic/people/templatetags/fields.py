"""The control of a form's field with Bootstrap's classes, as ``components/_field.html`` draws it."""

from __future__ import annotations

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control; one that brings a class of its own keeps it."""
    widget = field.field.widget
    if "class" in widget.attrs:
        return field.as_widget()
    css = "form-control"
    if isinstance(widget, forms.Select):
        css = "form-select"
    elif isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    return field.as_widget(attrs={"class": f"{css} is-invalid" if field.errors else css})
