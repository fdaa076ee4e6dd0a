"""What is kept of an intake: link, answers, alerts, clearances, assessments, scores."""

from .assessments import Assessment, Clearance
from .invitations import Invitation, RateCount, ResumeCode
from .responses import IntakeResponse, RedFlagAlert
from .scores import Score

__all__ = [
    "Assessment",
    "Clearance",
    "IntakeResponse",
    "Invitation",
    "RateCount",
    "RedFlagAlert",
    "ResumeCode",
    "Score",
]
