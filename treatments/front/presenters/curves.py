"""The scores of a chart as small curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from clinic.lib.by_value import ByValue
from clinic.lib.loose import Context
from clinic.people.models import Patient
from intake.models import Episode
from intake.questionnaire.instruments import InstrumentFile, load_instruments
from treatments.front.presenters import chart_rows


def curves_of(patient: Patient, shown: Sequence[Episode]) -> list[Context]:
    """Of each complaint; measures of the person as a whole once. With one complaint all are its."""
    drawn = {measure.id: measure for measure in load_instruments().values() if measure.curve}
    rows = tuple(chart_rows.scores(patient, drawn))
    wanted: Wanted = tuple((one.pk, f" ({one.title})") for one in shown) if len(shown) > 1 else ()
    return _curves.of_rows((rows, wanted), (load_instruments(),), lambda: _made(rows[::-1], wanted, drawn))


Wanted = tuple[tuple[int | None, str], ...]  # the complaints that have curves of their own, with their names
_curves: ByValue[list[Context]] = ByValue(40)  # some 20 kB each, with the scores


def _made(
    rows: Sequence[tuple[str, Decimal, int | None]], wanted: Wanted, drawn: Mapping[str, InstrumentFile]
) -> list[Context]:
    curves: list[Context] = []
    for of, words in [*wanted, (None, "")]:
        for measure in drawn.values():
            values = [value for name, value, episode in rows if name == measure.id and (not wanted or episode == of)]
            if values:
                line = sparkline(values, low=measure.minimum, high=measure.maximum)
                curves.append({"name": f"{measure.short}{words}", **line, "count": len(values)})
    return curves


def sparkline(values: list[Decimal], *, low: float, high: float) -> Context:
    """Points of an SVG line 120 wide and 28 high; a higher score is drawn higher."""
    step = 112 / max(1, len(values) - 1)
    heights = [round(24 - 20 * (float(value) - low) / (high - low), 1) for value in values]
    dots = [(round(4 + place * step, 1), y) for place, y in enumerate(heights)]
    return {
        "first": _plain(values[0]),
        "last": _plain(values[-1]),
        "top": high,
        "line": " ".join(f"{x},{y}" for x, y in dots),
        "end_x": str(dots[-1][0]),
        "end_y": str(dots[-1][1]),
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
