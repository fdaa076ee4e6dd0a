"""A visit entered in error is kept and counts nowhere; what is perhaps a mistake is asked before it begins."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from intake.models import Score
from tests.factories.scheduling import AppointmentFactory
from tests.factories.treatments import episode_of, signed_visit
from tests.support.page_text import page_text
from tests.support.visit_pages import all_done, posted, url
from treatments.front.presenters import chart, home
from treatments.models import Visit
from treatments.outcomes import presenters
from treatments.outcomes.actions import decision_for, scores_of_course
from treatments.plans.actions.signing import is_finished
from treatments.plans.presenters import planned_visits
from treatments.visits.actions import starting
from treatments.visits.presenters import page

pytestmark = pytest.mark.django_db
MISTAKE = {"code": "mistake", "note": "The patient was only here to pay."}


def start(client, patient, **more):
    return client.post(reverse("visits:start", args=[patient.pk]), more)


def test_an_open_visit_is_set_aside_and_its_number_is_free(as_petra, patient, petra, visit):
    refused = as_petra.post(url("set_aside", visit), {"code": "", "note": "x"})
    assert refused.status_code == 422 and "Choose a reason" in page_text(refused)
    assert as_petra.post(url("set_aside", visit), {"code": "other", "note": " "}).status_code == 422
    assert as_petra.post(url("set_aside", visit), MISTAKE).status_code == 302
    visit.refresh_from_db()
    assert (visit.status, visit.set_aside_by, visit.set_aside_code) == ("set_aside", petra, "mistake")
    note = page_text(as_petra.get(url("visit", visit)))
    assert "Entered in error" in note and "The patient was only here to pay." in note
    assert AuditEvent.objects.filter(action="visit.set_aside", patient_id=patient.pk).exists()

    start(as_petra, patient)
    again = Visit.objects.get(status="draft")
    assert (again.number, again.pk) != (2, visit.pk) and again.number == 1
    assert as_petra.post(url("save", visit), posted(visit, **{"close-notes": "late"})).status_code == 302
    visit.refresh_from_db()
    assert "late" not in str(visit.record)


def test_a_signed_visit_is_set_aside_and_leaves_every_count(as_petra, patient, petra):
    right = signed_visit(patient, petra, days_ago=7, pain_now=6)
    wrong = signed_visit(patient, petra, days_ago=2, pain_now=1)
    assert len(Score.objects.counting().filter(patient=patient)) == 4
    as_petra.post(url("set_aside", wrong), MISTAKE | {"code": "wrong_patient"})
    wrong.refresh_from_db()
    assert wrong.is_set_aside and wrong.signed_by == petra and wrong.needles_in == 5  # what it says stays

    plan = right.plan
    assert {score.visit_number for score in scores_of_course(episode_of(patient))} == {1}
    assert presenters.outcomes_of(patient)["pacing"]["done"] == 1
    assert decision_for(plan, scores_of_course(episode_of(patient)), red_flag=False)
    assert [row["number"] for row in planned_visits.visits_of(plan, now=timezone.now())["rows"]] == [1]
    shown = chart.page_of(patient, is_clinical=True, now=timezone.now())["clinical"]
    assert shown["episodes"][0]["visits_done"] == 1
    assert any("entered in error" in event["title"] for event in shown["timeline"])
    start(as_petra, patient)
    new = Visit.objects.get(status="draft")
    assert new.number == 2 and page.last_visit_of(new) == right
    assert not is_finished(plan)
    assert all(not due["is_overdue"] for due in home.reviews_due(petra))
    assert "Entered in error" in page_text(as_petra.get(url("visit", wrong)))
    call_command("verify_audit", verbosity=0)


def test_a_visit_set_aside_is_not_changed_any_more(as_petra, patient, petra):
    wrong = signed_visit(patient, petra)
    with pytest.raises(DatabaseError), transaction.atomic():  # a signed one changes in nothing else
        Visit.objects.filter(pk=wrong.pk).update(
            status="set_aside", set_aside_by=petra, set_aside_at=timezone.now(), set_aside_code="mistake", needles_in=0
        )
    as_petra.post(url("set_aside", wrong), MISTAKE)
    wrong.refresh_from_db()
    at = wrong.set_aside_at
    as_petra.post(url("set_aside", wrong), MISTAKE | {"note": "again"})
    as_petra.post(url("amend", wrong), {"text": "a later word"})
    wrong.refresh_from_db()
    assert wrong.set_aside_at == at and not wrong.amendments.exists()
    for change in ({"set_aside_note": "other"}, {"status": "signed"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Visit.objects.filter(pk=wrong.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Visit.objects.filter(pk=wrong.pk).delete()


def test_the_appointment_is_free_for_the_right_visit(as_petra, patient, petra):
    booked = AppointmentFactory(patient=patient, practitioner=petra, starts_at=timezone.now())
    start(as_petra, patient)
    as_petra.post(url("set_aside", Visit.objects.get()), MISTAKE)
    booked.refresh_from_db()
    assert booked.status == "arrived"
    start(as_petra, patient)
    assert Visit.objects.get(status="draft").appointment == booked


def test_a_second_visit_of_the_day_is_asked_first(as_petra, patient, petra):
    signed_visit(patient, petra)
    asked = start(as_petra, patient)
    assert asked.status_code == 200 and "this would be a second one" in page_text(asked)
    assert Visit.objects.count() == 1
    assert start(as_petra, patient, sure="1").status_code == 302
    assert Visit.objects.filter(status="draft", number=2).exists()


def test_a_visit_beyond_the_course_is_asked_first(as_petra, patient, petra):
    for days in range(11, 1, -1):
        signed_visit(patient, petra, days_ago=days)
    asked = page_text(start(as_petra, patient))
    assert "The plan asks for 10 visits: this would be visit 11." in asked and Visit.objects.count() == 10
    start(as_petra, patient, sure="1")
    assert Visit.objects.filter(number=11).exists()


def test_an_open_visit_of_another_day_is_no_lock(as_petra, patient, visit):
    Visit.objects.filter(pk=visit.pk).update(started_at=timezone.now() - dt.timedelta(days=3))
    chart = page_text(as_petra.get(reverse("chart", args=[patient.pk])))
    assert "Start a visit" in chart and "Visit 1, not signed" in chart
    asked = page_text(start(as_petra, patient))
    assert "is not signed yet" in asked and url("visit", visit) in asked
    assert Visit.objects.count() == 1
    start(as_petra, patient, sure="1")
    new = Visit.objects.exclude(pk=visit.pk).get()
    assert (new.number, new.status) == (2, "draft")
    assert as_petra.post(url("sign", new), all_done(new)).status_code == 302  # and both are charted on
    assert as_petra.post(url("sign", visit), all_done(visit)).status_code == 302


def test_the_booked_time_survives_the_question(as_petra, patient, petra):
    signed_visit(patient, petra)
    booked = AppointmentFactory(patient=patient, practitioner=petra, starts_at=timezone.now())
    asked = page_text(start(as_petra, patient, appointment=booked.pk))
    assert f'name="appointment" value="{booked.pk}"' in asked
    start(as_petra, patient, appointment=booked.pk, sure="1")
    assert Visit.objects.get(status="draft").appointment == booked


def test_sure_or_not_nothing_begins_without_a_plan(patient, petra):
    patient.plans.get()
    starting.start_visit(patient=patient, by=petra)
    with pytest.raises(starting.AskFirst):
        Visit.objects.update(started_at=timezone.now() - dt.timedelta(days=1))
        starting.start_visit(patient=patient, by=petra)
