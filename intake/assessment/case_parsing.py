"""Turns any JSON value into a `Case`, or raises a `CaseError` naming every fault with its path.

null means not known, everywhere. Nothing is guessed and nothing unknown is silently ignored.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic.lib.complaints import DEFAULT, complaints
from intake.assessment.case import AshiPlace, Case, Complaint, Confirmed, Explained, Patient, Screening
from intake.assessment.knowledge.load import IntakeKnowledge, load_intake_knowledge
from intake.assessment.spine import LEVELS

SEXES = ("female", "male", "other")
CLASSES = ("stagnation", "deficiency", "mixed", "undetermined")
SIDES = ("left", "right", "both", "midline")
MAX_DAYS = 50_000  # longer than any life
MAX_FAULTS = 200  # a file of nonsense does not need a longer list

PAINS = ("pain_now", "pain_average", "pain_worst", "pain_at_start")

CASE_KEYS = (
    "case",
    "patient",
    "complaint",
    "findings",
    "texts",
    "explained",
    "visit",
    "cleared",
    "scores",
    "ashi",
    "levels",
    "confirmed",
    "noted",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: a JSON path such as `findings.onset.acident` or `ashi[0].side`."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class CaseError(ValueError):
    """The input is not a case. `faults` lists everything wrong."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


def complaint_id(data: object) -> str:
    """What a case is about, to choose the knowledge it is read with; the back for what is no case at all."""
    complaint = data.get("complaint") if isinstance(data, dict) else None
    about = complaint.get("id") if isinstance(complaint, dict) else None
    return about if isinstance(about, str) and about in complaints() else DEFAULT


def read_case(data: object) -> tuple[Case, IntakeKnowledge]:
    """The case, and the knowledge of what it is about. Raises CaseError (see `parse_case`)."""
    knowledge = load_intake_knowledge(complaint=complaint_id(data))
    return parse_case(data, knowledge), knowledge


def knowledge_of(case: Case) -> IntakeKnowledge:
    """What is known of the complaint of a case."""
    return load_intake_knowledge(complaint=case.complaint.id)


def has_rules(case: Case) -> bool:
    """Whether the planner has rules for what the patient comes for: a place of the complaint, or a pack of its own."""
    pack = complaints()[case.complaint.id]
    elsewhere = any(case.is_present(finding) for finding in pack.required_of)
    return not elsewhere or any(case.is_present(f"site.{site}") for site in pack.sites) or bool(case.palpation)


