"""URLs within the patient's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context

from intake.views.device import address

register = template.Library()


@register.simple_tag(takes_context=True)
def form_url(context: Context, name: str, *args: Any, **query: Any) -> str:
    """``{% form_url "step" screen.id then="check" %}``: stays with the patient of this page."""
    return address(context["request"], name, *args, **query)


@register.filter
def of_key(rows: Mapping[str, Any], key: str) -> Any:
    """``{{ alarms|of_key:q.id }}``."""
    return rows.get(key) if rows else None
