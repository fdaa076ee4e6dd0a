"""A clinic's own points on a page: checked like those of its file, stricter where nothing was said, never lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.models import SafetyFact
from tests.factories.assessed import draft_plan
from tests.factories.people import PatientFactory
from tests.support.page_text import page_text
from treatments import planning
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import OwnPoint, TreatmentPlan
from treatments.own_points import codes_in, known_point, with_own_points

pytestmark = pytest.mark.django_db
NEW = "/knowledge/own/points/new/"
TOLD: dict[str, Any] = {
    "code": "T-77.08",
    "name": "Sihuashang",
    "hanzi": "四花上",
    "region": "leg",
    "sides": "bilateral",
    "location": "beside the shin bone, close to the bone",
    "depth": "8-15",
    "beneath": ["nothing"],
    "uses": "pain of the knee",
    "source": "Course on Master Tung's points",
}


def keep(client: Client, **told: Any) -> Any:
    return client.post(NEW, {**TOLD, **told})


def add(client: Client, plan: TreatmentPlan, typed: str, at: str = "stages.0.points") -> Any:
    plan.refresh_from_db()
    sent = {"verb": "add_point", "at": at, "point": typed, "revision": plan.revision}
    return client.post(f"/plans/{plan.pk}/change/", sent)


@pytest.fixture
def draft(petra) -> TreatmentPlan:
    """Of a man: what nobody said of pregnancy keeps the point out of everybody else's plan."""
    return draft_plan(PatientFactory(sex="male"), petra)


def test_where_pregnancy_is_not_ruled_out_it_goes_into_no_plan(as_petra, petra, ana) -> None:
    keep(as_petra)
    answer = add(as_petra, draft_plan(ana, petra), "T-77.08")
    assert answer.status_code == 422 and "stays out until pregnancy is ruled out" in page_text(answer)


def test_what_is_not_said_is_the_careful_choice(as_petra) -> None:
    assert keep(as_petra).status_code == 302
    point = known_point("T-77.08")
    assert point is not None
    assert (point.use, point.electro, point.moxa, point.pregnancy) == ("manual", "no", "no", "forbid")
    assert (point.limb, point.cap_mm, point.confidence) == ("leg", 15, "UNSURE")
    assert point.sources == ("OWN-T-77.08",) and "OWN-T-77.08" in with_own_points().sources
    assert "T-77.08" not in planner_knowledge().points  # what is proposed with asks no row


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"code": "BL25"}, "letters of your own"),
        ({"name": "Dachangshu"}, "is the name of BL25"),
        ({"region": "chest"}, "Select a valid choice"),
        ({"region": ""}, "required"),
        ({"depth": "8-16"}, "15 mm at most"),
        ({"depth": ""}, "required"),
        ({"beneath": []}, "Say what lies beneath"),
        ({"beneath": ["nothing", "nerve"]}, "Either something lies beneath"),
        ({"beneath": ["eye"]}, "no own point over eye"),
        ({"beneath": ["heart"]}, "no own point over heart"),
        ({"beneath": ["pneumothorax"]}, "a point over the lung lies in"),
        ({"location": "between the shoulder blades"}, "choose that region"),
        ({"location": "on the chest, beside the breast bone"}, "no own point at the chest"),
        ({"region": "upper_back", "depth": "5-8", "angle": "perpendicular"}, "oblique or transverse"),
        ({"region": "abdomen", "depth": "5-8", "positions": ["prone"]}, "is reached supine"),
        ({"region": "head", "depth": "5-8", "moxa": "yes"}, "is not warmed"),
        ({"source": ""}, "required"),
    ],
)
def test_a_point_that_loosens_anything_is_refused_where_it_was_typed(as_petra, told: Any, said: str) -> None:
    answer = keep(as_petra, **told)
    assert answer.status_code == 422 and not OwnPoint.objects.exists()
    assert said in page_text(answer)


def test_over_the_lung_the_risk_is_named_whatever_was_ticked(as_petra) -> None:
    keep(as_petra, region="upper_back", depth="5-8", location="two fingers beside T5")
    point = known_point("T-77.08")
    assert point is not None and "pneumothorax" in point.risks and point.angle != "perpendicular"


def test_in_a_plan_it_asks_for_a_reason_and_says_where_it_lies(as_petra, petra, draft) -> None:
    keep(as_petra)
    add(as_petra, draft, "sihuashang")
    draft.refresh_from_db()
    (item,) = [p for stage in draft.treatment["stages"] for p in stage["points"] if p["code"] == "T-77.08"]
    assert item["cautions"][0] == "Place: beside the shin bone, close to the bone." and item["depth_mm"][1] <= 15
    found = planning.safety_of(draft.treatment, planning.picture_of(draft, today=draft.created_at.date()))
    assert [(a.code, a.level) for a in found if "T-77.08" in a.text and a.is_stop] == [
        ("chosen_by_hand", "needs_reason")
    ]
    page = page_text(as_petra.get(f"/plans/{draft.pk}/"))
    assert "四花上" in page and "Place: beside the shin bone" in page


