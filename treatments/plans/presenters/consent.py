"""What a patient has agreed to, method by method: as signed, and as told at the clinic since."""

from __future__ import annotations

from django.urls import reverse

from clinic.lib.loose import Context
from clinic.people.models import Patient, SafetyFact
from intake.consent_text import consent, newest_consent
from intake.models import ConsentSigned, IntakeResponse

PAPERS = {IntakeResponse: "intake:consent_paper", ConsentSigned: "intake:consent_alone_paper"}
STATES = {
    "agreed": ("agreed", "good", "check2"),
    "refused": ("not agreed", "caution", "x-lg"),
    "unknown": ("not asked", "", "question-circle"),
}


def consent_of(patient: Patient) -> Context:
    """``signed``: the newest signature, if any; ``is_current``: whether for the text of today; a row per method."""
    text = consent()
    signed = newest_consent(patient)
    given = {one["id"]: one for one in ((signed and signed.consent_given) or {"methods": []})["methods"]}
    newest: dict[str, SafetyFact] = {}  # by finding
    wanted = [one.finding for one in text.method]
    facts = SafetyFact.objects.filter(patient=patient, finding__in=wanted).select_related("recorded_by").order_by("-id")
    for row in facts:
        newest.setdefault(row.finding, row)
    rows = []
    for method in text.method:
        fact, tick = newest.get(method.finding), given.get(method.id)
        state = "unknown"
        if fact is not None and fact.present:
            state = "refused"
        elif fact is not None and fact.recorded_by is not None:
            state = "unknown" if fact.present is None else "agreed"
        elif tick is not None:  # a "no" to a wish against it is not yet a yes to it
            state = "agreed" if tick["agreed"] else "refused"
        words, kind, icon = STATES[state]
        rows.append({"method": method, "state": state, "words": words, "kind": kind, "icon": icon, "fact": fact})
    return {
        "signed": signed,
        "paper": reverse(PAPERS[type(signed)], args=[signed.pk]) if signed is not None and signed.consent_given else "",
        "is_current": signed is not None and signed.consent_text_version == text.version,
        "rows": rows,
        "findings": frozenset(wanted),
    }
