"""Worked clinical cases, one TOML file each in tests/cases: what is known, and what a plan must, may and must not do.

`python -m tests.support.worked_cases NAME` prints the proposal for one file, for whoever writes or reads a case.
The form of a file is the classes below; docs/clinical.md explains it in words.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clinic.lib.complaints import DEFAULT, complaints
from intake.assessment import CaseError, ClinicalPicture, assess, load_intake_knowledge, read_case
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing.propose import propose

from .worked_case_names import unknown_names

# Flags that explain or clear another one: a patient who denies every red flag has not answered these.
GOOD_NEWS = ("flag.investigated_clear", "flag.cancer_history_cleared", "flag.leg_weakness_old")
FOLDER = Path(__file__).parents[1] / "cases"

Action = Literal["treat", "caution", "refer_before_treating", "emergency", "need_information"]
Class = Literal["stagnation", "deficiency", "mixed", "undetermined"]
Range = tuple[int, int]
Words = Annotated[tuple[str, ...], Field(strict=False)]
Modality = Literal[
    "needles",
    "electro",
    "cupping",
    "gua_sha",
    "moxa",
    "heat",
    "tacks",
    "magnets",
    "seeds",
    "ear_needles",
    "acupressure",
]


class Table(BaseModel):
    """Unknown keys are refused: a misspelt expectation must not pass in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CaseInput(Table):
    """The patient. `like` takes everything from another file; what is written here is added or wins."""

    like: str | None = None
    complaint: str | None = None  # the pack; the back if none is named
    age: int | None = None
    sex: Literal["female", "male", "other"] | None = None
    pregnancy_weeks: int | None = None
    duration_days: int | None = None
    pain_now: int | None = None
    pain_average: int | None = None
    pain_worst: int | None = None
    visit: int | None = None
    screened: Literal["all", "must_know"] | None = None  # red flags asked and denied: every one, or what a plan needs
    asked: bool | None = None  # every condition and wish was asked: no, but for those named
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # taken back: nobody has asked
    texts: dict[str, str] = {}
    cleared: tuple[str, ...] = ()
    scores: dict[str, int] = {}
    ashi: tuple[dict[str, str], ...] = ()
    levels: tuple[str, ...] = ()
    confirmed: dict[str, str] = {}


class Must(Table):
    """What has to be so. In lists of points and items one entry may offer a choice: "GB30 right or BL54 right"."""

    action: Action | tuple[Action, ...] | None = None
    class_: Annotated[Class | tuple[Class, ...] | None, Field(alias="class")] = None
    branch: str | tuple[str, ...] | None = None  # leading; "none": no branch leads
    root: str | tuple[str, ...] | None = None
    patterns: tuple[str, ...] = ()  # shown, leading or not
    causes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, ...], ...] = ()
    positions: tuple[str, ...] | None = None  # of the stages, in this order
    side_up: Literal["left", "right"] | None = None
    needles: Range | None = None
    retention: Range | None = None  # minutes of the longest stage
    points: tuple[str, ...] = ()  # "BL25 right", "EX-B2 L4 right", "KI3 both", "ASHI"
    roles: dict[Literal["local", "distal", "root", "calm"], int] = {}  # at least so many needles
    techniques: dict[str, Literal["reinforcing", "reducing", "even"]] = {}
    deqi_at_most: Literal["none", "mild", "clear"] | None = None
    depth_at_most: dict[str, int] = {}  # mm, by code
    adjuncts: tuple[str, ...] = ()  # kind, or "kind: word of its detail"
    electro: tuple[str, ...] = ()  # "GB30-BL40 right"
    electro_from_visit: int | None = None
    electro_hz: tuple[str, ...] = ()
    electro_minutes: Range | None = None
    ear: tuple[str, ...] = ()
    ear_methods: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    home_points: tuple[str, ...] = ()
    sessions: Range | None = None
    per_week: Range | None = None  # of the first phase
    review_at: tuple[int, ...] = ()
    alerts: tuple[str, ...] = ()  # "ca_weight", or with its level "ca_weight refer"
    ask: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()  # "LI4", "electro forbidden", "electro forbidden condition.pacemaker"
    words: tuple[str, ...] = ()  # somewhere in the proposal