def parse_case(data: object, knowledge: IntakeKnowledge) -> Case:
    """`data` is what json.loads returns: the contract's input object, plus the app's keys `explained`, `cleared`,
    `scores`, `ashi`, `levels`, `confirmed` and `noted`. Raises CaseError for anything else."""
    reader = _Reader(knowledge)
    top = reader.table(data, "", CASE_KEYS)
    if not isinstance(data, dict):
        raise CaseError(reader.faults)
    patient = reader.table(top.get("patient"), "patient", ("age", "sex", "pregnancy_weeks"))
    complaint = reader.table(top.get("complaint"), "complaint", ("id", "duration_days", *PAINS))
    about = reader.one_of(complaint.get("id"), "complaint.id", tuple(complaints())) or DEFAULT
    scores = reader.table(top.get("scores"), "scores", ("phq2", "gad2", "nice_spa"))
    confirmed = reader.table(top.get("confirmed"), "confirmed", ("class", "branch", "root"))
    branches = [knowledge.pattern_ids[i] for i in knowledge.branches]
    roots = [knowledge.pattern_ids[i] for i in knowledge.roots]
    visit = reader.whole(top.get("visit"), "visit", 1, 1000)
    case = Case(
        case=reader.string(top.get("case"), "case"),
        patient=Patient(
            age=reader.whole(patient.get("age"), "patient.age", 0, 120),
            sex=reader.one_of(patient.get("sex"), "patient.sex", SEXES),
            pregnancy_weeks=reader.whole(patient.get("pregnancy_weeks"), "patient.pregnancy_weeks", 0, 45),
        ),
        complaint=Complaint(
            id=about,
            duration_days=reader.whole(complaint.get("duration_days"), "complaint.duration_days", 0, MAX_DAYS),
            **{pain: reader.whole(complaint.get(pain), f"complaint.{pain}", 0, 10) for pain in PAINS},
        ),
        findings=reader.findings(top.get("findings")),
        texts=reader.texts(top.get("texts")),
        explained=reader.explained(top.get("explained")),
        visit=1 if visit is None else visit,
        cleared=reader.named(top.get("cleared"), "cleared"),
        screening=Screening(
            phq2=reader.whole(scores.get("phq2"), "scores.phq2", 0, 6),
            gad2=reader.whole(scores.get("gad2"), "scores.gad2", 0, 6),
            nice_spa=reader.whole(scores.get("nice_spa"), "scores.nice_spa", 0, 9),
        ),
        palpation=reader.ashi(top.get("ashi")),
        levels=reader.levels(top.get("levels")),
        noted=reader.named(top.get("noted"), "noted"),
        override=Confirmed(
            picture_class=reader.one_of(confirmed.get("class"), "confirmed.class", CLASSES),
            branch=reader.one_of(confirmed.get("branch"), "confirmed.branch", (*branches, "none")),
            root=reader.one_of(confirmed.get("root"), "confirmed.root", (*roots, "none")),
        ),
    )
    if reader.faults:
        raise CaseError(reader.faults)
    return case


