"""What is wrong: findings in; red flags, two scores, patterns, causes and channels out. Pure."""

from intake.assessment.assess import Signs, assess, deciding_questions, signs_of, stage
from intake.assessment.case import AshiPlace, Case, Complaint, Confirmed, Patient, Screening
from intake.assessment.case_parsing import (
    CaseError,
    Fault,
    complaint_id,
    has_rules,
    knowledge_of,
    parse_case,
    read_case,
)
from intake.assessment.knowledge.load import IntakeKnowledge, load_intake_knowledge
from intake.assessment.result import (
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
from intake.assessment.text import TextSign

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
    "Patient",
    "PatternScore",
    "Screening",
    "Signs",
    "TextSign",
    "assess",
    "complaint_id",
    "deciding_questions",
    "has_rules",
    "knowledge_of",
    "load_intake_knowledge",
    "parse_case",
    "read_case",
    "signs_of",
    "stage",
]
