"""What is stored about an intake: link, answers, alerts, clearances, assessments, scores."""

from .assessments import Assessment, Clearance
from .attachments import Attachment
from .calls import PhoneCall
from .consents import ConsentSigned, OwnConsent
from .episodes import ComplaintTold, Episode
from .invitations import Invitation, RateCount, ResumeCode
from .kiosk import Kiosk
from .own_questions import OwnQuestions
from .responses import IntakeResponse, RedFlagAlert
from .saving import Clash, OpenedPage
from .scores import Score
from .stays import ScreenStay

__all__ = [
    "Assessment",
    "Attachment",
    "Clash",
    "Clearance",
    "ComplaintTold",
    "ConsentSigned",
    "Episode",
    "IntakeResponse",
    "Invitation",
    "Kiosk",
    "OpenedPage",
    "OwnConsent",
    "OwnQuestions",
    "PhoneCall",
    "RateCount",
    "RedFlagAlert",
    "ResumeCode",
    "Score",
    "ScreenStay",
]
