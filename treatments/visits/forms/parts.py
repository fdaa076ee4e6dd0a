"""All forms of a visit page together: filled from the record, validated together, merged back into the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict, TypeVar

from clinic.lib.loose import fresh
from treatments.planner.treatment.visit_shapes import (
    ChartedAdjunct,
    ChartedEar,
    ChartedElectro,
    ChartedPoint,
    ChartedStage,
    RefusedJson,
    VisitRecord,
)
from treatments.planner.treatment.written import pairs_text
from treatments.planner.vocabulary.modalities import adjunct_name, ear_method_name
from treatments.visits import gate, observed
from treatments.visits import record as visit_record
from treatments.visits.forms.page import (
    AdjunctForm,
    CloseForm,
    EarForm,
    ElectroForm,
    PartForm,
    PointForm,
    StageForm,
    StartForm,
    UnsaidForm,
)

Part = TypeVar("Part", bound=PartForm[Any])


class PointRow(TypedDict):
    item: ChartedPoint
    form: PointForm
    is_changed: bool
    is_tender: bool
    is_to_be_found: bool
    manner: str
    refused: RefusedJson | None


class ElectroRow(TypedDict):
    item: ChartedElectro
    wave: str
    form: ElectroForm


class StageRow(TypedDict):
    item: ChartedStage
    position: str
    form: StageForm
    points: list[PointRow]
    electro: list[ElectroRow]


class AdjunctRow(TypedDict):
    item: ChartedAdjunct
    name: str
    form: AdjunctForm


class EarRow(TypedDict):
    item: ChartedEar
    name: str
    form: EarForm


class VisitForms:
    """The forms of a record. With ``data`` they are bound; a part that was not posted keeps its stored values.

    For the error summary it looks like one form: ``errors``, ``non_field_errors`` and iteration over fields.
    """

    def __init__(self, record: VisitRecord, data: Mapping[str, Any] | None = None) -> None:
        self.record = record
        self.data = data
        self.refused = record.get("refused", {})
        record = gate.as_typed(record)
        self.start = self._part(StartForm, "start", record["start"])
        self.close = self._part(CloseForm, "close", record["close"])
        self.unsaid = self._part(UnsaidForm, "unsaid", record.get("unsaid", {}))
        self.stages: list[StageRow] = [
            {
                "item": stage,
                "position": stage["position"].replace("_", " "),
                "form": self._part(StageForm, stage["uid"], stage),
                "points": [
                    {
                        "item": point,
                        "form": self._part(PointForm, point["uid"], point),
                        "is_changed": point["done"] == "done" and visit_record.is_changed(point),
                        "is_tender": point["code"] == observed.ASHI,
                        "is_to_be_found": observed.is_to_be_found(point),
                        "manner": observed.manner_words(point),
                        "refused": self.refused.get(point["uid"]),
                    }
                    for point in stage["points"]
                ],
                "electro": [
                    {
                        "item": current,
                        "wave": current["wave"].replace("_", "-"),
                        "form": self._part(ElectroForm, current["uid"], current),
                    }
                    for current in stage["electro"]
                ],
            }
            for stage in record["stages"]
        ]
        self.adjuncts: list[AdjunctRow] = [
            {
                "item": item,
                "name": adjunct_name(item["kind"]),
                "form": self._part(AdjunctForm, item["uid"], item),
            }
            for item in record["adjuncts"]
        ]
        self.ear: list[EarRow] = [
            {
                "item": item,
                "name": ear_method_name(item["method"]),
                "form": self._part(EarForm, item["uid"], item),
            }
            for item in record["ear"]
        ]

    def _part(self, kind: type[Part], prefix: str, item: Mapping[str, Any]) -> Part:
        posted = self.data is not None and f"{prefix}-here" in self.data
        form = kind(self.data if posted else None, prefix=prefix, initial=kind.initial_of(item))
        form.hints = kind.hints_of(item)
        return form

    def parts(self) -> Iterator[tuple[PartForm[Any], str]]:
        """All forms with the uid of what they chart, in page order."""
        yield self.start, "start"
        for stage in self.stages:
            yield stage["form"], stage["item"]["uid"]
            yield from ((row["form"], row["item"]["uid"]) for row in stage["points"])
            yield from ((row["form"], row["item"]["uid"]) for row in stage["electro"])
        yield from ((row["form"], row["item"]["uid"]) for row in self.adjuncts)
        yield from ((row["form"], row["item"]["uid"]) for row in self.ear)
        yield self.close, "close"
        yield self.unsaid, "unsaid"

    def merged_record(self) -> VisitRecord:
        """The record with all valid input; ``errors`` say what was not taken over."""
        record = fresh(self.record)
        by_uid: dict[str, Mapping[str, Any]] = {"start": record["start"], "close": record["close"]}
        if self.unsaid.is_bound:
            by_uid["unsaid"] = record.setdefault("unsaid", {})
        by_uid |= {stage["uid"]: stage for stage in record["stages"]}
        by_uid |= {item["uid"]: item for item in visit_record.items_of(record)}
        for form, uid in self.parts():
            if form.is_bound:
                form.full_clean()
                form.keep_in(by_uid[uid])
        return record

    @property
    def errors(self) -> list[Any]:
        bound = (form for form, _ in self.parts() if form.is_bound)
        return [form[name] for form in bound if form.errors for name in form.fields if name in form.errors]

    @property
    def non_field_errors(self) -> list[str]:
        return []

    def __iter__(self) -> Iterator[Any]:
        for form, _ in self.parts():
            yield from form

    def name_of(self, uid: str) -> str:
        if uid in ("start", "close", "unsaid"):
            return ""
        for index, stage in enumerate(self.stages):
            if stage["item"]["uid"] == uid:
                return f"Stage {index + 1}"
            for point in stage["item"]["points"]:
                if point["uid"] == uid:
                    return point["code"]
            for current in stage["item"]["electro"]:
                if current["uid"] == uid:
                    return f"Electro {pairs_text(current['leads'], '–')}"
        for row in self.adjuncts:
            if row["item"]["uid"] == uid:
                return row["name"]
        return "Ear"
