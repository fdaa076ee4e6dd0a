"""The two bars of an assessment, and each reason with how much it speaks: "8 times as likely in blood stasis".

An assessment signed before chances were reckoned keeps the points it was signed with.
"""

from __future__ import annotations

from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from intake.assessment.shapes import AssessmentJson, AssessmentRecord, AxisJson, EvidenceJson, PatternJson

FACT_WORDS = {  # numbers that are evidence too, but not findings of the vocabulary
    "complaint.duration_days": "how long it has lasted",
    "patient.age": "age",
    "patient.pregnancy_weeks": "week of pregnancy",
    "scores.phq2": "PHQ-2 score",
    "scores.gad2": "GAD-2 score",
    "scores.nice_spa": "screening for inflammatory back pain",
}
POINTS_OF_A_BAR = 50  # of an assessment kept in points
FRACTIONS = {2 / 3: "two thirds", 1 / 2: "half", 1 / 3: "a third", 1 / 4: "a quarter", 1 / 5: "a fifth"}


def evidence_words(source: str) -> str:
    """The practitioner's words for a finding, or for a number that counts as evidence."""
    return FACT_WORDS.get(source) or load_intake_knowledge().label(source)


def bars(result: AssessmentJson | AssessmentRecord) -> list[Context]:
    """Stagnation and deficiency: how far each bar is filled, in percent, and what is written beside it."""
    rows = (("stagnation", result["stagnation"]), ("deficiency", result["deficiency"]))
    return [
        {
            "axis": axis,
            "name": axis.capitalize(),
            "score": score_words(scored["score"], result),
            "percent": scored["score"] if in_percent(result) else round(100 * scored["score"] / POINTS_OF_A_BAR, 1),
        }
        for axis, scored in rows
    ]


def in_percent(result: AssessmentJson | AssessmentRecord) -> bool:
    return "likely" in result


def score_words(score: float, result: AssessmentJson | AssessmentRecord) -> str:
    return f"{score} %" if in_percent(result) else f"{score}"


def evidence_of(row: AxisJson | PatternJson, result: AssessmentRecord) -> Context:
    return {
        "for_": [_reason(one, result, "+") for one in row["for"]],
        "against": [_reason(one, result, "−") for one in row["against"]],
        "missing": [evidence_words(finding) for finding in row.get("missing", [])],
    }


def _reason(one: EvidenceJson, result: AssessmentRecord, mark: str) -> Context:
    reason: Context = {"text": evidence_words(one["finding"]), "is_absence": one.get("present") is False}
    if in_percent(result):
        return {**reason, "mark": mark, "speaks": _speaks(one)}
    return {**reason, "mark": f"+{one['weight']}" if mark == "+" else mark}


def _speaks(one: EvidenceJson) -> str:
    pattern = load_intake_knowledge().patterns.pattern.get(one.get("pattern", ""))
    where = f" in {pattern.name[0].lower()}{pattern.name[1:]}" if pattern else ""
    return as_often(one["weight"]) + where


def as_often(times: float) -> str:
    """How many times as likely, in words that can be read aloud."""
    if times >= 2.95:
        return f"{times:.0f} times as likely"
    if times > 1.05:
        return "twice as likely" if 1.95 <= times < 2.05 else f"{times:.1f} times as likely"
    if times > 0.83:
        return "as likely" if times > 0.95 else "hardly less likely"
    return f"{FRACTIONS[min(FRACTIONS, key=lambda part: abs(part - times))]} as likely"
