"""One visit for two complaints: needled together, checked together, counted in both courses."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from clinic.scheduling.models import Appointment, Course
from intake.models import Score
from tests.factories.scheduling import AppointmentFactory, CourseFactory
from tests.factories.treatments import POINT, TREATMENT, answered, signed_plan, signed_visit
from tests.support.page_text import page_text
from treatments.models import TreatmentPlan, Visit
from treatments.outcomes.presenters import outcomes_of
from treatments.plans.actions import safety_facts
from treatments.plans.presenters import planned_visits
from treatments.visits import joining
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, replanning, starting
from treatments.visits.safety_questions import safety_questions

MORE = ("ST36", "SP6", "SP10", "ST34", "GB34", "LR8", "KI3")
pytestmark = pytest.mark.django_db


def knee_treatment(*, many: int = 0) -> dict[str, Any]:
    """Lying on the back: ST35, SP9, and LR3 on the right, which the plan for the back needles on the left."""
    treatment = copy.deepcopy(TREATMENT)
    points = [
        {**POINT, "code": "ST35", "name": "Dubi 犊鼻", "depth_mm": [8, 12]},
        {**POINT, "code": "SP9", "name": "Yinlingquan 阴陵泉"},
        {**POINT, "code": "LR3", "name": "Taichong 太冲", "side": "right", "depth_mm": [8, 12]},
        *(
            {**POINT, "code": code, "side": "both"}
            for code in ("ST36", "SP6", "SP10", "ST34", "GB34", "LR8", "KI3")[:many]
        ),
    ]
    stage = {"position": "supine", "side_up": None, "retention_min": 20, "points": points, "electro": []}
    return treatment | {"stages": [stage], "ear": [], "adjuncts": []}


@pytest.fixture
def plans(ana: Any, petra: Any) -> tuple[TreatmentPlan, TreatmentPlan]:
    return signed_plan(ana, petra), signed_plan(ana, petra, treatment=knee_treatment(), complaint="knee")


def begun(plans: tuple[TreatmentPlan, TreatmentPlan], by: Any) -> Visit:
    back, knee = plans
    return starting.start_visit(patient=back.patient, by=by, is_sure=True, plan_id=back.pk, also_plan_id=knee.pk)


def signed(visit: Visit, by: Any, **start: Any) -> Visit:
    record = answered(visit.record, **start)
    record["start"]["flags"] = dict.fromkeys({**safety_questions(), **safety_questions("knee")}, "no")
    record["start"]["about_also"] = visit.record["start"]["about_also"]
    kept = charting.save_visit(visit_id=visit.pk, revision=visit.revision, record=record, by=by)
    return charting.sign_visit(visit_id=visit.pk, revision=kept.revision, by=by)


def test_both_plans_are_in_the_record_and_no_point_twice(plans: Any, petra: Any) -> None:
    visit = begun(plans, petra)
    points = [point for _, point in visit_record.points_of(visit.record)]
    assert [point["code"] for point in points] == ["BL25", "BL26", "BL40", "LR3", "ST35", "SP9"]
    assert visit.record["shared"] == ["LR3"]
    lr3 = points[3]
    assert (lr3["side"], lr3["planned"]["side"], lr3.get("also")) == ("both", "both", None)
    assert [point.get("also") for point in points[4:]] == [True, True]
    uids = [item["uid"] for item in visit_record.items_of(visit.record)]
    assert len(uids) == len(set(uids))
    assert [stage["planned_retention_min"] for stage in visit.record["stages"]] == [25, 10]  # the shorter of both


def test_it_counts_in_both_courses_and_the_note_says_which(plans: Any, petra: Any, as_petra: Client) -> None:
    back, knee = plans
    signed_visit(back.patient, petra)
    visit = signed(begun(plans, petra), petra, pain_now=5, pain_average=6, also_pain_now=2, also_pain_average=3)
    assert (visit.number, visit.also_number) == (2, 1)
    for plan, numbers in ((back, {1, 2}), (knee, {1})):
        course = Visit.objects.of_course(plan)
        assert course.done().numbers() == numbers and course.last_number() == max(numbers)
        shown = planned_visits.visits_of(plan, now=timezone.now())
        assert {row["number"] for row in shown["rows"]} == numbers
        assert outcomes_of(back.patient, plan.episode_id)["pacing"]["done"] == len(numbers)
    pain = Score.objects.filter(measure="nrs_now").order_by("pk").values_list("episode", "visit_number", "value")
    assert [*pain] == [(back.episode_id, 1, 5), (back.episode_id, 2, 5), (knee.episode_id, 1, 2)]
    text = page_text(as_petra.get(f"/visits/{visit.pk}/note/"))
    assert "Knee pain: plan, version 1, visit 1" in text and "plan, version 1, visit 2" in text
    chart = as_petra.get(f"/patients/{back.patient_id}/").context["clinical"]
    assert [one["visits_done"] for one in chart["episodes"]] == [2, 1]
    Visit.objects.filter(pk=visit.pk).update(
        status="set_aside", set_aside_by=petra, set_aside_at=timezone.now(), set_aside_code="mistake"
    )
    assert Visit.objects.of_course(knee).last_number() == 0


def test_the_needles_of_both_together_keep_to_the_stricter_bound(ana: Any, petra: Any) -> None:
    back = signed_plan(ana, petra)
    knee = signed_plan(ana, petra, treatment=knee_treatment(many=7), complaint="knee")

    def stops(visit: Visit) -> set[str]:
        return {alert.code for alert in charting.safety_of(visit)} & {"too_many_needles"}

    alone = starting.start_visit(patient=ana, by=petra, plan_id=back.pk)
    assert not stops(alone)
    Visit.objects.filter(pk=alone.pk).delete()
    both = starting.start_visit(patient=ana, by=petra, plan_id=back.pk, also_plan_id=knee.pk)
    assert stops(both)
    kept = charting.save_visit(visit_id=both.pk, revision=both.revision, record=answered(both.record), by=petra)
    assert any("needles are many" in reason for reason in charting.missing_for_signature(kept))


def test_the_safety_questions_of_both_are_asked_once_each(plans: Any, petra: Any, as_petra: Client) -> None:
    visit = begun(plans, petra)
    page = as_petra.get(f"/visits/{visit.pk}/")
    asked = [field.name for field, _ in page.context["flag_rows"]]
    wanted = {*safety_questions(), *safety_questions("knee")}
    assert len(asked) == len(set(asked)) == len(wanted) > len(safety_questions())
    text = page_text(page)
    assert "For two: Back, hip or leg, visit 1 of 10" in text and "Knee pain, plan v1" in text
    assert "needled once: LR3" in text
    alone = charting.draft_at(visit.pk, visit.revision)
    assert "start-also_pain_now" in page.content.decode() and alone.record["start"]["about_also"]


def test_several_plans_in_force_are_chosen_from(plans: Any, as_petra: Client, ana: Any) -> None:
    back, knee = plans
    start = f"/patients/{ana.pk}/visits/start/"
    asked = as_petra.post(start)
    assert "for which complaint?" in page_text(asked) and not Visit.objects.exists()
    assert [row["is_ticked"] for row in asked.context["rows"]] == [True, True]
    as_petra.post(start, {"plan": [back.pk, knee.pk]})
    visit = Visit.objects.get()
    assert (visit.plan, visit.also_plan) == (back, knee)
    assert as_petra.post(start).url == f"/visits/{visit.pk}/"  # the open visit of today


def test_a_newer_plan_of_either_complaint_is_taken(plans: Any, petra: Any) -> None:
    back, knee = plans
    visit = begun(plans, petra)
    TreatmentPlan.objects.filter(pk=knee.pk).update(status="superseded")
    treatment = knee_treatment()
    treatment["stages"][0]["points"].pop(0)
    newer = TreatmentPlan.objects.create(
        patient=knee.patient, episode=knee.episode, proposal=knee.proposal, version=2, treatment=treatment,
        status="signed", created_by=petra, signed_by=petra, signed_at=knee.signed_at,
        course_reference=knee.course_reference,
    )  # fmt: skip
    taken = replanning.take_plan(visit_id=visit.pk, revision=visit.revision, by=petra)
    assert (taken.plan, taken.also_plan, taken.also_number) == (back, newer, 1)
    codes = [point["code"] for _, point in visit_record.points_of(taken.record)]
    assert codes == ["BL25", "BL26", "BL40", "LR3", "SP9"]


def test_nothing_of_a_signed_visit_for_two_changes(plans: Any, petra: Any) -> None:
    visit = signed(begun(plans, petra), petra)
    for change in ({"also_plan": None, "also_number": None}, {"also_number": 7}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**change)
    draft = starting.start_visit(patient=visit.patient, by=petra, is_sure=True, plan_id=visit.plan_id)
    for change in ({"also_plan": visit.also_plan}, {"also_plan": visit.plan, "also_number": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=draft.pk).update(**change)


def test_a_second_plan_may_lie_another_way(ana: Any, petra: Any) -> None:
    seated = knee_treatment()
    seated["stages"][0] |= {"position": "seated"}
    plans = signed_plan(ana, petra), signed_plan(ana, petra, treatment=seated, complaint="knee")
    visit = begun(plans, petra)
    assert [stage["position"] for stage in visit.record["stages"]] == ["prone", "supine", "seated"]
    assert joining.joined(visit.record, visit.record)["stages"] == visit.record["stages"]  # nothing twice


@pytest.fixture
def booked(plans: Any, petra: Any) -> Appointment:
    """A time of today that serves both courses: number 1 of each."""
    courses = [
        CourseFactory(patient=one.patient, practitioner=petra, reference=one.course_reference, sessions=10)
        for one in plans
    ]
    return AppointmentFactory(
        patient=plans[0].patient, practitioner=petra, starts_at=timezone.now(), course=courses[0], number_in_course=1,
        also_course=courses[1], also_number=1,
    )  # fmt: skip


def test_a_time_booked_for_two_is_a_visit_for_two(
    plans: Any, booked: Appointment, petra: Any, as_petra: Client
) -> None:
    back, knee = plans
    start = f"/patients/{back.patient_id}/visits/start/"
    asked = as_petra.post(start, {"appointment": booked.pk})
    assert [row["is_ticked"] for row in asked.context["rows"]] == [True, True]
    for plan in plans:  # each sees its number booked
        shown = planned_visits.visits_of(plan, now=timezone.now() - timedelta(hours=1))
        assert [(row["number"], row["appointment"]) for row in shown["rows"]] == [(1, booked)]
        assert safety_facts.booked_visits(plan) == 0
    chart = as_petra.get(f"/patients/{back.patient_id}/").context["clinical"]
    assert [one["plan"]["visits"]["rows"][0]["appointment"] for one in chart["episodes"]] == [booked, booked]
    visit = starting.start_visit(patient=back.patient, by=petra, appointment=booked)
    assert (visit.plan, visit.also_plan, visit.also_number) == (back, knee, 1)
    booked.refresh_from_db()
    assert (booked.status, booked.is_shared) == ("in_room", True)


def test_a_time_booked_for_two_that_serves_one_leaves_the_other_number_open(
    plans: Any, booked: Appointment, petra: Any
) -> None:
    back, knee = plans
    starting.start_visit(patient=back.patient, by=petra, appointment=booked, plan_id=knee.pk)
    booked.refresh_from_db()
    assert (booked.course.reference, booked.number_in_course, booked.is_shared) == (knee.course_reference, 1, False)
    of_back = Course.objects.get(reference=back.course_reference)
    assert (of_back.status, of_back.missing_numbers()[0]) == ("to_book", 1)


def test_a_visit_for_two_at_a_time_booked_for_one_counts_in_both(plans: Any, booked: Appointment, petra: Any) -> None:
    back, knee = plans
    Appointment.objects.filter(pk=booked.pk).update(also_course=None, also_number=None)
    starting.start_visit(patient=back.patient, by=petra, plan_id=back.pk, also_plan_id=knee.pk)
    booked.refresh_from_db()
    assert (booked.also_course.reference, booked.also_number) == (knee.course_reference, 1)
    assert Course.objects.get(reference=knee.course_reference).missing_numbers()[0] == 2