class May(Table):
    """Also fine. A list that is written here closes its kind: what is in neither list is a fault."""

    points: tuple[str, ...] | None = None
    adjuncts: tuple[str, ...] | None = None
    electro: tuple[str, ...] | None = None
    ear: tuple[str, ...] | None = None
    home: tuple[str, ...] | None = None
    alerts: tuple[str, ...] | None = None  # notes need no mention
    ask: tuple[str, ...] | None = None
    withheld: tuple[str, ...] | None = None


class MustNot(Table):
    """What would be a mistake."""

    action: tuple[Action, ...] = ()
    branch: tuple[str, ...] = ()
    root: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()  # no needle there: "low_back", "mid_back"
    limbs: tuple[str, ...] = ()  # "left arm": neither needle, pressure, seed nor current
    positions: tuple[str, ...] = ()
    modalities: tuple[Modality, ...] = ()
    adjuncts: tuple[str, ...] = ()
    electro: tuple[str, ...] = ()
    techniques: dict[str, tuple[str, ...]] = {}
    ear: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class WorkedCase(Table):
    """One file."""

    title: str
    why: str
    sources: tuple[str, ...]  # keys of sources.toml
    group: str
    case: CaseInput
    must: Must
    may: May = May()
    must_not: MustNot = MustNot()


class CaseFileError(ValueError):
    """A case file is wrong; the text names file and key."""


@dataclass(frozen=True)
class Worked:
    """A case with its name (the file's) and the input that goes into the assessment."""

    name: str
    file: WorkedCase
    data: dict[str, Any]


