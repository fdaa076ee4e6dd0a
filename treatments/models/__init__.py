"""Records of treatment: proposals, plans, visits, adverse events. Never deleted; frozen once signed."""

from treatments.models.plan import PlannedVisit, TreatmentPlan
from treatments.models.proposal import Proposal
from treatments.models.visit import AdverseEvent, Amendment, Visit

__all__ = ["AdverseEvent", "Amendment", "PlannedVisit", "Proposal", "TreatmentPlan", "Visit"]
