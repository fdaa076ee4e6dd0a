"""A signed plan and visits for tests. The plan is small and written by hand, so that a test can count its needles."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any, cast

from django.utils import timezone

from clinic.people.models import Patient, User
from intake.assessment import load_intake_knowledge
from intake.models import Assessment, Episode
from treatments.models import PlannedVisit, Proposal, TreatmentPlan, Visit
from treatments.planner.treatment.shapes import PointJson, ReasonJson
from treatments.planner.treatment.visit_shapes import StartJson, VisitRecord
from treatments.visits import ledger
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, starting
from treatments.visits.safety_questions import safety_questions

WHY: list[ReasonJson] = [{"rule": "local.low_back", "text": "Local point of the low back.", "sources": ["KIM2023"]}]
POINT: PointJson = {
    "code": "",
    "name": "",
    "side": "left",
    "role": "local",
    "technique": "even",
    "needle": {"diameter_mm": 0.25, "length_mm": 40},
    "depth_mm": [15, 25],
    "angle": "perpendicular",
    "deqi": "clear",
    "levels": [],
    "because": WHY,
    "cautions": [],
}
TREATMENT: dict[str, Any] = {
    "principle": "Move qi and blood, free the channel",
    "needles": 5,
    "stages": [
        {
            "position": "prone",
            "side_up": None,
            "retention_min": 25,
            "needles": 4,
            "points": [
                {**POINT, "code": "BL25", "name": "Dachangshu 大肠俞", "side": "both"},
                {**POINT, "code": "BL26", "name": "Guanyuanshu 关元俞", "side": "right"},
                {**POINT, "code": "BL40", "name": "Weizhong 委中", "side": "right", "role": "distal"},
            ],
            "electro": [
                {
                    "leads": [["BL25", "BL26"]],
                    "lead_levels": [["", ""]],
                    "side": "right",
                    "frequency_hz": "2/100",
                    "wave": "dense_disperse",
                    "felt_strength": "strong and comfortable",
                    "minutes": 20,
                    "from_visit": 2,
                    "because": WHY,
                    "cautions": [],
                }
            ],
        },
        {
            "position": "supine",
            "side_up": None,
            "retention_min": 10,
            "needles": 1,
            "points": [{**POINT, "code": "LR3", "name": "Taichong 太冲", "side": "left", "depth_mm": [8, 12]}],
            "electro": [],
        },
    ],
    "adjuncts": [
        {
            "kind": "cupping_dry",
            "detail": "retained",
            "where": "lumbar muscles",
            "size": "",
            "points": [],
            "minutes": 8,
            "from_visit": 1,
            "because": WHY,
            "cautions": [],
        }
    ],
    "ear": [
        {
            "method": "seeds",
            "side": "left",
            "points": [{"code": "TF4", "name": "Shenmen"}],
            "detail": "",
            "keep_days": 5,
            "because": WHY,
            "cautions": [],
        }
    ],
    "home_care": [],
    "dose": {
        "per_week": 2,
        "weeks": 5,
        "sessions": 10,
        "phases": [{"per_week": 2, "weeks": 5}],
        "review_at": [5, 10],
        "because": WHY,
    },
    "cautions": [],
}
PRESENT = (
    "site.low_back", "side.right", "onset.sport", "quality.stabbing_fixed", "quality.fixed",
    "worsened_by.pressure", "time.night_fixed", "palpation.hard_nodules", "tongue.purple",
)  # fmt: skip


def findings() -> dict[str, bool]:
    """A runner with fixed stabbing pain; every red flag and condition asked and absent."""
    labels = load_intake_knowledge().labels
    absent = {label: False for label in labels if label.startswith(("flag.", "condition."))}
    return absent | {label: True for label in PRESENT if label in labels}


def episode_of(patient: Patient, complaint: str = "back") -> Episode:
    """The patient's open complaint of that kind."""
    return Episode.objects.open().get_or_create(patient=patient, complaint=complaint)[0]


def signed_plan(
    patient: Patient, by: User, *, treatment: dict[str, Any] | None = None, complaint: str = "back"
) -> TreatmentPlan:
    """A plan in force for a complaint of ``patient``, with its signed assessment and planned visits."""
    episode = episode_of(patient, complaint)
    now = timezone.now()
    treatment = copy.deepcopy(treatment or TREATMENT)
    assessment = Assessment.objects.create(
        patient=patient,
        episode=episode,
        findings=findings() if complaint == "back" else findings() | {f"site.{complaint}": True},
        status=Assessment.Status.SIGNED,
        created_by=by,
        signed_by=by,
        signed_at=now,
    )
    proposal = Proposal.objects.create(
        patient=patient,
        assessment=assessment,
        case={} if complaint == "back" else {"complaint": {"id": complaint}},
        result={"action": "treat", "treatment": treatment, "assessment": {"stage": "chronic"}},
        knowledge_version="test",
        created_by=by,
    )
    plan = TreatmentPlan.objects.create(
        patient=patient,
        episode=episode,
        proposal=proposal,
        treatment=treatment,
        status=TreatmentPlan.Status.SIGNED,
        created_by=by,
        signed_by=by,
        signed_at=now,
        course_reference=f"plan:{proposal.pk}",
    )
    PlannedVisit.objects.bulk_create(
        PlannedVisit(plan=plan, number=n, is_review=n in treatment["dose"]["review_at"])
        for n in range(1, treatment["dose"]["sessions"] + 1)
    )
    return plan


def answered(record: VisitRecord, **start: Any) -> VisitRecord:
    """A record with every short safety question answered no, everything done, all needles out."""
    new = visit_record.all_done(record)
    asked = {"flags": dict.fromkeys(safety_questions(), "no"), "pain_now": 5, "pain_average": 6, **start}
    new["start"] = cast(StartJson, asked)
    for stage, row in zip(new["stages"], ledger.ledger(new), strict=False):
        stage |= {"out": row["in"], "first_insertion": "14:05"}
    new["close"]["response"] = "Turns more easily"
    return new


def signed_visit(patient: Patient, by: User, *, days_ago: int = 0, **start: Any) -> Visit:
    """The next visit of the patient's plan, charted as planned and signed."""
    visit = starting.start_visit(patient=patient, by=by, is_sure=True)
    if days_ago:
        visit.started_at = timezone.now() - dt.timedelta(days=days_ago)
        visit.save(update_fields=["started_at"])
    kept = charting.save_visit(
        visit_id=visit.pk, revision=visit.revision, record=answered(visit.record, **start), by=by
    )
    return charting.sign_visit(visit_id=visit.pk, revision=kept.revision, by=by)
