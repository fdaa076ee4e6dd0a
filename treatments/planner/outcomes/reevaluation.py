"""What to do next in a course, from the scores: the rules of re-evaluation as plain decisions.

The numbers stand in reevaluation.toml, each with its source; the halved dose, and that the patient's own word on the
change outweighs the scores, are DESIGN and await clinical sign-off. Visits are added only for a change that matters in
the leading measure, and only if the patient agrees; an answer that denies the change never appears next to "improved".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from intake.questionnaire.instruments import InstrumentFile, measures_that
from treatments.planner.outcomes.measures import Change, ScoreError, change, is_positive, measure_of
from treatments.planner.outcomes.thresholds import first_review, threshold

Kind = Literal["continue", "adjust", "change_once", "extend", "stop_and_refer", "not_enough_data"]
STAGES = ("acute", "subacute", "chronic", "unknown")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is advised. `because`: one sentence for each fact that led here. `halve_dose`: fewer needles, no
    current, no cups. `extra_visits`: visits added by `extend`. `screens`: positive PHQ-2 or GAD-2 now, to
    talk about."""

    kind: Kind
    text: str
    because: tuple[str, ...]
    sources: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    halve_dose: bool = False
    extra_visits: int = 0
    screens: tuple[str, ...] = ()


def progress(
    scores: Mapping[str, Sequence[float | None]],
    *,
    stage: str,
    sessions_done: int,
    sessions_planned: int,
    worse_over_48h: int = 0,
    plan_changed: bool = False,
    extended: bool = False,
    red_flag: bool = False,
) -> Decision:
    """The advice after a visit or at a review.

    ``scores``: measure -> values in the order they were taken, None where nobody answered; the first
    known one is the baseline, the last known one the present; an answer to the global question that is older
    than the last review is left out. ``stage``: acute, subacute, chronic or unknown.
    ``worse_over_48h``: how many visits since the last change of dose were followed by more than 48 h of worse
    pain. ``plan_changed``: the one change for lack of effect has been made. ``extended``: visits have been
    added once. ``red_flag``: a serious sign is open. Raises ScoreError for a value that its scale does not
    have, ValueError for an unknown stage or a negative count.
    """
    if stage not in STAGES:
        raise ValueError(f"unknown stage: {stage}")
    if min(sessions_done, sessions_planned, worse_over_48h) < 0:
        raise ValueError("counts of visits cannot be negative")
    changes = tuple(_change(measure, scores[measure]) for measure in sorted(scores))
    screens = tuple(
        c.measure for c in changes if measure_of(c.measure).decides == "screen" and is_positive(c.measure, c.now)
    )
    judged = _Judged({c.measure: c for c in changes})
    word = _Word(next((c for c in changes if measure_of(c.measure).word is not None), None))

    def decide(kind: Kind, text: str, *sources: str, halve: bool = False, extra: int = 0) -> Decision:
        said = () if word.text in judged.because else word.told
        because = (*judged.because, *said, *(f"{measure_of(s).short} is positive: talk about it." for s in screens))
        keys = tuple(dict.fromkeys((*sources, *judged.sources)))
        return Decision(kind, text, because, keys, changes, halve, extra, screens)

    if red_flag:
        return decide("stop_and_refer", "Stop: a red flag is open. Refer before any further treatment.", "IFOMPT")
    if worse_over_48h >= threshold("worse_visits"):
        text = "Halve the dose: fewer needles, no current, no cups; and screen for red flags again."
        return decide("adjust", text, "DESIGN", halve=True)
    if not judged.is_known:
        text = "Not enough scores to judge: ask for pain and function today."
        return decide("not_enough_data", text, "DESIGN")

    is_over = sessions_done >= sessions_planned
    if judged.is_worse or word.is_worse:
        return decide(*_worse(judged, sessions_done, plan_changed))
    gain = judged.gain
    if word.denies and gain >= threshold("matters"):
        text = "The scores are better, the patient feels no better: agree on what would count before going on."
        return decide("adjust", text, "DESIGN")
    if word.denies:
        gain = 0.0
    elif judged.is_recovered:
        return decide("continue", "Recovered: space the last visits out, or close the course.", "KAMPER")
    may_extend = is_over and not extended and judged.lead_matters and judged.lead_gain <= threshold("half")
    if may_extend and word.agrees:
        text = f"{judged.lead_name} improved by {judged.lead_gain:.0f} %, not yet by half, and the patient says so: "
        more = threshold("extension")
        text += f"add {more} visits, then judge again."
        return decide("extend", text, "GERAC", "DESIGN", extra=more)
    if gain >= threshold("matters"):
        text = f"{judged.best_name} improved: go on as planned."
        if is_over:
            text = (
                f"{judged.best_name} improved and the course is done: close it, or agree on a few visits further apart."
            )
        if may_extend:
            text += " Ask for the overall change before adding visits."
        return decide("continue", text, "OSTELO")
    if sessions_done < first_review(stage):
        text = f"Too early to judge: go on as planned, first review at visit {first_review(stage)}."
        return decide("not_enough_data", text, "DESIGN")
    if gain >= threshold("slight"):
        if is_over and (extended or plan_changed):
            text = f"Little improved after the course{' and its extension' if extended else ' and a changed plan'}: "
            return decide("stop_and_refer", f"{text}stop here and discuss other care.", "GERAC", "DESIGN")
        if is_over:
            text = "Improved by less than a change that matters: no visits are added for that. Discuss it with the "
            return decide("change_once", f"{text}patient: change the plan once, or stop.", "OSTELO", "DESIGN")
        text = "A little improved: look at pattern and points again and adjust."
        return decide("adjust", text, "DESIGN")
    return decide(*_without_effect(sessions_done, is_over, plan_changed))


