"""The life of a record is the same for assessment, plan and visit: held, out of date, signed, set aside."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory

from clinic.lib import records
from intake.actions import assessment as assessments
from intake.models import Assessment
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import findings, signed_plan
from treatments.models import TreatmentPlan, Visit
from treatments.plans.actions import drafts
from treatments.visits.actions import charting, starting
from treatments.visits.actions import set_aside as visit_set_aside

AWAY = {"code": "mistake", "note": ""}


def open_assessment(petra: Any) -> Assessment:
    draft = assessments.open_draft(patient=PatientFactory(), by=petra)
    found = assessments.Examination(findings(), [], [], "")
    return assessments.save(assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=petra)


def open_plan(petra: Any) -> TreatmentPlan:
    return drafts.new_version(plan=signed_plan(PatientFactory(), petra), by=petra)


def open_visit(petra: Any) -> Visit:
    patient = PatientFactory()
    signed_plan(patient, petra)
    return starting.start_visit(patient=patient, by=petra)


Change = Callable[..., Any]
# a draft, a change of it at a revision, and setting it aside
ROOMS: dict[str, tuple[Callable[[Any], Any], Change, Change]] = {
    "assessment": (
        open_assessment,
        lambda pk, revision, by: assessments.save(
            assessment_id=pk,
            revision=revision,
            found=assessments.Examination({}, [], [], "mine"),
            confirmed={},
            by=by,
        ),
        lambda pk, by: assessments.set_aside(assessment_id=pk, by=by, **AWAY),
    ),
    "plan": (
        open_plan,
        lambda pk, revision, by: drafts.note_seen(plan_id=pk, revision=revision, by=by),
        lambda pk, by: drafts.set_aside(plan_id=pk, by=by, **AWAY),
    ),
    "visit": (
        open_visit,
        lambda pk, revision, by: charting.remove_point(visit_id=pk, revision=revision, uid="none", by=by),
        lambda pk, by: visit_set_aside.set_aside(visit_id=pk, by=by, **AWAY),
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("room", ROOMS)
def test_the_second_of_two_is_refused_and_handed_the_record_as_it_is_now(room: str) -> None:
    petra = UserFactory(practitioner=True)
    begin, change, _ = ROOMS[room]
    draft = begin(petra)
    first = change(draft.pk, draft.revision, petra)
    assert first.revision == draft.revision + 1
    for seen in (draft.revision, first.revision + 1, None):
        with pytest.raises(records.Stale) as clash:
            change_other(room, draft.pk, seen, petra)
        assert (clash.value.record.pk, clash.value.record.revision) == (draft.pk, first.revision)
    assert change(draft.pk, first.revision, petra).revision >= first.revision


def change_other(room: str, pk: int, revision: int | None, by: Any) -> None:
    if room == "assessment":  # the same words twice are no clash
        found = assessments.Examination({}, [], [], "others")
        assessments.save(assessment_id=pk, revision=revision, found=found, confirmed={}, by=by)
    else:
        ROOMS[room][1](pk, revision, by)


@pytest.mark.django_db
@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("end", ["signed", "set_aside"])
def test_what_is_over_is_no_draft_whatever_the_revision(room: str, end: str) -> None:
    petra = UserFactory(practitioner=True)
    begin, change, put_aside = ROOMS[room]
    draft = begin(petra)
    if end == "signed":
        if room == "plan":  # one at a time is in force
            type(draft).objects.filter(patient=draft.patient, status="signed").update(status="superseded")
        draft.refresh_from_db()
        draft.mark_signed(by=petra)
        draft.save()
        assert (draft.is_draft, draft.signed_by, draft.status) == (False, petra, "signed")
        assert draft.signed_at is not None
    else:
        put_aside(draft.pk, petra)
        draft.refresh_from_db()
    for revision in (draft.revision, None):
        with pytest.raises(records.NotADraft) as shut:
            change(draft.pk, revision, petra)
        assert shut.value.record.status == end


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        *[("7", 7), ("0", 0), ("123456789", 123456789)],
        *[(text, None) for text in ("1234567890", "", "-1", "٣", "²", "1.0", " 1", "one")],
    ],
)
def test_a_revision_is_read_the_same_everywhere(text: str, revision: int | None) -> None:
    class Page(forms.Form):
        version = records.RevisionField(required=False)

    assert records.read_revision(text) == revision
    assert records.revision_of({"revision": text}) == revision
    page = Page({"version": text})
    assert page.is_valid() and page.cleaned_data["version"] == revision


def test_the_first_field_that_says_something_counts() -> None:
    sent = QueryDict("keep=&revision=4&version=9")
    assert records.revision_of(sent, "keep", "revision") == 4
    assert records.revision_of(sent, "version") == 9
    assert records.revision_of(QueryDict("keep=5&revision=4"), "keep", "revision") == 5
    assert records.revision_of(sent, "gone") is None


def test_a_needed_revision_that_is_none_is_a_fault_of_the_form() -> None:
    class Page(forms.Form):
        version = records.RevisionField()

    assert Page({"version": "4"}).is_valid()
    assert "version" in Page({"version": "four"}).errors


@pytest.fixture
def asked() -> HttpRequest:
    return RequestFactory().post("/")


def test_each_conflict_is_answered_by_its_room_and_nothing_else_is(asked: HttpRequest) -> None:
    answers = records.answering(
        stale=lambda request, clash: HttpResponse(f"stale {clash.record}", status=409),
        locked=lambda request, shut: HttpResponse(f"locked {shut.record}", status=409),
    )
    outcomes: list[Any] = [records.Stale(1), records.NotADraft(2), records.NotReady(3, ["a", "b"]), KeyError("x"), None]

    @answers
    def view(request: HttpRequest) -> HttpResponse:
        """Its own words."""
        if error := outcomes.pop(0):
            raise error
        return HttpResponse("done")

    assert (view(asked).content, view(asked).content) == (b"stale 1", b"locked 2")
    with pytest.raises(records.NotReady, match="a b") as open_points:
        view(asked)
    assert (open_points.value.record, open_points.value.reasons) == (3, ["a", "b"])
    with pytest.raises(KeyError):
        view(asked)
    assert view(asked).content == b"done" and view.__doc__ == "Its own words."


def test_a_room_without_signing_lets_the_other_refusal_pass(asked: HttpRequest) -> None:
    @records.answering(stale=lambda request, clash: HttpResponse(status=409))
    def view(request: HttpRequest) -> HttpResponse:
        raise records.NotADraft("x")

    with pytest.raises(records.NotADraft, match="not a draft"):
        view(asked)


ROOT = Path(records.__file__).resolve().parents[2]
MERGES_ANEW = ROOT / "treatments" / "visits" / "views" / "saving.py"  # before it is a conflict at all


def test_no_view_answers_a_conflict_by_itself() -> None:
    views = [path for room in ("clinic", "intake", "treatments") for path in (ROOT / room).rglob("*.py")]
    views = [path for path in views if "views" in {*path.parts, path.stem} and path != MERGES_ANEW]
    assert len(views) > 30
    for path in views:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                caught = ast.unparse(node.type)
                assert not {"Stale", "NotADraft"} & set(caught.replace(".", " ").split()), f"{path}: except {caught}"
