"""What is wrong: findings in; red flags, two scores, patterns, causes and channels out. Pure."""

from .case import AshiPlace, Case, Complaint, Confirmed, Patient, Screening
from .judging import assess, deciding_questions, stage
from .knowledge import IntakeKnowledge, KnowledgeError, KnowledgeFault, load_intake_knowledge
from .parsing import CaseError, Fault, parse_case
from .result import (
    ACTIONS,
    LEVELS,
    Alert,
    Ask,
    Assessment,
    AxisScore,
    ClinicalPicture,
    Contradiction,
    Evidence,
    PatternScore,
)
from .text import TextSign

__all__ = [
    "ACTIONS",
    "LEVELS",
    "Alert",
    "AshiPlace",
    "Ask",
    "Assessment",
    "AxisScore",
    "Case",
    "CaseError",
    "ClinicalPicture",
    "Complaint",
    "Confirmed",
    "Contradiction",
    "Evidence",
    "Fault",
    "IntakeKnowledge",
    "KnowledgeError",
    "KnowledgeFault",
    "Patient",
    "PatternScore",
    "Screening",
    "TextSign",
    "assess",
    "deciding_questions",
    "load_intake_knowledge",
    "parse_case",
    "stage",
]
