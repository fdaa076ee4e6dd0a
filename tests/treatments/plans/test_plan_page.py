"""The plan through the front door: proposed, read, edited, stopped, clashing, signed; closed to the front desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.models import SafetyFact
from clinic.scheduling.models import Course
from tests.factories.assessed import assessed, draft_plan
from tests.factories.people import UserFactory
from tests.factories.scheduling import ServiceFactory
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.models import Proposal, TreatmentPlan
from treatments.plans.actions import drafts
from treatments.plans.treatment_edits import name_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan(ana: Any, petra: Any) -> TreatmentPlan:
    return draft_plan(ana, petra)


def at(plan: TreatmentPlan, what: str = "") -> str:
    return f"/plans/{plan.pk}/{what}"


def change(client: Client, plan: TreatmentPlan, verb: str, address: str, *, htmx: bool = True, **more: str) -> Any:
    plan.refresh_from_db()
    data = {"verb": verb, "at": address, "revision": str(plan.revision), **more}
    answer = client.post(at(plan, "change/"), data, headers=HTMX if htmx else {})
    plan.refresh_from_db()
    return answer


def codes(plan: TreatmentPlan) -> list[str]:
    return [point["code"] for point in plan.treatment["stages"][0]["points"]]


def names(plan: TreatmentPlan) -> list[str]:
    return [name_of(point) for point in plan.treatment["stages"][0]["points"]]


def test_proposing_leads_to_the_plan(as_petra: Client, ana: Any, petra: Any) -> None:
    assessed(ana, petra)
    answer = as_petra.post(f"/patients/{ana.pk}/propose/")
    plan = TreatmentPlan.objects.get()
    assert answer.status_code == 302 and answer.headers["Location"] == at(plan)
    assert as_petra.get(f"/patients/{ana.pk}/propose/").headers["Location"] == f"/patients/{ana.pk}/"


def test_without_a_signed_assessment_there_is_nothing_to_propose_from(as_petra: Client, ana: Any) -> None:
    answer = as_petra.post(f"/patients/{ana.pk}/propose/")
    assert answer.headers["Location"] == f"/patients/{ana.pk}/assessment/" and not Proposal.objects.exists()


def test_an_emergency_gives_a_page_that_says_what_to_do_and_no_plan(as_petra: Client, ana: Any, petra: Any) -> None:
    assessed(ana, petra, flag__saddle_numbness=True)
    page = as_petra.post(f"/patients/{ana.pk}/propose/", follow=True)
    text = page_text(page)
    assert "This is an emergency" in text and "112" in text
    assert not TreatmentPlan.objects.exists()
    assert AuditEvent.objects.filter(action="proposal.read", patient_id=ana.pk).exists()


def test_open_questions_are_listed_instead_of_a_plan(as_petra: Client, ana: Any, petra: Any) -> None:
    assessed(ana, petra, flag__fever=None)
    text = page_text(as_petra.post(f"/patients/{ana.pk}/propose/", follow=True))
    assert "Not enough is known" in text and "fever" in text.lower()


def test_the_page_says_every_parameter_and_why(as_petra: Client, plan: TreatmentPlan) -> None:
    text = page_text(as_petra.get(at(plan)))
    point = plan.treatment["stages"][0]["points"][0]
    for shown in (point["code"], point["because"][0]["text"], plan.treatment["principle"], "大肠俞", "Withheld"):
        assert shown in text
    assert text.count("<summary>Why</summary>") >= len(codes(plan))
    assert AuditEvent.objects.filter(action="plan.read", patient_id=plan.patient_id).count() == 1


PATHS = ["", "item/?at=dose", "home-care/", "change/", "undo/", "override/", "seen/", "sign/", "reopen/"]


@pytest.mark.parametrize("path", PATHS)
def test_the_front_desk_and_the_owner_are_refused(plan: TreatmentPlan, path: str) -> None:
    for role in ("desk", "owner"):
        other = Client()
        other.force_login(UserFactory(**{role: True}))
        assert other.get(at(plan, path)).status_code == 403
        assert other.post(at(plan, path)).status_code == 403
        assert other.post(f"/patients/{plan.patient_id}/propose/").status_code == 403
        assert other.get(f"/proposals/{plan.proposal_id}/").status_code == 403


@pytest.mark.parametrize("spelling", ["bl23", "BL 23", "Shenshu", "肾俞", "UB23"])
def test_any_spelling_adds_the_point(as_petra: Client, plan: TreatmentPlan, spelling: str) -> None:
    answer = change(as_petra, plan, "add_point", "stages.0.points", point=spelling, side="both")
    assert answer.status_code == 200 and codes(plan)[-1] == "BL23"
    assert "Saved " in page_text(answer) and "<html" not in page_text(answer)


def test_a_chosen_suggestion_wins_over_the_typed_letters(as_petra: Client, plan: TreatmentPlan) -> None:
    assert 'value="BL23"' in page_text(as_petra.get("/plans/points/?point=shenshu"))
    change(as_petra, plan, "add_point", "stages.0.points", point="shen", chosen="BL23", side="left")
    assert codes(plan)[-1] == "BL23" and plan.treatment["stages"][0]["points"][-1]["side"] == "left"


def test_a_spelling_nobody_knows_is_answered_with_help_and_kept(as_petra: Client, plan: TreatmentPlan) -> None:
    answer = change(as_petra, plan, "add_point", "stages.0.points", point="xyzzy", side="both")
    text = page_text(answer)
    assert answer.status_code == 422 and "No single point matches" in text and 'value="xyzzy"' in text


def test_an_ashi_place_needs_a_where(as_petra: Client, plan: TreatmentPlan) -> None:
    before = codes(plan)
    assert change(as_petra, plan, "add_point", "stages.0.points", point="阿是", side="left").status_code == 422
    where = "2 cm lateral to BL24"
    assert (
        change(as_petra, plan, "add_point", "stages.0.points", point="阿是", side="left", where=where).status_code
        == 200
    )
    assert codes(plan) == [*before, "ASHI"] and plan.treatment["stages"][0]["points"][-1]["where"] == where


def test_a_forbidden_point_is_refused_with_words(as_petra: Client, plan: TreatmentPlan) -> None:
    SafetyFact.objects.create(patient=plan.patient, finding="condition.pregnant", present=True)
    before = codes(plan)
    answer = change(as_petra, plan, "add_point", "stages.0.points", point="LI4", side="both")
    assert answer.status_code == 422 and "nothing was changed" in page_text(answer)
    assert codes(plan) == before


def test_every_parameter_of_a_point_can_be_changed(as_petra: Client, plan: TreatmentPlan) -> None:
    i = codes(plan).index("BL25")
    form = page_text(as_petra.get(at(plan, f"item/?at=stages.0.points.{i}"), headers=HTMX))
    assert 'name="depth_to"' in form and "<html" not in form
    fields = {
        "side": "both", "role": "local", "technique": "even", "diameter_mm": "0.22", "length_mm": "40",
        "depth_from": "12", "depth_to": "18", "angle": "perpendicular", "deqi": "mild", "levels": "", "where": "",
    }  # fmt: skip
    assert change(as_petra, plan, "change", f"stages.0.points.{i}", was=names(plan)[i], **fields).status_code == 200
    point = plan.treatment["stages"][0]["points"][i]
    assert (point["side"], point["technique"], point["depth_mm"], point["needle"]["diameter_mm"]) == (
        "both", "even", [12, 18], 0.22,
    )  # fmt: skip
    wrong = change(
        as_petra, plan, "change", f"stages.0.points.{i}", was=names(plan)[i], **{**fields, "depth_from": "30"}
    )
    assert wrong.status_code == 422 and "deeper end" in page_text(wrong) and 'value="30"' in page_text(wrong)


def test_a_point_is_moved_and_removed_and_that_is_undone(as_petra: Client, plan: TreatmentPlan) -> None:
    before = codes(plan)
    change(as_petra, plan, "down", "stages.0.points.0", was=names(plan)[0])
    assert codes(plan)[:2] == [before[1], before[0]]
    change(as_petra, plan, "remove", "stages.0.points.0", was=names(plan)[0])
    assert codes(plan) == [before[0], *before[2:]]
    as_petra.post(at(plan, "undo/"), {"revision": plan.revision})
    plan.refresh_from_db()
    assert codes(plan)[:2] == [before[1], before[0]]


def test_dose_adjuncts_ear_home_care_and_stages_are_edited_too(as_petra: Client, plan: TreatmentPlan) -> None:
    assert change(as_petra, plan, "change", "dose", phases="2×3, 1×2", review_at="4, 8").status_code == 200
    assert plan.treatment["dose"]["sessions"] == 8 and plan.treatment["dose"]["review_at"] == [4, 8]
    hands = {"kind": "tuina", "detail": "", "where": "low back", "minutes": "10", "from_visit": "1"}
    answer = change(as_petra, plan, "add", "adjuncts", **hands)
    assert answer.status_code == 200, [alert.text for alert in answer.context.get("refused") or []]
    assert plan.treatment["adjuncts"][-1]["because"][0]["rule"] == "practitioner"
    care = {"kind": "movement", "text": "Walk ten minutes after lunch."}
    assert change(as_petra, plan, "add", "home_care", **care).status_code == 200
    assert change(as_petra, plan, "add", "stages", position="supine", side_up="", retention_min="15").status_code == 200
    assert plan.treatment["stages"][-1]["position"] == "supine"
    assert change(as_petra, plan, "change", "principle", principle="Move and warm").status_code == 200
    assert plan.treatment["principle"] == "Move and warm"
    assert change(as_petra, plan, "change", "dose", phases="often", review_at="").status_code == 422


@pytest.mark.parametrize("htmx", [True, False])
def test_a_stale_page_is_told_and_loses_nothing(as_petra: Client, plan: TreatmentPlan, htmx: bool) -> None:
    old = plan.revision
    change(as_petra, plan, "add_point", "stages.0.points", point="BL58", side="both")
    mine = {"verb": "add_point", "at": "stages.0.points", "revision": str(old), "point": "BL23", "side": "left"}
    answer = as_petra.post(at(plan, "change/"), mine, headers=HTMX if htmx else {})
    text = page_text(answer)
    assert answer.status_code == 409
    assert "Someone else has changed this plan" in text and "Added BL58" in text
    assert 'name="point" value="BL23"' in text and f'name="revision" value="{plan.revision}"' in text
    plan.refresh_from_db()
    assert "BL23" not in codes(plan) and "BL58" in codes(plan)
    as_petra.post(at(plan, "change/"), {**mine, "revision": str(plan.revision)})
    plan.refresh_from_db()
    assert {"BL23", "BL58"} <= set(codes(plan))


def test_after_a_clash_the_item_must_still_be_the_one_that_was_meant(as_petra: Client, plan: TreatmentPlan) -> None:
    before = codes(plan)
    answer = change(as_petra, plan, "remove", "stages.0.points.0", was="ST36")
    assert answer.status_code == 422 and "has moved because" in page_text(answer)
    assert codes(plan) == before


def test_an_override_asks_for_a_reason_and_blocks_signing_until_then(as_petra: Client, plan: TreatmentPlan) -> None:
    ServiceFactory()
    change(as_petra, plan, "add_point", "stages.0.points", point="CV17", side="midline")
    keys = [a["key"] for a in plan.review["alerts"] if a["level"] == "needs_reason"]
    assert keys
    blocked = as_petra.post(at(plan, "sign/"), sign_data(plan))
    assert blocked.status_code == 422 and "give a reason" in page_text(blocked)
    bare = as_petra.post(at(plan, "override/"), {"revision": plan.revision, "key": keys[0], "reason_code": ""})
    assert bare.status_code == 422
    for key in keys:
        plan.refresh_from_db()
        data = {"revision": plan.revision, "key": key, "reason_code": "benefit", "reason": "calms her"}
        assert as_petra.post(at(plan, "override/"), data).status_code == 302
    plan.refresh_from_db()
    assert len(plan.overrides) == len(keys)
    assert "calms her" in page_text(as_petra.get(at(plan)))
    assert as_petra.post(at(plan, "sign/"), sign_data(plan)).status_code == 302


def sign_data(plan: TreatmentPlan) -> dict[str, Any]:
    from clinic.scheduling.models import Service

    plan.refresh_from_db()
    return {
        "revision": plan.revision,
        "practitioner": plan.created_by_id,
        "service": Service.objects.get().pk,
        "cautions_read": "on",
    }


def test_signing_locks_and_the_desk_gets_the_course(as_petra: Client, plan: TreatmentPlan) -> None:
    ServiceFactory()
    assert as_petra.post(at(plan, "sign/"), sign_data(plan)).status_code == 302
    plan.refresh_from_db()
    assert plan.status == "signed" and Course.objects.get().patient == plan.patient
    page = page_text(as_petra.get(at(plan)))
    assert "Sign the plan" not in page and "Change" in page
    late = change(as_petra, plan, "add_point", "stages.0.points", point="BL23", side="both")
    assert late.headers["HX-Redirect"] == at(plan)
    answer = as_petra.post(at(plan, "reopen/"))
    draft = TreatmentPlan.objects.get(status="draft")
    assert answer.headers["Location"] == at(draft) and draft.version == 2


def test_a_caution_is_shown_once(as_petra: Client, plan: TreatmentPlan) -> None:
    for point in ("BL58", "ST36", "LR3"):
        change(as_petra, plan, "add_point", "stages.0.points", point=point, side="both")
    cautions = [a for a in plan.review["alerts"] if a["level"] == "caution"]
    assert cautions and cautions[0]["text"] in as_petra.get(at(plan)).context["new_cautions"][0]["text"]
    as_petra.post(at(plan, "seen/"), {"revision": plan.revision})
    assert as_petra.get(at(plan)).context["new_cautions"] == []


def test_the_home_care_sheet_is_plain_and_tells_when_not_to_wait(as_petra: Client, plan: TreatmentPlan) -> None:
    text = page_text(as_petra.get(at(plan, "home-care/")))
    for shown in ("Do not wait", "short of breath", "Numbness between the legs", "112", "Twice a week"):
        assert shown in text
    for hidden in ("stasis", "Withheld", "SF01"):
        assert hidden not in text


def test_the_home_care_sheet_quotes_the_patient_as_you(as_petra: Client, plan: TreatmentPlan) -> None:
    assert "You said" not in page_text(as_petra.get(at(plan, "home-care/")))  # all of it noted by the practitioner
    plan.treatment["home_care"][0]["because"][0]["said"] = ["eased_by.movement", "body.tired", "onset.dropped"]
    plan.save()
    text = page_text(as_petra.get(at(plan, "home-care/")))
    assert "You said that moving about gently makes it better and that you are tired most of the day" in text


def test_queries_do_not_grow_with_edits(
    as_petra: Client, plan: TreatmentPlan, django_assert_max_num_queries: Any
) -> None:
    for point in ("BL23", "BL58", "ST36", "LR3"):
        change(as_petra, plan, "add_point", "stages.0.points", point=point, side="both")
    with django_assert_max_num_queries(18):
        as_petra.get(at(plan))


def test_a_caution_of_every_needle_is_said_once_above_them(as_petra: Client, ana: Any, petra: Any) -> None:
    plan = draft_plan(ana, petra, condition__anticoagulant=True)
    assert "born 17 May 1984" in page_text(as_petra.get(at(plan)))

    def said() -> tuple[list[str], list[str], list[Any]]:
        context = as_petra.get(at(plan)).context
        marks = [alert for stage in context["stages"] for point in stage["points"] for alert in point["alerts"]]
        above = [alert["text"] for alert in context["new_cautions"] + context["clinical_alerts"]]
        return above + list(context["cautions"]), [a["text"] for a in context["new_cautions"]], marks

    words, new, marks = said()
    thin = [text for text in words if "thin needles" in text]
    assert len(thin) == 1 and thin[0] in new
    assert not [mark for mark in marks if "thin needles" in mark["text"]]
    as_petra.post(at(plan, "seen/"), {"revision": plan.revision})
    words, new, _ = said()
    assert not new and len([text for text in words if "thin needles" in text]) == 1  # read, and still to be found


def test_a_draft_is_shown_beside_the_plan_in_force_before_it_is_signed(as_petra: Client, ana: Any, petra: Any) -> None:
    first = signed_plan(ana, petra)
    draft = drafts.new_version(plan=first, by=petra)
    assert as_petra.get(f"/plans/{draft.pk}/").context["compared"]["changes"] == []
    as_petra.post(f"/plans/{draft.pk}/change/", {"verb": "remove", "at": "stages.1", "revision": draft.revision})
    page = as_petra.get(f"/plans/{draft.pk}/")
    assert page.context["compared"]["changes"] == ["LR3: left out.", "Supine stage: left out."]
    text = page_text(page)
    assert "Compared with v1 in force" in text and "Supine stage: left out." in text
    assert text.index("Compared with v1") < text.index("Sign the plan")
