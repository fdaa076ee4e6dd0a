"""A query whose SQL is kept answers what the same queryset answers anew."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import CharField, F, Q, Value
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.lib import kept_queries
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, SafetyFact
from clinic.scheduling.models import Appointment
from tests.factories.people import PatientFactory
from tests.factories.scheduling import AppointmentFactory


def of_kind(kind: str, patient: Any) -> Any:
    of = Value(kind, output_field=CharField())
    return SafetyFact.objects.filter(patient=patient).order_by().values_list(of, "finding", "present", "recorded_at")


BUILDS = {
    "rows": lambda patient, now: Appointment.objects.filter(patient=patient, starts_at__gte=now),
    "with others": lambda patient, now: Appointment.objects.filter(
        Q(starts_at__gte=now) | Q(patient__family_name="Never"), patient=patient
    ).select_related("practitioner", "room").only("starts_at", "status", "practitioner__name", "room__name").annotate(
        of=F("patient__family_name")
    )[:3],
    "tuples": lambda patient, now: Appointment.objects.filter(patient=patient, starts_at__lt=now).values_list(
        "pk", "starts_at", "practitioner__name"
    )[:2],
    "flat": lambda patient, now: Appointment.objects.filter(patient=patient, starts_at__gte=now).values_list(
        "pk", flat=True
    ),
    "union": lambda patient, now: of_kind("a", patient).union(
        of_kind("b", patient).filter(recorded_at__lt=now), all=True
    ),
}  # fmt: skip


def shown(row: Appointment) -> tuple[Any, ...]:
    return row.pk, row.starts_at, row.status, row.practitioner.name, row.room_id


class Kept(TestCase):
    def setUp(self) -> None:
        self.now = timezone.now()
        self.patients = [PatientFactory(), PatientFactory()]
        for patient in self.patients:
            SafetyFact.objects.create(patient=patient, finding="condition.pacemaker", present=True)
            for days in (-2, -1, 1, 2, 3, 4):
                AppointmentFactory(patient=patient, starts_at=self.now + dt.timedelta(days=days))

    def test_it_answers_as_the_queryset_does_for_each_argument_anew(self) -> None:
        for name, build in BUILDS.items():
            kept: KeptQuery[Any] = KeptQuery(build)
            for patient in [*self.patients, self.patients[0]]:
                for moment in (self.now, self.now - dt.timedelta(days=30), self.now + dt.timedelta(days=30)):
                    with self.subTest(name, patient=patient.pk, moment=moment):
                        again = list(build(patient.pk, moment))
                        rows = kept(patient.pk, moment)
                        assert sorted(map(repr, rows)) == sorted(map(repr, again))
                        if rows and isinstance(rows[0], Appointment):
                            assert list(map(shown, rows)) == list(map(shown, again))

    def test_related_rows_come_with_it_and_what_is_deferred_is_still_read(self) -> None:
        kept: KeptQuery[Any] = KeptQuery(BUILDS["with others"])
        with CaptureQueriesContext(connection) as asked:
            rows = kept(self.patients[0].pk, self.now)
            names = [(row.practitioner.name, row.room.name, row.of) for row in rows]
        assert len(asked) == 1
        assert len(names) == 3
        assert rows[0].ends_at > rows[0].starts_at

    def test_a_text_is_an_argument_too_and_is_never_sql(self) -> None:
        named: KeptQuery[Patient] = KeptQuery(lambda name: Patient.objects.filter(family_name=name))
        for name in ("O'Neill %s", self.patients[1].family_name):
            assert {row.pk for row in named(name)} == set(
                Patient.objects.filter(family_name=name).values_list("pk", flat=True)
            )

    def test_a_number_that_no_column_can_hold_finds_nothing(self) -> None:
        one: KeptQuery[Patient] = KeptQuery(lambda patient: Patient.objects.filter(pk=patient))
        assert one(10**30) == []
        assert [row.pk for row in one(self.patients[0].pk)] == [self.patients[0].pk]

    def test_an_argument_that_the_sql_does_not_have_is_refused(self) -> None:
        lost: KeptQuery[Any] = KeptQuery(lambda patient, now: Appointment.objects.filter(patient=patient))
        with pytest.raises(ValueError, match="not every argument"):
            lost(self.patients[0].pk, self.now)
        fetching: KeptQuery[Any] = KeptQuery(
            lambda patient: Patient.objects.filter(pk=patient).prefetch_related("appointments")
        )
        with pytest.raises(ValueError, match="prefetch"):
            fetching(self.patients[0].pk)

    def test_it_is_asked_with_as_many_arguments_each_time(self) -> None:
        """More were dropped in silence: their rows were not there."""
        some: KeptQuery[Patient] = KeptQuery(lambda *numbers: Patient.objects.filter(pk__in=numbers))
        one, other = self.patients
        assert {row.pk for row in some(one.pk, other.pk)} == {one.pk, other.pk}
        for numbers in ((one.pk,), (one.pk, other.pk, other.pk)):
            with pytest.raises(ValueError, match="of 2 arguments was given"):
                some(*numbers)

    def test_nothing_is_no_argument(self) -> None:
        """As SQL it equals nothing, so what is excluded by it would be everything."""
        others: KeptQuery[Patient] = KeptQuery(lambda but: Patient.objects.exclude(pk=but))
        for _ in range(2):
            with pytest.raises(ValueError, match="nothing is no argument"):
                others(None)  # type: ignore[arg-type]  # what a mistake would give
        assert self.patients[1].pk in {row.pk for row in others(self.patients[0].pk)}

    def test_what_it_cannot_make_is_refused(self) -> None:
        dicts: KeptQuery[Any] = KeptQuery(lambda patient: Patient.objects.filter(pk=patient).values("pk"))
        with pytest.raises(ValueError, match="objects or tuples"):
            dicts(self.patients[0].pk)


@pytest.mark.django_db(transaction=True)
def test_one_that_locks_is_refused_outside_of_a_transaction_each_time() -> None:
    """Django looks while the SQL is made, which is once: later ones would have locked nothing."""
    patient = PatientFactory()
    held: KeptQuery[Patient] = KeptQuery(lambda pk: Patient.objects.select_for_update(of=("self",)).filter(pk=pk))
    with transaction.atomic():
        assert held(patient.pk) == [patient]
    with pytest.raises(transaction.TransactionManagementError):
        held(patient.pk)


def test_threads_that_ask_first_at_once_make_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that made the SQL of one queryset at once got a column without its table, and the process kept that."""
    both, at_once, make = threading.Barrier(2), [], kept_queries._make

    def slowly(*given: Any) -> Any:
        with suppress(threading.BrokenBarrierError):  # the other one does not come: it waits for this one
            both.wait(0.3)
            at_once.append(given)
        return make(*given)

    monkeypatch.setattr(kept_queries, "_make", slowly)
    kept: KeptQuery[Appointment] = KeptQuery(BUILDS["with others"])
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: kept._make_once((1, timezone.now())), range(2)))
    assert not at_once
    assert made[0] is made[1]
