"""The bench itself: its floor answers on either engine, what it measures is measured, what it tells is told plainly."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from django.utils import timezone

from clinic.audit.models import AuditEvent
from intake.models import OpenedPage, RateCount
from tests.bench import kept, report
from tests.bench.floor.database import audit
from tests.bench.floor.reads import READS
from tests.bench.jobs import TARGETS
from tests.bench.kept import Told
from tests.bench.measuring import cpu_of, since
from tests.factories.intake import ResponseFactory
from tests.factories.people import PatientFactory
from tests.factories.scheduling import WorkingPractitionerFactory
from tests.factories.treatments import signed_plan


@pytest.mark.django_db
def test_the_floor_finds_rows_on_either_engine() -> None:
    practitioner = WorkingPractitionerFactory()
    plan = signed_plan(PatientFactory(), practitioner)
    given = {"day": f"{timezone.localdate()}", "q": "a", "patient": str(plan.patient_id), "plan": str(plan.pk)}
    for name, read in READS.items():
        assert isinstance(read(given, practitioner.pk), list), name
    assert READS["chart"](given, practitioner.pk)[0][0][0] == plan.patient_id
    assert READS["plan"](given, practitioner.pk)[0][0][0] == plan.pk


@pytest.mark.django_db
def test_the_floor_saves_a_step_on_either_engine() -> None:
    from tests.bench.floor.writes import WRITES

    draft = ResponseFactory(answers={"story": "It began in May."})
    pains = {"pain_now": "3", "pain_average": "4", "pain_worst": "5"}
    for seq in ("1", "2"):
        WRITES["step"]({**pains, "response": str(draft.pk), "page": "floor", "seq": seq}, 0)
    draft.refresh_from_db()
    assert draft.answers == {"story": "It began in May.", "pain_now": 3, "pain_average": 4, "pain_worst": 5}
    assert OpenedPage.objects.get(response=draft).seq == 2 and RateCount.objects.get().count == 2
    assert AuditEvent.objects.filter(chain=99).count() == 2


@pytest.mark.django_db
def test_the_floor_notes_in_the_trail() -> None:
    patient = PatientFactory()
    audit(1, "chart.read", [patient.pk])
    audit(1, "chart.read", [])
    first, second = AuditEvent.objects.filter(chain=99).order_by("pk")
    assert first.patients == {patient.pk} and second.previous == first.digest


def test_every_job_has_its_floor() -> None:
    from tests.bench.floor.writes import WRITES

    assert {view for view, _ in TARGETS.values()} == {*READS, *WRITES}


def test_processor_time_is_measured() -> None:
    before, until = cpu_of(os.getpid()), time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert 0.04 < cpu_of(os.getpid()) - before < 2


def test_a_process_that_ended_takes_nothing_back() -> None:
    assert since({1: 5.0, 2: 90.0}, {1: 7.0, 3: 1.5}) == 3.5


def row(**more: object) -> dict[str, object]:
    base = {"job": "chart", "database": "sqlite", "patients": 1000, "clients": 1, "ours_ms": 4.0, "floor_ms": 2.0}
    spent = {"p50_ms": 5.0, "p95_ms": 6.0, "floor_p50_ms": 2.5, "floor_p95_ms": 3.0, "per_second": 200.0}
    rest = {"ratio": 2.0, "target": 2.0, "floor_per_second": 400.0, "queries": 9, "bytes": 9000, "sent": 3000}
    return {**base, **spent, **rest, "errors": 0, "peak_mib": 90, "floor_peak_mib": 40, **more}


def test_what_is_missed_is_called_so() -> None:
    rows = [row(), row(patients=100_000, ours_ms=6.0, ratio=3.0)]
    parts = {"start": {"start_s": 2.5}, "memory": {"requests": 9, "worker_mib": 200}, "planner": {"propose_ms": 1.5}}
    page = report.page(Told("two cores", rows, parts))
    assert "| 2.0 met |" in page and "| 2.0 **not met** |" in page
    assert "| chart | sqlite | 1000 | 100000 | 1.50 | 1.3 | **not met** |" in page
    assert "first page, by the clock, the best of five | 2.5 s | 3 | met |" in page
    assert "the same worker at the end | 200 MiB | 110 | **not met** |" in page
    assert "proposal from a picture, median | 1.5 ms | 1.5 | met |" in page


def test_a_run_in_parts_replaces_what_it_measures_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FILE", tmp_path / "bench" / "latest.json")
    first = Told("two cores", parts={"start": {"start_s": 1}})
    first.add_rows([row(), row(clients=8)])
    second = Told.read("two cores")
    second.add_rows([row(ours_ms=3.0)])
    second.add("audit", {"engine": "sqlite", "ratio": 0.9})
    second.add("audit", {"engine": "sqlite", "ratio": 0.8})
    told = json.loads(kept.FILE.read_text())
    assert [(one["clients"], one["ours_ms"]) for one in told["rows"]] == [(8, 4.0), (1, 3.0)]
    assert told["start"] == {"start_s": 1} and told["audit"] == [{"engine": "sqlite", "ratio": 0.8}]
    assert len(told["loads"]) == 4 and Told.read("two cores").parts.keys() == {"start", "audit"}
