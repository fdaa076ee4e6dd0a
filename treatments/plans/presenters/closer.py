"""A closer look at a plan in words: a point not in it, substitutes for one that is, other styles, what to examine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import TreatmentPlan
from treatments.planner.closer.examine import Examination
from treatments.planner.closer.swap import Swap
from treatments.planner.closer.why_not import Answer, Missing, WhyNot
from treatments.planner.proposing.offers import Key
from treatments.planner.proposing.what_if import WhatIf
from treatments.planner.treatment.shapes import PointJson, TreatmentJson
from treatments.planner.vocabulary.body import POSITIONS, SIDES_SHORT
from treatments.plans import point_search
from treatments.plans.presenters.proposal import because_words
from treatments.plans.treatment_edits import name_of

JOBS = {
    "ashi": "the tender point",
    "segmental": "the segment",
    "distal": "the channel",
    "branch": "what blocks",
    "root": "what is weak",
    "calm": "calm",
    "cause": "the cause",
    "pair": "an end for the current",
    "other side": "the other side",
}
STATES = {
    "in_plan": "{code} is in the proposal.",
    "never": "{code} is never needled here.",
    "no_plan": "Nothing is proposed for this patient now, so {code} is not either.",
    "no_needles": "No needles are proposed for this patient, so {code} is not either.",
    "withheld": "{code} would be asked for, but safety keeps it out.",
    "not_asked": "No rule asks for {code} in this patient.",
    "out_of_reach": "{code} is asked for, but it cannot be reached in the position of this plan.",
    "beaten": "{code} is asked for, but other points earn more.",
}


def job_words(job: Key) -> str:
    """What a needle is for: "the place: buttock", or the words of the rule it is the signature of."""
    serves, of = job
    if serves == "owed":
        rule = next((rule for rule in planner_knowledge().rules if rule.id == of), None)
        return f"signature: {rule.text.rstrip('.')}" if rule else JOBS["ashi"]
    place = of.replace("_", " ")
    if serves == "local":
        return f"the place: {place}"
    return f"{JOBS[serves]}: {place}" if place else JOBS[serves]


def asked_point(typed: str) -> Context:
    """The point a text means, or those it could mean."""
    point = point_search.find(typed) if typed else None
    if point is None and point_search.is_ashi(typed):
        point = planner_knowledge().points[point_search.ASHI]
    near = [] if point else point_search.search(typed, limit=6)
    return {"typed": typed, "point": point, "near": [{"code": p.code, "name": p.name} for p in near]}


def why_not_page(found: WhyNot, plan: TreatmentPlan | None) -> Context:
    """The answer for one point; `by_hand`: a person has put it into the plan."""
    code = found.point.code
    in_plan = plan is not None and code in _codes(plan.treatment)
    stop = found.stop
    return {
        "code": code,
        "name": found.point.shown_name,
        "headline": STATES[found.state].format(code=code),
        "is_in_plan": in_plan,
        "differs": plan is not None and in_plan != (found.state == "in_plan"),
        "because": [{"text": reason.text, "sources": reason.sources} for reason in found.because],
        "caution": found.point.caution if found.state == "never" else "",
        "stop": {"text": stop.text, "source": stop.source, "because": because_words(stop.because)} if stop else None,
        "place": found.place,
        "needles": found.needles,
        "rivals": [{"code": rival.code, "job": job_words(rival.job)} for rival in found.rivals],
        "waits": [_waits(missing) for missing in found.waits] if found.state == "not_asked" else [],
        "lies": _or(POSITIONS[position] for position in found.point.positions),
        "plan_lies": _or(POSITIONS[position] for position in found.positions),
        "is_asked_for_answers": found.state not in ("in_plan", "never"),
        "answers": [_answer(answer) for answer in found.answers],
    }


def _codes(treatment: TreatmentJson) -> set[str]:
    return {point["code"] for stage in treatment["stages"] for point in stage["points"]}


def _waits(missing: Missing) -> Context:
    """A rule that names the point: what is not so yet, and what is so and keeps it out."""
    wanted = [" and ".join(because_words(missing.all))] if missing.all else []
    if missing.any:
        wanted.append(_or(because_words(missing.any)))
    return {
        "text": missing.rule.text,
        "sources": missing.rule.sources,
        "wanted": "; ".join(wanted),
        "barred": _or(because_words(missing.none)),
    }


def _answer(answer: Answer) -> Context:
    label = load_intake_knowledge().label(answer.finding)
    return {"finding": answer.finding, "label": label, "is_present": answer.value, "value": int(answer.value)}


def _or(words: Iterable[str]) -> str:
    """ "prone", "prone or seated", "a, b or c" """
    parts = list(words)
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def swap_page(plan: TreatmentPlan, address: str, swap: Swap) -> Context:
    """The two best substitutes for a point, and what each leaves uncovered."""
    _, stage, _, place = address.split(".")
    old = plan.treatment["stages"][int(stage)]["points"][int(place)]
    return {
        "plan": plan,
        "patient": plan.patient,
        "at": address,
        "was": name_of(old),
        "code": old["code"],
        "alone": [job_words(job) for job in swap.alone],
        "current": ["–".join(pair) for pair in swap.current],
        "best": [
            {
                "key": best.key,
                "point": _point(best.point),
                "keeps": [job_words(job) for job in best.keeps],
                "leaves": [job_words(job) for job in best.leaves],
                "because": best.point["because"],
                "cautions": best.point["cautions"],
            }
            for best in swap.best
        ],
    }


def _point(point: PointJson) -> Context:
    levels = " ".join(point.get("levels") or [])
    return {
        "code": f"{point['code']} {levels}".strip(),
        "name": point["name"],
        "where": point.get("where", ""),
        "side": SIDES_SHORT.get(point["side"], point["side"]),
    }


def styles_page(plan: TreatmentPlan, treatments: Sequence[tuple[str, TreatmentJson]]) -> list[Context]:
    """Plans of the same patient side by side: each with its points, and what is not in the plan now."""
    now = _codes(plan.treatment)
    styles = planner_knowledge().styles
    return [
        {
            "id": style,
            "name": styles[style].name,
            "text": styles[style].text,
            "sources": styles[style].sources,
            "needles": treatment["needles"],
            "stages": [
                {
                    "position": POSITIONS.get(stage["position"], stage["position"]),
                    "points": [{**_point(point), "is_new": point["code"] not in now} for point in stage["points"]],
                }
                for stage in treatment["stages"]
            ],
            "without": sorted(now - _codes(treatment)),
        }
        for style, treatment in treatments
    ]


def examine_page(found: Sequence[Examination]) -> Context:
    """Where to press and what to test, with what the plan would be either way."""
    rows = [
        {
            "kind": one.kind,
            "finding": one.id if one.subject == "finding" else "",
            "label": load_intake_knowledge().label(one.id) if one.subject == "finding" else _place(one),
            "outcomes": [
                {"words": words, "lines": _short(outcome), "is_same": outcome.is_same}
                for words, outcome in (("If so", one.found), ("If not", one.not_found))
                if outcome is not None
            ],
        }
        for one in found
    ]
    headings = (("Press", "press"), ("Test", "test"))
    return {"groups": [(words, [row for row in rows if row["kind"] == kind]) for words, kind in headings]}


def _place(one: Examination) -> str:
    return f"{one.id}, beside the spine: tender" if one.subject == "level" else f"tender: {one.id}"


def _short(outcome: WhatIf) -> list[str]:
    """What comes and what goes, each in one line."""
    if "No plan would be proposed." in outcome.removed:
        return ["No plan would be proposed.", *outcome.because[:1]]
    added = [line.removesuffix(" would be added.") for line in outcome.added]
    removed = [line.removesuffix(" would be removed.") for line in outcome.removed]
    lines = [f"in: {', '.join(added)}"] if added else []
    lines += [f"out: {', '.join(removed)}"] if removed else []
    return [*lines, *outcome.changed] or ["the plan stays as it is"]
