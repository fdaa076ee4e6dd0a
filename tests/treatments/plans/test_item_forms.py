"""The item forms of a plan: what is refused keeps what was typed, what comes too late is told in a person's words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from clinic.people.models import SafetyFact
from tests.factories.treatments import signed_plan
from tests.support.page_text import page_text
from treatments.models import TreatmentPlan
from treatments.plans.actions import drafts
from treatments.plans.treatment_edits import name_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ELECTRO = {
    "leads": "BL25-BL26", "side": "right", "frequency_hz": "2", "wave": "continuous", "felt_strength": "just felt",
    "minutes": "15", "from_visit": "3",
}  # fmt: skip
HOME = {"kind": "heat", "text": "A warm pack, 15 minutes, not on the needles' places."}


@pytest.fixture
def plan(ana: Any, petra: Any) -> TreatmentPlan:
    return drafts.new_version(plan=signed_plan(ana, petra), by=petra)


def send(client: Client, plan: TreatmentPlan, verb: str, at: str, fields: dict[str, str], **more: str) -> Any:
    data = {"verb": verb, "at": at, "revision": str(plan.revision), **fields, **more}
    return client.post(f"/plans/{plan.pk}/change/", data, headers=HTMX)


def is_item_form(answer: Any) -> bool:
    return answer.content.decode().lstrip().startswith("<form") and "HX-Retarget" not in answer.headers


@pytest.mark.parametrize(
    ("at", "fields", "typed", "field"),
    [
        ("stages.0.electro", {**ELECTRO, "leads": "BL25-LI4"}, "BL25-LI4", "leads"),
        ("stages.0.electro", {**ELECTRO, "leads": "BL25"}, "BL25", "leads"),
        ("ear", {"method": "seeds", "side": "left", "points": "shenmem", "keep_days": "4"}, "shenmem", "points"),
        ("adjuncts", {"kind": "cupping_dry", "where": "", "minutes": "8", "from_visit": "1", "detail": "sliding"},
         "sliding", "where"),
        ("home_care", {"kind": "heat", "text": ""}, "", "text"),
        ("dose", {"phases": "every day", "review_at": "4"}, "every day", "phases"),
        ("stages", {"position": "prone", "retention_min": "99"}, "99", "retention_min"),
        ("principle", {"principle": ""}, "", "principle"),
    ],
)  # fmt: skip
def test_what_is_refused_keeps_what_was_typed_with_the_error_beside_the_field(
    as_petra: Client, plan: TreatmentPlan, at: str, fields: dict[str, str], typed: str, field: str
) -> None:
    answer = send(as_petra, plan, "change" if at in ("dose", "principle") else "add", at, fields)
    text = page_text(answer)
    assert answer.status_code == 422 and is_item_form(answer)
    assert typed in text
    box = re.search(rf'<div class="field-{field}">.*?</div>', text, re.DOTALL)
    assert box and "field-error" in box[0], text
    plan.refresh_from_db()
    assert plan.revision == 2


def test_a_stop_of_the_safety_review_stands_in_the_form_and_nothing_typed_is_lost(
    as_petra: Client, plan: TreatmentPlan, ana: Any, petra: Any
) -> None:
    send(as_petra, plan, "remove", "stages.0.electro.0", {})
    plan.refresh_from_db()
    SafetyFact.objects.create(patient=ana, finding="condition.pacemaker", present=True, recorded_by=petra)
    answer = send(as_petra, plan, "add", "stages.0.electro", {**ELECTRO, "felt_strength": "strong, deep"})
    text = page_text(answer)
    assert answer.status_code == 422 and is_item_form(answer) and "strong, deep" in text
    box = re.search(r'<div class="field-leads">.*?</div>', text, re.DOTALL)
    assert box and "field-error" in box[0] and "Nothing was changed." in box[0]


def test_a_stale_item_form_is_told_in_words_beside_the_plan_and_never_inside_it(
    as_petra: Client, plan: TreatmentPlan, petra: Any
) -> None:
    old, moved = plan.revision, name_of(plan.treatment["stages"][1]["points"][0])
    send(as_petra, plan, "remove", "stages.1.points.0", {}, was=moved)
    plan.refresh_from_db()
    mine = {
        "side": "both", "role": "local", "technique": "reducing", "diameter_mm": "0.25", "length_mm": "40",
        "depth_from": "15", "depth_to": "22", "angle": "perpendicular", "deqi": "clear", "levels": "", "where": "",
    }  # fmt: skip
    plan.revision, new = old, plan.revision
    answer = send(as_petra, plan, "change", "stages.0.points.0", mine, was="BL25")
    text = page_text(answer)
    assert answer.status_code == 409
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#plan", "outerHTML")
    assert text.count('id="plan"') == 1
    assert "Not saved yet: <strong>Change BL25: technique reducing, to mm 22</strong>" in text
    assert "verb" not in re.sub(r"<[^>]*>", "", text), "no name of a field of the program is read by a person"
    again = dict(
        re.findall(r'name="(\w+)" value="([^"]*)"', text[text.index("Not saved yet") : text.index("Apply my")])
    )
    assert again["depth_to"] == "22" and again["revision"] == str(new)
    assert as_petra.post(f"/plans/{plan.pk}/change/", again).status_code == 302
    plan.refresh_from_db()
    assert (
        plan.treatment["stages"][0]["points"][0]["depth_mm"] == [15, 22]
        and len(plan.treatment["stages"][1]["points"]) == 0
    )


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"verb": "add_point", "at": "stages.0.points", "point": "bl23", "side": "both"}, "Add bl23, both sides"),
        ({"verb": "remove", "at": "ear.0", "was": "seeds left TF4"}, "Remove seeds left TF4"),
        ({"verb": "up", "at": "stages.0.points.1", "was": "BL26"}, "Move BL26 up"),
        ({"verb": "add", "at": "home_care", **HOME}, "Add home care: kind warmth, in the patient"),
        ({"verb": "change", "at": "ear.7", "was": "seeds right"}, "Change seeds right"),
    ],
)
def test_every_change_that_comes_too_late_is_told_in_words(
    as_petra: Client, plan: TreatmentPlan, sent: dict[str, str], words: str
) -> None:
    answer = as_petra.post(f"/plans/{plan.pk}/change/", {**sent, "revision": "1"}, headers=HTMX)
    if sent["verb"] == "change":  # its form is looked at first: it may be wrong by itself
        assert answer.status_code in (409, 422)
        return
    assert answer.status_code == 409 and f"Not saved yet: <strong>{words}" in page_text(answer)


def test_after_a_clash_no_other_row_is_hit_by_what_was_meant_for_one(as_petra: Client, plan: TreatmentPlan) -> None:
    """Two pieces of home care of one kind: a colleague took the first away, "Apply my change" must not hit the next."""
    for text in ("Walk twice a day.", "Walk on soft ground.", "Walk uphill."):
        send(as_petra, plan, "add", "home_care", {"kind": "movement", "text": text})
        plan.refresh_from_db()
    send(as_petra, plan, "remove", "home_care.0", {}, was="Walk twice a day.")
    plan.refresh_from_db()
    answer = send(as_petra, plan, "remove", "home_care.1", {}, was="Walk on soft ground.")
    plan.refresh_from_db()
    assert answer.status_code == 422 and "has moved because someone edited the plan" in page_text(answer)
    assert [item["text"] for item in plan.treatment["home_care"]] == ["Walk on soft ground.", "Walk uphill."]
    page = page_text(as_petra.get(f"/plans/{plan.pk}/"))
    assert 'name="was" value="Walk uphill."' in page and 'name="was" value="seeds left TF4"' in page


@pytest.mark.parametrize(
    ("items", "name"),
    [
        ([{"point": "ashi", "where": f"{n} cm lateral to BL25", "side": "left"} for n in (2, 4, 6)], "ASHI"),
        ([{"point": "GB30", "side": side} for side in ("left", "right")], "GB30"),
        ([{"point": f"EX-B2 {level}", "side": "both"} for level in ("L2", "L3", "L4")], "EX-B2"),
    ],
)
def test_after_a_clash_no_point_is_hit_by_what_was_meant_for_another_of_its_code(
    as_petra: Client, plan: TreatmentPlan, items: list[dict[str, str]], name: str
) -> None:
    for item in items:
        assert send(as_petra, plan, "add_point", "stages.1.points", item).status_code == 200
        plan.refresh_from_db()
    places = [n for n, point in enumerate(plan.treatment["stages"][1]["points"]) if point["code"] == name]
    first, second = places[:2]
    was = re.findall(r'name="was" value="([^"]*)"', page_text(as_petra.get(f"/plans/{plan.pk}/")))
    names = [one for one in was if one.startswith(name)]
    assert len({*names}) == len(names) == len(places), names
    send(as_petra, plan, "remove", f"stages.1.points.{first}", {}, was=names[0])
    plan.refresh_from_db()
    send(as_petra, plan, "up", f"stages.1.points.{first}", {}, was=names[1])
    plan.refresh_from_db()
    kept = plan.treatment["stages"][1]["points"]
    answer = send(as_petra, plan, "remove", f"stages.1.points.{second - 1}", {}, was=names[0])
    assert answer.status_code == 422, page_text(answer)
    plan.refresh_from_db()
    assert plan.treatment["stages"][1]["points"] == kept


def test_a_refused_point_keeps_its_side_and_place(as_petra: Client, plan: TreatmentPlan) -> None:
    typed = {"point": "nosuch", "side": "left", "where": "2 cm lateral"}
    text = page_text(send(as_petra, plan, "add_point", "stages.0.points", typed))
    form = text[text.index('class="add-point') :]
    form = form[: form.index("</form>")]
    assert 'value="nosuch"' in form and "<option selected>left</option>" in form and 'value="2 cm lateral"' in form
