"""Whatever is pressed on a visit that a colleague has signed, set aside or just saved: told, and nothing breaks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.lib import records
from tests.support.visit_pages import posted, url
from treatments.models import Visit
from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.visits.actions import set_aside

PRESSED = ["save", "all_done", "undo_all_done", "add_point", "add_item", "reason", "take_plan", "sign"]


def address(name: str, visit: Visit) -> str:
    return url(name, visit, "s0p0") if name == "remove_point" else url(name, visit)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*PRESSED, "remove_point"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_visit_that_is_over_answers_every_button_with_where_to_look(as_petra, visit, petra, name, htmx) -> None:
    page = posted(visit)
    set_aside.set_aside(visit_id=visit.pk, code="mistake", note="", by=petra)
    before = Visit.objects.values().get()
    answer = as_petra.post(address(name, visit), page, headers={"HX-Request": "true"} if htmx else {})
    if htmx:
        assert answer.status_code == 409 and reverse("visits:visit", args=[visit.pk]) in answer.content.decode()
    else:
        assert answer.status_code == 302 and answer.headers["Location"] == url("visit", visit)
        assert "locked" in as_petra.get(url("visit", visit)).content.decode()
    assert Visit.objects.values().get() == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["all_done", "add_item", "reason", "take_plan", "sign", "remove_point"])
def test_somebody_who_saves_in_the_same_moment_wins_and_the_other_looks_again(
    as_petra, visit, monkeypatch, name
) -> None:
    """What was typed is taken over first; the press itself finds the record moved on."""
    holds = []

    def moved_on(rows, pk, revision):
        record = records.held_draft(rows, pk)
        holds.append(revision)
        is_the_press = len(holds) > 1 or name in ("reason", "take_plan")
        records.require_revision(record, -1 if is_the_press else revision)
        return record

    form = posted(visit) | {
        "key": "x|y",
        "reason_code": next(iter(reasons_for("override"))),
        "reason": "agreed with the patient",
    }
    form |= (
        {"more-kind": "moxa_indirect", "more-what": "sacrum", "more-side": "both", "more-stage": "0"}
        if name == "add_item"
        else {}
    )
    monkeypatch.setattr("treatments.visits.actions.charting.records.draft_at", moved_on)
    answer = as_petra.post(address(name, visit), form)
    assert answer.status_code == 302, answer.content.decode()
    assert "Check it, then press again" in as_petra.get(url("visit", visit)).content.decode()
    assert Visit.objects.get().is_draft


@pytest.mark.django_db
def test_a_record_that_moves_on_at_each_try_is_a_conflict_with_all_that_was_typed(as_petra, visit, monkeypatch) -> None:
    def always_late(rows, pk, revision):
        raise records.Stale(records.held_draft(rows, pk))

    monkeypatch.setattr("treatments.visits.actions.charting.records.draft_at", always_late)
    answer = as_petra.post(url("save", visit), posted(visit, **{"close-notes": "nowhere but here"}))
    assert answer.status_code == 409 and "nowhere but here" in answer.content.decode()