def read_file(path: Path) -> WorkedCase:
    """Raises CaseFileError with file and key for anything that is not in the form above."""
    try:
        return WorkedCase.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise CaseFileError(f"{path.name}: {error}") from error
    except ValidationError as error:
        faults = (f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
        raise CaseFileError(f"{path.name}: " + "; ".join(faults)) from error


@cache
def load_cases(folder: Path = FOLDER) -> tuple[Worked, ...]:
    """Every case, by name, with those that lie in the packs. Raises CaseFileError for the first file that is wrong."""
    paths = sorted(folder.glob("*.toml"))
    if folder == FOLDER:
        paths += [path for pack in complaints().values() for path in sorted(pack.folder.glob("cases/*.toml"))]
    files = {path.stem: read_file(path) for path in paths}
    for name, file in files.items():
        unknown = list(unknown_names(file, load_intake_knowledge(), planner()))
        if unknown:
            raise CaseFileError(f"{name}.toml: " + "; ".join(unknown))
    return tuple(Worked(name, file, input_of(name, files)) for name, file in files.items())


def input_of(name: str, files: dict[str, WorkedCase]) -> dict[str, Any]:
    """The contract's input object of one file, checked by the same reader as any other input."""
    chain: list[CaseInput] = []
    at: str | None = name
    while at is not None:
        if at not in files:
            raise CaseFileError(f"{name}.toml: case.like: there is no {at}.toml")
        if any(files[at].case is case for case in chain):
            raise CaseFileError(f"{name}.toml: case.like: goes in a circle")
        chain.insert(0, files[at].case)
        at = files[at].case.like
    data = _merged(name, chain)
    for key in files[name].sources:
        if key not in planner().sources:
            raise CaseFileError(f"{name}.toml: sources: {key} is no key of sources.toml")
    try:
        read_case(data)
    except CaseError as error:
        raise CaseFileError(f"{name}.toml: case: {error}") from error
    return data


def _merged(name: str, chain: list[CaseInput]) -> dict[str, Any]:
    about = next((case.complaint for case in reversed(chain) if case.complaint is not None), DEFAULT)
    knowledge = load_intake_knowledge(complaint=about)
    pack = knowledge.complaint
    must_know = [*pack.required, *(flag for group in pack.required_any for flag in group)]
    told: dict[str, Any] = {}
    findings: dict[str, bool] = {}
    for case in chain:
        not_told = {"like", "complaint", "screened", "asked", "yes", "no", "unknown"}
        written = case.model_dump(exclude_unset=True, exclude=not_told)
        for key in ("texts", "scores", "confirmed"):
            if key in written:
                written[key] = told.get(key, {}) | written[key]
        told |= written
        if case.screened == "must_know":
            findings |= dict.fromkeys(must_know, False)
        elif case.screened == "all":
            findings |= {i: False for i in knowledge.order if i.startswith("flag.") and i not in GOOD_NEWS}
        if case.asked:
            findings |= {i: False for i in knowledge.order if i.startswith(("condition.", "wish."))}
        for finding in (*case.yes, *case.no, *case.unknown):
            findings.pop(finding, None)
        findings |= dict.fromkeys(case.no, False) | dict.fromkeys(case.yes, True)
    data: dict[str, Any] = {"case": name, "findings": findings, "visit": told.get("visit", 1)}
    data["patient"] = {key: told.get(key) for key in ("age", "sex", "pregnancy_weeks")}
    data["complaint"] = {
        key: told.get(key) for key in ("duration_days", "pain_now", "pain_average", "pain_worst")
    }  # fmt: skip
    data["complaint"] |= {} if about == DEFAULT else {"id": about}
    for key in ("texts", "scores", "confirmed"):
        data[key] = told.get(key, {})
    for key in ("cleared", "ashi", "levels"):
        data[key] = list(told.get(key, ()))
    return data


@cache
def planner() -> PlannerKnowledge:
    return load_planner_knowledge()


def proposal_of(data: dict[str, Any]) -> dict[str, Any]:
    """What the propose command would answer, as plain JSON values."""
    case, knowledge = read_case(data)
    picture = ClinicalPicture(case, assess(case, knowledge))
    answer = propose(picture, load_planner_knowledge(complaint=case.complaint.id))
    return json.loads(json.dumps(answer.as_json()))  # type: ignore[no-any-return]


def shown(proposal: dict[str, Any]) -> str:
    """A proposal on one screen, as a practitioner would read it aloud."""
    judged, plan = proposal["assessment"], proposal["treatment"]
    lead = [f"{p['role']} {p['id']} {p['score']}" for p in judged["patterns"] if p["lead"]]
    scores = f"S {judged['stagnation']['score']}, D {judged['deficiency']['score']}"
    patterns = ", ".join(lead) or "no pattern leads"
    lines = [
        f"{proposal['action']}: {judged['class']} ({scores}), {patterns}; channels {', '.join(judged['channels'])}; "
        f"causes {', '.join(judged['causes'])}; {judged['stage']}"
    ]
    lines += [f"! {alert['level']} {alert['code']}: {alert['text']}" for alert in proposal["alerts"]]
    if plan is not None:
        lines.append(f"= {plan['principle']} ({plan['needles']} needles)")
        for stage in plan["stages"]:
            up = f", {stage['side_up']} side up" if stage["side_up"] else ""
            lines.append(f"  {stage['position']}{up}, {stage['retention_min']} min")
            for p in stage["points"]:
                place = " ".join([p["code"], *p["levels"], p["side"]])
                size = f"{p['needle']['diameter_mm']:.2f}x{p['needle']['length_mm']}"
                depth = "-".join(str(mm) for mm in p["depth_mm"])
                rules = " ".join(reason["rule"] for reason in p["because"])
                lines.append(f"    {place:24}{p['role']:7}{p['technique']:12}{size} {depth} mm {p['deqi']:6} {rules}")
            for e in stage["electro"]:
                pairs = " ".join("-".join(pair) for pair in e["leads"])
                lines.append(
                    f"    ~ {pairs} {e['side']} {e['frequency_hz']} Hz {e['minutes']} min from visit {e['from_visit']}"
                )
        for a in plan["adjuncts"]:
            at = " ".join(f"{p['code']} {p['side']}" for p in a["points"])
            lines.append(
                f"  + {a['kind']}: {a['detail']} | {a['where']} {at} | {a['minutes']} min from visit {a['from_visit']}"
            )
        lines += [f"  ear {e['method']} {e['side']}: {' '.join(p['code'] for p in e['points'])}" for e in plan["ear"]]
        lines += [f"  home {h['kind']}: {h['text']}" for h in plan["home_care"]]
        dose = plan["dose"]
        phases = ", then ".join(f"{phase['per_week']}/week x {phase['weeks']}" for phase in dose["phases"])
        lines.append(f"  dose {dose['sessions']} sessions: {phases}; review at {dose['review_at']}")
    lines += [f"- {w['item']} {w['level']} {w['because']}: {w['text']}" for w in proposal["withheld"]]
    lines += [f"? {q['finding']}: {q['why']}" for q in proposal["ask"]]
    return "\n".join(lines)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for worked in load_cases():
        if worked.name in wanted:
            sys.stdout.write(f"{worked.name}: {worked.file.title}\n{shown(proposal_of(worked.data))}\n\n")
