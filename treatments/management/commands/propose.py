"""`manage.py propose CASE.json`: one case in, one proposal out, as the contract says. Touches no database."""

from __future__ import annotations

import gc
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from django.core.management.base import BaseCommand

from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment import CaseError, ClinicalPicture, Fault, assess, read_case
from treatments.clinic_knowledge import planner_knowledge
from treatments.planner.proposing.later import propose_course

UNUSABLE = 2


class Command(BaseCommand):
    help = "Reads one case (JSON) and prints one proposal (JSON). '-' reads standard input; --lines takes JSON lines."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", nargs="?", default="-", help="file with the case, or - for standard input")
        parser.add_argument("--lines", action="store_true", help="JSON lines in, JSON lines out")

    def handle(self, *args: Any, **options: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # characters such as 肾俞 must not depend on the locale
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            planner_knowledge()
        except KnowledgeError as error:  # a clinic's own file: the system check, skipped here for speed, reports it too
            self.stderr.write(str(error))
            sys.exit(UNUSABLE)
        try:
            if options["lines"]:
                self._answer_lines(options["case"])
            else:
                self._answer_one(options["case"])
        except BrokenPipeError:  # the reader has seen enough
            sys.stderr.close()
            sys.exit(UNUSABLE)

    def _answer_one(self, name: str) -> None:
        try:
            with _opened(name) as source:
                answer = self._answer(_read_json(source.read()))
        except CaseError as error:
            self._refuse(error.faults)
        except OSError as error:
            self._refuse((Fault("$", f"cannot read {name}: {error.strerror or error}"),))
        self.stdout.write(_written(answer, indent=2))

    def _answer_lines(self, name: str) -> None:
        is_bad = False
        if not gc.isenabled():  # started by itself: what is loaded stays and is not looked through, what comes now is
            gc.freeze()
            gc.enable()
        try:
            with _opened(name) as source:
                for line in _lines(source):
                    label = None
                    try:
                        data = _read_json(line)
                        if isinstance(data, dict) and isinstance(data.get("case"), str):
                            label = data["case"]
                        answer = self._answer(data)
                    except CaseError as error:
                        is_bad = True
                        faults = [{"path": fault.path or "$", "text": fault.text} for fault in error.faults]
                        answer = {"case": label, "errors": faults}
                    self.stdout.write(_written(answer))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            self._refuse((Fault("$", f"cannot read {name}: {error.strerror or error}"),))
        self.stdout.flush()
        if is_bad:
            sys.exit(UNUSABLE)

    def _answer(self, data: object) -> Mapping[str, object]:
        case, intake = read_case(data)
        return propose_course(ClinicalPicture(case, assess(case, intake)), planner_knowledge(case.complaint.id))

    def _refuse(self, faults: tuple[Fault, ...]) -> NoReturn:
        for fault in faults:
            text = " ".join(fault.text.split())
            self.stderr.write(f"{fault.path or '$'}: {text}")
        sys.exit(UNUSABLE)


def _opened(name: str) -> BinaryIO:
    """The contents of the named file, or of standard input for `-`. Raises OSError."""
    if name == "-":
        return sys.stdin.buffer
    return Path(name).open("rb")


def _lines(source: BinaryIO) -> Iterator[bytes]:
    return (line for line in source if line.strip())


def _written(answer: Mapping[str, object], indent: int | None = None) -> str:
    text = json.dumps(answer, ensure_ascii=False, indent=indent)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair in a label
        return json.dumps(answer, indent=indent)
    return text


def _read_json(raw: bytes | str) -> object:
    """One JSON value. Raises CaseError if it is not JSON, is ambiguous, or is unreasonable."""
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise CaseError([Fault("$", f"not UTF-8 text (byte {error.start})")]) from None
    if not text.strip():
        raise CaseError([Fault("$", "empty: no JSON here")])
    try:
        return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise CaseError([Fault("$", f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})")]) from None
    except RecursionError:
        raise CaseError([Fault("$", "nested too deeply")]) from None
    except ValueError as error:
        if isinstance(error, CaseError):
            raise
        raise CaseError([Fault("$", "a number with too many digits")]) from None


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise CaseError([Fault("$", f"the key {key!r} appears twice")])
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise CaseError([Fault("$", f"{name} is not a JSON number")])