class _Reader:
    """Reads values from a JSON tree and collects faults instead of stopping at the first."""

    def __init__(self, knowledge: IntakeKnowledge):
        self.known = knowledge.order
        self.was = knowledge.was
        self.faults: list[Fault] = []

    def fault(self, path: str, text: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(path or "$", text))

    def table(self, value: object, path: str, keys: tuple[str, ...]) -> Mapping[str, object]:
        if value is None and path:
            return {}
        if not isinstance(value, dict):
            self.fault(path, f"must be an object, is {_kind(value)}")
            return {}
        for key in value:
            if key not in keys:
                self.fault(_join(path, key), f"is not a known key{_nearest(key, keys)}")
        return value

    def whole(self, value: object, path: str, low: int, high: int) -> int | None:
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():  # 6.0 is the whole number 6 in JSON
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(path, f"must be a whole number, is {_kind(value)}")
            return None
        if not low <= value <= high:
            self.fault(path, f"must be {low} to {high}")
            return None
        return value

    def string(self, value: object, path: str) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(path, f"must be a string, is {_kind(value)}")
            return None
        return value

    def one_of(self, value: object, path: str, choices: tuple[str, ...]) -> str | None:
        text = self.string(value, path)
        if text is not None and text not in choices:
            self.fault(path, f"must be one of {', '.join(choices)}{_nearest(text, choices)}")
            return None
        return text

    def items(self, value: object, path: str) -> list[object]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(path, f"must be a list, is {_kind(value)}")
            return []
        return value

    def finding(self, value: object, path: str) -> str | None:
        if not isinstance(value, str):
            self.fault(path, f"must be a finding id, is {_kind(value)}")
            return None
        value = self.was.get(value, value)
        if value not in self.known:
            self.fault(path, f"is not a known finding{_nearest(value, self.known)}")
            return None
        return value

    def findings(self, value: object) -> Mapping[str, bool]:
        if value is None:
            return MappingProxyType({})
        if not isinstance(value, dict):
            self.fault("findings", f"must be an object, is {_kind(value)}")
            return MappingProxyType({})
        found: dict[str, bool] = {}
        for key, answer in value.items():
            name = self.finding(key, _join("findings", key))
            if answer is None:
                continue
            if not isinstance(answer, bool):
                self.fault(_join("findings", key), f"must be true, false or null, is {_kind(answer)}")
            elif name is not None:
                found[name] = answer or found.get(name, False)  # under an id of before, too: a yes outranks
        # in the order of the vocabulary, so that the order of the input never matters
        return MappingProxyType({name: found[name] for name in sorted(found, key=self.known.__getitem__)})

    def explained(self, value: object) -> Mapping[str, Explained]:
        if value is None:
            return MappingProxyType({})
        if not isinstance(value, dict):
            self.fault("explained", f"must be an object, is {_kind(value)}")
            return MappingProxyType({})
        found: dict[str, Explained] = {}
        for finding, row in value.items():
            path = _join("explained", finding)
            told = self.table(row, path, ("said", "words", "texts"))
            said = self.one_of(told.get("said"), f"{path}.said", ("over", "else"))
            words, texts = (
                self.strings(told.get("words"), f"{path}.words"),
                self.strings(told.get("texts"), f"{path}.texts"),
            )
            name = self.finding(finding, path)
            if name is not None and said is not None:
                found[name] = Explained(said, words, texts)
        return MappingProxyType(dict(sorted(found.items())))

    def strings(self, value: object, path: str) -> tuple[str, ...]:
        read = (self.string(item, f"{path}[{i}]") for i, item in enumerate(self.items(value, path)))
        return tuple(one for one in read if one is not None)

    def texts(self, value: object) -> Mapping[str, str]:
        if value is None:
            return MappingProxyType({})
        if not isinstance(value, dict):
            self.fault("texts", f"must be an object, is {_kind(value)}")
            return MappingProxyType({})
        found: dict[str, str] = {}
        for key, text in value.items():
            if not isinstance(key, str):
                self.fault("texts", f"a key must be a string, is {_kind(key)}")
                continue
            read = self.string(text, _join("texts", key))
            if read is not None:
                found[key] = read
        return MappingProxyType(dict(sorted(found.items())))

    def named(self, value: object, path: str) -> frozenset[str]:
        """A list of findings."""
        names = (self.finding(item, f"{path}[{i}]") for i, item in enumerate(self.items(value, path)))
        return frozenset(name for name in names if name is not None)

    def ashi(self, value: object) -> tuple[AshiPlace, ...]:
        places: list[AshiPlace] = []
        items = self.items(value, "ashi")
        regions = tuple(name.partition(".")[2] for name in self.known if name.startswith("site.")) if items else ()
        for i, item in enumerate(items):
            path = f"ashi[{i}]"
            row = self.table(item if item is not None else "", path, ("where", "side", "region"))
            where = self.string(row.get("where"), f"{path}.where")
            if isinstance(item, dict) and (where is None or not where.strip()):
                self.fault(f"{path}.where", "must say where")
            side = self.one_of(row.get("side"), f"{path}.side", SIDES)
            region = self.one_of(row.get("region"), f"{path}.region", regions)
            if where is not None:
                places.append(AshiPlace(where, side, region))
        return tuple(places)

    def levels(self, value: object) -> tuple[str, ...]:
        found: list[str] = []
        for i, item in enumerate(self.items(value, "levels")):
            text = self.string(item, f"levels[{i}]") if item is not None else None
            if text is None or text not in LEVELS:
                self.fault(f"levels[{i}]", "must be a spinal level such as L4")
            elif text not in found:
                found.append(text)
        return tuple(sorted(found, key=LEVELS.index))


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _nearest(name: object, choices: Iterable[str]) -> str:
    """ ", nearest is …" or nothing. Long nonsense is cut first: comparing is quadratic."""
    text = str(name)[:80]
    near = difflib.get_close_matches(text, list(choices), n=1, cutoff=0.5)
    return f"; the nearest known is {near[0]}" if near else ""


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value != value:
        return "not a number"
    kinds = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number", type(None): "null"}
    return kinds.get(type(value), type(value).__name__)
