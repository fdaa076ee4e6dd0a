"""Outcome measures: their scales, what change matters, and how one change is judged.

Thresholds: OSTELO (2 points of pain, 5 of Roland-Morris, 10 of Oswestry, or 30 percent), KAMPER (recovered),
PEG-MID, ARROLL (PHQ-2), KEELE (STarT Back); floors of the 30 percent rule and the mirrored thresholds for
worse are DESIGN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["responder", "recovered", "same", "worse", "not_evaluated"]
MATTERS_PERCENT = 30.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One scale. `points`: change that matters. `floor`: least baseline at which 30 percent counts, None: no
    such rule. `worse`: points the wrong way. `recovered`: at or below. `positive`: at or above, of a short
    screen."""

    id: str
    name: str
    high: float
    whole: bool
    sources: tuple[str, ...]
    low: float = 0
    is_high_better: bool = False
    points: float | None = None
    floor: float | None = None
    worse: float | None = None
    recovered: float | None = None
    positive: float | None = None


def _pain(id: str, name: str) -> Measure:
    return Measure(id, name, 10, True, ("OSTELO", "KAMPER", "DESIGN"), points=2, floor=3, worse=2, recovered=0)


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        _pain("nrs_average", "Average pain"),
        _pain("nrs_now", "Pain now"),
        _pain("nrs_worst", "Worst pain"),
        Measure(
            "rmdq", "Roland-Morris", 24, True, ("OSTELO", "KAMPER", "DESIGN"),
            points=5, floor=4, worse=5, recovered=2,
        ),
        # Oswestry: 10 points of 100 as floor, or a fall from 2 to 1 would count as half
        Measure("odi", "Oswestry", 100, False, ("OSTELO", "DESIGN"), points=10, floor=10, worse=10),
        # our own three questions: relative change only, so no threshold in points
        Measure("impact", "Pain impact", 10, False, ("PEG-MID", "DESIGN"), floor=3, worse=2),
        Measure("peg", "PEG", 10, False, ("PEG-MID", "DESIGN"), points=1.75, floor=3, worse=1.75),
        Measure(
            "activities", "My activities", 10, False, ("PSFS-R", "KNOWN"),
            is_high_better=True, points=2, worse=2,
        ),
        Measure("pgic", "Overall change", 7, True, ("KNOWN",), low=1),
        Measure("phq2", "PHQ-2", 6, True, ("ARROLL",), positive=3),
        Measure("gad2", "GAD-2", 6, True, ("KNOWN",), positive=3),
        Measure("startback", "STarT Back total", 9, True, ("KEELE",)),
    )
}  # fmt: skip
GLOBAL_WORDS = (
    "very much improved",
    "much improved",
    "a little improved",
    "no change",
    "a little worse",
    "much worse",
    "very much worse",
)
_SAME_SCALE = {"nrs": "nrs_average"}  # the name by which papers call it


class ScoreError(ValueError):
    """A value that the scale does not have, or a measure nobody knows."""


@dataclass(frozen=True, slots=True)
class Change:
    """From the first value to the last. `absolute`: last minus first, in points of the scale. `percent`:
    improvement as percent of the first value (negative: worse), None where there is no first value above zero
    or the scale has no such rule. `by_points`, `by_percent`: whether that threshold is met, None where there
    is none or it cannot count."""

    measure: str
    baseline: float | None
    now: float | None
    absolute: float | None
    percent: float | None
    verdict: Verdict
    by_points: bool | None
    by_percent: bool | None
    text: str
    sources: tuple[str, ...]


def measure_of(measure: str) -> Measure:
    """The scale of that name; raises ScoreError."""
    try:
        return MEASURES[_SAME_SCALE.get(measure, measure)]
    except KeyError:
        raise ScoreError(f"unknown measure: {measure}") from None


def checked(measure: Measure, value: float | None) -> float | None:
    """The value if the scale has it; raises ScoreError for one out of range or a fraction on a whole-number
    scale."""
    if value is None:
        return None
    if isinstance(value, bool) or value != value or not measure.low <= value <= measure.high:
        raise ScoreError(f"{measure.name}: {value} is not between {measure.low:g} and {measure.high:g}")
    if measure.whole and value != int(value):
        raise ScoreError(f"{measure.name}: whole numbers only, not {value:g}")
    return float(value)


def change(measure: str, baseline: float | None, now: float | None) -> Change:
    """How the last value compares with the first. None is not known. Raises ScoreError."""
    scale = measure_of(measure)
    first, last = checked(scale, baseline), checked(scale, now)
    if scale.id == "pgic":
        return _global_change(scale, last)
    if first is None or last is None:
        missing = "no first value" if first is None else "no value since"
        return _judged(scale, first, last, None, None, "not_evaluated", None, None, missing)
    absolute = round(last - first, 2)
    better = absolute if scale.is_high_better else -absolute
    by_points = None if scale.points is None else better >= scale.points
    percent = round(100 * better / first, 1) if first > 0 and scale.floor is not None else None
    # compared before rounding to one decimal: 29.96 is not 30
    reaches = first > 0 and round(100 * better / first, 6) >= MATTERS_PERCENT
    by_percent = reaches if scale.floor is not None and first >= scale.floor else None
    verdict, words = _verdict(scale, first, last, better, by_points, by_percent)
    return _judged(scale, first, last, absolute, percent, verdict, by_points, by_percent, words)


