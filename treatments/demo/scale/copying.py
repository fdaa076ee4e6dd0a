"""Another person like a template: the same rows and events with other names, times, keys and neighbours."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from clinic.audit import seals
from clinic.audit.chain import Draft
from clinic.people.models import Patient, User
from clinic.scheduling.models import Appointment
from treatments.demo.scale.bulk import Bulk, concrete, prepared
from treatments.demo.scale.people import Person
from treatments.demo.scale.templates import Row, Template, patient_models

_CLOCK = re.compile(r"\d\d:\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_POSTGRESQL = connection.vendor == "postgresql"
# keys under which an event's detail names other rows
DETAIL_KEYS = {"plan": "treatmentplan", "proposal": "proposal", "assessment": "assessment", "invitation": "invitation"}


@dataclass(slots=True)
class Copy:
    """Who and when: how it differs from the template."""

    person: Person
    practitioner: User
    before: dt.timedelta  # the shift of everything that does not belong to a visit
    moves: Mapping[int, dt.timedelta]  # and of what does, by the visit's number
    appointments: Mapping[int, int]  # number -> id
    written: frozenset[int]  # visits that are charted
    status: Mapping[str, str]  # model name -> status, if it is not the template's
    version: int = 1
    previous: Mapping[str, int] | None = None  # model name -> the row that this one replaces
    reference: str = ""  # of the course, if no plan asked for it
    keeps: Callable[[Row], bool] = lambda row: True  # for the rows of which a size needs only some


def stamp(moment: dt.datetime) -> str:
    """A UTC time without fractions, as Django writes it."""
    return str(moment) if _POSTGRESQL else str(moment)[:19]


Cell = Callable[[Copy, dict[Any, int], dt.timedelta], Any]


class Copier:
    """Copies one template. ``sealed``: the rows whose hash the trail keeps."""

    def __init__(self, template: Template, bulk: Bulk) -> None:
        self.template, self.bulk = template, bulk
        self.sealed = {event.object_type for event, _ in template.events if "seal" in event.detail}
        self.models = {model for model, _ in patient_models()}
        self.told = next((row.values["submitted_at"] for row in template.rows if row.values.get("submitted_at")), None)
        self.plans = [row for row in template.rows if row.model._meta.model_name == "treatmentplan"]
        self.rows = [(row, self._cells(row)) for row in template.rows]

    # --- rows -----------------------------------------------------------------------------------
    def rows_of(self, copy: Copy, only: Iterable[type[models.Model]] | None = None) -> dict[Any, Any]:
        """Write the rows; (model, old id) -> new id, and (model name, "seal") by (model name, new id)."""
        wanted = [
            (row, cells)
            for row, cells in self.rows
            if (not only or row.model in only)
            and (row.number is None or row.number in copy.written)
            and copy.keeps(row)
        ]
        ids = {(row.model, row.values["id"]): self.bulk.new_id(row.model) for row, _ in wanted}
        found: dict[Any, Any] = {"ids": ids, "seals": {}}
        for row, cells in wanted:
            move = copy.before if row.number is None else copy.moves[row.number]
            values = [cell(copy, ids, move) if callable(cell) else cell for cell in cells]
            name = row.model._meta.model_name
            if name in self.sealed:
                fields = concrete(row.model)
                raw = {field.attname: _raw(value) for field, value in zip(fields, values, strict=True)}
                found["seals"][name, row.values["id"]] = seals.seal_of(row.model, raw)
                values = [_text(field, value) for field, value in zip(fields, values, strict=True)]
            self.bulk.add(row.model, values)
        return found

    def _cells(self, row: Row) -> list[Any]:
        is_sealed = row.model._meta.model_name in self.sealed
        return [self._cell(row, field, row.values[field.attname], is_sealed) for field in concrete(row.model)]

    def _cell(self, row: Row, field: Any, value: Any, is_sealed: bool) -> Any:
        name = row.model._meta.model_name or ""
        if field.primary_key:
            return lambda copy, ids, move, key=(row.model, value): ids[key]
        if field.is_relation and (link := self._link(row, field, value)) is not None:
            return link
        if field.name == "status":
            return lambda copy, ids, move: copy.status.get(name, value)
        if name == "treatmentplan" and field.name == "version":
            return lambda copy, ids, move: copy.version
        if field.name == "token_hash":
            return lambda copy, ids, move: hashlib.sha256(f"scale {copy.person.pk} {copy.version}".encode()).hexdigest()
        if isinstance(value, dt.datetime):
            return self._time(row, value, is_sealed)
        if isinstance(value, dt.date):
            return lambda copy, ids, move: (value + move) if is_sealed else str(value + move)
        if isinstance(field, models.JSONField):
            return self._json(value, is_sealed)
        if isinstance(value, str) and value:
            return self._words(value)
        return value if is_sealed else prepared(field, value)

    def _link(self, row: Row, field: Any, value: Any) -> Any:
        model = field.related_model
        if model is Patient:
            return lambda copy, ids, move: copy.person.pk
        if model is Appointment:
            return lambda copy, ids, move: copy.appointments[row.number or 1]
        if field.name == "supersedes":
            name = row.model._meta.model_name or ""
            return lambda copy, ids, move: (copy.previous or {}).get(name)
        if model is User and value == self.template.practitioner.pk:
            return lambda copy, ids, move: copy.practitioner.pk
        if model in self.models and value is not None:
            return lambda copy, ids, move: ids.get((model, value))
        if model._meta.label == "outbox.Message":
            return lambda copy, ids, move: None
        return None

    def _time(self, row: Row, value: dt.datetime, is_sealed: bool) -> Cell:
        if value > self.template.end:  # the database's own clock, not that of the story
            others = [v for v in row.values.values() if isinstance(v, dt.datetime) and v < self.template.end]
            value = min(others, default=self.told or self.template.patient.created_at)
        value = value.replace(microsecond=0)
        if is_sealed:
            return lambda copy, ids, move: value + move
        return lambda copy, ids, move: stamp(value + move)

    def _json(self, value: Any, is_sealed: bool) -> Any:
        text = json.dumps(value)
        one = self.template
        names = [
            str(one.patient),
            one.patient.email,
            str(one.patient.phone),
            f"{one.born}-06-15",
            one.practitioner.name,
        ]
        if not _INSTANT.search(text) and not any(json.dumps(name)[1:-1] in text for name in names):
            if not re.search(rf'"{_CLOCK.pattern}"', text):
                return Json(value, text) if is_sealed else text
            cache: dict[dt.timedelta, Json] = {}  # only of the time of day

            def clocks(copy: Copy, ids: dict[Any, int], move: dt.timedelta) -> Any:
                day = dt.timedelta(seconds=move.seconds)
                if day not in cache:
                    moved = _moved(value, move, {})
                    cache[day] = Json(moved, json.dumps(moved))
                return cache[day] if is_sealed else cache[day].text

            return clocks

        def all_of_it(copy: Copy, ids: dict[Any, int], move: dt.timedelta) -> Any:
            person = copy.person
            now = [str(person), person.email, person.phone, person.born.isoformat(), copy.practitioner.name]
            moved = _moved(value, move, dict(zip(names, now, strict=True)))
            return Json(moved, json.dumps(moved)) if is_sealed else json.dumps(moved)

        return all_of_it

    def _words(self, value: str) -> Any:
        one = self.template
        if value in (str(one.patient), one.patient.email):
            return lambda copy, ids, move: str(copy.person) if value != one.patient.email else copy.person.email
        plan = next((row.values for row in self.plans if value == row.values["course_reference"]), None)
        if plan is not None:
            key = (self.plans[0].model, plan["id"])
            return lambda copy, ids, move: copy.reference or f"plan:{ids[key]}"
        return value

    # --- events ---------------------------------------------------------------------------------
    def events_of(
        self, copy: Copy, found: dict[Any, Any], wanted: Callable[[str], bool], latest: int = 9999
    ) -> Iterable[Draft]:
        """The events of what was copied; for the booking of visits up to the number ``latest``."""
        one, ids, names = self.template, found["ids"], {m._meta.model_name: m for m in self.models}
        for event, number in one.events:
            action, kind, old = event.action, event.object_type, event.object_id
            if not wanted(action) or (number is not None and number > latest):
                continue
            is_booking = kind == "appointment"
            if number is not None and not is_booking and number not in copy.written:
                continue
            move = copy.before if number is None else copy.moves[number]
            object_id = old
            if is_booking:
                object_id = str(copy.appointments[number or 1])
            elif kind == "patient":
                object_id = str(copy.person.pk)
            elif old:
                object_id = str(ids.get((names[kind], int(old)), ""))
            actor_id, actor_name = self._actor(event, copy)
            yield Draft(
                chain=event.chain,
                at=event.at.replace(microsecond=0) + move,
                actor_kind=event.actor_kind,
                actor_id=actor_id,
                actor_name=actor_name,
                address=event.address,
                action=action,
                patient_id=copy.person.pk if event.patient_id == one.patient.pk else event.patient_id,
                object_type=kind,
                object_id=object_id,
                detail=self._detail(event.detail, copy, ids, names, found["seals"].get((kind, int(old or 0)))),
                outcome=event.outcome,
            )

    def _actor(self, event: Draft, copy: Copy) -> tuple[str, str]:
        if event.actor_kind == "patient":
            return str(copy.person.pk), str(copy.person)
        if event.actor_kind == "staff" and event.actor_id == str(self.template.practitioner.pk):
            return str(copy.practitioner.pk), copy.practitioner.name
        return event.actor_id, event.actor_name

    def _detail(
        self, detail: dict[str, Any], copy: Copy, ids: dict[Any, int], names: dict[Any, Any], seal: Any
    ) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        for key, value in detail.items():
            if key == "practitioner" and value == self.template.practitioner.pk:
                changed[key] = copy.practitioner.pk
            elif key in DETAIL_KEYS and isinstance(value, int):
                changed[key] = ids.get((names[DETAIL_KEYS[key]], value), value)
            elif key == "appointments":  # all that the copy has: its course may be shorter
                changed[key] = list(copy.appointments.values())
            elif key == "seal":
                changed[key] = seal
        return {**detail, **changed} if changed else detail


@dataclass(slots=True)
class Json:
    """A value of a JSON column, and how it is stored."""

    value: Any
    text: str


def _raw(value: Any) -> Any:
    return value.value if isinstance(value, Json) else value


def _text(field: Any, value: Any) -> Any:
    if isinstance(value, Json):
        return value.text
    if isinstance(value, dt.datetime):
        return stamp(value)
    return prepared(field, value) if value is not None else None


def _moved(value: Any, move: dt.timedelta, names: Mapping[str, str]) -> Any:
    """The same, with other times and names."""
    if isinstance(value, dict):
        return {key: _moved(one, move, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, move, names) for one in value]
    if not isinstance(value, str):
        return value
    if value in names:
        return names[value]
    if _CLOCK.fullmatch(value):
        return f"{dt.datetime.combine(dt.date(2000, 1, 2), dt.time.fromisoformat(value)) + move:%H:%M}"
    if _INSTANT.match(value):
        return (dt.datetime.fromisoformat(value) + move).isoformat()
    return value
