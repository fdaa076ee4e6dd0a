"""Records of treatment: proposals, plans, visits, adverse events. Never deleted; frozen once signed."""

from treatments.models.incident import Incident
from treatments.models.own import OwnEntry, OwnPoint, RuleOff
from treatments.models.plan import PlannedVisit, TreatmentPlan
from treatments.models.proposal import Proposal
from treatments.models.undo_steps import UndoStep
from treatments.models.visit import AdverseEvent, Amendment, Visit

__all__ = [
    "AdverseEvent",
    "Amendment",
    "Incident",
    "OwnEntry",
    "OwnPoint",
    "PlannedVisit",
    "Proposal",
    "RuleOff",
    "TreatmentPlan",
    "UndoStep",
    "Visit",
]
