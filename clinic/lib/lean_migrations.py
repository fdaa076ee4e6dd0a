"""Less work for the same tables: of all models, a step of a migration makes only the one anew that it changes.

Django also makes anew whatever is related to that one, and what is related to those: as nearly every table of ours
names its patient and who wrote it, that is all of them at each step, three quarters of the time that migrating takes.
A table needs to know of those it refers to how they are called and which column is their key. Steps that change that
(a new name, a field that others refer to) are left to Django; steps in Python find every model made anew, as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db.migrations.state import ProjectState
from django.db.migrations.utils import field_is_referenced

Step = Callable[..., None]
# what these change, no other table needs to know
ALONE = ("add_model", "add_field", "remove_field", "alter_field", "_append_option", "_remove_option", "_alter_option")


@contextmanager
def lean() -> Iterator[None]:
    """Meanwhile, in this process."""
    before = {name: getattr(ProjectState, name) for name in (*ALONE, "_find_reload_model")}
    for name in ALONE:
        setattr(ProjectState, name, _alone(before[name]))
    ProjectState._find_reload_model = _only_it(before["_find_reload_model"])  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for name, own in before.items():
            setattr(ProjectState, name, own)


def _alone(own: Step) -> Step:
    @wraps(own)
    def step(state: Any, app_label: Any, *rest: Any, **more: Any) -> None:
        state.is_alone = own.__name__ != "alter_field" or not _is_referenced(state, app_label, *rest, **more)
        try:
            own(state, app_label, *rest, **more)
        finally:
            state.is_alone = False

    return step


def _is_referenced(state: Any, app_label: str, model_name: str, name: str, field: Any, *_: Any, **__: Any) -> bool:
    """Also one that is so because it is the key."""
    key = (app_label, model_name)
    old = state.models[key].fields[name]
    return any(field_is_referenced(state, key, (name, one)) for one in (old, field))


def _only_it(own: Callable[..., set[tuple[str, str]]]) -> Callable[..., set[tuple[str, str]]]:
    @wraps(own)
    def found(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        if not getattr(state, "is_alone", False) or _is_base(state, app_label, model_name):
            return own(state, app_label, model_name, delay)
        state.is_delayed = True  # Django then makes all of them anew for a step in Python
        return {(app_label, model_name)}

    return found


def _is_base(state: Any, app_label: str, model_name: str) -> bool:
    """Others have its fields."""
    name = f"{app_label}.{model_name}"
    return any(isinstance(base, str) and base.lower() == name for one in state.models.values() for base in one.bases)
