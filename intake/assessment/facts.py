"""The facts that rules match: findings present, words of the texts, and what follows from age, duration and scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.lib.complaints import DEFAULT
from intake.assessment.case import Case
from intake.assessment.text import TextSign
from intake.questionnaire.instruments import calls_for_a_talk

THREE_MONTHS = 90  # days
NOT_THE_BACK = frozenset({"complaint.elsewhere", "complaint.not_pain"})
ASAS_NEEDED = 4  # of five statements (ASAS)
NICE_NEEDED = 4  # of nine statements (NG65x)


@dataclass(frozen=True, slots=True)
class Facts:
    """`present`: answered yes or stated in words, less what a practitioner cleared, plus computed facts.
    `absent`: answered no and not contradicted in words, or cleared.
    `behind`: computed fact -> the findings it stands for."""

    present: frozenset[str]
    absent: frozenset[str]
    behind: dict[str, tuple[str, ...]]


def gather(case: Case, marks: Iterable[TextSign]) -> Facts:
    marks = tuple(marks)
    stated = {mark.finding for mark in marks if mark.strength == "states"}
    present = {finding for finding, answer in case.findings.items() if answer} | stated
    present -= case.cleared
    absent = {finding for finding, answer in case.findings.items() if not answer} | case.cleared
    absent -= stated
    behind = _computed(case, present, absent)
    present.update(behind)
    return Facts(frozenset(present), frozenset(absent), behind)


def _computed(case: Case, present: set[str], absent: set[str]) -> dict[str, tuple[str, ...]]:
    """Facts that no single answer gives, each with the findings or data behind it."""
    facts: dict[str, tuple[str, ...]] = {}
    age, days = case.patient.age, case.complaint.duration_days
    if age is None:
        facts["age.unknown"] = ()
    else:
        by_age = ("patient.age",)
        for limit in (12, 16, 18):
            if age < limit:
                facts[f"age.under_{limit}"] = by_age
        for limit in (49, 50, 55, 60, 64, 70):
            if age > limit:
                facts[f"age.over_{limit}"] = by_age
        if 18 <= age <= 55:
            facts["age.from_18_to_55"] = by_age
    if case.patient.pregnancy_weeks is not None and "condition.pregnant" not in case.cleared:
        facts["derived.pregnancy_weeks"] = ("patient.pregnancy_weeks",)
    is_long = days is not None and days > THREE_MONTHS
    began = None if age is None or days is None else age - days / 365.25
    if is_long:
        facts["derived.over_3_months"] = ("complaint.duration_days",)
    if began is not None and began < 45:
        facts["derived.began_before_45"] = ("patient.age", "complaint.duration_days")
    is_back = case.complaint.id == DEFAULT and present.isdisjoint(NOT_THE_BACK)
    if is_long and is_back and (fits := _asas(began, present, absent)):
        facts["count.asas"] = fits
    scores = case.screening
    if scores.nice_spa is not None and scores.nice_spa >= NICE_NEEDED:
        facts["count.nice"] = ("scores.nice_spa",)
    elif scores.nice_spa == NICE_NEEDED - 1:
        facts["count.nice_3"] = ("scores.nice_spa",)
    mood = tuple(
        f"scores.{name}"
        for name, score in (("phq2", scores.phq2), ("gad2", scores.gad2))
        if calls_for_a_talk(name, score)
    )
    if mood:
        facts["count.mood"] = mood
    return facts


def _asas(began: float | None, present: set[str], absent: set[str]) -> tuple[str, ...]:
    """The ASAS expert criteria that the answers clearly meet, if there are enough; else nothing.

    The fifth (wakes at night, getting up helps) has no finding of its own: turning over in bed is not getting up.
    """
    fits = []
    if began is not None and began < 40:
        fits.append("patient.age")
    if "onset.gradual" in present:
        fits.append("onset.gradual")
    if "eased_by.movement" in present or "time.morning_long" in present:
        fits.append("eased_by.movement" if "eased_by.movement" in present else "time.morning_long")
    if "worsened_by.rest" in present or "eased_by.rest" in absent:
        fits.append("worsened_by.rest" if "worsened_by.rest" in present else "eased_by.rest")
    return tuple(fits) if len(fits) >= ASAS_NEEDED else ()
