"""The assessment page in words: what the patient said, what was found, what follows, with its evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from clinic.lib.loose import Context
from clinic.people.models import Patient
from intake.assessment import Case, assess, has_rules, knowledge_of, load_intake_knowledge
from intake.assessment.shapes import AlertJson, AskJson, AssessmentRecord, PatternJson
from intake.assessment.spine import PALPATED
from intake.case_building import build_case
from intake.models import Assessment, Clearance
from intake.presenters.evidence import bars, evidence_of, evidence_words, score_words
from intake.reading import answered_on

GROUPS = {  # group of the vocabulary -> heading; the practitioner's own first
    "tongue": "Tongue",
    "pulse": "Pulse",
    "palpation": "Palpation",
    "motion": "Movement",
    "exam": "Examination",
    "complaint": "What it is about",
    "site": "Where it hurts",
    "side": "Side",
    "radiation": "Where it travels",
    "onset": "How it began",
    "quality": "How it feels",
    "eased_by": "Eased by",
    "worsened_by": "Worse with",
    "time": "Time of day",
    "body": "The rest of the body",
    "flag": "Red flags",
    "condition": "Conditions and medicines",
    "wish": "Wishes",
}
FOUND_BY_HAND = ("tongue", "pulse", "palpation", "motion", "exam")
SIDES = ("left", "right", "both", "midline")
TEXT_LABELS = {"reason": "In the patient's words"}
LEVEL_ICONS = {
    "emergency": ("danger", "exclamation-octagon-fill", "emergency"),
    "refer": ("danger", "hospital", "doctor first"),
    "caution": ("caution", "exclamation-triangle", "caution"),
    "note": ("", "info-circle", "note"),
}
ACTIONS = {
    "emergency": ("danger", "Emergency: no treatment. Do what the alert says, now."),
    "refer_before_treating": ("danger", "A doctor first: no treatment before this is examined and cleared."),
    "need_information": ("caution", "Not enough is known yet: answer the questions marked “needed”."),
    "caution": ("caution", "Can be treated, with care: read the cautions."),
    "treat": ("good", "Nothing found that rules out treatment."),
}
EXAMINABLE = ("flag.", "condition.", "exam.", "palpation.")  # groups of findings that an examination can settle
CLASS_WORDS = {
    "stagnation": "mainly stagnation",
    "deficiency": "mainly deficiency",
    "mixed": "stagnation and deficiency together",
    "undetermined": "not yet clear",
}
CAUSE_WORDS = {
    "accident": "accident",
    "lifting": "lifting or twisting",
    "sport": "training or sport",
    "stress": "stress",
    "overwork": "overwork",
    "cold_damp": "cold and damp",
    "illness_or_birth": "illness or birth",
}


def propose_words(case: Case) -> str:
    """What the button says that asks the planner; where it has no rules it leads to a plan by hand."""
    return "Propose a treatment" if has_rules(case) else "Make a plan by hand"


def words(name: str) -> str:
    """An id as words: ``triple_energizer`` is "triple energizer"."""
    return name.replace("_", " ")


def told_by_patient(assessment: Assessment, *, today: dt.date) -> Case:
    """The case from the patient's answers and the safety facts alone, without the practitioner's entries."""
    bare = Assessment(patient=assessment.patient, episode=assessment.episode, response=assessment.response)
    return build_case(assessment.patient, bare, today=today)


def page_of(assessment: Assessment, *, today: dt.date) -> Context:
    """Everything on the page. A signed assessment shows the result it was signed with."""
    case = build_case(assessment.patient, assessment, today=today)
    told = told_by_patient(assessment, today=today)
    is_draft = assessment.is_draft
    return {
        "assessment": assessment,
        "is_draft": is_draft,
        "complaint": complaint_of(case),
        "propose": propose_words(case),
        "texts": [{"label": TEXT_LABELS.get(key, words(key)), "text": text} for key, text in case.texts.items()],
        "by_hand": [group_of(name, case, told) for name in FOUND_BY_HAND],
        "answered": [group_of(name, case, told) for name in GROUPS if name not in FOUND_BY_HAND],
        "levels": [{"level": level, "is_tender": level in assessment.levels} for level in PALPATED],
        "ashi": [*assessment.ashi, *([{}] * (2 if is_draft else 0))],
        "sides": SIDES,
        "regions": [(f.partition(".")[2], label) for f, label in _labels("site").items()],
        **result_of(assessment, case=case),
    }


def result_of(assessment: Assessment, *, case: Case) -> Context:
    """The right-hand part: alerts, two scores, patterns, questions."""
    if assessment.signed_at is None:  # a draft, or a discarded one
        result: AssessmentRecord = assess(case, knowledge_of(case)).as_record()
    else:
        result = assessment.result
    kind, sentence = ACTIONS.get(result.get("action", ""), ("", ""))
    return {
        "assessment": assessment,
        "is_draft": assessment.is_draft,
        "result": result,
        "action": {"kind": kind, "text": sentence},
        "alerts": [
            {**alert_words(alert), "examined_after": _told_on(assessment) if alert["level"] == "emergency" else None}
            for alert in result.get("alerts", [])
        ],
        "axes": _axes(result),
        "picture_class": CLASS_WORDS.get(result["class"], result["class"]),
        "patterns": [_pattern(p, result) for p in result["patterns"]],
        "considered": [_pattern(p, result) for p in result.get("considered", [])],
        "causes": [CAUSE_WORDS.get(cause, words(cause)) for cause in result["causes"]],
        "channels": [words(channel) for channel in result["channels"]],
        "contradictions": [c["text"] for c in result["contradictions"]],
        "asks": [_ask(ask) for ask in result.get("ask", [])],
        "clearances": _clearances(assessment.patient),
        "computed": _computed(result),
        "was_overruled": any(assessment.confirmed.get(key) for key in ("class", "branch", "root")),
    }


def _told_on(assessment: Assessment) -> dt.date | None:
    """The day of the answers: an emergency reported then needs a later examination."""
    return answered_on(assessment.response) if assessment.response is not None else None


def three_way(finding: str, case: Case, told: Case) -> Context:
    """One control: what counts now, and what the patient had said."""
    now, said = case.findings.get(finding), told.findings.get(finding)
    return {
        "finding": finding,
        "id": "three-" + finding.replace(".", "-").replace("_", "-"),
        "label": load_intake_knowledge().label(finding),
        "value": "" if now is None else "1" if now else "0",
        "is_corrected": said is not None and now is not said,
        "said": "" if said is None else "yes" if said else "no",
    }


def differences(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Context]:
    """Where two people's findings differ, for the page after a clash."""
    label = load_intake_knowledge().label
    sent = {True: "1", False: "0", None: ""}
    word = {True: "present", False: "absent", None: "not known"}
    return [
        {
            "finding": finding,
            "value": sent[mine.get(finding)],
            "label": label(finding),
            "mine": word[mine.get(finding)],
            "theirs": word[theirs.get(finding)],
        }
        for finding in sorted({*mine, *theirs})
        if mine.get(finding) != theirs.get(finding)
    ]