def _worse(judged: _Judged, sessions_done: int, plan_changed: bool) -> tuple[Kind, str, str]:
    if judged.has_better:
        return (
            "adjust",
            "One is better, another worse: look at both with the patient and adjust.",
            "DESIGN",
        )
    if plan_changed or sessions_done >= threshold("most_without_improvement"):
        return "stop_and_refer", "Worse in spite of treatment: stop and refer.", "NCD"
    if sessions_done >= threshold("change_from"):
        text = "Worse: screen for red flags again, look at the assessment again, and change the plan once."
        return "change_once", text, "DESIGN"
    return "adjust", "Worse: screen for red flags again and treat more gently.", "DESIGN"


def _without_effect(sessions_done: int, is_over: bool, plan_changed: bool) -> tuple[Kind, str, str]:
    """At or after the first review, improved by less than 10 percent."""
    if sessions_done >= threshold("most_without_improvement"):
        return "stop_and_refer", f"No improvement after {sessions_done} visits: stop and refer.", "NCD"
    if plan_changed and is_over:
        return "stop_and_refer", "No improvement, also after changing the plan: stop and refer.", "NCD"
    if plan_changed:
        text = f"No improvement yet after the change: go on to visit {threshold('most_without_improvement')} at most."
        return "continue", text, "DESIGN"
    if sessions_done < threshold("change_from"):
        return "adjust", "No improvement yet: look at pattern and points again and adjust.", "DESIGN"
    return "change_once", "No improvement: discuss it with the patient and change the plan once.", "DESIGN"


def _change(measure: str, values: Sequence[float | None]) -> Change:
    """First known value against the last; a single value is no change (a global answer needs only
    one)."""
    known = [value for value in values if value is not None]
    if not known:
        return change(measure, None, None)
    if measure_of(measure).word is not None:
        return change(measure, None, known[-1])
    return change(measure, known[0], known[-1] if len(known) > 1 else None)


class _Word:
    """The patient's answer to the global question about the change."""

    def __init__(self, change: Change | None) -> None:
        step = None if change is None else change.now
        self.told = () if change is None or step is None else (change.text,)
        self.text = self.told[0] if self.told else ""
        word = None if change is None else measure_of(change.measure).word
        self.agrees = step is not None and word is not None and step <= word.agrees_to
        self.denies = step is not None and word is not None and step > word.agrees_to
        self.is_worse = change is not None and change.verdict == "worse"


class _Judged:
    """What the changes add up to. Pain and function decide, each by its first measure that can be judged;
    if neither can, the patient's own activities and the global answer do."""

    def __init__(self, changes: Mapping[str, Change]) -> None:
        leads = [self._first(changes, measures_that("pain")), self._first(changes, measures_that("function"))]
        self.leads = [c for c in leads if c is not None]
        self.only_others = not self.leads
        if self.only_others:
            others = (*measures_that("other"), *measures_that("word"))  # decide only where pain and function cannot
            self.leads = [c for c in (self._first(changes, (measure,)) for measure in others) if c is not None]
        self.is_known = bool(self.leads)
        # pain leads if it can be judged, else function; activities and the global answer never lead to an extension
        self.lead = None if self.only_others or not self.leads else self.leads[0]
        self.lead_matters = self.lead is not None and self.lead.verdict in ("responder", "recovered")
        self.lead_gain = 0.0 if self.lead is None else self._gain(self.lead)
        self.lead_name = "" if self.lead is None else measure_of(self.lead.measure).short
        self.has_better = any(c.verdict in ("responder", "recovered") for c in self.leads)
        self.is_worse = any(c.verdict == "worse" for c in self.leads)
        self.is_recovered = bool(self.leads) and all(c.verdict == "recovered" for c in self.leads)
        self.because = tuple(c.text for c in self.leads)
        self.sources = tuple(dict.fromkeys(key for c in self.leads for key in c.sources))

    @property
    def best_name(self) -> str:
        return measure_of(max(self.leads, key=self._gain).measure).short

    @property
    def gain(self) -> float:
        """Best improvement in percent. A measure judged by points counts as 30 if it responds, else as
        none."""
        return max((self._gain(c) for c in self.leads), default=0.0)

    @staticmethod
    def _gain(c: Change) -> float:
        if measure_of(c.measure).change.percent_from is not None and c.percent is not None:
            return c.percent
        return float(threshold("matters")) if c.verdict == "responder" else 0.0

    @staticmethod
    def _first(changes: Mapping[str, Change], measures: tuple[InstrumentFile, ...]) -> Change | None:
        for measure in measures:
            found = changes.get(measure.id)
            if found is not None and found.verdict != "not_evaluated":
                return found
        return None


__all__ = ["STAGES", "Change", "Decision", "ScoreError", "change", "progress"]
