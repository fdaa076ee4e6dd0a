"""Incidents: kept as told, on the homes of practitioner and owner until somebody has looked at them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.lib import wording
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.models import Incident
from treatments.visits.actions import incidents, starting

pytestmark = pytest.mark.django_db
WHAT = "BL60 needled on both sides, the pregnancy was told afterwards"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def incident(petra: Any) -> Incident:
    patient = PatientFactory(given_name="Aoife", family_name="Gallagher")
    signed_plan(patient, petra)
    visit = starting.start_visit(patient=patient, by=petra)
    return incidents.open_incident(
        kind="forbidden_given", patient=patient, visit=visit, reason_code="not_known", text=WHAT, by=petra
    )


def test_an_incident_is_on_the_practitioners_home_until_reviewed(incident: Incident, petra: Any) -> None:
    colleague = client_of(UserFactory(practitioner=True))
    home = page_text(colleague.get("/"))
    assert "Incidents to review" in home and WHAT in home and "Aoife Gallagher" in home
    page = reverse("visits:incident", args=[incident.pk])
    assert WHAT in page_text(colleague.get(page))
    refused = colleague.post(page, {"note": "ok"})
    assert refused.status_code == 422 and "ok</textarea>" in page_text(refused)
    colleague.post(page, {"note": "Midwife told, no bleeding, plan drawn anew"})
    assert "Incidents to review" not in page_text(colleague.get("/"))
    assert "Midwife told" in page_text(colleague.get(page))
    assert (
        list(AuditEvent.objects.filter(action__startswith="incident.").values_list("action", flat=True)).count(
            "incident.reviewed"
        )
        == 1
    )


def test_the_owner_sees_that_there_is_one_and_for_whom_but_not_what(incident: Incident) -> None:
    owner = client_of(UserFactory(owner=True))
    home = page_text(owner.get("/"))
    assert "Incidents not yet reviewed" in home and "Aoife Gallagher" in home
    assert "BL60" not in home and "pregnancy" not in home and "ruled out" not in home
    assert owner.get(reverse("visits:incident", args=[incident.pk])).status_code == 403
    assert incident.patient_id in AuditEvent.objects.get(action="home.read").detail["patients"]


def test_somebody_who_is_both_reads_it_once(incident: Incident) -> None:
    home = page_text(client_of(UserFactory(owner=True, practitioner=True)).get("/"))
    assert WHAT in home and "Incidents not yet reviewed" not in home


def test_the_front_desk_sees_nothing_of_it(incident: Incident) -> None:
    desk = client_of(UserFactory(desk=True))
    assert "ncident" not in page_text(desk.get("/"))
    assert desk.get(reverse("visits:incident", args=[incident.pk])).status_code == 403


def test_the_most_urgent_comes_first(incident: Incident, petra: Any) -> None:
    urgent = incidents.open_incident(
        kind="needle_count", patient=incident.patient, visit=incident.visit, reason_code="not_found",
        text="One needle of the back is missing", due_on=dt.date(2026, 11, 30), by=petra,
    )  # fmt: skip
    assert list(incidents.open_incidents()) == [urgent, incident]


@pytest.mark.parametrize(
    "wrong",
    [{"text": "x"}, {"text": "..............."}, {"text": "xxxxxxxxxxxxx"}, {"reason_code": ""}, {"kind": "sins"},
     {"reason_code": "not_found"}],
    ids=str,
)  # fmt: skip
def test_a_code_and_words_of_substance_are_asked(incident: Incident, petra: Any, wrong: dict[str, str]) -> None:
    fields = {"kind": "forbidden_given", "reason_code": "overlooked", "text": WHAT} | wrong
    with pytest.raises(ValueError):
        incidents.open_incident(patient=incident.patient, visit=incident.visit, by=petra, **fields)
    assert Incident.objects.count() == 1


def test_words_in_chinese_are_words() -> None:
    assert wording.says_something("怀孕未知误针昆仑")
    assert not wording.says_something("好")


@pytest.mark.parametrize("change", [{"text": "nothing"}, {"detail": {"a": 1}}, {"reason_code": "other"}], ids=str)
def test_what_an_incident_says_never_changes(incident: Incident, change: dict[str, Any]) -> None:
    for work in (Incident.objects.filter(pk=incident.pk).update, lambda **_: incident.delete()):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            work(**change)


def test_an_incident_is_reviewed_once(incident: Incident, petra: Any) -> None:
    incidents.review_incident(incident_id=incident.pk, note="Looked at with the midwife", by=petra)
    with pytest.raises(ValueError, match="already"):
        incidents.review_incident(incident_id=incident.pk, note="Looked at with the midwife", by=petra)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(review_note="all fine")
