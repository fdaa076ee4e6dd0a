"""Knowledge files: TOML read strictly, all faults of all files reported at once, and who reviewed what.

A reader collects faults and continues; the owner of the files raises `KnowledgeError` once all are read. Unknown keys
are refused, so a misspelt key in a clinical rule cannot vanish; the fault names the nearest known key.

Rows that may be drafts carry `status`, `by`, `date` and `evidence`, their own or from the `[review]` of their file.
A draft is read and checked with the rest, shown, and used by nothing.
"""

from __future__ import annotations

import difflib
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import tomli
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Text = Annotated[str, Field(min_length=1)]
Evidence = Literal["trial", "review", "expert", "tradition", "safety", "design"]
Table = dict[str, Any]


class Strict(BaseModel):
    """Base of every table of a knowledge file: no unknown key, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)

    def model_post_init(self, context: Any, /) -> None:
        """Which keys a row has is kept once for all rows that have the same: the set of a point takes 2 kB."""
        keys = self.model_fields_set
        object.__setattr__(self, "__pydantic_fields_set__", _KEYS.setdefault(frozenset(keys), keys))


_KEYS: dict[frozenset[str], set[str]] = {}


class Reviewed(Strict):
    """Who reviewed a row, when, and how good its evidence is; from the row or from the `[review]` of its file."""

    status: Literal["reviewed", "draft"]
    by: Text
    date: Text
    evidence: Evidence


class Review(Reviewed):
    """The `[review]` of a file: the default for all its rows."""

    status: Literal["reviewed"]


@contextmanager
def all_kept() -> Iterator[None]:
    """Without collecting garbage while knowledge is read: all that is made there stays, and to look through it again
    and again takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


Model = TypeVar("Model", bound=BaseModel)
Row = TypeVar("Row", bound=Reviewed)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the file ("" if it is across files), the key in it, and what is wrong."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.text) if part)


