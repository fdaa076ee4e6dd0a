"""``{{ visit.room.name|default:"–" }}``: an expression of Django's templates, taken apart once instead of each time."""

from __future__ import annotations

import datetime as dt
import inspect
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.base import FilterExpression, Variable, VariableDoesNotExist
from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.safestring import SafeData, mark_safe
from django.utils.translation import get_language


class LeanExpression(FilterExpression):
    """``first``: the name that is looked up in the context, None for a literal; ``rest``: keys and attributes."""

    __slots__ = ("first", "prepared", "rest")

    def __init__(self, one: FilterExpression) -> None:
        self.token, self.filters, self.var, self.is_var = one.token, one.filters, one.var, one.is_var
        lookups = () if not isinstance(one.var, Variable) or one.var.translate else one.var.lookups or ()
        self.first: str | None = lookups[0] if lookups else None
        self.rest: tuple[str, ...] = lookups[1:]
        self.prepared = [
            (
                function,
                [(looked_up, argument if looked_up else mark_safe(argument)) for looked_up, argument in arguments],
                getattr(function, "expects_localtime", False),
                getattr(function, "needs_autoescape", False),
                getattr(function, "is_safe", False),
            )
            for function, arguments in one.filters
        ]

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        try:
            value = self._value(context)
        except VariableDoesNotExist:
            value = NOT_THERE
        if value is NOT_THERE:
            value = None if ignore_failures else ""
        for function, arguments, wants_local, wants_escaping, is_safe in self.prepared:
            given = [one.resolve(context) if looked_up else one for looked_up, one in arguments]
            if wants_local:
                if function is date_filter and (is_moment := _is_shown(value, context.use_tz)) is not None:
                    zone = timezone.get_current_timezone() if is_moment else None
                    value = _date_words(value, zone, get_language(), *given)
                    continue
                value = timezone.template_localtime(value, context.use_tz)  # type: ignore[attr-defined]
            new = function(value, *given, autoescape=context.autoescape) if wants_escaping else function(value, *given)
            value = mark_safe(new) if is_safe and isinstance(value, SafeData) else new
        return value

    def _value(self, context: Any) -> Any:
        first = self.first
        if first is None:
            return self.var.resolve(context) if isinstance(self.var, Variable) else self.var
        for names in reversed(context.dicts):
            if first in names:
                value = names[first]
                break
        else:
            return NOT_THERE
        try:
            if callable(value):
                value = _called(value)
            for bit in self.rest:
                if type(value) is dict and bit in value:
                    value = value[bit]
                else:
                    value = _looked_up(value, bit)
                if callable(value):
                    value = _called(value)
        except Exception as error:
            if getattr(error, "silent_variable_failure", False):
                return ""
            raise
        return value


def _is_shown(value: Any, use_tz: bool | None) -> bool | None:
    """A day (False), or a moment that is shown in the current time zone (True); None: neither."""
    if type(value) is dt.date:
        return False
    if type(value) is dt.datetime and value.tzinfo is not None and (settings.USE_TZ if use_tz is None else use_tz):
        return True
    return None


@lru_cache(maxsize=2000)
def _date_words(value: Any, zone: dt.tzinfo | None, language: str | None, form: str | None = None) -> Any:
    """What Django's filter makes of a day, or of a moment in this zone, in this language."""
    return date_filter(value if zone is None else value.astimezone(zone), form)


NOT_THERE = object()  # no exception: one that is kept would keep all that was on the stack whenever it was raised


def _looked_up(value: Any, bit: str) -> Any:
    """As Django looks: a key, an attribute, a place in a list."""
    try:
        if not hasattr(type(value), "__getitem__"):
            return getattr(value, bit)
    except (TypeError, AttributeError):
        pass
    try:
        return value[bit]
    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
        try:
            return getattr(value, bit)
        except (TypeError, AttributeError):
            if bit in dir(value):
                raise  # by a property
            try:
                return value[int(bit)]
            except (IndexError, ValueError, KeyError, TypeError):
                raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (bit, value)) from None


def _called(value: Any) -> Any:
    """A method without arguments; empty where it wants some, or would change data."""
    if getattr(value, "do_not_call_in_templates", False):
        return value
    if getattr(value, "alters_data", False):
        return ""
    try:
        return value()
    except TypeError:
        try:
            inspect.signature(value).bind()
        except (ValueError, TypeError):
            return ""
        raise
