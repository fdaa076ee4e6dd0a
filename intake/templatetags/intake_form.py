"""URLs within the patient's form, and dates as the clinic writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import gettext as _

from clinic.people.words import MONTH_FIRST
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


@register.simple_tag
def date_parts(day: Any, month: Any, year: Any) -> list[dict[str, Any]]:
    """The fields of a date in the order in which the clinic's region writes one."""
    first = {"name": "day", "label": _("Day"), "digits": 2, "value": day}
    second = {"name": "month", "label": _("Month"), "digits": 2, "value": month}
    if settings.PHONENUMBER_DEFAULT_REGION in MONTH_FIRST:
        first, second = second, first
    return [first, second, {"name": "year", "label": _("Year"), "digits": 4, "value": year}]
