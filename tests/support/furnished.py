"""One small clinic with a patient at every stage, and every address of the site with ids that are really there.

Texts that only clinicians may read carry ``CANARY``; a test looks for it where it must not be.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.test import Client, TestCase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from clinic.people.access import ROLES
from clinic.people.models import Patient, SafetyFact, User
from clinic.scheduling.actions import make_link
from clinic.scheduling.models import AppointmentChange
from intake.actions import assessment as assessing
from intake.actions import assessment_clearance, invitations
from intake.models import RedFlagAlert
from intake.questionnaire.load import load_questionnaire
from tests.support.laid_in import made_once
from tests.support.own_questions import own, written
from tests.support.phone import Phone
from treatments.demo.clinic import set_up
from treatments.demo.people import Role, cast
from treatments.demo.walk import Walk, fill_calendar
from treatments.models import TreatmentPlan, Visit
from treatments.visits.actions import adverse_events, starting
from treatments.visits.actions import charting as visits

CANARY = "zqcanary"
SECRET_REASON = f"{CANARY}answer back pain since the move"


@dataclass
class Address:
    """One way to reach a view: its name, and a path whose ids exist."""

    name: str
    path: str


@dataclass
class Furnished:
    """Ids and tokens of what is there, by the name that addresses use for them."""

    staff: dict[str, int] = field(default_factory=dict)
    patients: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    open_link: str = ""  # of the half-filled intake

    def client(self, role: str, **options: Any) -> Client:
        """Signed in as owner, practitioner or front_desk; "link" has opened the half-filled intake; or nobody."""
        client = Phone(raise_request_exception=False, **options)
        if role in self.staff:
            client.force_login(User.objects.get(pk=self.staff[role]))
        if role == "link":
            client.open(self.open_link, born=Patient.objects.get(pk=self.patients["half"]).date_of_birth)
        return client


@made_once
def furnish() -> Furnished:
    """Build it with the real actions. Takes about two seconds, the first time."""
    made = Furnished()
    clinic = set_up()
    now = timezone.now()
    chosen = {role.stage: role for role in reversed(cast())}
    walks: dict[str, Walk] = {}
    for number, stage in enumerate(("half", "submitted", "red_flag", "proposed", "course")):
        role = _with_canary(chosen[stage], visits=2)
        walks[stage] = Walk(role, clinic, now=now, turn=0, number=number * len(clinic.practitioners))
        made.patients[stage] = walks[stage].go().pk
    by = clinic.practitioners[0]
    made.staff = {
        "owner": User.objects.get(is_owner=True).pk,
        "practitioner": by.pk,
        "front_desk": clinic.desk.pk,
    }
    for role in ROLES.keys() - made.staff.keys():  # the demo has nobody who holds only this one
        person = User.objects.create_user(f"{role}@demo.ashi", name=role, **{f"is_{role}": True})
        made.staff[role] = person.pk
    submitted = Patient.objects.get(pk=made.patients["submitted"])
    fill_calendar(clinic, [submitted], now=now)
    draft = assessing.open_draft(patient=submitted, by=by)
    cleared = assessment_clearance.clear_findings(
        patient=submitted, findings=["flag.fever"], examined_by=f"{CANARY} doctor", examined_on=now.date(),
        result=f"{CANARY} result", note=f"{CANARY} note", by=by,
    )  # fmt: skip
    found = assessing.Examination(
        {"tongue.purple": True}, ["L4"], [{"where": f"{CANARY} spot", "side": "left", "region": "low_back"}],
        f"{CANARY} notes of the assessment",
    )  # fmt: skip
    draft = assessing.save(assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=by)
    SafetyFact.objects.create(patient=submitted, finding="condition.pacemaker", present=True, note=f"{CANARY} fact")
    course = Patient.objects.get(pk=made.patients["course"])
    signed = Visit.objects.filter(patient=course, status="signed").first()
    assert signed is not None, "the demo's course patient has no signed visit"
    visits.amend_visit(visit=signed, text=f"{CANARY} amendment", by=by)
    event = adverse_events.record_event(
        patient=course, visit=signed, by=by, code="bruise", severity="mild", relation="certain",
        outcome=f"{CANARY}"[:20], note=f"{CANARY} event",
    )  # fmt: skip
    opened = starting.start_visit(patient=course, by=by, is_sure=True)
    record = {**opened.record, "close": {**opened.record["close"], "response": f"{CANARY} response"}}
    record["start"] = {**record["start"], "since_last": f"{CANARY} since last"}
    visits.save_visit(visit_id=opened.pk, revision=opened.revision, record=record, by=by)
    RedFlagAlert.objects.filter(patient_id=made.patients["course"]).update(note=f"{CANARY} talked")
    invitation = invitations.invite(patient=submitted, by=clinic.desk).invitation
    made.open_link = walks["half"].token
    written(own(), own(2, retired=True), by=User.objects.get(pk=made.staff["owner"]))
    made.values = _values(made, course, submitted)
    made.values |= {
        "clearance_id": [row.pk for row in cleared] if isinstance(cleared, list | tuple) else [cleared],
        "event_id": [event.pk],
        "invitation_id": [invitation.pk],
    }
    return made


def _with_canary(role: Role, *, visits: int) -> Role:
    persona = dataclasses.replace(
        role.persona,
        reason=f"{SECRET_REASON}. {role.persona.reason}",
        ashi=tuple({**place, "where": f"{CANARY} {place['where']}"} for place in role.persona.ashi),
    )
    return dataclasses.replace(role, persona=persona, visits=visits if role.stage == "course" else 0)


def _values(made: Furnished, course: Patient, submitted: Patient) -> dict[str, list[Any]]:
    plans = TreatmentPlan.objects.order_by("patient_id", "-version")
    drafts = [plan for plan in plans if plan.status == "draft"] or list(plans[:1])
    signed = [plan for plan in plans if plan.status == "signed"]
    open_visit = Visit.objects.get(patient=course, status="draft")
    done_visit = Visit.objects.filter(patient=course, status="signed").order_by("number")[:1]
    later = [*course.appointments.filter(starts_at__gt=timezone.now())[:1], *submitted.appointments.all()[:1]]
    order = ["course", "submitted", "proposed", "red_flag", "half"]
    kept = [row for stage in order for row in Patient.objects.get(pk=made.patients[stage]).intake_responses.all()]
    return {
        "patient_id": [made.patients[stage] for stage in order],
        "appointment_id": [visit.pk for visit in later],
        "change_id": list(AppointmentChange.objects.order_by("-pk").values_list("pk", flat=True)[:1]),
        "course_id": [row.pk for row in course.courses.all()[:1]],
        "number": [1],
        "own_number": [1],
        "response_id": [row.pk for row in kept if row.submitted_at][:2],
        "alert_id": list(RedFlagAlert.objects.filter(acknowledged_at=None).values_list("pk", flat=True)[:1]),
        "screen_id": [load_questionnaire().screens[0].id, load_questionnaire().screens[1].id],
        "assessment_id": [submitted.assessments.get().pk, *course.assessments.values_list("pk", flat=True)[:1]],
        "group": ["history"],
        "proposal_id": [plan.proposal_id for plan in (*drafts[:1], *signed[:1])],
        "plan_id": [plan.pk for plan in (*drafts[:1], *signed[:1])],
        "visit_id": [open_visit.pk, *(visit.pk for visit in done_visit)],
        "uid": [open_visit.record["stages"][0]["points"][0]["uid"]],
        "code": ["BL25"],
        "token": [make_link(patient=course, by=User.objects.get(pk=made.staff["front_desk"]))],
        "object_id": [made.staff["practitioner"]],
    }


def walk(resolver: URLResolver, route: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(view name, route) of every address."""
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or ''}", here


