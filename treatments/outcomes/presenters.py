"""The outcome page: curves, table, verdict in words, and the advice of the progress rules."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import dateformat, timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.loose import Context
from clinic.people.models import Patient
from intake.models import Episode, Score
from intake.questionnaire.instruments import InstrumentFile, load_instruments
from treatments.models import TreatmentPlan, Visit
from treatments.outcomes import actions
from treatments.outcomes.asked_measures import left_out_of
from treatments.outcomes.curve import Curve, Value, curve
from treatments.planner.outcomes.measures import Change, change
from treatments.planner.outcomes.thresholds import threshold
from treatments.visits.actions import red_flags

KIND_WORDS = {
    "continue": ("Continue", "good"),
    "adjust": ("Adjust", "caution"),
    "change_once": ("Change the plan once", "caution"),
    "extend": ("Extend", "good"),
    "stop_and_refer": ("Stop and refer", "danger"),
    "not_enough_data": ("Not enough yet", "wait"),
}


def outcomes_of(patient: Patient, episode_id: int | None = None) -> Context:
    """Everything the page shows for one complaint: the one asked for, else the main one."""
    episodes = list(_episodes(patient.pk))
    episode = actions.shown_of(episodes, episode_id)
    scores = actions.scores_of_course(episode) if episode else actions.scores_of_person(patient)
    plan = actions.plan_in_force(episode) if episode else None
    measures = load_instruments().values()
    series = {measure.id: _series(scores, measure.id) for measure in measures}
    answered = [measure for measure in measures if series[measure.id]]
    judged = [measure for measure in answered if measure.decides not in ("", "screen")]
    last_visit = next(iter(_last_visits(patient.pk)), None)
    red_flag = bool(last_visit and red_flags.open_flags(last_visit))
    done = actions.done_numbers(plan) if plan else set()
    decision = actions.decision_for(plan, scores, red_flag=red_flag, done=done) if plan else None
    return {
        "patient": patient,
        "episode": episode,
        "episodes": episodes if len(episodes) > 1 else [],
        "plan": plan,
        "about": (about := (episode.complaint if episode else "") or actions.complaint_of(plan)),
        "left_out": left_out_of(about),
        "has_scores": bool(scores),
        "curves": _curves(answered, series),
        "verdicts": [_verdict(measure, series[measure.id]) for measure in judged],
        "matters": _matters(judged),
        "table": _table(scores, answered),
        "measures": [measure.short for measure in answered],
        "decision": decision,
        "decision_words": KIND_WORDS[decision.kind] if decision else None,
        "decision_panel": _panel_of(decision.kind) if decision else "",
        "pacing": _pacing(plan, done) if plan else None,
    }


@KeptQuery
def _episodes(patient: int) -> QuerySet[Episode]:
    return Episode.objects.filter(patient=patient)[:20]


@KeptQuery
def _last_visits(patient: int) -> QuerySet[Visit]:
    rows = Visit.objects.counting().filter(patient=patient).order_by("-started_at", "-pk")
    return rows.only("record", "patient", "started_at")[:1]


def _panel_of(kind: str) -> str:
    """How prominent the advice panel is."""
    if kind == "stop_and_refer":
        return "is-danger"
    return "is-caution" if KIND_WORDS[kind][1] == "caution" else ""


def _series(scores: list[Score], measure: str) -> list[Value]:
    return [
        Value(timezone.localtime(score.taken_at), float(score.value), score.visit_number, score.occasion)
        for score in scores
        if score.measure == measure
    ]


def _curves(answered: list[InstrumentFile], series: dict[str, list[Value]]) -> list[Context]:
    """One curve for each measure that has one; one drawn with another gets its own if the other is empty."""
    second = {measure.drawn_beside: measure for measure in answered if measure.drawn_beside}
    alone = (measure for measure in answered if measure.curve and not series.get(measure.drawn_beside))
    return [_chart(measure, second.get(measure.id), series) for measure in alone]


def _chart(scale: InstrumentFile, beside: InstrumentFile | None, series: dict[str, list[Value]]) -> Context:
    """A curve, with the smallest change that matters drawn from the baseline."""
    values = series[scale.id]
    baseline = values[0].value
    way = 1 if scale.higher_is_better else -1
    points, percent_from = scale.change.points, scale.change.percent_from
    marks: list[tuple[float, str, str]] = [(baseline, f"start {baseline:g}", "baseline")]
    if points and scale.minimum <= baseline + way * points <= scale.maximum:
        marks.append((baseline + way * points, f"{points:g} points better", "points"))
    if percent_from is not None and baseline >= percent_from:
        percent = threshold("matters")
        marks.append((baseline * (1 + way * percent / 100), f"{percent} % better", "percent"))
    second = series[beside.id] if beside else None
    drawn: Curve = curve(values, low=scale.minimum, high=scale.maximum, marks=marks, second=second)
    return {
        "id": scale.id,
        "heading": scale.curve,
        "name": scale.short,
        "second_name": beside.short if beside else "",
        "curve": drawn,
        "words": _in_words(scale.short, values),
        "better": "Higher" if scale.higher_is_better else "Lower",
        "too_low": percent_from is not None and baseline < percent_from,
    }


def _matters(judged: list[InstrumentFile]) -> Context | None:
    """The change that matters, for measures with a threshold in points."""
    with_points = [measure for measure in judged if measure.change.points]
    if not with_points:
        return None
    sources = dict.fromkeys(key for measure in with_points for key in measure.sources if key not in ("KNOWN", "DESIGN"))
    return {
        "text": ", ".join(f"{measure.change.points:g} points of {measure.short}" for measure in with_points),
        "sources": ", ".join(sources),
    }


def _in_words(name: str, series: list[Value]) -> str:
    values = ", ".join(f"{value.value:g}" for value in series)
    return f"{name}: {values}, from {series[0].at:%-d %B %Y} to {series[-1].at:%-d %B %Y}."


def _change(measure: InstrumentFile, series: list[Value]) -> Change:
    if measure.word is not None:
        return change(measure.id, None, series[-1].value)
    return change(measure.id, series[0].value, series[-1].value if len(series) > 1 else None)


def _verdict(scale: InstrumentFile, series: list[Value]) -> Context:
    found = _change(scale, series)
    kind = {"responder": "good", "recovered": "good", "worse": "danger", "same": "caution"}.get(found.verdict, "")
    word = {
        "responder": "improved",
        "recovered": "recovered",
        "worse": "worse",
        "same": "about the same",
        "not_evaluated": "not judged",
    }[found.verdict]
    rules = []
    if found.by_percent is not None:
        rules.append(f"30 % {'reached' if found.by_percent else 'not reached'}")
    if found.by_points is not None and scale.change.points:
        rules.append(f"{scale.change.points:g} points {'reached' if found.by_points else 'not reached'}")
    return {"name": scale.short, "word": word, "kind": kind, "text": found.text, "rules": ", ".join(rules)}


def _table(scores: list[Score], used: list[InstrumentFile]) -> list[Context]:
    """One row per day and occasion, newest first; the cells follow ``measures``."""
    rows: dict[tuple[Any, ...], Context] = {}
    for score in scores:
        at = timezone.localtime(score.taken_at)
        key = (at.date(), score.occasion, score.visit_number)
        row = rows.setdefault(
            key,
            {
                "at": at.timestamp(),
                "day": dateformat.format(at, "j M Y"),
                "when": _when(score),
                "filled_by": score.get_filled_by_display(),
                "language": score.language,
                "values": {},
            },
        )
        row["values"][score.measure] = f"{float(score.value):g}"
    for row in rows.values():
        row["cells"] = [(measure.short, row["values"].get(measure.id, "")) for measure in used]
    return sorted(rows.values(), key=lambda row: row["at"], reverse=True)


def _when(score: Score) -> str:
    if score.visit_number is None:
        return score.get_occasion_display()
    is_review = score.occasion == Score.Occasion.REVIEW
    return f"{'review, ' if is_review else ''}visit {score.visit_number}"


def _pacing(plan: TreatmentPlan, signed: set[int]) -> Context:
    """Visits done out of those of the course, with reviews marked."""
    dose = plan.treatment["dose"]
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
