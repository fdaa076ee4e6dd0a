"""An override belongs to rule, item and value: what is worse, or comes again after an undo, asks again."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from clinic.people.models import SafetyFact
from tests.factories.assessed import draft_plan
from treatments.models import TreatmentPlan
from treatments.plans import point_search, treatment_edits
from treatments.plans.actions import drafts, signing

pytestmark = pytest.mark.django_db


def edit(plan: TreatmentPlan, by: Any, change: Any) -> TreatmentPlan:
    return drafts.edit(plan_id=plan.pk, revision=plan.revision, verb="edit", text="Edited", change=change, by=by)


def add(plan: TreatmentPlan, code: str, by: Any) -> TreatmentPlan:
    item = point_search.planned(point_search.find(code), side="both")
    return edit(plan, by, partial(treatment_edits.added, list_address="stages.0.points", item=item))


def stop(plan: TreatmentPlan, code: str, item: str) -> dict[str, Any] | None:
    found = [a for a in plan.review["alerts"] if (a["code"], a["item"], a["level"]) == (code, item, "needs_reason")]
    return found[0] if found else None


def passed(plan: TreatmentPlan, alert: dict[str, Any], by: Any) -> TreatmentPlan:
    return drafts.override(
        plan_id=plan.pk, revision=plan.revision, key=alert["key"], reason_code="benefit", reason="weighed", by=by
    )


def is_open(plan: TreatmentPlan, alert: dict[str, Any]) -> bool:
    return any(alert["text"].split(",")[0] in text for text in signing.open_points(plan))


def test_needles_passed_once_are_a_new_stop_when_there_are_more(ana: Any, petra: Any) -> None:
    SafetyFact.objects.create(patient=ana, finding="condition.frail", present=True, recorded_by=petra)
    plan = draft_plan(ana, petra)
    for code in ("BL20", "BL57", "BL36", "KI7"):
        if stop(plan, "too_many_needles", "needles") is None:
            plan = add(plan, code, petra)
    alert = stop(plan, "too_many_needles", "needles")
    assert alert is not None
    plan = passed(plan, alert, petra)
    assert not is_open(plan, alert)
    plan = add(plan, "BL58", petra)
    more = stop(plan, "too_many_needles", "needles")
    assert more is not None and more["value"] != alert["value"] and is_open(plan, more)
    assert not [one for one in plan.overrides if one["code"] == "too_many_needles"]
    plan = passed(plan, more, petra)
    assert plan.overrides[-1]["value"] == more["value"] and not is_open(plan, more)


def test_undo_takes_the_reason_with_it_and_the_same_again_asks_again(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "CV17", petra)
    for alert in [a for a in plan.review["alerts"] if a["level"] == "needs_reason" and a["item"] == "CV17"]:
        plan = passed(plan, alert, petra)
    plan = drafts.undo(plan_id=plan.pk, revision=plan.revision, by=petra)
    assert plan.overrides == []
    plan = add(plan, "CV17", petra)
    assert any("CV17" in text for text in signing.open_points(plan))


def test_a_reason_for_a_shallow_needle_does_not_stand_for_the_deep_one_that_undo_brings_back(
    ana: Any, petra: Any
) -> None:
    SafetyFact.objects.create(patient=ana, finding="condition.very_thin", present=True, recorded_by=petra)
    plan = draft_plan(ana, petra)
    deep = partial(treatment_edits.changed, address="stages.0.points.0", fields={"depth_mm": [20, 34]})
    plan = edit(plan, petra, deep)
    code = plan.treatment["stages"][0]["points"][0]["code"]
    assert stop(plan, "depth_past_patient_cap", code)
    less = partial(treatment_edits.changed, address="stages.0.points.0", fields={"depth_mm": [20, 30]})
    plan = edit(plan, petra, less)
    alert = stop(plan, "depth_past_patient_cap", code)
    assert alert is not None
    plan = passed(plan, alert, petra)
    plan = drafts.undo(plan_id=plan.pk, revision=plan.revision, by=petra)
    again = stop(plan, "depth_past_patient_cap", code)
    assert again is not None and is_open(plan, again) and plan.overrides == []


def test_a_plan_signed_before_values_were_kept_stays_readable_and_its_reasons_stand(ana: Any, petra: Any) -> None:
    plan = add(draft_plan(ana, petra), "CV17", petra)
    for alert in [a for a in plan.review["alerts"] if a["level"] == "needs_reason"]:
        plan = passed(plan, alert, petra)
    for one in plan.overrides:
        del one["value"]
    for kept in plan.review["alerts"]:
        del kept["value"]
    assert signing.open_points(plan) == []
    plan.overrides[0]["text"] = "another depth"
    assert signing.open_points(plan) != []
