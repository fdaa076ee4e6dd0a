"""The two dictionaries that have no shape of their own, and a copy of one."""

from __future__ import annotations

from typing import Any, TypeVar, cast

Json = dict[str, Any]  # from outside, or of a column whose content differs from row to row; read before it is used
Context = dict[str, Any]  # what a template is given
T = TypeVar("T")


def fresh(value: T) -> T:
    """A copy of JSON that shares nothing with the first. `copy.deepcopy`, which must expect more than JSON, takes ten
    times as long."""
    return cast(T, _fresh(value))


def _fresh(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _fresh(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fresh(inner) for inner in value]
    return tuple(map(_fresh, value)) if isinstance(value, tuple) else value
