"""A closer look through the front door: a point asked for, a swap, three plans, what to examine; guarded, nothing saved
until it is chosen, and then reviewed like every edit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.models import SafetyFact
from tests.factories.assessed import assessed
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import Proposal, TreatmentPlan
from treatments.plans.actions import drafts
from treatments.plans.presenters.what_if import label_of
from treatments.plans.treatment_edits import item_at, name_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def look(client: Client, plan: TreatmentPlan, query: str = "", **more: Any) -> Any:
    return client.get(f"/plans/{plan.pk}/closer/{query}", **more)


def codes(plan: TreatmentPlan) -> list[str]:
    return [point["code"] for stage in plan.treatment["stages"] for point in stage["points"]]


def address_of(plan: TreatmentPlan, code: str) -> str:
    return next(
        f"stages.{i}.points.{j}"
        for i, stage in enumerate(plan.treatment["stages"])
        for j, point in enumerate(stage["points"])
        if point["code"] == code
    )


def name_at(plan: TreatmentPlan, address: str) -> str:
    return name_of(item_at(plan.treatment, address))


def test_the_plan_page_leads_here_and_works_nothing_out_itself(client: Client, plan: TreatmentPlan) -> None:
    text = page_text(client.get(f"/plans/{plan.pk}/"))
    assert f'href="/plans/{plan.pk}/closer/"' in text
    assert f'href="/plans/{plan.pk}/swap/?at={address_of(plan, "BL40")}"' in text
    for words in ("Which answer would bring it in", "Three plans side by side", "Work them out"):
        assert words not in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("bl23", "BL23 is asked for, but other points earn more."),
        ("Shenshu", "BL23 is asked for"),
        ("BL40", "BL40 is in the proposal."),
        ("GV16", "GV16 is never needled here."),
        ("百会", "No rule asks for GV20 in this patient."),
        ("zzz", "No single point is called “zzz”."),
    ],
)
def test_a_point_is_asked_for_by_any_name(client: Client, plan: TreatmentPlan, typed: str, shown: str) -> None:
    assert shown in page_text(look(client, plan, f"?point={typed}"))


def test_the_answer_names_rivals_and_answers_with_a_way_to_see_more(client: Client, plan: TreatmentPlan) -> None:
    answer = look(client, plan, "?point=BL23")
    found = answer.context["asked"]["answer"]
    assert {rival["code"] for rival in found["rivals"]} <= set(codes(plan))
    assert found["answers"]
    for one in found["answers"]:
        assert f"/plans/{plan.pk}/what-if/?f.{one['finding']}={one['value']}" in page_text(answer)


def test_a_point_that_safety_keeps_out_says_which_fact(client: Client, plan: TreatmentPlan) -> None:
    SafetyFact.objects.create(
        patient=plan.patient, finding="condition.anticoagulant", present=True, recorded_by=plan.created_by
    )
    text = page_text(look(client, plan, "?point=GB30"))
    assert "safety keeps it out" in text and "lood thinner" in text


def test_a_point_taken_out_by_hand_is_told_apart_from_one_not_proposed(client: Client, plan: TreatmentPlan) -> None:
    change = {
        "verb": "remove",
        "at": address_of(plan, "BL40"),
        "was": name_at(plan, address_of(plan, "BL40")),
        "revision": plan.revision,
    }
    client.post(f"/plans/{plan.pk}/change/", change)
    assert "It was taken out of this plan." in page_text(look(client, plan, "?point=BL40"))


def test_with_htmx_only_the_part_comes(client: Client, plan: TreatmentPlan) -> None:
    for query, words in (("?point=BL23", "BL23"), ("?show=styles", "By channel"), ("?show=examine", "Press")):
        text = page_text(look(client, plan, query, headers=HTMX))
        assert words in text and "<html" not in text and "<h1" not in text


def test_nothing_is_saved_and_the_read_is_in_the_trail(client: Client, plan: TreatmentPlan) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (TreatmentPlan, Proposal)]
    for query in ("?point=BL23", "?show=styles", "?show=examine"):
        look(client, plan, query)
    client.get(f"/plans/{plan.pk}/swap/?at=stages.0.points.0")
    assert [list(model.objects.order_by("pk").values()) for model in (TreatmentPlan, Proposal)] == before
    assert AuditEvent.objects.filter(action="closer.read", patient_id=plan.patient_id).count() == 3


def test_what_to_examine_is_open_and_says_what_would_change(client: Client, plan: TreatmentPlan) -> None:
    groups = dict(look(client, plan, "?show=examine").context["examine"]["groups"])
    assert 1 <= len(groups["Press"]) <= 3 and 1 <= len(groups["Test"]) <= 2
    for row in (*groups["Press"], *groups["Test"]):
        assert any(not outcome["is_same"] for outcome in row["outcomes"])


def test_a_substitute_is_taken_as_an_edit(client: Client, plan: TreatmentPlan) -> None:
    at = address_of(plan, "GB30")
    page = client.get(f"/plans/{plan.pk}/swap/?at={at}")
    best = page.context["best"]
    assert len(best) == 2 and "uncovered" in page_text(page)
    sent = {"verb": "swap", "at": at, "was": name_at(plan, at), "instead": best[0]["key"], "revision": plan.revision}
    assert client.post(f"/plans/{plan.pk}/change/", sent).status_code == 302
    plan.refresh_from_db()
    new = plan.treatment["stages"][0]["points"][int(at.rpartition(".")[2])]
    assert new["code"] == best[0]["point"]["code"] and new["because"][0]["rule"] == "practitioner"
    assert "GB30" not in codes(plan) and "in place of GB30" in plan.edits[-1]["text"]
    leads = [pair for stage in plan.treatment["stages"] for item in stage["electro"] for pair in item["leads"]]
    assert all("GB30" not in pair for pair in leads)
    drafts.undo(plan_id=plan.pk, revision=plan.revision, by=plan.created_by)
    plan.refresh_from_db()
    assert "GB30" in codes(plan)


def test_what_is_not_offered_cannot_be_taken(client: Client, plan: TreatmentPlan) -> None:
    at = address_of(plan, "GB30")
    sent = {"verb": "swap", "at": at, "was": name_at(plan, at), "instead": "GV16", "revision": plan.revision}
    answer = client.post(f"/plans/{plan.pk}/change/", sent)
    assert answer.status_code == 422 and "no longer among the substitutes" in page_text(answer)
    plan.refresh_from_db()
    assert "GB30" in codes(plan)


@pytest.mark.parametrize("at", ["", "dose", "stages.0", "stages.0.points.99", "stages.9.points.0", "adjuncts.0"])
def test_only_a_point_of_the_plan_can_be_swapped(client: Client, plan: TreatmentPlan, at: str) -> None:
    assert client.get(f"/plans/{plan.pk}/swap/?at={at}").status_code == 404


def test_a_style_is_chosen_and_what_was_edited_by_hand_stays(client: Client, plan: TreatmentPlan) -> None:
    add = {"verb": "add_point", "at": "stages.0.points", "point": "BL11", "side": "left", "revision": plan.revision}
    client.post(f"/plans/{plan.pk}/change/", add)
    plan.refresh_from_db()
    assert "BL11" in codes(plan)
    for style in ("channel", "fewest", "pattern"):
        shown = {one["id"]: one for one in look(client, plan, "?show=styles").context["styles"]}
        sent = {"style": style, "revision": plan.revision}
        assert client.post(f"/plans/{plan.pk}/style/", sent).status_code == 302
        plan.refresh_from_db()
        wanted = {point["code"].split()[0] for stage in shown[style]["stages"] for point in stage["points"]}
        assert set(codes(plan)) == wanted | {"BL11"}
        assert planner_knowledge().styles[style].name[1:] in plan.edits[-1]["text"]
        assert not [alert for alert in drafts.alerts_of(plan) if alert.level == "forbidden"]


def test_a_style_nobody_knows_and_a_late_choice_are_refused(client: Client, plan: TreatmentPlan) -> None:
    answer = client.post(f"/plans/{plan.pk}/style/", {"style": "boldest", "revision": plan.revision})
    assert answer.status_code == 422 and "no such plan" in page_text(answer)
    late = client.post(f"/plans/{plan.pk}/style/", {"style": "fewest", "revision": plan.revision - 1})
    assert late.status_code == 409


def test_an_answer_without_a_plan_can_be_looked_at_too() -> None:
    by = UserFactory(practitioner=True)
    made = drafts.propose(assessment=assessed(PatientFactory(), by, flag__fever=None), by=by)
    assert made.plan is None
    client = Client()
    client.force_login(by)
    to = f"/proposals/{made.proposal.pk}/closer/"
    assert to in page_text(client.get(f"/proposals/{made.proposal.pk}/"))
    text = page_text(client.get(f"{to}?point=BL40"))
    assert "Nothing is proposed for this patient now" in text and label_of("flag.fever") in text


@pytest.mark.parametrize("role", ["desk", "owner"])
def test_only_practitioners(plan: TreatmentPlan, role: str) -> None:
    other = Client()
    other.force_login(UserFactory(**{role: True}))
    assert look(other, plan, "?point=BL23").status_code == 403
    assert other.get(f"/plans/{plan.pk}/swap/?at=stages.0.points.0").status_code == 403
    assert other.post(f"/plans/{plan.pk}/style/", {"style": "fewest"}).status_code == 403
    assert not AuditEvent.objects.filter(action="closer.read").exists()
