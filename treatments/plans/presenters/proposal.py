"""An answer of the planner in words: what prevents a treatment, what to do, what to ask."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from intake.presenters.evidence import evidence_words
from treatments.models import Proposal
from treatments.planner.treatment.shapes import QuestionJson
from treatments.plans.actions import by_hand

ACTIONS = {
    "emergency": "This is an emergency: no treatment today.",
    "refer_before_treating": "A doctor must look first: no treatment before that.",
    "need_information": "Not enough is known yet to propose a treatment.",
}
NO_RULES = "No rules for this complaint yet: your plan, checked for safety"


def because_words(ids: str | Iterable[str]) -> list[str]:
    """Findings and facts as a practitioner reads them; ``class:`` and ``visit:`` only repeat what the page says."""
    shown = [
        one for one in ([ids] if isinstance(ids, str) else ids) if not one.startswith(("class:", "visit:", "person:"))
    ]
    return [one.replace(":", " ").replace("_", " ") if ":" in one else evidence_words(one) for one in shown]


def asks_of(asks: Iterable[QuestionJson], *, is_by_hand: bool) -> list[Context]:
    """Open questions; for a plan by hand those about safety, because no rule asks for the others."""
    label = load_intake_knowledge().label
    return [
        {**ask, "label": label(ask["finding"])}
        for ask in asks
        if not is_by_hand or ask["finding"].startswith(("flag.", "condition."))
    ]


def proposal_page(proposal: Proposal) -> Context:
    """The page for an answer without a treatment: what prevents it, what to do, what to ask."""
    result = proposal.result
    may_be_by_hand = by_hand.may_be_by_hand(proposal)
    has_no_rules = may_be_by_hand and not result["assessment"].get("sites")
    return {
        "proposal": proposal,
        "patient": proposal.patient,
        "action": proposal.action,
        "headline": ACTIONS.get(proposal.action, ""),
        "no_rules": NO_RULES if has_no_rules else "",
        "may_be_by_hand": may_be_by_hand,
        "alerts": [
            {**alert, "because_words": because_words(alert["because"])}
            for alert in result.get("alerts", [])
            if alert["level"] in ("emergency", "refer", "caution")
        ],
        "ask": asks_of(result.get("ask", []), is_by_hand=has_no_rules),
        "assessment": proposal.assessment,
    }
