"""A page asks the database the same number of questions however many rows there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.people.models import User
from clinic.scheduling import kept
from intake import own_form
from intake.consent_text import consent
from intake.models import RedFlagAlert, Score
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory
from tests.factories.scheduling import (
    AppointmentFactory,
    CourseFactory,
    RoomFactory,
    ServiceFactory,
    WorkingPractitionerFactory,
    clinic_in,
)
from tests.factories.treatments import signed_plan, signed_visit
from tests.intake.test_form_pages import phone_with
from tests.support.furnished import FurnishedCase
from tests.support.intake_page import Tab
from tests.support.own_questions import EVERY_KIND, written

# page -> how many questions at most, sign-in, session and the audit event included
MOST = {
    "/": 20,
    "/patients/": 4,
    "/patients/search/?q=mus": 4,
    "/intakes/": 10,
    "/schedule/?view=day": 2,
    "/schedule/?view=list": 6,
    "/schedule/feed/?start={today}T00:00&end={later}T00:00": 6,
    "/today/": 6,  # one of them: whose consent is open
    "/followups/": 6,
    "/patients/{course}/": 14,  # one of them: whether the consent is open
    "/visits/{visit}/": 16,
    "/plans/{plan}/": 13,  # more is known than when it was signed: four of them judge that
    "/outcomes/{course}/": 12,
}
SENDING = 20  # the form is closed, and what it says about safety, its scores and its complaint are rows
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT pg_advisory_xact_lock")


def questions(asked: CaptureQueriesContext) -> int:
    """How many questions, the same on both engines: PostgreSQL asks for the end of the audit chain besides."""
    return sum(not query["sql"].startswith(TRANSACTION) for query in asked.captured_queries)


def more_of_everything(count: int, *, first: int, practitioner: User, desk: User) -> None:
    """Patients at every stage, today's visits, courses, alerts and drafts, ``count`` of each."""
    clinic_in("America/New_York")
    now = timezone.now()
    # past all that the furnished clinic has booked; the first ones at night, so some are outside working hours whatever
    # the hour at which the test runs
    night = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=300)
    service, room = ServiceFactory(), RoomFactory()
    for number in range(first, first + count):
        patient = PatientFactory()
        sent = ResponseFactory(complete=True, submitted_at=now, invitation=InvitationFactory(patient=patient))
        RedFlagAlert.objects.create(patient=patient, response=sent, flag="flag.fever", level="refer")
        ResponseFactory(invitation=InvitationFactory(patient=PatientFactory()))
        CourseFactory(patient=patient, practitioner=practitioner, service=service, reference=f"more:{number}")
        start = night + dt.timedelta(hours=number)
        AppointmentFactory(
            patient=patient,
            practitioner=practitioner,
            service=service,
            room=room,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=30),
            busy_until=start + dt.timedelta(minutes=40),
            created_by=desk,
        )
        today = now.replace(hour=17, minute=0, second=0, microsecond=0)
        AppointmentFactory(patient=patient, practitioner=WorkingPractitionerFactory(), service=service, starts_at=today)
    kept.mend(now)


# a screen of the patient's form, what is saved while they answer, and Next
OF_THE_FORM = {"screen": 4, "saved": 6, "next": 7}


def of_the_form(**begun: str) -> dict[str, int]:
    """Of a phone on which a draft is open."""
    phone = phone_with(ResponseFactory(**begun))
    tab = Tab(phone, "strength")
    tab.save({"pain_now": "4"})
    answers = {
        "pain_now": "5",
        "pain_average": "5",
        "pain_worst": "9",
        "duration.number": "3",
        "duration.unit": "weeks",
    }
    page = {"_page": tab.page}
    step = "/i/step/strength/"
    phone.get(step)  # that answers were shown on this phone is noted once in a while
    asked: dict[str, Callable[[], HttpResponse]] = {
        "screen": lambda: phone.get(step),
        "saved": lambda: phone.post(f"{step}save/", {**answers, **page, "_seq": "2"}, HTTP_HX_REQUEST="true"),
        "next": lambda: phone.post(step, {**answers, **page, "_seq": "3", "pain_now": "6", "go": "next"}),
    }
    found = {}
    for name, ask in asked.items():
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code in (200, 302)
        found[name] = questions(queries)
    return found


class Queries(FurnishedCase):
    def counts(self) -> dict[str, int]:
        practitioner = self.made.client("practitioner")
        today = timezone.localdate()
        found = {}
        for page in MOST:
            path = page.format(
                course=self.made.patients["course"],
                visit=self.made.values["visit_id"][0],
                plan=self.made.values["plan_id"][0],
                today=today,
                later=today + dt.timedelta(days=28),
            )
            practitioner.get(path)  # what is asked only once in a session
            with CaptureQueriesContext(
                connection,
            ) as asked:
                answer = practitioner.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            found[page] = questions(asked)
        return found

    def test_more_rows_ask_no_more(self) -> None:
        practitioner, desk = (User.objects.get(pk=self.made.staff[role]) for role in ("practitioner", "front_desk"))
        more_of_everything(2, first=0, practitioner=practitioner, desk=desk)
        few = self.counts()
        more_of_everything(8, first=2, practitioner=practitioner, desk=desk)
        many = self.counts()
        grown = {page: (few[page], many[page]) for page in MOST if many[page] > few[page]}
        assert not grown, grown
        over = {page: many[page] for page in MOST if many[page] > MOST[page]}
        assert not over, f"{over} of {many}"

    def test_a_screen_of_the_form_asks_few(self) -> None:
        practitioner, desk = (User.objects.get(pk=self.made.staff[role]) for role in ("practitioner", "front_desk"))
        few = of_the_form()
        more_of_everything(10, first=0, practitioner=practitioner, desk=desk)
        assert of_the_form() == few
        written(*EVERY_KIND)
        asks_own = own_form.version_today()
        assert of_the_form(questionnaire_version=asks_own) == few, "with the clinic's own questions"
        over = {name: count for name, count in few.items() if count > OF_THE_FORM[name]}
        assert not over, f"{over} of {few}"

    def test_sending_the_form_asks_few(self) -> None:
        response = ResponseFactory(complete=True)
        phone = phone_with(response)
        consent()  # what is made once in a process
        with CaptureQueriesContext(connection) as asked:
            assert phone.post("/i/send/")["Location"] == "/i/sent/"
        assert questions(asked) <= SENDING, [query["sql"][:120] for query in asked.captured_queries]

    def test_a_long_record_asks_no_more(self) -> None:
        practitioner = User.objects.get(pk=self.made.staff["practitioner"])
        patient = PatientFactory()
        signed_plan(patient, practitioner)
        client = self.made.client("practitioner")
        for _ in range(2):
            signed_visit(patient, practitioner)
        asked = []
        for _ in range(2):
            client.get(f"/patients/{patient.pk}/")
            with CaptureQueriesContext(connection) as seen:
                assert client.get(f"/patients/{patient.pk}/").status_code == 200
            asked.append(questions(seen))
            for number in range(6):
                signed_visit(patient, practitioner)
                Score.objects.create(
                    patient=patient, measure="rmdq", value=12 - number, occasion="review", filled_by="patient"
                )
        assert asked[1] <= asked[0], asked
