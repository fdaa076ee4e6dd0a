"""Saving, clashing, signing and clearing: what the practitioner's assessment promises."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.lib import records
from clinic.people.models import SafetyFact
from intake.actions import assessment as actions
from intake.actions import assessment_clearance
from intake.actions.assessment import Examination
from intake.case_building import build_case
from intake.models import Assessment, Clearance
from tests.factories.assessed import assessed, examined

pytestmark = pytest.mark.django_db
STOPS = ("refer_before_treating", "emergency")
NOTHING = Examination({}, [], [], "")


def test_opening_twice_gives_the_same_draft(ana, petra) -> None:
    assert actions.open_draft(patient=ana, by=petra) == actions.open_draft(patient=ana, by=petra)
    assert AuditEvent.objects.filter(action="assessment.begun").count() == 1


def test_saving_keeps_what_was_found_and_leaves_an_event(ana, petra) -> None:
    draft = actions.open_draft(patient=ana, by=petra)
    found = Examination({"tongue.pale": True}, ["L4"], [{"where": "beside L4", "side": "left", "region": ""}], "tired")
    saved = actions.save(assessment_id=draft.pk, revision=1, found=found, confirmed={}, by=petra)
    saved.refresh_from_db()
    assert (saved.findings, saved.levels, saved.notes, saved.revision) == ({"tongue.pale": True}, ["L4"], "tired", 2)
    event = AuditEvent.objects.get(action="assessment.saved")
    assert event.patient_id == ana.pk and event.detail["changed"] == 1


def test_saving_the_same_again_changes_nothing_even_from_an_old_page(ana, petra) -> None:
    draft = actions.open_draft(patient=ana, by=petra)
    found = Examination({"tongue.pale": True}, [], [], "")
    actions.save(assessment_id=draft.pk, revision=1, found=found, confirmed={}, by=petra)
    again = actions.save(assessment_id=draft.pk, revision=1, found=found, confirmed={}, by=petra)
    assert again.revision == 2


def test_the_second_of_two_people_is_told_and_the_first_is_not_overwritten(ana, petra) -> None:
    draft = actions.open_draft(patient=ana, by=petra)
    first = Examination({"tongue.pale": True}, [], [], "")
    actions.save(assessment_id=draft.pk, revision=1, found=first, confirmed={}, by=petra)
    with pytest.raises(records.Stale) as clash:
        actions.save(
            assessment_id=draft.pk,
            revision=1,
            found=Examination({"pulse.wiry": True}, [], [], ""),
            confirmed={},
            by=petra,
        )
    assert clash.value.record.findings == {"tongue.pale": True}
    assert Assessment.objects.get(pk=draft.pk).findings == {"tongue.pale": True}


def test_audit_and_save_fall_together(ana, petra) -> None:
    draft = actions.open_draft(patient=ana, by=petra)
    with (
        mock.patch("intake.actions.assessment.trail.record", side_effect=DatabaseError),
        pytest.raises(DatabaseError),
    ):
        found = Examination({"tongue.pale": True}, [], [], "")
        actions.save(assessment_id=draft.pk, revision=1, found=found, confirmed={}, by=petra)
    assert Assessment.objects.get(pk=draft.pk).findings == {}


def test_signing_keeps_the_result_and_the_knowledge_version(ana, petra) -> None:
    signed = assessed(ana, petra)
    signed.refresh_from_db()
    assert signed.status == "signed" and signed.signed_by == petra
    assert signed.result["class"] == "stagnation" and signed.result["action"] == "treat"
    assert signed.knowledge_version


def test_a_signed_assessment_is_frozen_by_the_database(ana, petra) -> None:
    signed = assessed(ana, petra)
    with pytest.raises(records.NotADraft):
        actions.save(assessment_id=signed.pk, revision=signed.revision, found=NOTHING, confirmed={}, by=petra)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Assessment.objects.filter(pk=signed.pk).update(notes="changed")


def test_overruling_needs_a_reason(ana, petra) -> None:
    draft = examined(ana, petra)
    found = Examination(draft.findings, draft.levels, [], "")
    root = {"root": "kidney_qi_deficiency"}
    draft = actions.save(assessment_id=draft.pk, revision=draft.revision, found=found, confirmed=root, by=petra)
    with pytest.raises(records.NotReady, match="write why"):
        actions.sign(assessment_id=draft.pk, revision=draft.revision, by=petra)
    draft = actions.save(
        assessment_id=draft.pk,
        revision=draft.revision,
        found=found,
        confirmed={**root, "reason": "weak rear pulse since the birth"},
        by=petra,
    )
    signed = actions.sign(assessment_id=draft.pk, revision=draft.revision, by=petra)
    assert signed.result["root"] == "kidney_qi_deficiency" and signed.result["overruled"]


def test_assessing_again_takes_over_what_was_found_and_supersedes_on_signing(ana, petra) -> None:
    first = assessed(ana, petra)
    again = actions.open_draft(patient=ana, by=petra)
    assert again.pk != first.pk and again.findings == first.findings and again.supersedes == first
    actions.sign(assessment_id=again.pk, revision=again.revision, by=petra)
    first.refresh_from_db()
    assert first.status == "superseded"
    assert Assessment.objects.filter(patient=ana, status="signed").count() == 1


def test_clearing_a_flag_lifts_it_and_taking_that_back_brings_it_again(ana, petra) -> None:
    SafetyFact.objects.create(patient=ana, finding="flag.fever", present=True, recorded_by=petra)
    assert assessed(ana, petra, flag__fever=True).result["action"] in STOPS
    with pytest.raises(ValueError, match="needs what was examined"):
        assessment_clearance.clear_findings(
            patient=ana, findings=["flag.fever"], examined_by=" ", examined_on=dt.date(2026, 1, 5), result="x", by=petra
        )
    assessment_clearance.clear_findings(
        patient=ana,
        findings=["flag.fever"],
        examined_by="Dr. Okafor",
        examined_on=dt.date(2026, 1, 5),
        result="a cold, over",
        by=petra,
    )
    draft = actions.open_draft(patient=ana, by=petra)
    cleared = actions.sign(assessment_id=draft.pk, revision=draft.revision, by=petra)
    assert cleared.result["action"] not in STOPS
    assessment_clearance.withdraw(clearance=Clearance.objects.get(), by=petra)
    draft = actions.open_draft(patient=ana, by=petra)
    assert actions.sign(assessment_id=draft.pk, revision=draft.revision, by=petra).result["action"] in STOPS
    assert AuditEvent.objects.filter(action__startswith="redflag.").count() == 2


def test_what_is_recorded_after_signing_is_newer_than_the_examination(ana, petra) -> None:
    signed = assessed(ana, petra, condition__pacemaker=False)
    SafetyFact.objects.create(patient=ana, finding="condition.pacemaker", present=True, recorded_by=petra)
    today = dt.date(2026, 11, 1)
    assert build_case(ana, signed, today=today).is_present("condition.pacemaker")
    again = actions.open_draft(patient=ana, by=petra)
    assert build_case(ana, again, today=today).is_present("condition.pacemaker")


def test_an_empty_assessment_is_not_signed(ana, petra) -> None:
    draft = actions.open_draft(patient=ana, by=petra)
    with pytest.raises(records.NotReady, match="mark where it hurts, at least one finding"):
        actions.sign(assessment_id=draft.pk, revision=draft.revision, by=petra)
    for found in ({"palpation.tender_points": False}, {"site.neck": True}):
        kept = actions.save(
            assessment_id=draft.pk, revision=draft.revision, found=actions.Examination(found, [], [], ""),
            confirmed={}, by=petra,
        )  # fmt: skip
        signed = actions.sign(assessment_id=kept.pk, revision=kept.revision, by=petra)
        assert signed.status == "signed"
        draft = actions.open_draft(patient=ana, by=petra)
