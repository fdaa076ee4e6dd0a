"""Every hot job as requests for Ashi and for the floor, made ready inside one clinic.

Run as ``python -m tests.bench.jobs OUT JOBS COUNT`` with the clinic's settings: writes OUT, a JSON of the requests,
what one of them asks of the database, and the body that the floor has to match.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

# job -> (floor's view, target: at most so many times the floor, on which of issue 8's lines)
TARGETS: dict[str, tuple[str, float | None]] = {
    "home practitioner": ("home-practitioner", 2.5), "home desk": ("home-desk", 2.5), "home owner": ("home-owner", 2.5),
    "week page": ("calendar", 2.5), "week feed": ("feed", 2.5), "day page": ("calendar", 2.0),
    "day feed": ("feed", 2.0), "search letters": ("search", 2.0), "search phone": ("search", 2.0),
    "search birth": ("search", 2.0), "chart": ("chart", 2.0), "plan page": ("plan", 2.5), "plan edit": ("edit", 4.0),
    "propose": ("propose", None), "book": ("book", 2.0), "course of 12": ("course", 4.0),
    "intake step": ("step", 2.0), "follow-ups": ("followups", None), "outcome": ("outcome", None),
    "board": ("board", 2.0), "empty page": ("empty", 2.0), "audit page": ("audit", None),
}  # fmt: skip


@dataclass
class Job:
    """``ours`` and ``floors``: requests, as many as wanted; those of a write are all different."""

    name: str
    ours: list[dict[str, Any]]
    floors: list[dict[str, Any]]
    queries: int = 0
    bytes: int = 0
    has_floor: bool = True
    more: dict[str, Any] = field(default_factory=dict)


class Maker:
    def __init__(self, count: int, bodies: Path) -> None:
        from django.utils import timezone

        from clinic.people.models import Clinic, User

        self.count, self.bodies = count, bodies
        self.today, self.zone = timezone.localdate(), Clinic.current().zone
        self.staff = {name: User.objects.get(email=f"{name}@demo.ashi") for name in ("owner", "practitioner", "desk")}
        self.clients = {name: self._client(user) for name, user in self.staff.items()}
        self.cookies = {name: {k: m.value for k, m in c.cookies.items()} for name, c in self.clients.items()}
        self.floor_cookies = {name: {"sessionid": self._floor_session(user)} for name, user in self.staff.items()}
        self._find()

    def _client(self, user: Any) -> Any:
        from django.test import Client

        client = Client()
        client.force_login(user)
        client.get("/keys/")  # what is asked only once in a session
        return client

    def _floor_session(self, user: Any) -> str:
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session.save()
        return str(session.session_key)

    def _find(self) -> None:
        from django.db.models import Count

        from clinic.people.models import Patient
        from treatments.models import TreatmentPlan, Visit

        busy = Visit.objects.filter(status="signed").values("patient").annotate(n=Count("pk"))
        chosen = busy.filter(n__gte=20, n__lte=30).order_by("-n", "-patient").first() or busy.order_by("-n").first()
        self.charted = int(chosen["patient"])
        self.drafts = list(TreatmentPlan.objects.filter(status="draft").order_by("pk"))
        self.sample = Patient.objects.get(pk=self.charted)

    # --- jobs -----------------------------------------------------------------------------------
    def make(self, name: str) -> Job:
        writes: dict[str, Callable[[], Job]] = {
            "plan edit": self._edit, "propose": self._propose, "book": self._book, "course of 12": self._course,
            "intake step": self._step,
        }  # fmt: skip
        return writes[name]() if name in writes else self._read(name)

    def _read(self, name: str) -> Job:
        monday = self.today - dt.timedelta(days=self.today.weekday())
        week, day = (monday + dt.timedelta(days=7)), self.today
        sample, draft = self.sample, self.drafts[0].pk
        digits, born = str(sample.phone)[-7:], f"{sample.date_of_birth:%d.%m.%Y}"
        spans = {"week": (week, 7), "day": (week, 1)}

        def feed(view: str) -> tuple[str, dict[str, Any]]:
            first, days = spans[view]
            path = f"/schedule/feed/?start={first}T00:00&end={first + dt.timedelta(days=days)}T00:00"
            return path, {"day": first, "days": days}

        asked: dict[str, tuple[str, str, dict[str, Any]]] = {
            "home practitioner": ("practitioner", "/", {"day": day}),
            "home desk": ("desk", "/", {"day": day}),
            "home owner": ("owner", "/", {}),
            "week page": ("desk", f"/schedule/?day={week}", {"day": week, "days": 7}),
            "day page": ("desk", f"/schedule/?view=day&day={week}", {"day": week, "days": 1}),
            "week feed": ("desk", *feed("week")),
            "day feed": ("desk", *feed("day")),
            "search letters": ("desk", "/patients/search/?q=mar", {"q": "mar"}),
            "search phone": ("desk", f"/patients/search/?q={digits}", {"q": digits}),
            "search birth": ("desk", f"/patients/search/?q={born}", {"q": f"#{sample.date_of_birth:%Y%m%d}"}),
            "chart": ("practitioner", f"/patients/{self.charted}/", {"patient": self.charted}),
            "plan page": ("practitioner", f"/plans/{draft}/", {"plan": draft}),
            "follow-ups": ("desk", "/followups/", {}),
            "outcome": ("practitioner", f"/outcomes/{self.charted}/", {"patient": self.charted}),
            "board": ("desk", "/today/", {"day": day}),
            "empty page": ("practitioner", "/keys/", {}),
            "audit page": ("owner", "/audit/", {}),
        }
        role, path, given = asked[name]
        if name == "search birth":
            from clinic.people.words import BORN

            given = {"q": f"{BORN}{sample.date_of_birth:%Y%m%d}"}
        queries, body, named = self._look(role, path)
        told = {**{k: str(v) for k, v in given.items()}, "body": self._kept(name, body)}
        if named is not None:
            told["named"] = ",".join(map(str, named))
        floor = f"/{TARGETS[name][0]}/?{urlencode(told)}"
        ours_one = {"method": "GET", "path": path, "cookies": self.cookies[role]}
        floor_one = {"method": "GET", "path": floor, "cookies": self.floor_cookies[role]}
        return Job(name, [ours_one] * self.count, [floor_one] * self.count, queries, len(body))

    def _look(self, role: str, path: str) -> tuple[int, bytes, list[int] | None]:
        """(statements, body, whom the audit event names, None where there was none)."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from clinic.audit.models import AuditEvent

        last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.clients[role].get(path)
        with CaptureQueriesContext(connection) as asked:
            answer = self.clients[role].get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        event = AuditEvent.objects.filter(pk__gt=last).order_by("-pk").first()
        return _count(asked), body, sorted(event.patients) if event else None

    def _kept(self, name: str, body: bytes) -> str:
        file = name.replace(" ", "-")
        (self.bodies / file).write_bytes(body)
        return file

    def _written(
        self, name: str, role: str, ours: list[tuple[str, dict[str, Any]]], floors: list[dict[str, Any]]
    ) -> Job:
        """``ours``: (path, data). One more than wanted: the first is looked at here."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        path, data = ours[0]
        with CaptureQueriesContext(connection) as asked:
            answer = self.clients[role].post(path, data, HTTP_HX_REQUEST="true" if name == "plan edit" else "")
        assert answer.status_code < 400, f"{name}: {answer.status_code} {answer.content[:3000]!r}"
        body = self._kept(name, answer.content)
        view = f"/{TARGETS[name][0]}/"
        return Job(
            name,
            [
                {"method": "POST", "path": p, "data": d, "cookies": self.cookies[role], "htmx": name == "plan edit"}
                for p, d in ours[1:]
            ],
            [
                {"method": "POST", "path": view, "data": {**d, "body": body}, "cookies": self.floor_cookies[role]}
                for d in floors
            ],
            _count(asked),
            len(answer.content),
        )

    def _free(self) -> list[tuple[Any, Any, dt.datetime]]:
        """(practitioner, room, start) of the evenings, when nobody is booked."""
        from clinic.people.models import User
        from clinic.scheduling.models import WorkingHours

        users = {u.pk: u for u in User.objects.filter(is_practitioner=True, is_active=True)}
        hours = WorkingHours.objects.filter(ends__gte=dt.time(20)).select_related("room").order_by("practitioner")
        found = []
        for days in range(2, 50):
            day = self.today + dt.timedelta(days=days)
            for one in hours:
                if one.weekday == day.weekday() and one.practitioner_id in users:
                    for hour in (18, 19):
                        start = dt.datetime.combine(day, dt.time(hour), self.zone).astimezone(dt.UTC)
                        found.append((one.practitioner_id, one.room_id, start))
        return found

    def _book(self) -> Job:
        from clinic.people.models import Patient
        from clinic.scheduling.models import Service

        service = Service.objects.get(name="Follow-up")
        free = self._free()
        people = list(Patient.objects.filter(appointments=None).values_list("pk", flat=True)[: 2 * self.count + 1])
        ours, floors = [], []
        for place, patient in enumerate(people):
            practitioner, room, start = free[place * 7 % len(free)]
            data = {
                "patient": str(patient), "service": str(service.pk), "practitioner": "", "nonce": f"bench-{place:08d}-abcdef",  # noqa: E501
                "day": f"{start.astimezone(self.zone):%Y-%m-%d}", "slot": f"{start:%Y-%m-%dT%H:%M}Z|{practitioner}",
            }  # fmt: skip
            if place <= self.count:
                ours.append(("/schedule/new/", data))
            else:
                floors.append(
                    {"patient": str(patient), "service": str(service.pk), "practitioner": str(practitioner),
                     "room": str(room), "start": start.isoformat(), "nonce": f"floor-{place}"}
                )  # fmt: skip
        return self._written("book", "desk", ours, floors)

    def _edit(self) -> Job:
        plans = [plan for plan in self.drafts if plan.pk != self.drafts[0].pk][:1] or self.drafts
        plan, start = plans[0], plans[0].revision
        ours = [
            (
                f"/plans/{plan.pk}/change/",
                {
                    "revision": str(start + n),
                    "at": "principle",
                    "verb": "change",
                    "principle": f"Move qi and blood, {n}.",
                },
            )
            for n in range(self.count + 1)
        ]
        floors = [{"plan": str(self.drafts[-1].pk), "principle": f"Move, {n}."} for n in range(self.count)]
        return self._written("plan edit", "practitioner", ours, floors)

    def _propose(self) -> Job:
        people = [plan.patient_id for plan in self.drafts[3:]] or [self.drafts[-1].patient_id]
        ours = [(f"/patients/{people[n % len(people)]}/propose/", {}) for n in range(self.count + 1)]
        floors = [{"patient": str(people[n % len(people)])} for n in range(self.count)]
        return self._written("propose", "practitioner", ours, floors)

    def _course(self) -> Job:
        """Courses asked for as a signed plan asks, and the dates that the page proposes for each."""
        from clinic.people.models import Patient
        from clinic.scheduling.actions import request_course
        from clinic.scheduling.models import Course, Service

        service, user = Service.objects.get(name="Follow-up"), self.staff["practitioner"]
        room = 1
        people = list(Patient.objects.filter(appointments=None).order_by("-pk")[: 2 * self.count + 1])
        ours, floors = [], []
        for place, patient in enumerate(people):
            reference = f"bench:{patient.pk}"
            request_course(
                patient=patient, practitioner=user, service=service, phases=[{"per_week": 1, "weeks": 12}], sessions=12,
                minutes=service.minutes, device_kind="", device_from_visit=None, first_visit_number=1, needs="",
                reference=reference, replaces="", by=user,
            )  # fmt: skip
            course = Course.objects.get(reference=reference)
            day = self.today + dt.timedelta(days=70 + place // 10 % 5)
            first = dt.datetime.combine(day, dt.time(8 + place % 10), self.zone)  # fifty, each free of the others
            starts = [first + dt.timedelta(days=7 * n) for n in range(12)]
            if place > self.count:
                moments = ",".join((one + dt.timedelta(days=700 + 90 * (place // 50))).isoformat() for one in starts)
                floors.append(
                    {"course": str(course.pk), "patient": str(patient.pk), "service": str(service.pk),
                     "practitioner": str(user.pk), "room": str(room), "starts": moments, "nonce": f"floor-c{place}"}
                )  # fmt: skip
                continue
            page = self.clients["desk"].get(f"/followups/{course.pk}/")
            rows = {
                f"{name}-{row.number}": str(value)
                for row in page.context["rows"]
                for name, value in (("day", row.day), ("clock", row.clock), ("practitioner", row.practitioner))
            }
            data = {**rows, "nonce": f"bench-course-{place:06d}", "skip_taken": "1"}
            ours.append((f"/followups/{course.pk}/", data))
        return self._written("course of 12", "desk", ours, floors)

    def _step(self) -> Job:
        from clinic.people.models import Patient
        from intake.actions import invitations
        from intake.models import IntakeResponse
        from tests.support.intake_page import Tab
        from tests.support.phone import Phone

        sample = Patient.objects.filter(appointments=None, intake_responses=None).order_by("pk").first()
        assert sample is not None
        issued = invitations.invite(patient=sample, by=self.staff["desk"])
        phone = Phone()
        phone.open(issued.token, born=sample.date_of_birth)
        response = IntakeResponse.objects.get(invitation=issued.invitation)
        tab = Tab(phone, "strength")
        cookies = {key: morsel.value for key, morsel in phone.cookies.items()}
        self.clients["phone"], self.cookies["phone"] = phone, cookies
        self.floor_cookies["phone"] = {}
        ours = [
            (
                "/i/step/strength/save/",
                {
                    "pain_now": str(1 + n % 9),
                    "pain_average": "5",
                    "pain_worst": "9",
                    "_page": tab.page,
                    "of": phone.ticket,
                    "_seq": str(n + 1),
                },
            )
            for n in range(self.count + 1)
        ]
        floors = [{"response": str(response.pk), "value": str(n % 9), "open": "1"} for n in range(self.count)]
        return self._written("intake step", "phone", ours, floors)


def _count(asked: Any) -> int:
    return sum(
        not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in asked.captured_queries
    )


def main(out: str, names: str, count: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()  # a page tells what it was drawn from
    place = Path(out)
    bodies = place.parent / "bodies"
    bodies.mkdir(exist_ok=True)
    maker = Maker(int(count), bodies)
    found = [vars(maker.make(name)) for name in names.split(",")]
    place.write_text(json.dumps({"jobs": found, "secret": settings.SECRET_KEY, "bodies": str(bodies)}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
