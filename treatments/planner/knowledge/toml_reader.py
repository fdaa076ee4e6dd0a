"""Reads knowledge files: points when they are asked for, tables at once, and every fault with its file and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import tomli
from pydantic import BaseModel, ValidationError

from treatments.planner.knowledge.tables import Point, Rule

Model = TypeVar("Model", bound=BaseModel)


class KnowledgeError(Exception):
    """The knowledge files have faults. `faults` holds one line for each: file, key, what is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class PointBook(Mapping[str, Point]):
    """All body points by code. A point's text is parsed when it is first asked for: most are never needed.

    Raises KnowledgeError for a point whose row has faults, KeyError for a code that does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._texts: dict[str, tuple[str, str]] = {}
        self._points: dict[str, Point] = {}
        self._reviews: dict[str, dict[str, Any]] = {}  # of the files: who has looked at their points
        self.faults: list[str] = []
        for path in sorted(folder.glob("*.toml")):
            head, *texts = re.split(r"^\[\[point\]\]\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            self._reviews[f"points/{path.name}"] = self._review(f"points/{path.name}", head)
            for text in texts:
                code = re.search(r'^code\s*=\s*"([^"]+)"', text, flags=re.MULTILINE)
                if code is None:
                    self.faults.append(f"points/{path.name}: a point without code")
                elif code[1] in self._texts:
                    self.faults.append(f"points/{path.name}: point[{code[1]}]: told twice")
                else:
                    self._texts[code[1]] = (f"points/{path.name}", text)

    def _review(self, file: str, head: str) -> dict[str, Any]:
        try:
            tables = tomli.loads(head)
        except tomli.TOMLDecodeError as error:
            self.faults.append(f"{file}: not readable as TOML: {error}")
            return {}
        self.faults += [f"{file}: {key}: unknown table" for key in sorted({*tables} - {"review"})]
        review = tables.get("review", {})
        if not isinstance(review, dict):
            self.faults.append(f"{file}: review: must be written as [review]")
            return {}
        return review

    def __getitem__(self, code: str) -> Point:
        point = self._points.get(code)
        if point is None:
            file, text = self._texts[code]
            try:
                point = Point.model_validate({**self._reviews[file], **tomli.loads(text)})
            except (ValidationError, tomli.TOMLDecodeError) as error:
                raise KnowledgeError(fault_lines(file, f"point[{code}]", error)) from None
            self._points[code] = point
        return point

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, code: object) -> bool:
        return code in self._texts

    def with_own(self, points: Iterable[Point]) -> PointBook:
        """The same book and beside it the points of a clinic, already read; this book stays as it is."""
        book = PointBook.__new__(PointBook)
        book._texts = {**self._texts, **{point.code: ("", "") for point in points}}
        book._points = {**self._points, **{point.code: point for point in points}}
        book._reviews = self._reviews
        book.faults = list(self.faults)
        return book

    def read_all(self) -> list[str]:
        """Parses every point and gives the faults of all."""
        faults = list(self.faults)
        for code in self._texts:
            try:
                self[code]
            except KnowledgeError as error:
                faults.extend(error.faults)
        return faults


class Reader:
    """Reads the tables of a folder; keeps every fault instead of stopping at the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self.places: dict[str, str] = {}  # id of a row -> the file it stands in
        self.drafts: list[Rule] = []
        self._files: dict[str, dict[str, Any]] = {}

    def file(self, name: str) -> dict[str, Any]:
        if name not in self._files:
            self._files[name] = {}
            try:
                self._files[name] = tomli.loads((self.folder / name).read_text(encoding="utf-8"))
            except FileNotFoundError:
                self.faults.append(f"{name}: the file is missing")
            except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
                self.faults.append(f"{name}: not readable as TOML: {error}")
        return self._files[name]

    def tables(self, name: str, key: str) -> list[dict[str, Any]]:
        """The rows of one table as they are written; what is no list of tables is a fault."""
        found = self.file(name).get(key, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            self.faults.append(f"{name}: {key}: must be written as [[{key}]]")
            return []
        return found

    def rows(self, name: str, key: str, model: type[Model], label: str = "id") -> tuple[Model, ...]:
        """The rows of one table. A file's `[review]` block stands for rows that do not name their own review.

        Rules that are drafts are read and go to `drafts`: shown, and inert.
        """
        review = self.file(name).get("review", {}) if "status" in model.model_fields else {}
        if not isinstance(review, dict):
            self.faults.append(f"{name}: review: must be written as [review]")
            review = {}
        found: list[Model] = []
        for place, row in enumerate(self.tables(name, key)):
            try:
                one = model.model_validate({**review, **row})
            except ValidationError as error:
                self.faults.extend(fault_lines(name, f"{key}[{row.get(label, place)}]", error))
                continue
            self.places.setdefault(str(row.get(label, place)), name)
            if isinstance(one, Rule) and one.status == "draft":
                self.drafts.append(one)
            else:
                found.append(one)
        return tuple(found)

    def refuse_unknown_tables(self, tables: Mapping[str, set[str]]) -> None:
        for name, known in tables.items():
            for key in sorted(set(self.file(name)) - known):
                self.faults.append(f"{name}: {key}: unknown table")


def fault_lines(file: str, key: str, error: ValidationError | tomli.TOMLDecodeError) -> list[str]:
    if isinstance(error, ValidationError):
        return [
            f"{file}: {key}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        ]
    return [f"{file}: {key}: {error}"]
