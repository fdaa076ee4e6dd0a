"""What is wrong: findings in, red flags, two scores, patterns, causes and channels out. Pure: no Django, no clock."""

from .case import AshiPlace, Case, Complaint, Confirmed, Patient, Screening
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
    TextMark,
)

__all__ = [
    "ACTIONS",
    "LEVELS",
    "Alert",
    "AshiPlace",
    "Ask",
    "Assessment",
    "AxisScore",
    "Case",
    "ClinicalPicture",
    "Complaint",
    "Confirmed",
    "Contradiction",
    "Evidence",
    "Patient",
    "PatternScore",
    "Screening",
    "TextMark",
]
