"""Another person like a template: the same rows with other names, times, keys and neighbours.

What is the same in every copy is written once; a copy fills in the rest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models

from clinic.audit import seals
from clinic.people.models import Patient, User
from clinic.scheduling.models import Appointment
from intake.models import Episode
from treatments.demo.scale import moments
from treatments.demo.scale.bulk import Bulk, concrete, prepared
from treatments.demo.scale.people import Person
from treatments.demo.scale.templates import Row, Template, patient_models
from treatments.demo.scale.texts import Names, Text, both_ways, scalar, sealed, stored

NO_NAMES: Names = ((), ())


@dataclass(slots=True)
class Copy:
    """Who and when: how it differs from the template. Shifts in seconds."""

    person: Person
    practitioner: User
    before: int  # the shift of everything that does not belong to a visit
    moves: Mapping[int, int]  # and of what does, by the visit's number
    appointments: Mapping[int, int]  # number -> id
    written: frozenset[int]  # visits that are charted
    status: Mapping[str, str]  # model name -> status, if it is not the template's
    version: int = 1
    previous: Mapping[str, int] | None = None  # model name -> the row that this one replaces
    reference: str = ""  # of the course, if no plan asked for it
    keeps: Callable[[Row], bool] = lambda row: True  # for the rows of which a size needs only some
    # filled in as it is written
    ids: dict[int, int] = field(default_factory=dict)  # place of a row in the template -> id
    seals: dict[int, str] = field(default_factory=dict)  # the hash, by the same
    names: Names = NO_NAMES


Draw = Callable[[Copy, int], Any]  # given the shift; returns what is stored, or how a seal reads it


class Cell(NamedTuple):
    """A value that each copy has its own of."""

    stored: Draw
    sealed: Draw


def _cell(draw: Draw) -> Cell:
    return Cell(draw, lambda copy, move: scalar(draw(copy, move)))


@dataclass(slots=True)
class Pattern:
    """One row of a template, as far as it is the same for every copy."""

    place: int
    row: Row
    fixed: list[Any]
    varying: list[tuple[int, Draw]]
    sealed: list[str] = field(default_factory=list)  # of a row whose hash the trail keeps
    sealed_varying: list[tuple[int, Draw]] = field(default_factory=list)

    def seal(self, copy: Copy, move: int) -> str:
        parts = self.sealed.copy()
        for at, draw in self.sealed_varying:
            parts[at] = draw(copy, move)
        return hashlib.sha256("".join(parts).encode()).hexdigest()


class Copier:
    """Copies one template. ``sealed``: the kinds of rows whose hash the trail keeps."""

    def __init__(self, template: Template, bulk: Bulk) -> None:
        self.template, self.bulk = template, bulk
        self.sealed = {event.object_type for event, _ in template.events if "seal" in event.detail}
        self.models = {model for model, _ in patient_models()}
        self.told = next((row.values["submitted_at"] for row in template.rows if row.values.get("submitted_at")), None)
        self.places = {(row.model, row.values["id"]): place for place, row in enumerate(template.rows)}
        names = self._names(template.patient, f"{template.born}-06-15", template.practitioner)
        self.name_places = {name: place for place, name in enumerate(names)}
        self.references = {
            row.values["course_reference"]: place
            for place, row in enumerate(template.rows)
            if row.model._meta.model_name == "treatmentplan"
        }
        self.patterns = [self._pattern(place, row) for place, row in enumerate(template.rows)]

    @staticmethod
    def _names(person: Patient | Person, born: str, practitioner: User) -> list[str]:
        return [str(person), person.email, str(person.phone), born, practitioner.name]

    def write(self, copy: Copy, only: Collection[type[models.Model]] | None = None) -> None:
        """Write the rows; their ids and seals are then known to the copy."""
        person, bulk, ids = copy.person, self.bulk, copy.ids
        copy.names = both_ways(self._names(person, person.born.isoformat(), copy.practitioner))
        written, keeps = copy.written, copy.keeps
        wanted = [
            one
            for one in self.patterns
            if (not only or one.row.model in only)
            and (one.row.number is None or one.row.number in written)
            and (not one.row.is_spare or keeps(one.row))
        ]
        goes_on = (copy.previous or {}).get("episode")  # the same complaint comes again: it is open already
        for one in wanted:
            ids[one.place] = goes_on if goes_on and one.row.model is Episode else bulk.new_id(one.row.model)
        for one in wanted:
            if goes_on and one.row.model is Episode:
                continue
            move = copy.before if one.row.number is None else copy.moves[one.row.number]
            values = one.fixed.copy()
            for at, draw in one.varying:
                values[at] = draw(copy, move)
            bulk.add(one.row.model, values)
            if one.sealed:
                copy.seals[one.place] = one.seal(copy, move)

    def ids_by_name(self, copy: Copy) -> dict[str, int]:
        """Model name -> id, of the last row of each model."""
        rows = self.template.rows
        return {rows[place].model._meta.model_name or "": pk for place, pk in copy.ids.items()}

    # --- what differs ---------------------------------------------------------------------------
    def _pattern(self, place: int, row: Row) -> Pattern:
        fixed: list[Any] = []
        cells: dict[str, Any] = {}
        varying: list[tuple[int, Draw]] = []
        for at, one in enumerate(concrete(row.model)):
            cell = self._draw(place, row, one, row.values[one.attname])
            cells[one.attname] = cell
            fixed.append(None if isinstance(cell, Cell) else prepared(one, cell))
            if isinstance(cell, Cell):
                varying.append((at, cell.stored))
        pattern = Pattern(place, row, fixed, varying)
        if row.model._meta.model_name in self.sealed:
            for column in seals.columns(row.model):
                pattern.sealed += [f'{"," if pattern.sealed else "{"}"{column}":', ""]
                cell = cells[column]
                if isinstance(cell, Cell):
                    pattern.sealed_varying.append((len(pattern.sealed) - 1, cell.sealed))
                else:
                    pattern.sealed[-1] = sealed(cell)
            pattern.sealed.append("}")
        return pattern

    def _draw(self, place: int, row: Row, field: Any, value: Any) -> Any:
        """A ``Cell``, or the value that all copies have."""
        name = row.model._meta.model_name or ""
        if field.primary_key:
            return _cell(lambda copy, move: copy.ids[place])
        if field.is_relation:
            return self._link(row, field, value)
        if field.name == "status":
            return _cell(lambda copy, move: copy.status.get(name, value))
        if name == "treatmentplan" and field.name == "version":
            return _cell(lambda copy, move: copy.version)
        if field.name == "token_hash":
            return _cell(
                lambda copy, move: hashlib.sha256(f"scale {copy.person.pk} {copy.version} {place}".encode()).hexdigest()
            )
        if isinstance(value, dt.datetime):
            return self._time(row, value)
        if isinstance(value, dt.date):
            day = value.toordinal() - moments.EPOCH.toordinal()
            return _cell(lambda copy, move: moments.date(day + move // moments.DAY))
        if isinstance(field, models.JSONField) and value is not None:
            as_stored, as_sealed = (Text(value, self.name_places, dump) for dump in (stored, sealed))
            if as_stored.is_fixed:
                return value
            return Cell(
                lambda copy, move: as_stored.of(move, copy.names), lambda copy, move: as_sealed.of(move, copy.names)
            )
        if isinstance(value, str) and value:
            return self._words(value)
        return value

    def _link(self, row: Row, field: Any, value: Any) -> Any:
        model = field.related_model
        if model is Patient:
            return _cell(lambda copy, move: copy.person.pk)
        if model is Appointment:
            number = row.number or 1
            return _cell(lambda copy, move: copy.appointments[number])
        if field.name == "supersedes":
            name = row.model._meta.model_name or ""
            return _cell(lambda copy, move: (copy.previous or {}).get(name))
        if model is User and value == self.template.practitioner.pk:
            return _cell(lambda copy, move: copy.practitioner.pk)
        if model in self.models and value is not None:
            place = self.places[model, value]
            return _cell(lambda copy, move: copy.ids.get(place))
        return None if model._meta.label == "outbox.Message" else value

    def _time(self, row: Row, value: dt.datetime) -> Cell:
        began, ended = self.template.walked
        if began <= value <= ended:  # the database's own clock, not that of the story
            told = [v for v in row.values.values() if isinstance(v, dt.datetime) and not began <= v <= ended]
            value = min(told, default=self.told or self.template.patient.created_at)
        second = moments.seconds(value)
        return Cell(
            lambda copy, move: moments.stamp(second + move), lambda copy, move: f'"{moments.iso(second + move)}"'
        )

    def _words(self, value: str) -> Any:
        one = self.template
        if value == str(one.patient):
            return _cell(lambda copy, move: str(copy.person))
        if value == one.patient.email:
            return _cell(lambda copy, move: copy.person.email)
        if value in self.references:
            place = self.references[value]
            return _cell(lambda copy, move: copy.reference or f"plan:{copy.ids[place]}")
        return value