def _verdict(
    scale: Measure,
    first: float,
    last: float,
    better: float,
    by_points: bool | None,
    by_percent: bool | None,
) -> tuple[Verdict, str]:
    if scale.worse is not None and -better >= scale.worse:
        return "worse", "worse"
    if scale.recovered is not None and last <= scale.recovered < first:
        return "recovered", "recovered"
    if scale.positive is not None:
        return "not_evaluated", _screen(scale, first, last)
    if scale.floor is not None:
        if by_percent is None:
            return "not_evaluated", f"the first value is below {scale.floor:g}, too low to judge a change"
        if by_percent:
            return "responder", "improved"
        # fewer than 30 percent of a high first value: the points are shown beside it, the flag is the 30
        # percent
        return "same", "about the same" + (f", although {scale.points:g} points are reached" if by_points else "")
    if by_points is None:
        return "not_evaluated", "no threshold of change is known"
    return ("responder", "improved") if by_points else ("same", "about the same")


def _screen(scale: Measure, first: float, last: float) -> str:
    assert scale.positive is not None
    before, after = first >= scale.positive, last >= scale.positive
    if after:
        return "still positive" if before else "newly positive"
    return "no longer positive" if before else "negative"


def _global_change(scale: Measure, step: float | None) -> Change:
    """One answer, no first value: 1 very much improved to 7 very much worse."""
    if step is None:
        return _judged(scale, None, None, None, None, "not_evaluated", None, None, "not answered")
    verdict: Verdict = "responder" if step <= 2 else "worse" if step >= 6 else "same"
    return _judged(scale, None, step, None, None, verdict, None, None, GLOBAL_WORDS[int(step) - 1])


def _judged(
    scale: Measure,
    first: float | None,
    last: float | None,
    absolute: float | None,
    percent: float | None,
    verdict: Verdict,
    by_points: bool | None,
    by_percent: bool | None,
    words: str,
) -> Change:
    numbers = ""
    if absolute is not None:
        numbers = f" {first:g} to {last:g} ({absolute:+g}"
        numbers += f", {abs(percent):.0f} % {'better' if percent >= 0 else 'worse'})" if percent else ")"
    text = f"{scale.name}{numbers}: {words}."
    return Change(scale.id, first, last, absolute, percent, verdict, by_points, by_percent, text, scale.sources)


def is_positive(measure: str, value: float | None) -> bool | None:
    """Whether a short screen (PHQ-2, GAD-2) asks for a talk; None when not known. It is no diagnosis."""
    scale = measure_of(measure)
    if scale.positive is None:
        raise ScoreError(f"{scale.name} is no screen")
    last = checked(scale, value)
    return None if last is None else last >= scale.positive


def mean_score(measure: str, items: Sequence[float | None]) -> float | None:
    """Mean of the items: of all three for PEG and pain impact (else None), of those answered for the
    activities."""
    scale = measure_of(measure)
    if scale.id not in ("peg", "impact", "activities"):
        raise ScoreError(f"{scale.name} is no mean of items")
    answered = [value for value in (checked(scale, item) for item in items) if value is not None]
    if not answered or (scale.id != "activities" and (len(items) != 3 or len(answered) != 3)):
        return None
    digits = 2 if scale.id == "activities" else 1
    return round(sum(answered) / len(answered), digits)


def sum_score(measure: str, items: Sequence[int | None]) -> int | None:
    """Sum of the two items of PHQ-2 or GAD-2, each 0 to 3; None unless both are answered."""
    scale = measure_of(measure)
    if scale.positive is None:
        raise ScoreError(f"{scale.name} is no sum of two items")
    answered = [item for item in items if item is not None]
    if any(isinstance(item, bool) or not 0 <= item <= 3 for item in answered) or len(items) > 2:
        raise ScoreError(f"{scale.name}: two items, 0 to 3 each")
    return sum(answered) if len(answered) == 2 else None


def oswestry(total: int, answered: int = 10) -> float:
    """Oswestry in percent from the sum on paper and how many of the ten sections were answered (one may be
    missing)."""
    if answered not in (9, 10) or not 0 <= total <= 5 * answered:
        raise ScoreError(f"Oswestry: {total} of {answered} sections cannot be")
    return round(100 * total / (5 * answered), 1)


def startback_group(total: int, distress: int) -> Literal["low", "medium", "high"]:
    """Risk group from the two numbers on paper: total 0 to 9 and the distress part of it, 0 to 5."""
    if not 0 <= distress <= 5 or not distress <= total <= distress + 4:
        raise ScoreError(f"STarT Back: total {total} with distress {distress} cannot be")
    if distress >= 4:
        return "high"
    return "low" if total <= 3 else "medium"
