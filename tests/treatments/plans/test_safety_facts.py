"""What a practitioner writes down about a patient's safety stops at once what it rules out, and says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.actions import safety
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import SafetyEntry
from intake.assessment.knowledge.medicines import find_medicine
from tests.factories.assessed import draft_plan
from tests.factories.scheduling import ServiceFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.models import TreatmentPlan
from treatments.plans.actions import drafts, signing

pytestmark = pytest.mark.django_db
THINNER, PACEMAKER, PREGNANT = "condition.anticoagulant", "condition.pacemaker", "condition.pregnant"


def at(patient: Any, what: str = "") -> str:
    return f"/patients/{patient.pk}/safety/{what}"


def add(client: Client, patient: Any, kind: str, name: str, **more: str) -> Any:
    return client.post(at(patient), {"kind": kind, "name": name, **more}, follow=True)


@pytest.mark.parametrize("words", ["apixaban", "Eliquis 5 mg", "  ELIQUIS ", "阿哌沙班", "华法林"])
def test_a_medicine_by_any_of_its_names_is_a_blood_thinner(as_petra: Client, ana: Any, words: str) -> None:
    text = page_text(add(as_petra, ana, "medicine", words))
    assert safety_facts_of(ana) == {THINNER: True}
    assert words.strip() in text and "blood thinner" in text and "Petra" in text and "ANTICO2023" in text


def test_every_medicine_of_the_list_is_found_by_its_name() -> None:
    known = {
        name: found.of.id for name in ("Prednisolone", "methotrexate", "ibuprofen") if (found := find_medicine(name))
    }
    assert known == {"Prednisolone": "steroid", "methotrexate": "immune_suppressing", "ibuprofen": "nsaid"}
    assert find_medicine("vitamin") is None and find_medicine("") is None


def test_a_medicine_that_only_raises_a_question_takes_a_no_back_and_no_yes(
    as_petra: Client, ana: Any, petra: Any
) -> None:
    uncontrolled = "condition.epilepsy_uncontrolled"
    record_safety_facts(patient=ana, facts={uncontrolled: False}, by=petra)
    add(as_petra, ana, "medicine", "carbamazepine")
    assert safety_facts_of(ana)[uncontrolled] is None
    record_safety_facts(patient=ana, facts={uncontrolled: True}, by=petra)
    add(as_petra, ana, "medicine", "valproate")
    assert safety_facts_of(ana)[uncontrolled] is True
    for entry in ana.safety_entries.all():
        as_petra.post(at(ana, "end/"), {"entry": entry.pk})
    assert safety_facts_of(ana)[uncontrolled] is True  # nobody said that the epilepsy is gone


def test_a_medicine_nobody_knows_is_kept_as_written_and_claims_nothing(as_petra: Client, ana: Any) -> None:
    assert "Zzyxol" in page_text(add(as_petra, ana, "medicine", "Zzyxol"))
    assert safety_facts_of(ana) == {} and SafetyEntry.objects.get().finding == ""


def test_conditions_allergies_implants_and_pregnancy_are_recorded_with_their_place_and_day(
    as_petra: Client, ana: Any
) -> None:
    add(as_petra, ana, "condition", "osteoporosis")
    add(as_petra, ana, "allergy", "nickel or metal allergy")
    add(as_petra, ana, "implant", "Medtronic", place="left chest", since="2024-05-01", counts_as=PACEMAKER)
    text = page_text(add(as_petra, ana, "pregnancy", "due in May"))
    assert safety_facts_of(ana) == {
        "condition.osteoporosis": True, "condition.metal_allergy": True, PACEMAKER: True, PREGNANT: True,
    }  # fmt: skip
    assert "Medtronic, left chest" in text and "since 1 May 2024" in text


def test_a_day_to_come_and_an_empty_name_are_refused(as_petra: Client, ana: Any) -> None:
    later = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    assert add(as_petra, ana, "medicine", "aspirin", since=later).status_code == 422
    assert add(as_petra, ana, "medicine", "  ").status_code == 422
    assert not SafetyEntry.objects.exists() and safety_facts_of(ana) == {}


def test_a_new_anticoagulant_stops_the_plan_in_force_and_says_what_changed(
    as_petra: Client, ana: Any, petra: Any
) -> None:
    plan = signed_plan(ana, petra)
    assert "It fits" in page_text(as_petra.get(at(ana)))
    text = page_text(add(as_petra, ana, "medicine", "apixaban"))
    assert "It stops the plan in force (version 1)" in text and "Stop: it does not fit" in text
    detail = AuditEvent.objects.get(action="plan.reviewed", patient_id=ana.pk).detail
    assert detail["stops"] and not detail["lifted"]
    for page in (f"/patients/{ana.pk}/", f"/plans/{plan.pk}/"):
        shown = page_text(as_petra.get(page))
        assert "does not fit what is known" in shown and "apixaban" in shown


def test_what_no_longer_holds_lifts_the_stop(as_petra: Client, ana: Any, petra: Any) -> None:
    plan = signed_plan(ana, petra)
    add(as_petra, ana, "medicine", "apixaban")
    entry = SafetyEntry.objects.get()
    text = page_text(as_petra.post(at(ana, "end/"), {"entry": entry.pk}, follow=True))
    assert "It lifts" in text and "It fits" in text and safety_facts_of(ana) == {THINNER: False}
    assert "does not fit what is known" not in page_text(as_petra.get(f"/plans/{plan.pk}/"))
    entry.refresh_from_db()
    assert entry.ended_by == petra and entry.ended_at is not None


def test_two_medicines_of_one_class_end_one_by_one(as_petra: Client, ana: Any) -> None:
    add(as_petra, ana, "medicine", "warfarin")
    add(as_petra, ana, "medicine", "apixaban")
    first, second = ana.safety_entries.order_by("id")
    as_petra.post(at(ana, "end/"), {"entry": first.pk})
    assert safety_facts_of(ana)[THINNER] is True
    as_petra.post(at(ana, "end/"), {"entry": second.pk})
    assert safety_facts_of(ana)[THINNER] is False


def test_what_the_intake_reported_can_be_ended_too(as_petra: Client, ana: Any, petra: Any) -> None:
    record_safety_facts(patient=ana, facts={PACEMAKER: True}, by=None, note="from the intake form")
    assert "from the intake form" in page_text(as_petra.get(at(ana)))
    as_petra.post(at(ana, "end/"), {"finding": PACEMAKER})
    assert safety_facts_of(ana)[PACEMAKER] is False
    assert as_petra.post(at(ana, "end/"), {"finding": "flag.fever"}).status_code == 404
    assert as_petra.post(at(ana, "end/"), {"entry": "999"}).status_code == 404


def test_an_open_draft_shows_the_new_stops_and_loses_no_edit(as_petra: Client, ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra)
    revision = plan.revision
    add(as_petra, ana, "pregnancy", "week 9")
    plan.refresh_from_db()
    assert signing.open_points(plan) and plan.revision == revision  # whoever edits it goes on


def test_a_reason_given_at_the_signature_still_answers_its_stop(as_petra: Client, ana: Any, petra: Any) -> None:
    record_safety_facts(patient=ana, facts={THINNER: True}, by=petra)
    plan = draft_plan(ana, petra, condition__anticoagulant=True)
    for alert in [alert for alert in drafts.alerts_of(plan) if alert.level == "needs_reason"]:
        plan = drafts.override(
            plan_id=plan.pk, revision=plan.revision, key=alert.key, reason_code="benefit", reason="asked", by=petra
        )
    plan = drafts.note_seen(plan_id=plan.pk, revision=plan.revision, by=petra)
    signing.sign_plan(
        plan_id=plan.pk, revision=plan.revision, service=ServiceFactory(minutes=45), practitioner=petra, by=petra
    )
    assert TreatmentPlan.objects.get().status == "signed"
    assert "It fits" in page_text(as_petra.get(at(ana)))


def test_the_front_desk_reads_and_writes_none_of_it(as_dora: Client, ana: Any, petra: Any) -> None:
    safety.add_entry(patient=ana, kind="medicine", name="apixaban", finding=THINNER, by=petra)
    assert as_dora.get(at(ana)).status_code == 403
    assert as_dora.post(at(ana), {"kind": "medicine", "name": "aspirin"}).status_code == 403
    assert "apixaban" not in page_text(as_dora.get(f"/patients/{ana.pk}/"))
    assert SafetyEntry.objects.count() == 1


def test_a_medicine_of_another_patient_is_not_ended(as_petra: Client, ana: Any, petra: Any) -> None:
    from tests.factories.people import PatientFactory

    other = safety.add_entry(patient=PatientFactory(), kind="medicine", name="apixaban", finding=THINNER, by=petra)
    assert as_petra.post(at(ana, "end/"), {"entry": other.pk}).status_code == 404
