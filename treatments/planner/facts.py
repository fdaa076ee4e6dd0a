"""A clinical picture as a set of facts: findings that are present, and short facts computed from them.

Rules are written in facts alone. A finding keeps its id (`body.anxious`); a computed fact has a kind
and a value (`branch:cold_damp`); `vocabulary.facts.KINDS` is the closed list, and a rule that uses another word is
refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.assessment import ClinicalPicture, Complaint
from intake.questionnaire.instruments import calls_for_a_talk
from treatments.planner.vocabulary.body import can_be_pregnant
from treatments.planner.vocabulary.facts import CAUSES, LYING_ONLY, OF_VISIT
from treatments.planner.vocabulary.facts import sites as every_site
from treatments.planner.vocabulary.signs import load_signs
from treatments.planner.vocabulary.sports import load_sports

STRAINS = ("accident", "lifting", "sport", "sudden")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules of one proposal look at. `painful`: the sides to treat at the site of the pain."""

    words: frozenset[str]
    sites: tuple[str, ...]
    painful: tuple[str, ...]  # ("left",), ("right",) or ("left", "right")
    pregnancy: tuple[str, ...]  # phases whose rules hold: t1, t2, t3
    visit: int


def read_facts(picture: ClinicalPicture) -> Facts:
    """The facts of one picture. Nothing is guessed: what is not known gives no fact."""
    case, assessment = picture.case, picture.assessment
    words = set(picture.present)
    words.update(mark.finding for mark in assessment.marks if mark.strength == "states")
    sites = tuple(site for site in every_site() if site in assessment.sites) or _travelling_sites(words)
    words.update(f"site:{site}" for site in sites)
    known = load_signs()
    if not known.front.isdisjoint(sites) and not known.back.isdisjoint(sites):
        words.add("places:front_and_back")
    elif sites and known.front.issuperset(sites):
        words.add("places:front")
    words.update(f"cause:{cause}" for cause in assessment.causes if cause in CAUSES)
    for place, channel in enumerate(assessment.channels):
        words.add(f"{'channel' if place == 0 else 'also'}:{channel}")
    words.add(f"class:{assessment.picture_class}")
    words.add(f"stage:{assessment.stage}")
    for role, pattern in (("branch", assessment.branch), ("root", assessment.root)):
        if pattern is not None:
            words.update((f"{role}:{pattern}", f"pattern:{pattern}"))
    painful, side = _painful_sides(assessment.sides)
    words.add(f"side:{side}")
    words.update(_of_visit(case.visit, case.complaint, is_pain=bool(sites)))
    words.update(_person(picture))
    phases, pregnancy = _pregnancy(picture)
    words.update(pregnancy)
    words.update(_signs(words, picture))
    if case.texts:
        words.update(load_sports().named_in(case.texts.values()))
    if not LYING_ONLY.isdisjoint(words | _raised(picture)):
        words.add("person:lying")
    return Facts(frozenset(words), sites, painful, phases, case.visit)


def facts_at(facts: Facts, visit: int, complaint: Complaint) -> Facts:
    """The same facts at another visit; of the complaint nothing but the pain differs from what was read."""
    words = (facts.words - OF_VISIT) | _of_visit(visit, complaint, is_pain=bool(facts.sites))
    return replace(facts, words=words, visit=visit)


def with_suspicions(facts: Facts, picture: ClinicalPicture) -> Facts:
    """The same facts, plus what the patient's own words raise without an answer: for the rules that only make a plan
    gentler (finer needles, less depth, a milder hand). No rule that adds or chooses may look at them."""
    raised = _raised(picture)
    return replace(facts, words=facts.words | raised) if raised else facts


def _raised(picture: ClinicalPicture) -> set[str]:
    """What the patient's own words raise without an answer."""
    return {mark.finding for mark in picture.assessment.marks if picture.is_suspected(mark.finding)}


def _travelling_sites(words: set[str]) -> tuple[str, ...]:
    """Where the path of the pain is given but no site: leg pain down the back or the side of the leg."""
    paths = {"radiation.back_of_leg", "radiation.side_of_leg", "radiation.front_of_leg", "radiation.leg"}
    return ("leg",) if not paths.isdisjoint(words) else ()


