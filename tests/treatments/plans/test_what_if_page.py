"""What-if through the front door: several findings at once, with htmx and without; nothing saved; guarded."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from intake.models import Assessment
from tests.factories.people import UserFactory
from tests.support.page_text import page_text
from treatments.models import Proposal, TreatmentPlan
from treatments.plans.presenters import what_if as presenter

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def ask(client: Client, plan: TreatmentPlan, query: str = "", **more: Any) -> Any:
    return client.get(f"/plans/{plan.pk}/what-if/{query}", **more)


def stored() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (TreatmentPlan, Proposal, Assessment)]


def test_the_plan_page_leads_here_also_from_each_open_question(client: Client, plan: TreatmentPlan) -> None:
    text = page_text(client.get(f"/plans/{plan.pk}/"))
    url = reverse("plans:what_if", args=[plan.pk])
    assert f'href="{url}"' in text
    asks = plan.proposal.result["ask"]
    assert asks
    for question in asks:
        for answer in "10":
            assert f'href="{url}?f.{question["finding"]}={answer}"' in text
    first = ask(client, plan, f"?f.{asks[0]['finding']}=1")
    assert f'name="f.{asks[0]["finding"]}"' in page_text(first) and first.status_code == 200


def test_a_red_flag_takes_the_plan_away_and_says_why(client: Client, plan: TreatmentPlan) -> None:
    text = page_text(ask(client, plan, "?f.flag.saddle_numbness=1"))
    for shown in ("emergency", "There would be no plan.", "Emergency instead of treat", "now absent"):
        assert shown in text


def test_several_findings_at_once_and_what_goes_is_named(client: Client, plan: TreatmentPlan) -> None:
    answer = ask(client, plan, "?f.condition.anticoagulant=1&f.body.cold=1")
    codes = {point["code"] for stage in plan.treatment["stages"] for point in stage["points"]}
    result = answer.context["result"]
    going = next(part["lines"] for part in result["parts"] if part["name"] == "Would be removed")
    assert codes & set(going) and result["after"]["text"] == "treat with care"
    assert any("lood thinner" in line for line in result["because"])
    assert [row["finding"] for row in answer.context["rows"]] == ["condition.anticoagulant", "body.cold"]
    assert "Blood thinner" in page_text(answer) or "blood thinner" in page_text(answer)


def test_what_is_so_already_changes_nothing(client: Client, plan: TreatmentPlan) -> None:
    answer = ask(client, plan, "?f.condition.pacemaker=0")
    assert answer.context["result"]["headline"] == "Nothing would change."
    assert answer.context["rows"][0]["is_as_now"]


def test_it_starts_from_what_is_known_now_not_from_when_the_plan_was_made(client: Client, plan: TreatmentPlan) -> None:
    from clinic.people.models import SafetyFact

    SafetyFact.objects.create(
        patient=plan.patient, finding="condition.anticoagulant", present=True, recorded_by=plan.created_by
    )
    answer = ask(client, plan, "?f.condition.anticoagulant=1")
    assert answer.context["result"]["before"]["text"] == "treat with care"
    assert answer.context["result"]["headline"] == "Nothing would change."


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("?add=flag.fever", "1"),  # absent now: suppose it present
        ("?add=site.low_back", "0"),  # present now: suppose it absent
        ("?add=flag.fever&f.flag.fever=", ""),  # chosen already: stays
    ],
)
def test_adding_a_finding_supposes_the_other_answer(
    client: Client, plan: TreatmentPlan, query: str, value: str
) -> None:
    assert [row["value"] for row in ask(client, plan, query).context["rows"]] == [value]


def test_a_finding_can_be_left_as_it_is_again(client: Client, plan: TreatmentPlan) -> None:
    answer = ask(client, plan, "?f.flag.fever=1&f.body.cold=1&drop=flag.fever")
    assert [row["finding"] for row in answer.context["rows"]] == ["body.cold"]


def test_with_htmx_the_part_comes_alone_and_the_address_follows(client: Client, plan: TreatmentPlan) -> None:
    answer = ask(client, plan, "?f.body.cold=&add=condition.pregnant", headers=HTMX)
    text = page_text(answer)
    assert "<html" not in text and 'id="what-if"' in text
    url = answer.headers["HX-Replace-Url"]
    assert url == f"/plans/{plan.pk}/what-if/?f.body.cold=&f.condition.pregnant=1"
    again = client.get(url)
    assert [(row["finding"], row["value"]) for row in again.context["rows"]] == [
        ("body.cold", ""),
        ("condition.pregnant", "1"),
    ]


def test_nothing_is_saved_and_the_read_is_in_the_trail(client: Client, plan: TreatmentPlan) -> None:
    before = stored()
    ask(client, plan, "?f.flag.saddle_numbness=1&add=condition.pregnant")
    assert stored() == before
    event = AuditEvent.objects.get(action="what_if.read")
    assert event.patient_id == plan.patient_id and event.object_id == str(plan.pk)


@pytest.mark.parametrize("query", ["?f.flag.nosuch=1", "?f.flag.fever=maybe", "?add=<b>", "?f.=1"])
def test_what_nobody_knows_is_said(client: Client, plan: TreatmentPlan, query: str) -> None:
    answer = ask(client, plan, query)
    assert answer.status_code == 422 and "There is no finding" in page_text(answer)
    assert "<b>”" not in page_text(answer)


def test_other_words_in_the_address_do_no_harm(client: Client, plan: TreatmentPlan) -> None:
    assert ask(client, plan, "?utm=x&drop=nothing&q=").status_code == 200


def test_findings_are_found_by_their_words(client: Client, plan: TreatmentPlan) -> None:
    text = page_text(client.get("/plans/findings/?q=pregnan"))
    assert 'value="condition.pregnant"' in text and "Conditions and medicines" in text
    assert "No finding matches" in page_text(client.get("/plans/findings/?q=zzz"))
    assert client.get("/plans/findings/?q=").content.decode().strip() == ""
    without_script = page_text(ask(client, plan, "?q=pregnan&f.body.cold=1"))
    assert 'value="condition.pregnant"' in without_script and 'name="f.body.cold"' in without_script


def test_every_finding_can_be_chosen_once() -> None:
    listed = [finding for _, findings in presenter.vocabulary() for finding, _ in findings]
    assert len(listed) == len(set(listed)) and all(presenter.is_finding(finding) for finding in listed)
    assert set(listed) == set(presenter.load_intake_knowledge().order)


@pytest.mark.parametrize("role", ["desk", "owner"])
def test_only_practitioners(plan: TreatmentPlan, role: str) -> None:
    other = Client()
    other.force_login(UserFactory(**{role: True}))
    assert ask(other, plan).status_code == 403
    assert other.get("/plans/findings/?q=fever").status_code == 403
    assert not AuditEvent.objects.filter(action="what_if.read").exists()


def test_a_plan_that_is_not_there(client: Client, plan: TreatmentPlan) -> None:
    assert client.get("/plans/999999/what-if/").status_code == 404
