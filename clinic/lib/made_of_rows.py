"""Objects made of what the database sends: as Django makes them, with what is the same for each row found out once.

Django asks for each object anew which fields were left out, tells two signals of it and sets each field through its
descriptor. A home page has a hundred and thirty objects. Where a model has its own way to be made, or somebody listens
to the signals, it is made as Django makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import getattr_static
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

Maker = Callable[[list[Any]], Any]
PLAIN = (DeferredAttribute, ForeignKeyDeferredAttribute)  # they keep a value in the object under its name


def maker(compiler: Any, alias: str) -> Maker:
    """Of a queryset's objects, with those it selects besides and what it annotates. ``compiler``: has made its SQL."""
    own = _one(compiler.klass_info, compiler.select, alias)
    annotated = [*(compiler.annotation_col_map or {}).items()]
    if not annotated:
        return own

    def make(row: list[Any]) -> Any:
        made = own(row)
        for name, place in annotated:
            setattr(made, name, row[place])
        return made

    return make


def _one(info: dict[str, Any], select: Sequence[Any], alias: str) -> Maker:
    """Of one model in the row, and of the models that hang on it."""
    if info.get("from_parent"):
        raise ValueError("a kept query cannot select the child of a model")
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    model, names = info["model"], [column[0].target.attname for column in select[first:last]]
    alone = _alone(model, names, alias)
    related = [
        (_key(one, select), one["local_setter"], one["remote_setter"], _one(one, select, alias))
        for one in info.get("related_klass_infos", [])
    ]

    def make(row: list[Any]) -> Any:
        made = alone(row[first:last])
        for key, set_here, set_there, make_other in related:
            other = None if row[key] is None else make_other(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made

    return make


def _key(info: dict[str, Any], select: Sequence[Any]) -> int:
    """The column that is empty where there is no such row."""
    name, places = info["model"]._meta.pk.attname, info["select_fields"]
    return int(next(place for place in places if select[place][0].target.attname == name))


def _alone(model: type[Model], names: list[str], alias: str) -> Maker:
    is_usual = model.from_db.__func__ is Model.from_db.__func__ and model.__init__ is Model.__init__  # type: ignore[attr-defined]
    if not is_usual or pre_init.has_listeners(model) or post_init.has_listeners(model):
        return lambda values: model.from_db(alias, names, values)
    special = [name for name in names if type(getattr_static(model, name)) not in PLAIN]

    def make(values: list[Any]) -> Any:
        made = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, alias
        kept = made.__dict__
        kept["_state"] = state
        kept.update(zip(names, values, strict=True))
        for name in special:
            setattr(made, name, kept[name])
        return made

    return make
