"""A long trail is walked by several processes: they find what one finds, also where two stretches meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from clinic.audit import checking, guards, trail
from clinic.audit.models import AuditEvent, NamedPatient
from tests.clinic.audit.test_checking import lift
from tests.support.on_disk import on_disk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[int]]:
    """Twelve events of two chains, in six stretches; yields their ids."""
    with on_disk(tmp_path):
        for number in range(12):
            settings.AUDIT_CHAIN = 2 if number in (4, 5, 9) else 1
            trail.record("chart.read", by=None, patient=number + 1, detail={"fields": number})
        ids = list(AuditEvent.objects.order_by("id").values_list("id", flat=True))
        assert ids == list(range(ids[0], ids[0] + 12))

        def cuts(_: checking.Walk, after: int) -> list[tuple[int, int]]:
            edges = [one for one in (ids[0] - 1, *ids[1::2]) if one >= after][:-1]
            return list(zip([after, *edges[1:]], [*edges[1:], checking.LAST_ID], strict=True))

        monkeypatch.setattr(checking.Walk, "_cuts", cuts)
        lift("audit", "audit_named")
        yield ids
        connection.close()
        guards.keep_standing(connection)


def together(walk: checking.Walk) -> list[tuple[int, str]]:
    with checking.one_moment(connection) as moment:
        assert moment is not None
        found = list(walk.faults(moment))
    assert walk.processes > 0
    return found


def test_several_processes_find_what_one_finds(long: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    alone, several = checking.Walk(), checking.Walk()
    assert together(several) == list(alone.faults()) == []
    assert (several.count, several.ends, several.old) == (12, alone.ends, 0) and set(alone.ends) == {1, 2}
    events = AuditEvent.objects
    changes: list[tuple[int, dict[str, Any]]] = [
        (1, {"digest": "1" * 64}),  # the last of a stretch: the fault is seen in the next
        (2, {"previous": "2" * 64}),  # the first of one
        (4, {"previous": "3" * 64}),  # the first of the other chain
        (7, {"detail": {"fields": 99}}),
        (9, {"patient_id": 99}),
        (11, {"actor_name": "FORGED"}),
    ]
    for place, change in changes:
        events.filter(pk=long[place]).update(**change)
        found = together(checking.Walk())
        assert sorted(found) == sorted(checking.faults()) and long[place] in {pk for pk, _ in found}, (place, found)
    monkeypatch.setattr(checking, "MOST", 0)  # too many to be told: walked again by the asker
    assert sorted(together(checking.Walk())) == sorted(checking.faults())


def test_a_whole_stretch_that_is_gone_is_found(long: list[int]) -> None:
    newest = AuditEvent.objects.latest("id")
    gone = long[2:4]
    NamedPatient.objects.filter(event__in=gone).delete()
    AuditEvent.objects.filter(pk__in=gone).delete()
    expected = [(long[6], "the row before it is missing or was changed")]
    assert together(checking.Walk()) == list(checking.faults()) == expected
    NamedPatient.objects.filter(event__in=long[11:]).delete()
    AuditEvent.objects.filter(pk=long[11]).delete()
    kept = {newest.pk: newest.digest}
    found = together(checking.Walk(kept))
    assert found == list(checking.faults(kept)) and found[-1][0] == long[11] and "cut off" in found[-1][1]


def test_from_a_checkpoint_they_look_only_at_what_is_new(long: list[int]) -> None:
    rows = {event.pk: event for event in AuditEvent.objects.all()}
    since = {1: (long[3], rows[long[3]].digest), 2: (long[5], rows[long[5]].digest)}
    AuditEvent.objects.filter(pk__in=[long[1], long[5]]).update(actor_name="FORGED")  # found whole before
    alone, several = checking.Walk(since=since), checking.Walk(since=since)
    assert together(several) == list(alone.faults()) == []
    assert several.count == alone.count == 6 and several.ends == alone.ends
    AuditEvent.objects.filter(pk=long[9]).update(previous="1" * 64)
    assert together(checking.Walk(since=since)) == list(checking.Walk(since=since).faults()) != []
