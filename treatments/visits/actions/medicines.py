"""New medicines and illnesses that a patient reports at a visit: read like intake texts, and acted on at once.

They are read with the intake's lexicons, in all their languages. A medicine named here is taken to be in use:
its condition counts as present. A word that only raises a question (metformin: badly controlled?), or a medicine that
was stopped, resets a recorded "no" to "not known", which the planner asks about and treats with caution (DESIGN).
Both are safety facts of the patient: they hold for this visit, for all later ones, and for the next proposal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import SafetyFact, User
from intake.assessment import load_intake_knowledge
from intake.assessment.text import load_lexicon, read_texts
from treatments.models import Visit
from treatments.planner.treatment.visit_shapes import VisitRecord

KEY = "medicines"
TAKEN = frozenset({"condition.anticoagulant", "condition.antiplatelet", "condition.long_term_steroids"})
# said of a medicine no longer taken, in the languages of the lexicons
STOPPED = re.compile(
    r"\b(stopp|ceas|discontinu|came off|come off|no longer|finished|abgesetzt|nicht mehr|beendet|dej|suspend|ya no)"
    r"|停|不再",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Read:
    """``present``: None means no longer known. ``label``: the finding in a practitioner's words."""

    finding: str
    label: str
    excerpt: str
    present: bool | None


def read(text: str) -> list[Read]:
    """The conditions a text names, each once."""
    label = load_intake_knowledge().label
    found: dict[str, Read] = {}
    for sign in read_texts({KEY: text}, load_lexicon(), weighs=False):
        if sign.finding.startswith("condition.") and sign.finding not in found:
            is_taken = sign.finding in TAKEN or sign.strength == "states"
            present = True if is_taken and not STOPPED.search(text) else None
            found[sign.finding] = Read(sign.finding, label(sign.finding), sign.excerpt, present)
    return list(found.values())


def read_of(record: VisitRecord) -> list[Read]:
    return read(str(record.get("start", {}).get("medicines") or ""))


def note_medicines(visit: Visit, before: VisitRecord, *, by: User) -> None:
    """Save what the text says now as safety facts; what it no longer says is restored to what it was.

    Inside the caller's transaction.
    """
    text, earlier_text = (str(of.get("start", {}).get("medicines") or "") for of in (visit.record, before))
    if text == earlier_text:
        return
    now = {one.finding: one for one in read(text)}
    known = safety_facts_of(visit.patient)
    for one in now.values():
        if one.present is None and known.get(one.finding):
            continue  # a question never removes a known condition
        record_safety_facts(
            patient=visit.patient, facts={one.finding: one.present}, by=by, note=f"{_mark(visit)} “{one.excerpt}”"
        )
    for one in read(earlier_text):
        if one.finding not in now:
            record_safety_facts(
                patient=visit.patient,
                facts={one.finding: _value_before(visit, one.finding)},
                by=by,
                note=f"{_mark(visit)} taken back",
            )


def _mark(visit: Visit) -> str:
    return f"Visit {visit.number}, new medicines:"


def _value_before(visit: Visit, finding: str) -> bool | None:
    """What was known about a finding before this visit's text mentioned it."""
    rows = SafetyFact.objects.filter(patient=visit.patient_id, finding=finding).exclude(note__startswith=_mark(visit))
    last = rows.order_by("-id").first()
    if last is not None:
        return last.present
    examined: bool | None = visit.plan.proposal.assessment.findings.get(finding)
    return examined
