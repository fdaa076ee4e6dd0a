"""The audit trail: chained, append-only, and it falls together with what it speaks of."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction

from clinic.audit import checking, trail
from clinic.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_events_form_a_chain() -> None:
    first = trail.record("patient.added", by=None, patient=7, detail={"fields": 3})
    second = trail.record("chart.read", by=None, patient=7)
    assert first.previous == trail.START
    assert second.previous == first.digest
    assert list(checking.faults()) == []


@pytest.mark.parametrize(
    "change",
    [{"actor_name": "Somebody else"}, {"patient_id": 8}, {"detail": {"fields": 4}}, {"address": "10.0.0.9"}],
)
def test_a_changed_row_is_found(change: dict) -> None:
    trail.record("patient.added", by=None, patient=7, detail={"fields": 3})
    event = trail.record("chart.read", by=None, patient=7, detail={"fields": 3})
    trail.record("chart.read", by=None, patient=9)
    stored = AuditEvent.objects.in_bulk()
    for field, value in change.items():
        setattr(stored[event.pk], field, value)
    row = stored[event.pk]
    assert trail.digest_of(row, row.at) != event.digest


def test_rows_cannot_be_changed_or_removed() -> None:
    event = trail.record("chart.read", by=None, patient=7)
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
