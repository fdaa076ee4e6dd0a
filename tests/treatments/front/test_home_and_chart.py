"""Home by role and the chart: what each sees, what nobody but a clinician sees, what is left in the trail."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Clinic, SafetyFact
from clinic.people.templatetags.once import _documents, _forms
from intake.models import IntakeResponse, Invitation, RedFlagAlert, Score
from intake.models.kept import keep_links
from tests.factories.assessed import assessed, draft_plan, examined
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.front.presenters import home
from treatments.front.presenters.curves import _curves
from treatments.front.presenters.episodes import _said, _summaries
from treatments.front.presenters.timeline import _timelines
from treatments.models import PlannedVisit, Visit
from treatments.models.kept import keep_reviews

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def invited(patient: Any, *, submitted: bool = False) -> Invitation:
    now = timezone.now()
    link = Invitation.objects.create(
        patient=patient, token_hash=f"{patient.pk}-{now.timestamp()}", expires_at=now + dt.timedelta(days=7)
    )
    if submitted:
        IntakeResponse.objects.create(
            patient=patient,
            invitation=link,
            questionnaire_version="1",
            submitted_at=now,
            consent_at=now,
            consent_name="A",
        )
        keep_links(link.response)
    return link


def test_the_practitioner_sees_red_flags_first_then_new_intakes_and_what_to_sign(ana: Any, petra: Any) -> None:
    link = invited(ana, submitted=True)
    RedFlagAlert.objects.create(patient=ana, response=link.response, flag="flag.saddle_numbness", level="emergency")
    examined(PatientFactory(given_name="Ben", family_name="Berg"), petra)
    text = page_text(client_of(petra).get("/"))
    assert text.index('id="h-alerts"') < text.index("My patients today")
    assert "Ana Ahn" in text and "Ben Berg" in text and "assessment" in text
    event = AuditEvent.objects.get(action="home.read")
    assert ana.pk in event.detail["patients"]


def test_a_review_is_due_when_the_next_visit_is_one(ana: Any, petra: Any) -> None:
    plan = signed_plan(ana, petra)
    PlannedVisit.objects.filter(plan=plan).delete()
    PlannedVisit.objects.create(plan=plan, number=2, is_review=True)
    assert "visit 2" not in page_text(client_of(petra).get("/"))
    visit = Visit.objects.create(patient=ana, plan=plan, number=1, practitioner=petra, started_at=timezone.now())
    keep_reviews(ana)
    assert [row["number"] for row in client_of(petra).get("/").context["practitioner"]["reviews"]] == [2]
    Visit.objects.create(patient=ana, plan=plan, number=2, practitioner=petra, started_at=timezone.now())
    keep_reviews(ana)
    row = client_of(petra).get("/").context["practitioner"]["reviews"][0]
    assert row["is_overdue"] and visit.number == 1
    Score.objects.create(
        patient=ana, measure="rmdq", value=4, occasion="review", visit_number=2, filled_by="patient",
        taken_at=timezone.now(),
    )  # fmt: skip
    keep_reviews(ana)
    assert client_of(petra).get("/").context["practitioner"]["reviews"] == []


def test_a_review_passed_by_is_made_up_for_by_the_next_one(ana: Any, petra: Any) -> None:
    plan = signed_plan(ana, petra)
    PlannedVisit.objects.filter(plan=plan).delete()
    PlannedVisit.objects.bulk_create(PlannedVisit(plan=plan, number=n, is_review=n in (3, 6)) for n in range(1, 8))
    for number in range(1, 7):
        Visit.objects.create(patient=ana, plan=plan, number=number, practitioner=petra, started_at=timezone.now())
    keep_reviews(ana)
    reviews = client_of(petra).get("/").context["practitioner"]["reviews"]
    assert [(row["number"], row["is_overdue"]) for row in reviews] == [(3, True), (6, True)]
    client_of(petra).post(f"/outcomes/{ana.pk}/", {"nrs_average": 6, "filled_by": "patient"})
    assert client_of(petra).get("/").context["practitioner"]["reviews"] == []


def test_the_front_desk_sees_logistics_and_no_medicine(ana: Any, petra: Any) -> None:
    link = invited(ana, submitted=True)
    RedFlagAlert.objects.create(patient=ana, response=link.response, flag="flag.saddle_numbness", level="emergency")
    ben = PatientFactory(given_name="Ben", family_name="Berg")
    invited(ben)
    answer = client_of(UserFactory(desk=True)).get("/")
    text = page_text(answer)
    assert "Unfinished intakes" in text and "Ben Berg" in text
    assert "Red flags" not in text and "practitioner" not in answer.context


def test_the_front_desk_is_told_whom_to_call_but_not_why(ana: Any) -> None:
    link = invited(ana, submitted=True)
    for flag in ("flag.saddle_numbness", "flag.bladder"):
        RedFlagAlert.objects.create(patient=ana, response=link.response, flag=flag, level="emergency")
    answer = client_of(UserFactory(desk=True)).get("/")
    assert "Call these patients" in page_text(answer)
    assert [row["patient"] for row in answer.context["desk"]["calls"]] == [ana]  # once, however many signs
    assert client_of(UserFactory(desk=True, practitioner=True)).get("/").context["desk"]["calls"] == []


def test_unfinished_intakes_come_in_the_order_of_the_next_visits(ana: Any, petra: Any) -> None:
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    late, soon = PatientFactory(given_name="Lea"), PatientFactory(given_name="Sol")
    for patient in (ana, late, soon):  # Ana waits longest and has no visit
        invited(patient)
    for patient, days in ((late, 9), (soon, 1)):
        AppointmentFactory(patient=patient, starts_at=noon + dt.timedelta(days=days))
    AppointmentFactory(patient=ana, starts_at=noon + dt.timedelta(days=2), status="cancelled")
    rows = client_of(UserFactory(desk=True)).get("/").context["desk"]["intakes"]
    assert [row["patient"] for row in rows] == [soon, late, ana]
    day = noon + dt.timedelta(days=9)
    assert [row["visit"] for row in rows] == ["tomorrow 12:00", f"{day:%a} {day.day} {day:%b}", ""]
    assert [row["is_soon"] for row in rows] == [True, False, False]


def test_few_links_and_many_are_told_alike(ana: Any, petra: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many are found from the coming visits, few from the links."""
    now = timezone.now()
    people = [PatientFactory() for _ in range(home.SHOWN + 3)]
    for place, patient in enumerate(people):
        invited(patient)
        if place % 3:  # some at the same time
            AppointmentFactory(patient=patient, starts_at=now + dt.timedelta(days=9 - place // 2))
            AppointmentFactory(patient=patient, starts_at=now + dt.timedelta(days=30 + place))
        if place == 4:
            AppointmentFactory(patient=patient, starts_at=now + dt.timedelta(days=1), status="no_show")
    few = home.unfinished_intakes(now)
    for most, is_many in ((len(people), False), (len(people) - 1, True)):
        monkeypatch.setattr(home, "FEW", most)
        monkeypatch.setattr(home, "_one_too_many", KeptQuery(home._one_too_many._build))
        assert bool(home._one_too_many()) is is_many
        assert home.unfinished_intakes(now) == few and len(few) == home.SHOWN


def test_the_owner_sees_what_is_not_set_up_yet(db: None) -> None:
    text = page_text(client_of(UserFactory(owner=True)).get("/"))
    assert "Set up the clinic" in text and "none yet" in text and "Red flags" not in text


def test_somebody_with_all_roles_sees_all_blocks(db: None) -> None:
    answer = client_of(UserFactory(owner=True, practitioner=True, desk=True)).get("/")
    assert all(block in answer.context for block in ("practitioner", "desk", "owner"))


def test_the_chart_shows_a_clinician_everything_on_one_page(ana: Any, petra: Any) -> None:
    SafetyFact.objects.create(patient=ana, finding="condition.asthma", present=True, note="inhaler")
    plan = draft_plan(ana, petra)
    for value in (7, 5, 3):
        Score.objects.create(patient=ana, measure="nrs_average", value=value, occasion="visit", filled_by="patient")
    text = page_text(client_of(petra).get(f"/patients/{ana.pk}/"))
    for shown in (
        ">Stagnation<",
        "Blood stasis",
        "asthma",
        "inhaler",
        "7 → <strong>3</strong>",
        "Assessment signed",
    ):
        assert shown in text
    assert f"/plans/{plan.pk}/" in text and "Go on with the plan" in text
    assert AuditEvent.objects.filter(action="chart.read", patient_id=ana.pk).count() == 1


def test_what_is_kept_of_a_chart_is_what_would_be_drawn_now(ana: Any, petra: Any) -> None:
    """Each change shows at once: the page with what was kept is the page without."""
    plan, client = signed_plan(ana, petra), client_of(petra)
    visit = Visit.objects.create(patient=ana, plan=plan, number=1, practitioner=petra, started_at=timezone.now())
    link = invited(ana, submitted=True)

    def told(code: str, row: Any) -> Any:
        return lambda: type(row).objects.filter(pk=row.pk).update(**{code: changed[code]})

    changed = {"number": 7, "needles_in": 12, "started_at": timezone.now() - dt.timedelta(days=3)}
    score = {"patient": ana, "measure": "nrs_now", "occasion": "visit", "filled_by": "patient"}
    changes: list[Any] = [
        lambda: None,
        *(told(code, visit) for code in changed),
        lambda: Score.objects.create(value=7, **score),
        lambda: Score.objects.create(value=3, **score),
        lambda: Score.objects.create(value=4, episode=plan.episode, **score),
        lambda: RedFlagAlert.objects.create(
            patient=ana, response=link.response, flag="flag.saddle_numbness", level="emergency"
        ),
        lambda: SafetyFact.objects.create(patient=ana, finding="condition.asthma", present=True, note="inhaler"),
        lambda: type(petra).objects.filter(pk=petra.pk).update(name="Petra Other"),
        lambda: Clinic.objects.update(time_zone="Pacific/Auckland"),
        lambda: Clinic.objects.update(time_zone="America/New_York"),
        lambda: draft_plan(ana, petra, episode=plan.episode),
    ]
    pages = set()
    for change in changes:
        change()
        kept, _ = (
            _chart(client, ana),
            [one.clear() for one in (_timelines, _curves, _said, _summaries, _documents, _forms)],
        )
        assert kept == _chart(client, ana)
        pages.add(kept)
    assert len(pages) == len(changes), "each change can be seen"


def _chart(client: Client, patient: Any) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "token", page_text(client.get(f"/patients/{patient.pk}/")))


def test_the_chart_shows_the_desk_contact_and_dates_only(ana: Any, petra: Any) -> None:
    SafetyFact.objects.create(patient=ana, finding="condition.asthma", present=True, note="inhaler")
    signed_plan(ana, petra)
    answer = client_of(UserFactory(desk=True)).get(f"/patients/{ana.pk}/")
    text = page_text(answer)
    assert answer.status_code == 200 and "rings in the evening" in text and "Send intake link" in text
    for hidden in ("asthma", "inhaler", "Stagnation", "principle", "Move qi", "BL25", "Safety"):
        assert hidden not in text
    assert AuditEvent.objects.filter(action="contact.read", patient_id=ana.pk).count() == 1


def test_the_next_step_follows_the_patient_through_the_clinic(ana: Any, petra: Any) -> None:
    def step() -> str:
        following = client_of(petra).get(f"/patients/{ana.pk}/").context["clinical"]["next"]
        return following["text"] if following else ""

    assert step() == ""
    examined(ana, petra)
    assert step() == "Go on with the assessment"
    assessed(ana, petra)
    assert step() == "Propose a treatment"
    signed = PatientFactory()
    signed_plan(signed, petra)
    assert client_of(petra).get(f"/patients/{signed.pk}/").context["clinical"]["next"]["text"] == "Start a visit"


def test_a_red_flag_comes_before_any_visit(ana: Any, petra: Any) -> None:
    signed_plan(ana, petra)
    SafetyFact.objects.create(patient=ana, finding="flag.saddle_numbness", present=True)
    clinical = client_of(petra).get(f"/patients/{ana.pk}/").context["clinical"]
    assert clinical["episodes"][0]["action"] == "emergency" and clinical["next"]["text"] == "Look at the red flags"


def test_a_chart_asks_the_same_number_of_questions_however_long_the_record(
    ana: Any, petra: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        assessed(ana, petra)
    plan = signed_plan(PatientFactory(), petra)
    for number in range(1, 11):
        Visit.objects.create(
            patient=plan.patient, plan=plan, number=number, practitioner=petra, started_at=timezone.now()
        )
        Score.objects.create(
            patient=plan.patient, measure="nrs_now", value=number, occasion="visit", filled_by="patient"
        )
    client = client_of(petra)
    for patient in (ana, plan.patient):
        with django_assert_max_num_queries(36):
            assert client.get(f"/patients/{patient.pk}/").status_code == 200


def test_nobody_reads_a_chart_that_is_not_there(petra: Any) -> None:
    assert client_of(petra).get("/patients/424242/").status_code == 404