def _painful_sides(sides: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    both = ("left", "right")
    if "left" in sides and "right" in sides:
        return both, "both"
    if "midline" in sides and "left" not in sides and "right" not in sides:
        return both, "central"
    if "left" in sides:
        return ("left",), "left"
    if "right" in sides:
        return ("right",), "right"
    return both, "unknown"


def _person(picture: ClinicalPicture) -> set[str]:
    age = picture.case.patient.age
    words: set[str] = set()
    if age is not None:
        if age < 16:
            words.add("age:under_16")
        if age >= 65:
            words.add("age:over_65")
        if age > 75:
            words.add("age:over_75")
    return words


def _of_visit(visit: int, complaint: Complaint, *, is_pain: bool) -> set[str]:
    """What differs between the visits of a course; no other fact rests on it."""
    words = _course(visit, complaint, is_pain=is_pain)
    words.add("visit:first" if visit <= 1 else "visit:later")
    pains = (complaint.pain_now, complaint.pain_worst)
    severe = load_signs().limits.severe_from
    if any(pain is not None and pain >= severe for pain in pains):
        words.add("pain:severe")
    if pains[0] is not None and pains[0] >= severe:
        words.add("pain:severe_now")
    return words


def _course(visit: int, complaint: Complaint, *, is_pain: bool) -> set[str]:
    """Where a later visit stands in the course: one of every two, and whether the pain has eased. Who came for
    something that is no pain, or felt none at the start, has none that could."""
    course = load_signs().course
    if visit <= 1:
        return set()
    words = {"course:second"} if course.is_second(visit) else set()
    pain = complaint.pain_now  # not known is not eased
    low = course.eased_to(complaint.pain_at_start) if is_pain else None
    if pain is not None and low is not None and pain <= low:
        words.add("course:eased")
    return words


def _pregnancy(picture: ClinicalPicture) -> tuple[tuple[str, ...], set[str]]:
    """Phases of the pregnancy rules and the words for them. Unknown weeks mean every phase: the strictest counts."""
    patient = picture.case.patient
    maybe, pregnant = "condition.maybe_pregnant", "condition.pregnant"
    if picture.is_pregnant:
        words = {"pregnancy:any", "person:pregnant", pregnant}
        weeks = patient.pregnancy_weeks
        if weeks is None:
            return ("t1", "t2", "t3"), words | {"pregnancy:weeks_unknown"}
        if weeks <= 12:
            return ("t1",), words | {"pregnancy:weeks_1_12"}
        if weeks <= 36:
            return ("t2",), words | {"pregnancy:weeks_13_36"}
        return ("t3",), words | {"pregnancy:week_37"}
    if picture.is_present(maybe):
        return ("t1",), {"pregnancy:any", "person:pregnant", "pregnancy:possible"}
    suspected = picture.is_suspected(pregnant) or picture.is_suspected(maybe)
    if suspected or _can_be_pregnant(picture):
        return (), {"pregnancy:any", "pregnancy:can_be"}
    return (), set()


def _can_be_pregnant(picture: ClinicalPicture) -> bool:
    """Pregnancy is possible and `condition.pregnant` has not been answered no."""
    patient = picture.case.patient
    return can_be_pregnant(patient.sex, patient.age) and not picture.is_absent("condition.pregnant")


def _signs(words: set[str], picture: ClinicalPicture) -> set[str]:
    """Facts that combine several findings."""
    found = {f"sign:{sign}" for sign, members in load_signs().signs.items() if not words.isdisjoint(members)}
    if heat := _heat(words):
        found.add(heat)
    screening = picture.case.screening
    screened = calls_for_a_talk("gad2", screening.gad2) or calls_for_a_talk("phq2", screening.phq2)
    if "body.anxious" in words or screened:
        found.add("sign:anxiety")
    days = picture.case.complaint.duration_days
    strained = any(f"cause:{cause}" in words or f"onset.{cause}" in words for cause in STRAINS)
    if strained and days is not None and days <= 3:
        found.add("injury:first_72h")
    leg = _leg_path(words)
    found.update(leg)
    if strained and picture.assessment.stage == "acute" and not leg:
        found.add("strain:acute")
    if "body.training_load" in words and not words.isdisjoint({"body.tired", "worsened_by.tiredness"}):
        found.add("training:exhausted")
    return found


def _heat(words: set[str]) -> str:
    """``sign:heat`` when the patient feels it or the signs agree; ``sign:heat_unclear`` when there is only what is
    seen, or when warmth eases; else nothing.

    A red tongue or a rapid pulse does not rule out warmth for someone it relieves (DESIGN).
    """
    known = load_signs()
    voices = [voice for voice in known.heat if not words.isdisjoint(voice.any)]
    if any(voice.alone for voice in voices):
        return "sign:heat"
    agreeing = [voice for voice in voices if words.isdisjoint(voice.outweighed_by)]
    if len(agreeing) >= known.limits.heat_voices:
        return "sign:heat"
    return "sign:heat_unclear" if voices else ""


def _leg_path(words: set[str]) -> set[str]:
    """The channel that leg pain from the back follows."""
    electric_below = {"radiation.below_knee", "quality.electric", "exam.straight_leg_raise"}
    back, outer = "radiation.back_of_leg" in words, "radiation.side_of_leg" in words
    if not (back or outer or "radiation.below_knee" in words):
        return set()
    if words.isdisjoint(electric_below):
        return set()
    paths = {name for name, holds in (("bladder", back), ("gallbladder", outer)) if holds}
    return {f"sciatica:{path}" for path in paths or {"unknown"}}
