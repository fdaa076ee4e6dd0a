"""A practitioner's own knowledge: groups by name in the editor, protocols from a signed plan, rules turned off."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.models import SafetyFact
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments import planning
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import OwnEntry, RuleOff, TreatmentPlan
from treatments.planner.knowledge.point_groups import GroupError, read_group, side_for
from treatments.planner.knowledge.switching import why_protected, without
from treatments.plans.actions import drafts

pytestmark = pytest.mark.django_db
GROUP = "GB30 painful 30-50\nGB34 painful\nBL40 painful 15\nGB31 opposite 20-30\nEX-B2 L4 L5 painful\nGV3"


def keep(client: Client, kind: str = "group", **fields: str) -> Any:
    return client.post(f"/knowledge/own/{kind}/new/", fields)


def points_of(plan: TreatmentPlan) -> dict[str, Any]:
    return {point["code"]: point for stage in plan.treatment["stages"] for point in stage["points"]}


def add(client: Client, plan: TreatmentPlan, typed: str, at: str = "stages.0.points") -> Any:
    plan.refresh_from_db()
    sent = {"verb": "add_point", "at": at, "point": typed, "revision": plan.revision}
    return client.post(f"/plans/{plan.pk}/change/", sent)


# ------------------------------------------------------------------------------------------------------------- groups


@pytest.mark.parametrize(
    ("line", "code", "side", "depth"),
    [
        ("gb30 painful 30-50", "GB30", "painful", [30, 50]),
        ("Shenshu both", "BL23", "both", None),
        ("肾俞 left 20", "BL23", "left", [20, 20]),
        ("GV3 left", "GV3", "midline", None),
        ("BL40", "BL40", "both", None),
    ],
)
def test_a_line_of_a_group(line: str, code: str, side: str, depth: list[int] | None) -> None:
    (point,) = read_group(line, planner_knowledge())
    assert (point["code"], point["side"], point.get("depth_mm")) == (code, side, depth)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "at least one"),
        ("ZZ99 left", "no single point"),
        ("GV16", "not needled"),
        ("ashi left", "tender point"),
        ("BL13 both 60", "mm deep at most"),
        ("GB30 left right", "one side"),
        ("GB30 0", "depth in mm"),
        ("\n".join(["GB30"] * 25), "At most 24"),
    ],
)
def test_what_cannot_be_used_is_said_line_by_line(text: str, fault: str) -> None:
    with pytest.raises(GroupError, match=fault):
        read_group(text, planner_knowledge())


def test_sides_follow_the_pain() -> None:
    assert [side_for("painful", one) for one in (("left",), ("left", "right"))] == ["left", "both"]
    assert side_for("opposite", ("left",)) == "right" and side_for("left", ("right",)) == "left"


def test_a_group_typed_in_the_editor_adds_its_points_reviewed_at_once(client: Client, plan: TreatmentPlan) -> None:
    assert keep(client, name="GB sciatica", points=GROUP).status_code == 302
    assert add(client, plan, ";gb-sciatica").status_code == 302
    plan.refresh_from_db()
    points = points_of(plan)
    assert points["GB31"]["side"] == "left" and points["GB31"]["depth_mm"] == [20, 30]
    assert points["GV3"]["side"] == "midline"
    assert points["GB31"]["because"][0]["rule"] == "practitioner"
    assert plan.edits[-1]["text"] == "Added the group gb-sciatica"
    picture = planning.picture_of(plan, today=plan.created_at.date())
    assert {a.stamp for a in drafts.alerts_of(plan)} == {a.stamp for a in planning.safety_of(plan.treatment, picture)}
    assert add(client, plan, ";gb-sciatica").status_code == 422  # all there already


def test_a_group_with_one_forbidden_point_adds_nothing(client: Client, plan: TreatmentPlan) -> None:
    keep(client, name="belly", points="SP6 both\nLI4 both\nBL32 both")
    SafetyFact.objects.create(
        patient=plan.patient, finding="condition.pregnant", present=True, recorded_by=plan.created_by
    )
    before = points_of(plan)
    answer = add(client, plan, ";belly")
    assert answer.status_code == 422 and "nothing was changed" in page_text(answer)
    plan.refresh_from_db()
    assert points_of(plan) == before


def test_groups_are_offered_while_typing_and_are_ones_own(client: Client, plan: TreatmentPlan) -> None:
    keep(client, name="gb-sciatica", points=GROUP)
    assert ";gb-sciatica" in page_text(client.get("/plans/points/?point=;gb"))
    other = Client()
    other.force_login(UserFactory(practitioner=True))
    assert ";gb-sciatica" not in page_text(other.get("/plans/points/?point=;gb"))
    entry = OwnEntry.objects.get()
    assert other.get(f"/knowledge/own/{entry.pk}/").status_code == 404
    assert other.post(f"/knowledge/own/{entry.pk}/remove/").status_code == 404
    answer = add(client, plan, ";nothing")
    assert answer.status_code == 422 and "You keep no group" in page_text(answer)


def test_a_name_once_changed_and_removed_all_in_the_trail(client: Client, plan: TreatmentPlan) -> None:
    keep(client, name="a", points="GB30")
    assert keep(client, name="a", points="GB34").status_code == 422
    entry = OwnEntry.objects.get()
    assert client.post(f"/knowledge/own/{entry.pk}/", {"name": "b", "points": "GB34 left 20"}).status_code == 302
    assert "GB34 left 20" in page_text(client.get("/knowledge/own/"))
    client.post(f"/knowledge/own/{entry.pk}/remove/")
    assert ";b" not in page_text(client.get("/knowledge/own/"))
    assert keep(client, name="b", points="GB34").status_code == 302
    own = AuditEvent.objects.filter(action__startswith="own.").values_list("action", flat=True)
    assert sorted(own) == ["own.changed", "own.kept", "own.kept", "own.removed"]


def test_a_group_that_the_book_refuses_is_sent_back_with_its_words(client: Client) -> None:
    answer = keep(client, name="deep", points="BL13 both 60")
    assert answer.status_code == 422 and "mm deep at most" in page_text(answer) and "BL13 both 60" in page_text(answer)


def test_a_snippet_by_its_name(client: Client) -> None:
    keep(client, "snippet", name="deqi", text="Deqi clear at all points.")
    assert client.get("/knowledge/own/snippet/?name=deqi").content == b"Deqi clear at all points."
    assert client.get("/knowledge/own/snippet/?name=none").status_code == 404


# ---------------------------------------------------------------------------------------------------------- protocols


def test_a_signed_plan_becomes_a_protocol_without_the_patient(client: Client, plan: TreatmentPlan) -> None:
    by = plan.created_by
    signed = signed_plan(PatientFactory(), by)
    assert client.post(f"/plans/{signed.pk}/save-protocol/", {"name": "Back one"}).status_code == 302
    entry = OwnEntry.objects.get(kind="protocol", name="back-one")
    stages = entry.body["treatment"]["stages"]
    assert stages and all(point["code"] != "ASHI" for stage in stages for point in stage["points"])
    assert all(point["because"] == [] for stage in stages for point in stage["points"])
    assert entry.body["treatment"]["home_care"] == []

    sent = {"protocol": "back-one", "revision": plan.revision}
    assert client.post(f"/plans/{plan.pk}/protocol/", sent).status_code == 302
    plan.refresh_from_db()
    assert [stage["position"] for stage in plan.treatment["stages"]] == [stage["position"] for stage in stages]
    assert "From the practitioner" in str(plan.treatment["stages"][0]["points"][0]["because"])
    assert plan.edits[-1]["text"].startswith("Protocol back-one taken; left out for safety: BL25-BL26")
    assert not [alert for alert in drafts.alerts_of(plan) if alert.level == "forbidden"]


def test_a_draft_is_no_protocol(client: Client, plan: TreatmentPlan) -> None:
    client.post(f"/plans/{plan.pk}/save-protocol/", {"name": "x"})
    assert not OwnEntry.objects.exists()


def test_what_is_forbidden_in_this_patient_is_left_out_of_a_protocol(client: Client, plan: TreatmentPlan) -> None:
    signed = signed_plan(PatientFactory(), plan.created_by)
    client.post(f"/plans/{signed.pk}/save-protocol/", {"name": "x"})
    entry = OwnEntry.objects.get()
    entry.body["treatment"]["stages"][0]["points"][0]["code"] = "LI4"
    entry.save()
    SafetyFact.objects.create(
        patient=plan.patient, finding="condition.pregnant", present=True, recorded_by=plan.created_by
    )
    plan.refresh_from_db()
    client.post(f"/plans/{plan.pk}/protocol/", {"protocol": "x", "revision": plan.revision})
    plan.refresh_from_db()
    assert "LI4" not in points_of(plan) and "LI4" in plan.edits[-1]["text"]


# ---------------------------------------------------------------------------------------------------------- rules off


def test_a_rule_turned_off_is_gone_from_the_next_proposal_and_comes_back(client: Client, plan: TreatmentPlan) -> None:
    version = plan.proposal.result["knowledge_version"]
    rule = "cause.accident"
    sent = {"rule": rule, "reason": "we do not use it"}
    assert client.post("/knowledge/own/rules-off/", sent).status_code == 302
    assert "we do not use it" in page_text(client.get("/knowledge/own/"))
    again = drafts.propose(assessment=plan.proposal.assessment, by=plan.created_by)
    assert rule not in str(again.proposal.result["treatment"]) and rule in str(plan.proposal.result["treatment"])
    assert again.proposal.knowledge_version != version
    row = RuleOff.objects.get()
    client.post(f"/knowledge/own/rules-off/{row.pk}/")
    back = drafts.propose(assessment=plan.proposal.assessment, by=plan.created_by)
    assert back.proposal.result["treatment"] == plan.proposal.result["treatment"]
    assert AuditEvent.objects.filter(action__in=("rule.off", "rule.on")).count() == 2


def test_nothing_that_keeps_patients_safe_can_be_turned_off(client: Client) -> None:
    knowledge = planner_knowledge()
    protected = [row.id for row in knowledge.contraindications] + [
        rule.id for rule in (*knowledge.persons, *knowledge.depths, *knowledge.exclusions, *knowledge.doses)
    ]
    protected += [rule.id for rule in knowledge.every_rule() if rule.evidence == "safety"]
    assert all(why_protected(one, knowledge) for one in (*protected, "flag.fever", "fever", ""))
    assert without(knowledge, frozenset(protected)) is knowledge
    for one in (protected[0], "flag.fever", knowledge.persons[0].id):
        answer = client.post("/knowledge/own/rules-off/", {"rule": one, "reason": "x"})
        assert answer.status_code == 422 and not RuleOff.objects.exists()


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("practitioner", True), ("desk", False)])
def test_owner_and_practitioner_turn_rules_off(role: str, may: bool) -> None:
    client = Client()
    client.force_login(UserFactory(**{role: True}))
    answer = client.post("/knowledge/own/rules-off/", {"rule": "cause.accident", "reason": "no"})
    assert answer.status_code == (302 if may else 403) and RuleOff.objects.exists() is may
    assert client.get("/knowledge/own/").status_code == (200 if may else 403)


# --------------------------------------------------------------------------------------------------------- favourites


def test_a_favourite_is_offered_first_and_with_nothing_typed() -> None:
    me, other = Client(), Client()
    me.force_login(UserFactory(practitioner=True))
    other.force_login(UserFactory(practitioner=True))
    assert keep(me, "favourite", name="Weizhong").status_code == 302
    assert OwnEntry.objects.get().body == {"code": "BL40"}

    def offered(client: Client, typed: str) -> list[str]:
        return [row["code"] for row in client.get("/plans/points/", {"point": typed}).context["found"]]

    assert offered(me, "") == ["BL40"] and offered(other, "") == []
    assert offered(me, "BL")[0] == "BL40" and offered(other, "BL")[0] != "BL40"
    assert len(offered(me, "BL")) == len(offered(other, "BL"))
    assert "BL40" in page_text(me.get("/knowledge/own/"))
    assert keep(me, "favourite", name="委中").status_code == 422, "kept already"
    me.post(f"/knowledge/own/{OwnEntry.objects.get().pk}/remove/")
    assert offered(me, "") == []


@pytest.mark.parametrize("name", ["", "ZZ99", "GV16", "ashi"])
def test_what_is_not_needled_is_no_favourite(name: str) -> None:
    client = Client()
    client.force_login(UserFactory(practitioner=True))
    assert keep(client, "favourite", name=name).status_code == 422
    assert not OwnEntry.objects.exists()