def addresses(made: Furnished, *, most: int = 8) -> list[Address]:
    """Every address with ids that exist, at most ``most`` of each view; where there is no such thing, an id of none."""
    found = []
    for name, route in sorted(set(walk(get_resolver()))):
        if name.endswith(":patient_appointments") or name == "intake:entry":
            tokens = made.values["token"] if name.endswith(":patient_appointments") else [made.open_link]
            found += [Address(name, "/" + re.sub(r"<str:token>", token, route)) for token in tokens]
            continue
        parts = re.findall(r"<(?:\w+:)?(\w+)>", re.sub(r"\(\?P<\w+>[^)]*\)", "1-1", route))
        choices = [made.values.get(part, ["1"]) or ["1"] for part in parts]
        for chosen in itertools.islice(itertools.product(*choices), most):
            path = re.sub(r"\(\?P<\w+>[^)]*\)", "1-1", route)
            for value in chosen:
                path = re.sub(r"<(?:\w+:)?\w+>", str(value), path, count=1)
            found.append(Address(name, "/" + path.replace("^", "").replace("$", "").replace("\\Z", "")))
    return found


class FurnishedCase(TestCase):
    """Tests that look at the furnished clinic: built once for the class, taken back after each test."""

    made: Furnished

    @classmethod
    def setUpTestData(cls) -> None:
        cls.made = furnish()
