"""How one outcome measure changed, and whether that matters. The measures themselves: ``intake/knowledge/instruments``.

DESIGN: 30 percent counts only if the first value is high enough, and worsening mirrors the change that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from intake.questionnaire.instruments import InstrumentFile, load_instruments
from treatments.planner.outcomes.thresholds import threshold

Verdict = Literal["responder", "recovered", "same", "worse", "not_evaluated"]
_SAME_SCALE = {"nrs": "nrs_average"}  # what papers call it


class ScoreError(ValueError):
    """A value the scale does not have, or an unknown measure."""


@dataclass(frozen=True, slots=True)
class Change:
    """From the first value to the last. `absolute`: last minus first, in points of the scale. `percent`:
    improvement in percent of the first value (negative: worse), None if there is no first value above zero
    or the scale has no such rule. `by_points`, `by_percent`: whether that threshold is met, None if there
    is none or it does not apply."""

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


def measure_of(measure: str) -> InstrumentFile:
    """The scale with that name; raises ScoreError."""
    try:
        return load_instruments()[_SAME_SCALE.get(measure, measure)]
    except KeyError:
        raise ScoreError(f"unknown measure: {measure}") from None


def checked(measure: InstrumentFile, value: float | None) -> float | None:
    """The value if the scale has it; raises ScoreError if it is out of range or a fraction on a whole-number
    scale."""
    if value is None:
        return None
    if isinstance(value, bool) or value != value or not measure.minimum <= value <= measure.maximum:
        raise ScoreError(f"{measure.short}: {value} is not between {measure.minimum:g} and {measure.maximum:g}")
    if measure.whole and value != int(value):
        raise ScoreError(f"{measure.short}: whole numbers only, not {value:g}")
    return float(value)


def change(measure: str, baseline: float | None, now: float | None) -> Change:
    """How the last value compares with the first. None: unknown. Raises ScoreError."""
    scale = measure_of(measure)
    first, last = checked(scale, baseline), checked(scale, now)
    if scale.word is not None:
        return _global_change(scale, last)
    if first is None or last is None:
        missing = "no first value" if first is None else "no value since"
        return _judged(scale, first, last, None, None, "not_evaluated", None, None, missing)
    absolute = round(last - first, 2)
    better = absolute if scale.higher_is_better else -absolute
    by_points = None if scale.change.points is None else better >= scale.change.points
    percent = round(100 * better / first, 1) if first > 0 and scale.change.percent_from is not None else None
    # compared before rounding to one decimal place: 29.96 is not 30
    reaches = first > 0 and round(100 * better / first, 6) >= threshold("matters")
    by_percent = reaches if scale.change.percent_from is not None and first >= scale.change.percent_from else None
    verdict, words = _verdict(scale, first, last, better, by_points, by_percent)
    return _judged(scale, first, last, absolute, percent, verdict, by_points, by_percent, words)


def _verdict(
    scale: InstrumentFile,
    first: float,
    last: float,
    better: float,
    by_points: bool | None,
    by_percent: bool | None,
) -> tuple[Verdict, str]:
    if scale.change.worse is not None and -better >= scale.change.worse:
        return "worse", "worse"
    if scale.change.recovered is not None and last <= scale.change.recovered < first:
        return "recovered", "recovered"
    if scale.positive_from is not None:
        return "not_evaluated", _screen(scale, first, last)
    if scale.change.percent_from is not None:
        if by_percent is None:
            return "not_evaluated", f"the first value is below {scale.change.percent_from:g}, too low to judge a change"
        if by_percent:
            return "responder", "improved"
        # less than 30 percent of a high first value: the points are stated, the 30 percent decide
        although = f", although {scale.change.points:g} points are reached" if by_points else ""
        return "same", f"about the same{although}"
    if by_points is None:
        return "not_evaluated", "no threshold of change is known"
    return ("responder", "improved") if by_points else ("same", "about the same")


def _screen(scale: InstrumentFile, first: float, last: float) -> str:
    assert scale.positive_from is not None
    before, after = first >= scale.positive_from, last >= scale.positive_from
    if after:
        return "still positive" if before else "newly positive"
    return "no longer positive" if before else "negative"


def _global_change(scale: InstrumentFile, step: float | None) -> Change:
    """One answer, no first value."""
    assert scale.word is not None
    if step is None:
        return _judged(scale, None, None, None, None, "not_evaluated", None, None, "not answered")
    word = scale.word
    verdict: Verdict = "responder" if step <= word.responder_to else "worse" if step >= word.worse_from else "same"
    return _judged(scale, None, step, None, None, verdict, None, None, word.called[int(step - scale.minimum)])


def _judged(
    scale: InstrumentFile,
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
    text = f"{scale.short}{numbers}: {words}."
    return Change(scale.id, first, last, absolute, percent, verdict, by_points, by_percent, text, scale.sources)


def is_positive(measure: str, value: float | None) -> bool | None:
    """Whether a short screen (PHQ-2, GAD-2) calls for a talk; None if unknown. It is not a diagnosis."""
    scale = measure_of(measure)
    if scale.positive_from is None:
        raise ScoreError(f"{scale.short} is not a screen")
    last = checked(scale, value)
    return None if last is None else last >= scale.positive_from


def mean_score(measure: str, items: Sequence[float | None]) -> float | None:
    """Mean of the items, None if a required one is missing."""
    scale = measure_of(measure)
    if scale.scoring != "mean":
        raise ScoreError(f"{scale.short} is not a mean of items")
    answered = [value for value in (checked(scale, item) for item in items) if value is not None]
    if not answered or (scale.needs_every_item and not len(items) == len(answered) == scale.item_count):
        return None
    return round(sum(answered) / len(answered), 1 if scale.needs_every_item else 2)


def sum_score(measure: str, items: Sequence[int | None]) -> int | None:
    """Sum of the items of a form whose answers are counted from 0; None unless all are answered."""
    scale = measure_of(measure)
    most = len(scale.answers) - 1
    if scale.scoring != "sum" or most < 1:
        raise ScoreError(f"{scale.short} is not a sum of answers")
    answered = [item for item in items if item is not None]
    if any(isinstance(item, bool) or not 0 <= item <= most for item in answered) or len(items) > scale.item_count:
        raise ScoreError(f"{scale.short}: {scale.item_count} items, 0 to {most} each")
    return sum(answered) if len(answered) == scale.item_count else None


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