class KnowledgeError(Exception):
    """The knowledge files cannot be used. `faults`: everything wrong, each with file and key."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Draft:
    """One row not used yet: its file, its key there, what it would say, and the row itself."""

    file: str
    key: str
    text: str
    row: Reviewed


class Reader:
    """Reads the files of one folder, collecting faults instead of stopping at the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.places: dict[str, str] = {}  # id of a row -> its file
        self._files: dict[str, Table] = {}
        self._paths: dict[str, Path] = {}  # of files outside the folder
        self._texts: dict[str, str] = {}

    def add(self, name: str, path: Path) -> str:
        """A file outside the folder, known by `name` from here on."""
        self._paths[name] = path
        return name

    def given(self, name: str, tables: Table) -> None:
        """Tables that stand in no file, read from here on as if they stood in one of that name."""
        self._files[name] = tables

    def file(self, name: str) -> Table:
        """The tables of a file as written; empty if it cannot be read."""
        if name not in self._files:
            self._files[name] = {}
            try:
                path = self._paths.get(name, self.folder / name)
                self._files[name] = self._shared(parsed(name, path.read_bytes(), self.faults))
            except FileNotFoundError:
                self.faults.append(Fault(name, "", "the file is missing"))
            except OSError as error:
                self.faults.append(Fault(name, "", f"cannot be read: {error.strerror}"))
        return self._files[name]

    def _shared(self, value: Any) -> Any:
        """The same, with one object for all texts that are equal: most are ids, which stand in many rows."""
        kind = type(value)
        if kind is str:
            return self._texts.setdefault(value, value)
        if kind is dict:
            for key, one in value.items():
                value[key] = self._shared(one)
        elif kind is list:
            value[:] = map(self._shared, value)
        return value

    def whole(
        self, name: str, model: type[Model], more: Iterable[tuple[str, Path]] = (), replaced: Sequence[str] = ()
    ) -> Model | None:
        """A file that is one table. Rows that can be drafts inherit from its `review`.

        `more`: files that add rows to its tables; they change none, but for those of the tables `replaced`.
        """
        before = len(self.faults)
        data = _with_review(self.file(name), model)
        for other, path in more:
            added = _with_review(self.file(self.add(other, path)), model)
            data = self._joined(data, added, other, replaced)
        if len(self.faults) > before:
            return None
        return self.table(name, "", model, data)

    def _joined(self, data: Table, added: Table, name: str, replaced: Sequence[str]) -> Table:
        joined = dict(data)
        for key, value in added.items():
            have = data.get(key)
            if key == "review":
                continue
            if have is None:
                joined[key] = value  # the model refuses what it does not know
            elif isinstance(value, list) and isinstance(have, list):
                joined[key] = have + value
            elif isinstance(value, dict) and isinstance(have, dict):
                twice = set() if key in replaced else have.keys() & value.keys()
                self.faults += [Fault(name, f"{key}.{one}", "is in the common file already") for one in sorted(twice)]
                joined[key] = {**have, **value}
            else:
                self.faults.append(Fault(name, key, "is no table that can be added to"))
        return joined

    def table(self, name: str, key: str, model: type[Model], data: Any) -> Model | None:
        """One table, validated; None if it has faults, which are kept."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.faults += faults_of(name, key, error, model)
        return None

    def tables(self, name: str, key: str) -> list[Table]:
        """The rows of one list of tables as written; anything else is a fault."""
        found = self.file(name).get(key, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            self.faults.append(Fault(name, key, f"must be written as [[{key}]]"))
            return []
        return found

    def review(self, name: str) -> Table:
        """The `[review]` of a file, for rows without their own; empty if there is none."""
        review = self.file(name).get("review", {})
        if isinstance(review, dict):
            return review
        fault = Fault(name, "review", "must be written as [review]")
        if fault not in self.faults:
            self.faults.append(fault)
        return {}

    def rows(self, name: str, key: str, model: type[Model], label: str = "id") -> tuple[Model, ...]:
        """The rows of one list of tables, including drafts; rows with faults are left out, and the faults kept."""
        review = self.review(name) if issubclass(model, Reviewed) else {}
        found: list[Model] = []
        for place, data in enumerate(self.tables(name, key)):
            row = self.table(name, f"{key}[{data.get(label, place)}]", model, {**review, **data})
            if row is not None:
                self.places.setdefault(str(data.get(label, place)), name)
                found.append(row)
        return tuple(found)

    def refuse_unknown_tables(self, tables: Mapping[str, Iterable[str]]) -> None:
        """Top-level tables of a file that nothing reads."""
        for name, known in tables.items():
            for key in sorted({*self.file(name)} - {*known}):
                self.faults.append(Fault(name, key, f"unknown table{nearest(key, known)}"))

    def raise_faults(self) -> None:
        """Raises KnowledgeError if anything read so far has faults."""
        if self.faults:
            raise KnowledgeError(self.faults)


def parsed(name: str, text: bytes, faults: list[Fault]) -> Table:
    """The tables in a file's text; empty, with the fault kept, if it is not TOML."""
    try:
        return tomli.loads(text.decode("utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(name, "", f"not readable as TOML: {error}"))
    return {}


def set_aside(file: str, rows: Iterable[tuple[str, Row, str]]) -> tuple[list[Row], list[Draft]]:
    """The rows that count, and the drafts. `rows`: (key, row, what it would say)."""
    live: list[Row] = []
    drafts: list[Draft] = []
    for key, row, text in rows:
        if row.status == "draft":
            drafts.append(Draft(file, key, text, row))
        else:
            live.append(row)
    return live, drafts


def nearest(name: str, known: Iterable[str]) -> str:
    """`; the nearest is 'x'`, or nothing if no known name is similar."""
    near = difflib.get_close_matches(name[:60], list(known), n=1, cutoff=0.6)
    return f"; the nearest is {near[0]!r}" if near else ""


def faults_of(file: str, key: str, error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """What pydantic refused, in our words if it is an unknown key."""
    faults = []
    for found in error.errors():
        path = [str(part) for part in found["loc"]]
        text = found["msg"]
        if found["type"] == "extra_forbidden":
            text = f"unknown key{nearest(path[-1], _keys_at(model, found['loc'][:-1]))}"
        faults.append(Fault(file, ": ".join(part for part in (key, ".".join(path)) if part), text))
    return faults


def _keys_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys of the table at `path` inside a model."""
    models = [model]
    for part in path:
        models = [
            inner
            for one in models
            for name, field in one.model_fields.items()
            if part in (name, field.alias)
            for inner in _models_in(field.annotation)
        ] or models  # an index in a list, or the key of a row
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in an annotation: `list[Row]`, `dict[str, Row]`, `Row | None`."""
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _with_review(data: Table, model: type[BaseModel]) -> Table:
    """The tables of a file, with its `review` as the default of every row that can be a draft."""
    review = data.get("review")
    if not isinstance(review, dict):
        return data
    laid = dict(data)
    for name, field in model.model_fields.items():
        rows = data.get(field.alias or name)
        inner = list(_models_in(field.annotation))
        if len(inner) != 1 or not issubclass(inner[0], Reviewed) or issubclass(inner[0], Review):
            continue
        if isinstance(rows, list):
            laid[field.alias or name] = [{**review, **row} if isinstance(row, dict) else row for row in rows]
        elif isinstance(rows, dict):
            laid[field.alias or name] = {
                key: {**review, **row} if isinstance(row, dict) else row for key, row in rows.items()
            }
    return laid
