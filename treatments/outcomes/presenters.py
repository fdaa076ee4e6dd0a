"""The outcome page: curves, table, verdict in words, and what the progress rules advise."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from clinic.lib.loose import Context
from clinic.people.models import Patient
from intake.models import Score
from treatments.models import TreatmentPlan, Visit
from treatments.outcomes import actions
from treatments.outcomes.curve import Curve, Value, curve
from treatments.planner.outcomes.measures import MATTERS_PERCENT, MEASURES, Change, change
from treatments.visits.actions import red_flags

KIND_WORDS = {
    "continue": ("Continue", "good"),
    "adjust": ("Adjust", "caution"),
    "change_once": ("Change the plan once", "caution"),
    "extend": ("Extend", "good"),
    "stop_and_refer": ("Stop and refer", "danger"),
    "not_enough_data": ("Not enough yet", "wait"),
}
JUDGED = ("nrs_average", "nrs_now", "rmdq", "activities", "pgic")
TABLE = ("nrs_average", "nrs_now", "nrs_worst", "rmdq", "impact", "activities", "pgic", "phq2", "gad2")


def outcomes_of(patient: Patient) -> Context:
    """Everything the page shows of one patient."""
    scores = actions.scores_of_course(patient)
    plan = actions.plan_in_force(patient)
    series = {measure: _series(scores, measure) for measure in TABLE}
    last_visit = Visit.objects.counting().filter(patient=patient).order_by("-started_at").first()
    red_flag = bool(last_visit and red_flags.open_flags(last_visit))
    decision = actions.decision_for(plan, scores, red_flag=red_flag) if plan else None
    main = "nrs_average" if series["nrs_average"] else "nrs_now"
    return {
        "patient": patient,
        "plan": plan,
        "has_scores": bool(scores),
        "pain": _chart(main, series[main], series["nrs_now"] if main == "nrs_average" else None),
        "function": _chart("rmdq", series["rmdq"]),
        "verdicts": [_verdict(measure, series[measure]) for measure in JUDGED if series[measure]],
        "table": _table(scores),
        "measures": [MEASURES[measure].name for measure in TABLE if series[measure]],
        "decision": decision,
        "decision_words": KIND_WORDS[decision.kind] if decision else None,
        "decision_panel": _panel_of(decision.kind) if decision else "",
        "pacing": _pacing(plan) if plan else None,
    }


def _panel_of(kind: str) -> str:
    """How loud the panel of the advice is drawn."""
    if kind == "stop_and_refer":
        return "is-danger"
    return "is-caution" if KIND_WORDS[kind][1] == "caution" else ""


def _series(scores: list[Score], measure: str) -> list[Value]:
    return [
        Value(timezone.localtime(score.taken_at), float(score.value), score.visit_number, score.occasion)
        for score in scores
        if score.measure == measure
    ]


def _chart(measure: str, series: list[Value], second: list[Value] | None = None) -> Context | None:
    """A curve with the smallest change that matters drawn from the baseline."""
    if not series:
        return None
    scale = MEASURES[measure]
    baseline = series[0].value
    marks: list[tuple[float, str, str]] = [(baseline, f"start {baseline:g}", "baseline")]
    if scale.points and baseline >= scale.points:
        marks.append((baseline - scale.points, f"{scale.points:g} points better", "points"))
    if scale.floor is not None and baseline >= scale.floor:
        marks.append((baseline * (1 - MATTERS_PERCENT / 100), f"{MATTERS_PERCENT:.0f} % better", "percent"))
    drawn: Curve = curve(series, high=int(scale.high), marks=marks, second=second)
    return {
        "name": scale.name,
        "second_name": MEASURES["nrs_now"].name if second else "",
        "curve": drawn,
        "words": _in_words(scale.name, series),
        "too_low": scale.floor is not None and baseline < scale.floor,
    }


def _in_words(name: str, series: list[Value]) -> str:
    values = ", ".join(f"{value.value:g}" for value in series)
    return f"{name}: {values}, from {series[0].at:%-d %B %Y} to {series[-1].at:%-d %B %Y}."


def _change(measure: str, series: list[Value]) -> Change:
    if measure == "pgic":
        return change(measure, None, series[-1].value)
    return change(measure, series[0].value, series[-1].value if len(series) > 1 else None)


def _verdict(measure: str, series: list[Value]) -> Context:
    found = _change(measure, series)
    kind = {"responder": "good", "recovered": "good", "worse": "danger", "same": "caution"}.get(found.verdict, "")
    word = {
        "responder": "improved",
        "recovered": "recovered",
        "worse": "worse",
        "same": "about the same",
        "not_evaluated": "not judged",
    }[found.verdict]
    scale = MEASURES[measure]
    rules = []
    if found.by_percent is not None:
        rules.append(f"30 % {'reached' if found.by_percent else 'not reached'}")
    if found.by_points is not None and scale.points:
        rules.append(f"{scale.points:g} points {'reached' if found.by_points else 'not reached'}")
    return {"name": scale.name, "word": word, "kind": kind, "text": found.text, "rules": ", ".join(rules)}


def _table(scores: list[Score]) -> list[Context]:
    """One row for each day and occasion, newest first; the cells follow ``measures``."""
    used = [measure for measure in TABLE if any(score.measure == measure for score in scores)]
    rows: dict[tuple[Any, ...], Context] = {}
    for score in scores:
        at = timezone.localtime(score.taken_at)
        key = (at.date(), score.occasion, score.visit_number)
        row = rows.setdefault(
            key,
            {
                "at": at,
                "when": _when(score),
                "filled_by": score.get_filled_by_display(),
                "language": score.language,
                "values": {},
            },
        )
        row["values"][score.measure] = f"{float(score.value):g}"
    for row in rows.values():
        row["cells"] = [(MEASURES[measure].name, row["values"].get(measure, "")) for measure in used]
    return sorted(rows.values(), key=lambda row: row["at"], reverse=True)


def _when(score: Score) -> str:
    if score.visit_number is None:
        return score.get_occasion_display()
    is_review = score.occasion == Score.Occasion.REVIEW
    return f"{'review, ' if is_review else ''}visit {score.visit_number}"


def _pacing(plan: TreatmentPlan) -> Context:
    """Visits done against the course; reviews are marked."""
    dose = plan.treatment["dose"]
    signed = set(Visit.objects.of_course(plan).done().values_list("number", flat=True))
    sessions = dose["sessions"]
    upcoming = [number for number in dose.get("review_at", []) if number not in signed]
    return {
        "done": len(signed),
        "sessions": sessions,
        "steps": [
            {"number": n, "is_done": n in signed, "is_review": n in dose.get("review_at", []), "x": n - 1}
            for n in range(1, sessions + 1)
        ],
        "next_review": min(upcoming, default=None),
        "is_review_due": bool(signed) and max(signed) in dose.get("review_at", []),
    }
