"""What is known about a patient's safety, dated and by whom, and what it means for the plans in force."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.lib.loose import Context
from clinic.people.models import Patient, SafetyEntry, SafetyFact
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.medicines import find_medicine, load_medicines
from intake.case_building import Fact
from treatments.models import TreatmentPlan
from treatments.plans.actions import safety_facts
from treatments.plans.forms.safety_facts import conditions
from treatments.plans.presenters.consent import consent_of
from treatments.plans.presenters.proposal import because_words


def page_of(patient: Patient) -> Context:
    """Entries, facts reported elsewhere, and each plan in force against all of it now."""
    entries = list(SafetyEntry.objects.filter(patient=patient).select_related("recorded_by", "ended_by")[:100])
    open_entries = [entry for entry in entries if entry.ended_at is None]
    said = {entry.finding for entry in open_entries if entry.finding}
    consent = consent_of(patient)
    plans = safety_facts.in_force(patient)
    return {
        "patient": patient,
        "entries": [_entry(entry) for entry in open_entries],
        "ended": [entry for entry in entries if entry.ended_at is not None],
        "facts": [fact for fact in _facts(patient) if fact["finding"] not in said | consent["findings"]],
        "consent": consent,
        "plans": [_plan(plan) for plan in plans],
        "has_several": len(plans) > 1,
        "suggestions": [
            *((medicine.name, medicine.of.name) for medicine in load_medicines().values()),
            *((label, "condition") for _, label in conditions()),
        ],
    }


def _plan(plan: TreatmentPlan) -> Context:
    stops = [alert for alert in safety_facts.review_now(plan) if alert.is_stop]
    return {
        "plan": plan,
        "stops": [{"alert": alert, "because": because_words(alert.because)} for alert in stops],
        "booked": safety_facts.booked_visits(plan),
    }


def _entry(entry: SafetyEntry) -> Context:
    medicine = find_medicine(entry.name) if entry.kind == SafetyEntry.Kind.MEDICINE else None
    label = load_intake_knowledge().label(entry.finding) if entry.finding and medicine is None else ""
    return {
        "entry": entry,
        "label": "" if label.casefold() == entry.name.casefold() else label,
        "of": medicine.of if medicine else None,
    }


def _facts(patient: Patient) -> list[Context]:
    """The newest on each finding, where it is present."""
    label = load_intake_knowledge().label
    newest: dict[str, SafetyFact] = {}
    for fact in SafetyFact.objects.filter(patient=patient).select_related("recorded_by").order_by("-id"):
        newest.setdefault(fact.finding, fact)
    return [
        {"fact": fact, "finding": finding, "label": label(finding)} for finding, fact in newest.items() if fact.present
    ]


def told_since(facts: Iterable[Fact | SafetyFact]) -> list[str]:
    """What was recorded, in the words it was recorded with."""
    label = load_intake_knowledge().label
    return [fact.note or label(fact.finding) for fact in facts if fact.present is not False]


def misfit_of(plan: TreatmentPlan) -> Context | None:
    """What is known since the plan in force was signed, if the plan no longer passes with it."""
    facts = list(SafetyFact.objects.filter(patient=plan.patient_id, recorded_at__gt=plan.signed_at).order_by("-id"))
    in_force = safety_facts.in_force(plan.patient) if facts else []
    force = next((one for one in in_force if one.pk == plan.pk), None)
    if force is None:
        return None
    stops = [alert for alert in safety_facts.review_now(force) if alert.is_stop]
    newest = {fact.finding: fact for fact in reversed(facts)}
    return {"plan": plan, "count": len(stops), "told": told_since(newest.values())} if stops else None


def effect_words(effects: list[safety_facts.Effect]) -> str:
    """What a change did, in one or two sentences for each plan in force."""
    if not effects:
        return "Recorded. No plan is in force."
    return "Recorded. " + " ".join(_words(one, has_several=len(effects) > 1) for one in effects)


def _words(effect: safety_facts.Effect, *, has_several: bool) -> str:
    about = f" for “{effect.plan.episode.title}”" if has_several else ""
    which = f"the plan in force{about} (version {effect.plan.version})"
    booked = (
        f" {effect.booked} booked visit{'s follow' if effect.booked > 1 else ' follows'} it." if effect.booked else ""
    )
    if effect.stops:
        count = len(effect.stops)
        what = "1 thing in it is" if count == 1 else f"{count} things in it are"
        return (
            f"It stops {which}: {what} newly ruled out or in need of a reason.{booked} "
            "Plan again before the next needle."
        )
    if effect.lifted:
        return f"It lifts {len(effect.lifted)} of the stops against {which}.{booked}"
    if effect.cautions:
        listed = " ".join(dict.fromkeys(alert.text for alert in effect.cautions))
        return f"New cautions for {which}: {listed}{booked}"
    return f"It changes nothing in {which}.{booked}"
