"""Every hot job as requests for Ashi and for the floor, made ready inside one clinic.

Run as ``python -m tests.bench.jobs OUT JOBS COUNT`` with the clinic's settings: writes OUT, a JSON of the requests,
what one of them asks of the database, and the body that the floor has to match.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import dataclass
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
    "intake step": ("step", 2.0), "intake sent": ("send", None), "follow-ups": ("followups", None),
    "outcome": ("outcome", None), "board": ("board", 2.0), "empty page": ("empty", 2.0), "audit page": ("audit", None),
}  # fmt: skip


@dataclass
class Job:
    """``ours`` and ``floors``: requests, as many as wanted; those of a write are all different."""

    name: str
    ours: list[dict[str, Any]]
    floors: list[dict[str, Any]]
    queries: int = 0
    bytes: int = 0


class Maker:
    def __init__(self, count: int, bodies: Path) -> None:
        from django.utils import timezone

        from clinic.people.models import Clinic, User

        self.count, self.bodies = count, bodies
        self.today, self.zone = timezone.localdate(), Clinic.current().zone
        self.staff = {name: User.objects.get(email=f"{name}@demo.ashi") for name in ("owner", "practitioner", "desk")}
        self.clients = {name: self._client(user) for name, user in self.staff.items()}
        self.cookies = {name: cookies_of(client) for name, client in self.clients.items()}
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
        from tests.bench.write_jobs import MAKERS

        return MAKERS[name](self) if name in MAKERS else self._read(name)

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

    def written(
        self,
        name: str,
        role: str,
        ours: list[tuple[str, dict[str, Any]]],
        floors: list[dict[str, Any]],
        *,
        phones: list[Any] | None = None,
        floor_phones: list[Any] | None = None,
        htmx: bool = False,
    ) -> Job:
        """``ours``: (path, data). One more than wanted: the first is looked at here. ``phones``: who sends each, and to
        the floor, unless it has others."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        path, data = ours[0]
        client = phones[0] if phones else self.clients[role]
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(path, data, HTTP_HX_REQUEST="true" if htmx else "")
        assert answer.status_code < 400, f"{name}: {answer.status_code} {answer.content[:3000]!r}"
        body = self._kept(name, answer.content)
        cookies = [cookies_of(one) for one in phones[1:]] if phones else [self.cookies[role]] * (len(ours) - 1)
        view, mine = f"/{TARGETS[name][0]}/", self.floor_cookies.get(role, {})
        held_there = [cookies_of(one) for one in floor_phones or (phones or [])[1:]] or [mine] * len(floors)
        return Job(
            name,
            [
                {"method": "POST", "path": p, "data": d, "cookies": held, "htmx": htmx}
                for (p, d), held in zip(ours[1:], cookies, strict=True)
            ],
            [
                {"method": "POST", "path": view, "data": {**d, "body": body}, "cookies": held}
                for d, held in zip(floors, held_there, strict=True)
            ],
            _count(asked),
            len(answer.content),
        )


def cookies_of(client: Any) -> dict[str, str]:
    return {key: morsel.value for key, morsel in client.cookies.items()}


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
