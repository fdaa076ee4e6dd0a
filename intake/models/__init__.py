"""What is stored about an intake: link, answers, alerts, clearances, assessments, scores."""

from .assessments import Assessment, Clearance
from .attachments import Attachment
from .invitations import Invitation, RateCount, ResumeCode
from .responses import IntakeResponse, RedFlagAlert
from .saving import Clash, OpenedPage
from .scores import Score

__all__ = [
    "Assessment",
    "Attachment",
    "Clash",
    "Clearance",
    "IntakeResponse",
    "Invitation",
    "OpenedPage",
    "RateCount",
    "RedFlagAlert",
    "ResumeCode",
    "Score",
]
