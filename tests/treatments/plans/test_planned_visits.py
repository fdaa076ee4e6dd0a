"""The visits a plan asks for, with the times the desk booked: on the plan and on the chart."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.scheduling.models import Course
from tests.factories.assessed import draft_plan
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import AppointmentFactory, CourseFactory, ServiceFactory
from tests.support.page_text import page_text
from treatments.models import TreatmentPlan, Visit
from treatments.plans.actions import drafts, signing
from treatments.plans.presenters.planned_visits import numbers_in_words, visits_of

NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def plan(db: None) -> TreatmentPlan:
    petra = UserFactory(practitioner=True)
    draft = draft_plan(PatientFactory(), petra)
    draft = drafts.note_seen(plan_id=draft.pk, revision=draft.revision, by=petra)
    return signing.sign_plan(
        plan_id=draft.pk, revision=draft.revision, service=ServiceFactory(), practitioner=petra, by=petra
    )


def book(plan: TreatmentPlan, number: int, *, days: int, **more: Any) -> Any:
    course = more.pop("course", None) or Course.objects.get(reference=plan.course_reference)
    return AppointmentFactory(
        patient=plan.patient,
        course=course,
        number_in_course=number,
        starts_at=NOW + dt.timedelta(days=days),
        **more,
    )


def test_a_draft_has_no_visits_yet(db: None) -> None:
    draft = draft_plan(PatientFactory(), UserFactory(practitioner=True))
    assert visits_of(draft, now=NOW) is None


def test_before_the_desk_has_booked_all_are_open(plan: TreatmentPlan) -> None:
    found = visits_of(plan, now=NOW)
    sessions = plan.treatment["dose"]["sessions"]
    assert found and found["rows"] == [] and found["next"] is None
    assert found["open"] == f"1 to {sessions}" and found["reviews_open"]


def test_booked_times_are_found_by_course_and_number(plan: TreatmentPlan) -> None:
    second, first = book(plan, 2, days=9), book(plan, 1, days=2)
    book(plan, 3, days=12, status="cancelled")
    other = CourseFactory(patient=plan.patient, reference="plan:another")
    book(plan, 4, days=14, course=other)
    found = visits_of(plan, now=NOW)
    assert found and [(row["number"], row["appointment"]) for row in found["rows"]] == [(1, first), (2, second)]
    assert found["next"]["appointment"] == first and found["coming"] == 2
    assert found["open"].startswith("3 to ")


def test_what_was_begun_is_no_longer_coming(plan: TreatmentPlan) -> None:
    first, second = book(plan, 1, days=-3), book(plan, 2, days=4)
    visit = Visit.objects.create(
        patient=plan.patient, plan=plan, number=1, practitioner=plan.signed_by, started_at=first.starts_at
    )
    found = visits_of(plan, now=NOW)
    assert found and [row["visit"] and row["visit"].pk for row in found["rows"]] == [visit.pk, None]
    assert found["next"]["appointment"] == second and found["coming"] == 1


def test_a_change_of_a_running_plan_finds_the_same_bookings(plan: TreatmentPlan) -> None:
    kept = book(plan, 2, days=4)
    Visit.objects.create(patient=plan.patient, plan=plan, number=1, practitioner=plan.signed_by, started_at=NOW)
    draft = drafts.new_version(plan=plan, by=plan.signed_by)
    draft = drafts.note_seen(plan_id=draft.pk, revision=draft.revision, by=plan.signed_by)
    newer = signing.sign_plan(
        plan_id=draft.pk,
        revision=draft.revision,
        service=ServiceFactory(),
        practitioner=plan.signed_by,
        by=plan.signed_by,
    )
    found = visits_of(newer, now=NOW)
    assert found and [(row["number"], row["appointment"]) for row in found["rows"]] == [(2, kept)]


def test_plan_and_chart_show_the_booked_dates(plan: TreatmentPlan) -> None:
    booked = book(plan, 1, days=2)
    shown = timezone.localtime(booked.starts_at)
    words = f"{shown:%a} {shown.day} {shown:%b, %H:%M}"
    client = Client()
    client.force_login(plan.signed_by)
    for page in (f"/plans/{plan.pk}/", f"/patients/{plan.patient_id}/"):
        text = page_text(client.get(page))
        assert words in text and f"/schedule/{booked.pk}/" in text
        assert f"Not booked yet: 2 to {plan.treatment['dose']['sessions']}, a review among them." in text


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], ""),
        ([4], "4"),
        ([4, 5], "4 and 5"),
        ([4, 5, 6], "4 to 6"),
        ([3, 5], "3 and 5"),
        ([9, 3, 5, 7, 8], "3, 5 and 7 to 9"),
        ([1, 2, 3, 6, 7], "1 to 3, 6 and 7"),
    ],
)
def test_numbers_in_words(numbers: list[int], words: str) -> None:
    assert numbers_in_words(numbers) == words
