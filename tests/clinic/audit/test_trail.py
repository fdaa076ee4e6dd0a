"""The audit trail: chained, append-only, and it falls together with what it speaks of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.audit import chain, checking, trail
from clinic.audit.models import AuditEvent
from clinic.people.models import Patient
from tests.factories.people import PatientFactory

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own way")


def test_events_form_a_chain() -> None:
    trail.record("patient.added", by=None, patient=7, detail={"fields": 3})
    trail.record("chart.read", by=None, patient=7)
    first, second = AuditEvent.objects.order_by("id")
    assert first.previous == chain.START
    assert second.previous == first.digest
    assert list(checking.faults()) == []


def test_rows_cannot_be_changed_or_removed() -> None:
    trail.record("chart.read", by=None, patient=7)
    event = AuditEvent.objects.get()
    for attempt in (
        lambda: AuditEvent.objects.filter(pk=event.pk).update(actor_name="x"),
        lambda: AuditEvent.objects.filter(pk=event.pk).delete(),
        event.delete,
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            attempt()
    assert AuditEvent.objects.get().actor_name == "Ashi"


def test_nobody_signed_in_is_refused() -> None:
    with pytest.raises(ValueError, match="Nobody is signed in"):
        trail.record("chart.read", by=AnonymousUser(), patient=7)


def test_the_event_goes_when_the_write_fails() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        trail.record("plan.signed", by=None, patient=7)
        raise RuntimeError("the write after it failed")
    assert not AuditEvent.objects.exists()


def test_what_a_savepoint_takes_back_takes_its_event_with_it() -> None:
    with transaction.atomic():
        trail.record("plan.edited", by=None, patient=7)
        with pytest.raises(RuntimeError), transaction.atomic():
            trail.record("plan.signed", by=None, patient=7)
            raise RuntimeError("not this one")
        with transaction.atomic():
            trail.record("plan.reopened", by=None, patient=7)
    assert [event.action for event in AuditEvent.objects.order_by("id")] == ["plan.edited", "plan.reopened"]
    assert list(checking.faults()) == []


def test_events_are_written_last_and_in_one_trip() -> None:
    """So that the end of the chain is held for as short as can be, whatever an action does after it noted it."""
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        trail.record("plan.edited", by=None, patient=7)
        Patient.objects.count()
        trail.record("plan.signed", by=None, detail={"patients": [7, 8]})
        Patient.objects.exists()
    statements = [one["sql"] for one in asked]
    first = next(place for place, sql in enumerate(statements) if "audit_" in sql)
    assert not any("people_patient" in sql for sql in statements[first:])
    if connection.vendor == "postgresql":
        assert sum("audit_" in sql for sql in statements) == 1
    assert AuditEvent.objects.count() == 2
    assert list(checking.faults()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [IntegrityError("no room"), ValueError("not to be written"), SystemExit(1)])
def test_what_cannot_be_noted_is_taken_back(fault: BaseException) -> None:
    """By a real COMMIT, whatever goes wrong in it; and the connection is fit for the next one."""
    with patch("clinic.audit.writing.append", side_effect=fault), pytest.raises(type(fault)), transaction.atomic():
        PatientFactory()
        trail.record("patient.added", by=None)
    assert not connection.in_atomic_block and connection.get_autocommit()
    assert not Patient.objects.exists() and not AuditEvent.objects.exists()
    with transaction.atomic():
        PatientFactory()
    assert Patient.objects.count() == 1 and not AuditEvent.objects.exists()
    trail.record("chart.read", by=None)
    assert AuditEvent.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_the_event_and_all_goes_back() -> None:
    """Too long a name of an action: found by PostgreSQL itself, at the end of the transaction."""
    with pytest.raises(DatabaseError), transaction.atomic():
        PatientFactory()
        trail.record("a" * 61, by=None)
    assert not Patient.objects.exists() and not AuditEvent.objects.exists()


@on_postgresql  # SQLite begins none when autocommit is switched off
@pytest.mark.django_db(transaction=True)
def test_a_transaction_begun_by_hand_and_one_given_up() -> None:
    transaction.set_autocommit(False)
    try:
        trail.record("chart.read", by=None)
        transaction.rollback()
        trail.record("plan.read", by=None)
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    assert [event.action for event in AuditEvent.objects.all()] == ["plan.read"]


@on_postgresql  # on SQLite the database in memory has one writer; files: tests/reliability
@pytest.mark.django_db(transaction=True)
def test_the_chain_does_not_fork() -> None:
    """Eight writers at once."""

    def write(number: int) -> None:
        try:
            for _ in range(12):
                with transaction.atomic():
                    trail.record("chart.read", by=None, patient=number, detail={"patients": [1, 2, number]})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert AuditEvent.objects.count() == 96
    assert AuditEvent.objects.values("previous").distinct().count() == 96
    assert list(checking.faults()) == []