def _labels(group: str) -> dict[str, str]:
    return {f: label for f, label in load_intake_knowledge().labels.items() if f.startswith(f"{group}.")}


def group_of(name: str, case: Case, told: Case) -> Context:
    controls = [three_way(finding, case, told) for finding in _labels(name)]
    return {
        "name": name,
        "heading": GROUPS[name],
        "controls": controls,
        "present": [control for control in controls if control["value"] == "1"],
        "absent": [control for control in controls if control["value"] == "0"],
        "unknown": sum(control["value"] == "" for control in controls),
    }


def complaint_of(case: Case) -> Context:
    pain = case.complaint
    return {
        "how_long": how_long(pain.duration_days),
        "pain": [
            {"name": name, "value": value}
            for name, value in (("now", pain.pain_now), ("average", pain.pain_average), ("worst", pain.pain_worst))
            if value is not None
        ],
        "age": case.patient.age,
        "sex": case.patient.sex,
        "weeks": case.patient.pregnancy_weeks,
    }


def how_long(days: int | None) -> str:
    """How long it has hurt, in everyday words: "for 9 months"."""
    return "duration not recorded" if days is None else f"for {duration(days)}"


def duration(days: int) -> str:
    """Days in everyday words: "3 weeks", "4 months", "2 years"."""
    for size, one, many in ((365.25, "year", "years"), (30.44, "month", "months"), (7, "week", "weeks")):
        if days >= 2 * size or (one == "year" and days >= 330):
            count = max(1, round(days / size))
            return f"{count} {one if count == 1 else many}"
    return f"{days} day{'' if days == 1 else 's'}"


def alert_words(alert: AlertJson) -> Context:
    kind, icon, word = LEVEL_ICONS.get(alert["level"], LEVEL_ICONS["note"])
    because = [evidence_words(finding) for finding in alert["because"] if "." in finding]
    clearable = _clearable(alert) if alert["level"] in ("emergency", "refer", "caution") else []
    return {**alert, "kind": kind, "icon": icon, "word": word, "because_words": because, "clearable": clearable}


def _clearable(alert: AlertJson) -> list[str]:
    """The findings behind an alert that an examination can settle: never an age, a place or a duration."""
    return [finding for finding in alert["because"] if finding.startswith(EXAMINABLE)]


def clearable_alert(assessment: Assessment, code: str, *, today: dt.date) -> Context | None:
    """The alert with this code as the page raises it now, if anything in it can be cleared."""
    alerts = page_of(assessment, today=today)["alerts"]
    return next((alert for alert in alerts if alert["code"] == code and alert["clearable"]), None)


def _axes(result: AssessmentRecord) -> list[Context]:
    evidence = (evidence_of(result["stagnation"], result), evidence_of(result["deficiency"], result))
    return [{**bar, **why} for bar, why in zip(bars(result), evidence, strict=True)]


def _pattern(pattern: PatternJson, result: AssessmentRecord) -> Context:
    titles = load_intake_knowledge().patterns.icd11_titles
    return {
        **pattern,
        **evidence_of(pattern, result),
        "score": score_words(pattern["score"], result),
        "codes": [{"code": code, "title": titles.get(code, "")} for code in pattern["icd11"]],
        "is_lead": pattern["id"] in (result.get("branch"), result.get("root")),
    }


def _ask(ask: AskJson) -> Context:
    return {**ask, "label": load_intake_knowledge().label(ask["finding"])}


def _clearances(patient: Patient) -> list[Clearance]:
    rows = Clearance.objects.filter(patient=patient, withdrawn_at__isnull=True).select_related("cleared_by")[:20]
    label = load_intake_knowledge().label
    found = list(rows)
    for row in found:
        row.words = label(row.finding)  # type: ignore[attr-defined]
    return found


def _computed(result: AssessmentRecord) -> Context:
    names = load_intake_knowledge().patterns.pattern
    computed = result.get("computed", {})

    def named(pattern: str | None) -> str:
        return names[pattern].name if pattern in names else "none"

    return {
        "picture_class": CLASS_WORDS.get(computed.get("class") or "", ""),
        "branch": named(computed.get("branch")),
        "root": named(computed.get("root")),
    }
