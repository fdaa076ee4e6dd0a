"""The two dictionary types without a fixed shape, and a way to copy one."""

from __future__ import annotations

from typing import Any, TypeVar, cast

Json = dict[str, Any]  # from outside, or from a column whose content varies by row; parsed before use
Context = dict[str, Any]  # what a template gets
T = TypeVar("T")
LEAVES = frozenset((str, int, float, bool, type(None)))  # most of what JSON holds: none of them is called for


def fresh(value: T) -> T:
    """A deep copy of JSON. `copy.deepcopy`, which must handle more than JSON, takes ten times as
    long."""
    return cast(T, _fresh(value))


def _fresh(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inner if type(inner) in LEAVES else _fresh(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [inner if type(inner) in LEAVES else _fresh(inner) for inner in value]
    return tuple(map(_fresh, value)) if isinstance(value, tuple) else value