def test_what_becomes_known_of_the_patient_stops_it_by_its_region(as_petra, petra, draft) -> None:
    keep(as_petra)
    add(as_petra, draft, "T-77.08")
    for finding in ("condition.pregnant", "condition.lymphoedema_left_leg"):
        SafetyFact.objects.create(patient=draft.patient, finding=finding, present=True, recorded_by=petra)
    draft.refresh_from_db()
    found = planning.safety_of(draft.treatment, planning.picture_of(draft, today=draft.created_at.date()))
    forbidden = {why for a in found if a.level == "forbidden" and "T-77.08" in a.text + a.item for why in a.because}
    assert {"condition.pregnant", "condition.lymphoedema_left_leg"} <= forbidden


def test_a_group_and_a_favourite_may_hold_it(as_petra, draft) -> None:
    keep(as_petra)
    kept = as_petra.post("/knowledge/own/group/new/", {"name": "tung", "points": "T-77.08 painful 8-12\nGB34 painful"})
    assert kept.status_code == 302
    assert as_petra.post("/knowledge/own/favourite/new/", {"name": "sihuashang"}).status_code == 302
    add(as_petra, draft, ";tung")
    draft.refresh_from_db()
    assert {"T-77.08", "GB34"} <= set(codes_in(draft.treatment))
    offered = page_text(as_petra.get("/plans/points/", {"point": ""}))
    assert "T-77.08" in offered


def test_a_change_is_a_new_row_that_every_plan_is_reviewed_by(as_petra, petra, draft) -> None:
    keep(as_petra)
    add(as_petra, draft, "T-77.08")
    first = OwnPoint.objects.get()
    changed = {**TOLD, "depth": "3-5", "revision": str(first.pk)}
    assert as_petra.post("/knowledge/own/points/T-77.08/", changed).status_code == 302
    draft.refresh_from_db()
    found = planning.safety_of(draft.treatment, planning.picture_of(draft, today=draft.created_at.date()))
    assert any(a.code == "depth_past_cap" and a.is_stop and "5 mm" in a.text for a in found)
    again = as_petra.post("/knowledge/own/points/T-77.08/", {**changed, "depth": "8-10"})
    assert again.status_code == 422 and "has been changed since" in page_text(again)
    first.refresh_from_db()
    assert first.tables["point"][0]["depth_mm"] == [8, 15] and first.replaced_at is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        OwnPoint.objects.filter(pk=first.pk).update(tables={})
    with pytest.raises(DatabaseError), transaction.atomic():
        OwnPoint.objects.filter(pk=first.pk).delete()


def test_out_of_use_is_not_gone(as_petra, petra, draft) -> None:
    keep(as_petra)
    add(as_petra, draft, "T-77.08")
    assert as_petra.post("/knowledge/own/points/T-77.08/retire/").status_code == 302
    draft.refresh_from_db()
    found = planning.safety_of(draft.treatment, planning.picture_of(draft, today=draft.created_at.date()))
    assert any(a.code == "never_needled" and "out of use" in a.text for a in found)
    before = [*codes_in(draft.treatment)].count("T-77.08")
    add(as_petra, draft, "T-77.08")
    draft.refresh_from_db()
    assert [*codes_in(draft.treatment)].count("T-77.08") == before
    assert "T-77.08" not in page_text(as_petra.get("/plans/points/", {"point": "sihua"}))
    page = page_text(as_petra.get("/knowledge/points/T-77.08/"))
    assert "retired." in page and "beside the shin bone" in page
    taken = keep(as_petra)
    assert taken.status_code == 422 and "or had one" in page_text(taken)
    again = as_petra.post("/knowledge/own/points/T-77.08/", {**TOLD, "revision": str(OwnPoint.objects.latest("id").pk)})
    assert again.status_code == 302
    point = known_point("T-77.08")
    assert point is not None and point.use == "manual"
    actions = [e.action for e in AuditEvent.objects.filter(action__startswith="own_point.").order_by("id")]
    assert actions == ["own_point.kept", "own_point.retired", "own_point.changed"]


def test_a_row_that_no_longer_passes_stays_out_and_says_so(as_petra, petra) -> None:
    keep(as_petra)
    row = OwnPoint.objects.get()
    point = {**row.tables["point"][0], "code": "T-1.1", "name": "Deep", "cap_mm": 90, "depth_mm": [8, 90]}
    OwnPoint.objects.create(code="T-1.1", tables={**row.tables, "point": [point]}, written_by=petra)
    assert known_point("T-1.1") is None and known_point("T-77.08") is not None
    assert "no longer passes the checks" in page_text(as_petra.get("/knowledge/own/"))


def test_the_owner_may_and_the_desk_may_not(as_olive, as_dora) -> None:
    assert keep(as_olive).status_code == 302
    assert keep(as_dora, code="T-1.1", name="Other").status_code == 403
