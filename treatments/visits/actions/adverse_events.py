"""Adverse events: recorded once and never changed; a serious one stops new plans and visits until reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Patient, User
from treatments.models import AdverseEvent, Visit


@dataclass(frozen=True)
class EventKind:
    """One code of the safety table with its usual severity."""

    code: str
    name: str
    group: str
    severity: str = "mild"
    serious: bool = False


# codes and default severities: DESIGN where no source grades them
KINDS: dict[str, EventKind] = {
    kind.code: kind
    for kind in (
        EventKind("bruise", "bruise", "At the needle"),
        EventKind("bleed", "bleeding for more than 2 minutes", "At the needle"),
        EventKind("pain_site", "needle pain for more than 24 hours", "At the needle"),
        EventKind("pain_flare", "complaint worse for more than 48 hours", "Whole body", "moderate"),
        EventKind("faint", "fainting or nearly", "Whole body"),
        EventKind("nausea", "nausea", "Whole body"),
        EventKind("drowsy", "drowsy", "Whole body"),
        EventKind("headache", "headache", "Whole body"),
        EventKind("emotion", "emotional release", "Whole body"),
        EventKind("nerve", "electric shock, numbness or weakness after", "At the needle", "moderate"),
        EventKind("stuck", "stuck needle", "Needle", "moderate"),
        EventKind("bent", "bent needle", "Needle", "moderate"),
        EventKind("broken", "broken needle", "Needle", "moderate"),
        EventKind("forgotten", "forgotten needle", "Needle", "moderate"),
        EventKind("skin_react", "skin reaction", "Skin"),
        EventKind("tape", "reaction to tape", "Skin"),
        EventKind("metal", "reaction to metal", "Skin"),
        EventKind("infect_local", "infection at the place", "Skin", "moderate"),
        EventKind("burn", "burn (heat, moxa, cup, current)", "Skin", "moderate"),
        EventKind("blister", "blister", "Skin", "moderate"),
        EventKind("mark_long", "mark or scar for more than 3 weeks", "Skin"),
        EventKind("ea_event", "cramp, shock or palpitations under current", "Electro", "moderate"),
        EventKind("ptx", "pneumothorax", "Serious", "severe", True),
        EventKind("organ", "organ injury", "Serious", "severe", True),
        EventKind("cardiac", "heart event", "Serious", "severe", True),
        EventKind("seizure", "seizure", "Serious", "severe", True),
        EventKind("infect_deep", "deep infection", "Serious", "severe", True),
        EventKind("preg_event", "event of pregnancy", "Serious", "severe", True),
        EventKind("fall", "fall with injury", "Serious", "severe", True),
    )
}


@transaction.atomic
def record_event(*, patient: Patient, visit: Visit | None, by: User, **fields: Any) -> AdverseEvent:
    """Keep one event. The codes of the serious list are serious whatever else is said."""
    fields["serious"] = bool(fields.get("serious")) or KINDS[fields["code"]].serious
    event = AdverseEvent.objects.create(patient=patient, visit=visit, recorded_by=by, **fields)
    detail = {"code": event.code, "severity": event.severity, "serious": event.serious}
    trail.record("adverse_event.recorded", by=by, patient=patient, obj=event, detail=detail, sealed=True)
    return event


@transaction.atomic
def review_event(*, event: AdverseEvent, outcome: str, note: str, by: User) -> AdverseEvent:
    """The review of an event, as a new row that points to the first. Raises ValueError if it was reviewed already."""
    first = AdverseEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if first.follows_id or AdverseEvent.objects.filter(follows=first).exists():
        raise ValueError("This event was reviewed already.")
    later = AdverseEvent.objects.create(
        patient=first.patient,
        visit=first.visit,
        code=first.code,
        severity=first.severity,
        serious=first.serious,
        onset=first.onset,
        modality=first.modality,
        place=first.place,
        relation=first.relation,
        action=first.action,
        outcome=outcome,
        note=note,
        follows=first,
        recorded_by=by,
    )
    trail.record("adverse_event.reviewed", by=by, patient=first.patient, obj=later, detail={"follows": first.pk})
    return later
