"""Reads the planner's files: points on first use, tables at once with their drafts kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import tomli
from pydantic import ValidationError

from clinic.lib import knowledge_files
from clinic.lib.knowledge_files import Draft, Fault, KnowledgeError, faults_of, set_aside
from treatments.planner.knowledge.tables import Point, Rule

AnyRule = TypeVar("AnyRule", bound=Rule)


class PointBook(Mapping[str, Point]):
    """All body points by code. A point's text is parsed on first use: most are never needed.

    Raises KnowledgeError for a point whose row has faults, KeyError for a code that does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._texts: dict[str, tuple[str, str]] = {}
        self._points: dict[str, Point] = {}
        self._reviews: dict[str, dict[str, Any]] = {}  # of the files: who has looked at their points
        self.faults: list[Fault] = []
        for path in sorted(folder.glob("*.toml")):
            head, *texts = re.split(r"^\[\[point\]\]\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            self._reviews[f"points/{path.name}"] = self._review(f"points/{path.name}", head)
            for text in texts:
                code = re.search(r'^code\s*=\s*"([^"]+)"', text, flags=re.MULTILINE)
                if code is None:
                    self.faults.append(Fault(f"points/{path.name}", "", "a point without code"))
                elif code[1] in self._texts:
                    self.faults.append(Fault(f"points/{path.name}", f"point[{code[1]}]", "duplicate"))
                else:
                    self._texts[code[1]] = (f"points/{path.name}", text)

    def _review(self, file: str, head: str) -> dict[str, Any]:
        try:
            tables = tomli.loads(head)
        except tomli.TOMLDecodeError as error:
            self.faults.append(Fault(file, "", f"not readable as TOML: {error}"))
            return {}
        self.faults += [Fault(file, key, "unknown table") for key in sorted({*tables} - {"review"})]
        review = tables.get("review", {})
        if not isinstance(review, dict):
            self.faults.append(Fault(file, "review", "must be written as [review]"))
            return {}
        return review

    def __getitem__(self, code: str) -> Point:
        point = self._points.get(code)
        if point is None:
            file, text = self._texts[code]
            try:
                point = Point.model_validate({**self._reviews[file], **tomli.loads(text)})
            except tomli.TOMLDecodeError as error:
                raise KnowledgeError([Fault(file, f"point[{code}]", str(error))]) from None
            except ValidationError as error:
                raise KnowledgeError(faults_of(file, f"point[{code}]", error, Point)) from None
            self._points[code] = point
        return point

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, code: object) -> bool:
        return code in self._texts

    def with_own(self, points: Iterable[Point]) -> PointBook:
        """A copy of this book with the points of a clinic, already read, added; this book is unchanged."""
        book = PointBook.__new__(PointBook)
        book._texts = {**self._texts, **{point.code: ("", "") for point in points}}
        book._points = {**self._points, **{point.code: point for point in points}}
        book._reviews = self._reviews
        book.faults = list(self.faults)
        return book

    def read_all(self) -> list[Fault]:
        """Parses every point and returns all faults."""
        faults = list(self.faults)
        for code in self._texts:
            try:
                self[code]
            except KnowledgeError as error:
                faults.extend(error.faults)
        return faults


class Reader(knowledge_files.Reader):
    """Reads the tables of a folder; `drafts` collects the rules that are not used yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.drafts: list[Draft] = []

    def rules(self, name: str, key: str, model: type[AnyRule]) -> tuple[AnyRule, ...]:
        """The rules of one table that are not drafts."""
        live, drafts = set_aside(name, ((rule.id, rule, rule.text) for rule in self.rows(name, key, model)))
        self.drafts += drafts
        return tuple(live)
