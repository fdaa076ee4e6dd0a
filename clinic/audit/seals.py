"""Seals: the hash of a signed record, kept in its audit event, so that a later change of the record shows."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models

from clinic.lib.kept_queries import KeptQuery

# What may still change on a signed record; a model names its own in ``MAY_MOVE_ON``.
MAY_MOVE_ON = ("status", "set_aside_by", "set_aside_at", "set_aside_code", "set_aside_note")


def seal(obj: models.Model) -> dict[str, Any]:
    """The seal of the row as stored now, and the columns it covers. Call it after the last save."""
    names = columns(type(obj))
    [row] = _stored(type(obj))(obj.pk)
    return seal_of(type(obj), dict(zip(names, row, strict=True)))


@functools.cache
def _stored(model: type[models.Model]) -> KeptQuery[tuple[Any, ...]]:
    """What a seal covers of one row."""
    return KeptQuery(lambda pk: model._default_manager.filter(pk=pk).order_by().values_list(*columns(model)))


def seal_of(model: type[models.Model], row: dict[str, Any]) -> dict[str, Any]:
    """The same for a row's values as read from the database; it may hold more than is covered."""
    names = columns(model)
    return {"columns": names, "sha256": _hash({name: row[name] for name in names})}


@functools.cache
def columns(model: type[models.Model]) -> list[str]:
    """What a seal covers, in its order."""
    loose = getattr(model, "MAY_MOVE_ON", MAY_MOVE_ON)
    return sorted(field.attname for field in model._meta.concrete_fields if field.name not in loose)


def broken(object_type: str, sealed: dict[str, str]) -> Iterable[tuple[str, str]]:
    """For records of one type, id -> detail of the event that sealed it: each id whose record is not as sealed, and
    what is wrong.
    """
    model = next((found for found in apps.get_models() if found._meta.model_name == object_type), None)
    if model is None:
        yield from ((pk, "nothing of this kind is kept any more") for pk in sealed)
        return
    there = {field.attname for field in model._meta.concrete_fields}
    rows = {str(row["pk"]): row for row in _rows(model, sealed)}
    for pk, detail in sealed.items():
        one = json.loads(detail).get("seal")
        if one is None:  # the word stood elsewhere in it
            continue
        if pk not in rows:
            yield pk, "the record is gone"
        elif set(one["columns"]) - there:
            yield pk, f"cannot be checked without {', '.join(sorted(set(one['columns']) - there))}"
        elif _hash({column: rows[pk][column] for column in one["columns"]}) != one["sha256"]:
            yield pk, "the record was changed after it was signed"


def _rows(model: type[models.Model], pks: Iterable[str]) -> Iterable[dict[str, Any]]:
    wanted = list(pks)
    for start in range(0, len(wanted), 500):
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._default_manager.filter(pk__in=wanted[start : start + 500]).values(*names):
            yield {**row, "pk": row[model._meta.pk.attname]}


def _hash(row: dict[str, Any]) -> str:
    return hashlib.sha256(encode(row).encode()).hexdigest()


def _plain(value: Any) -> str:
    """Times in one zone, whatever zone the database or the clock uses."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return str(value)


encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain).encode
