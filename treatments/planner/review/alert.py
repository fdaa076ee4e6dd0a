"""One alert of the safety review of a plan or a visit, and its stored form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from treatments.planner.safety.passing import passing
from treatments.planner.treatment.alert_key import alert_key
from treatments.planner.treatment.shapes import ReviewAlertJson
from treatments.planner.vocabulary.severity import Severity, is_stop


@dataclass(frozen=True, slots=True)
class ReviewAlert:
    """`item`: what it is about, as a point code; the same after the plan is reordered. `places`: where that is,
    as addresses in the plan (`stages.0.points.3`), the first one first. `values`: what the rule judged there (needles,
    depth, pair). `because`: findings or facts."""

    level: Severity
    code: str
    text: str
    item: str
    places: tuple[str, ...]
    because: tuple[str, ...]
    source: str
    values: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return alert_key(self.code, self.item)

    @property
    def value(self) -> str:
        """All that the rule judged, whatever the order of the plan."""
        return "; ".join(sorted(self.values))

    @property
    def stamp(self) -> str:
        """Equal only for the same rule, item and value: a reason counts only for what it was given for."""
        return f"{self.key}|{self.value}"

    @property
    def is_stop(self) -> bool:
        return is_stop(self.level)

    def passed_by(self, overrides: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """The reason given for exactly this stop, or None. No reason overrides what is forbidden."""
        if self.level == "forbidden":
            return None
        return passing(overrides, code=self.code, item=self.item, value=self.value, text=self.text)

    @classmethod
    def read(cls, kept: ReviewAlertJson) -> ReviewAlert:
        """From its JSON; alerts kept before values were have none."""
        return cls(
            level=cast(Severity, kept["level"]),
            code=kept["code"],
            text=kept["text"],
            item=kept["item"],
            places=tuple(kept["places"]),
            because=tuple(kept["because"]),
            source=kept["source"],
            values=(kept.get("value", ""),),
        )

    def as_json(self) -> ReviewAlertJson:
        return {
            "key": self.key,
            "code": self.code,
            "level": self.level,
            "text": self.text,
            "item": self.item,
            "places": list(self.places),
            "because": list(self.because),
            "source": self.source,
            "value": self.value,
        }
