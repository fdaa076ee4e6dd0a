"""How the main pages stand 100 000 patients: medians, and as ratios to the same pages with 100, in one run.

Usage: ``python -m tests.bench.pages [FOLDER]``. Each clinic is a SQLite file of its own; FOLDER keeps them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = (100, 100_000)
TURNS = 9
GIVEN = (
    "Ana",
    "Ben",
    "Chiara",
    "Dmitri",
    "Elif",
    "Femi",
    "Grace",
    "Hana",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
    "Mara",
    "Noor",
)
LISTS = {
    "home, practitioner": ("practitioner", "/"),
    "home, front desk": ("desk", "/"),
    "patients, first page": ("desk", "/patients/"),
    "patients, last page": ("desk", "/patients/?page=last"),
    "search, one letter of all": ("desk", "/patients/?q=a"),
    "search while typing, two letters": ("desk", "/patients/search/?q=an"),
    "search, name and family name": ("desk", "/patients/?q=ana f7"),
    "search, telephone": ("desk", "/patients/search/?q=%2B12015550077"),
    "chart of a patient in treatment": ("practitioner", "/patients/{chart}/"),
    "inbox of intakes": ("desk", "/intakes/"),
    "calendar, the day": ("desk", "/schedule/"),
    "calendar feed, six weeks": ("desk", "/schedule/feed/?start={today}T00:00&end={later}T00:00"),
    "day board": ("desk", "/today/"),
    "courses to book": ("desk", "/followups/"),
    "audit trail": ("owner", "/audit/"),
}


def fill(size: int) -> int:
    """The demo clinic, and patients until there are ``size``, with old links, intakes, visits and events.

    Returns a patient with a plan and visits.
    """
    from django.core.management import call_command
    from django.utils import timezone

    from clinic.audit import trail
    from clinic.people.models import Patient, User
    from clinic.people.search import index
    from clinic.scheduling.models import Appointment, Room, Service
    from intake.models import IntakeResponse, Invitation
    from treatments.models import Visit

    call_command("migrate", verbosity=0)
    call_command("seed_demo", stdout=open(os.devnull, "w"))  # noqa: SIM115
    draw, now = random.Random(1), timezone.now()
    desk = User.objects.get(email="desk@demo.ashi")
    practitioner, room, service = (
        User.objects.get(email="practitioner@demo.ashi"),
        Room.objects.first(),
        Service.objects.first(),
    )
    wanted = size - Patient.objects.count()
    patients = Patient.objects.bulk_create(
        (
            Patient(
                given_name=draw.choice(GIVEN),
                family_name=f"F{n}",
                email=f"f{n}@mail.example",
                phone=f"+1201{5550000 + n:07d}",
                date_of_birth=dt.date(1940 + n % 60, 1 + n % 12, 1 + n % 28),
            )
            for n in range(max(0, wanted))
        ),
        batch_size=2000,
    )
    for start in range(0, len(patients), 500):
        index(Patient.objects.filter(pk__in=[one.pk for one in patients[start : start + 500]]))
    long_ago = now - dt.timedelta(days=400)
    links = Invitation.objects.bulk_create(
        (
            Invitation(patient=one, token_hash=f"{n:064x}", created_by=desk, created_at=long_ago, expires_at=long_ago)
            for n, one in enumerate(patients)
        ),
        batch_size=2000,
    )
    IntakeResponse.objects.bulk_create(
        (
            IntakeResponse(
                patient=one.patient, invitation=one, questionnaire_version="2026.11", answers={"reason": "back"},
                submitted_at=long_ago, consent_at=long_ago, consent_name="x",
            )
            for one in links[::2]
        ),
        batch_size=2000,
    )  # fmt: skip
    Appointment.objects.bulk_create(
        (
            Appointment(
                patient=one, practitioner=practitioner, room=room, service=service, created_by=desk, nonce=f"bench{n}",
                status="done", starts_at=(start := long_ago - dt.timedelta(hours=size - n)),
                ends_at=start + dt.timedelta(minutes=45), busy_until=start + dt.timedelta(minutes=55),
            )
            for n, one in enumerate(patients)
        ),
        batch_size=2000,
    )  # fmt: skip
    for one in patients[: size // 50]:
        trail.record("chart.read", by=practitioner, patient=one)
    visit = Visit.objects.filter(status="signed").first()
    assert visit is not None
    return int(visit.patient_id)


def measure(chart: int) -> dict[str, float]:
    """Median milliseconds of each page, through Django's own client (no network)."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from clinic.people.models import Patient, User

    settings.ALLOWED_HOSTS = ["testserver"]
    clients = {}
    for role in ("practitioner", "desk", "owner"):
        clients[role] = Client()
        clients[role].force_login(User.objects.get(email=f"{role}@demo.ashi"))
    today = timezone.localdate()
    last = (Patient.objects.count() + 29) // 30
    medians = {}
    for name, (role, path) in LISTS.items():
        path = path.format(chart=chart, today=today, later=today + dt.timedelta(days=42)).replace("=last", f"={last}")
        spent = []
        for _ in range(TURNS + 1):
            started = time.perf_counter()
            answer = clients[role].get(path)
            spent.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
        medians[name] = statistics.median(spent[1:])
    return medians


def child(size: int) -> None:
    """One clinic in a process of its own; prints its medians."""
    import django

    django.setup()
    sys.stdout.write(json.dumps(measure(fill(size))) + "\n")


def main(folder: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        found: list[dict[str, Any]] = []
        for size in SIZES:
            place = Path(folder or scratch) / str(size)
            place.mkdir(parents=True, exist_ok=True)
            own = {
                "ASHI_VAR": str(place),
                "ASHI_HTTPS": "0",
                "ASHI_DEMO": "1",
                "DATABASE_URL": f"sqlite:///{place}/a.sqlite3",
            }
            environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "tests.support.plain_settings"}
            command = [sys.executable, "-m", "tests.bench.pages", "--size", str(size)]
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    few, many = found
    print(f"{'page (median of ' + str(TURNS) + ')':<40}{SIZES[0]:>12} {SIZES[1]:>12} patients   ratio")
    for name in LISTS:
        print(f"{name:<40}{few[name]:>9.1f} ms {many[name]:>9.1f} ms {many[name] / few[name]:>16.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--size"]:
        child(int(sys.argv[2]))
    else:
        main(*sys.argv[1:2])
