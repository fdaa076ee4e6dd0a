"""The assessment page through the front door: shown, saved, clashing, signed; closed to the front desk."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from intake.actions import assessment as actions
from intake.models import Assessment, Clearance
from tests.factories.assessed import assessed, examined
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(petra):
    return examined(PatientFactory(given_name="Ana", family_name="Ahn"), petra)


def url(assessment: Assessment, what: str = "") -> str:
    return f"/assessments/{assessment.pk}/{what}"


def sent(assessment: Assessment, **more: str) -> dict[str, str]:
    return {"revision": str(assessment.revision), "picture_class": "", "branch": "", "root": "", "reason": "", **more}


def test_the_page_shows_both_scores_with_evidence_and_the_patterns(as_petra: Client, draft: Assessment) -> None:
    page = page_text(as_petra.get(url(draft)))
    assert re.search(r'aria-label="Stagnation \d+ %"', page) and re.search(r'aria-label="Deficiency \d+ %"', page)
    assert re.search(r"\d+ times as likely in blood stasis", page)
    assert "Blood stasis" in page and "SF01" in page
    assert "sharp or stabbing, always the same spot" in page
    assert AuditEvent.objects.filter(action="assessment.read", patient_id=draft.patient_id).count() == 1


@pytest.mark.parametrize("path", ["", "answers/flag/", "save/", "sign/", "clear/", "clear/1/withdraw/"])
def test_the_front_desk_is_refused(draft: Assessment, path: str) -> None:
    desk = Client()
    desk.force_login(UserFactory(desk=True))
    method = desk.get if path in ("", "answers/flag/") else desk.post
    assert method(url(draft, path)).status_code == 403
    assert desk.get(f"/patients/{draft.patient_id}/assessment/").status_code == 403


def test_each_change_answers_with_fresh_scores_and_the_time_of_saving(as_petra: Client, draft: Assessment) -> None:
    answer = as_petra.post(url(draft, "save/"), sent(draft, **{"f.tongue.pale_thin_dry": "1"}), headers=HTMX)
    text = page_text(answer)
    assert answer.status_code == 200 and "Saved " in text and 'name="revision"' in text
    assert "<html" not in text
    draft.refresh_from_db()
    assert draft.findings["tongue.pale_thin_dry"] is True
    assert draft.findings["tongue.purple"] is True  # what was not sent stays


def test_an_answer_can_be_taken_back_to_not_known(as_petra: Client, draft: Assessment) -> None:
    as_petra.post(url(draft, "save/"), sent(draft, **{"f.tongue.purple": ""}), headers=HTMX)
    draft.refresh_from_db()
    assert draft.findings.get("tongue.purple") is None


def test_a_question_is_answered_by_its_button(as_petra: Client, draft: Assessment) -> None:
    answer = as_petra.post(url(draft, "save/"), sent(draft, answer="flag.calf_swollen=0"), headers=HTMX)
    assert 'id="three-flag-calf-swollen"' in page_text(answer)
    draft.refresh_from_db()
    assert draft.findings["flag.calf_swollen"] is False


def test_without_javascript_saving_comes_back_to_the_page(as_petra: Client, draft: Assessment) -> None:
    answer = as_petra.post(url(draft, "save/"), sent(draft, notes="slept badly"))
    assert answer.status_code == 302 and answer.headers["Location"] == url(draft)
    draft.refresh_from_db()
    assert draft.notes == "slept badly"


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_clash_shows_both_versions_and_keeps_what_was_typed(
    as_petra: Client, draft: Assessment, headers: dict[str, str]
) -> None:
    mine = sent(draft, **{"f.pulse.wiry": "1", "f.tongue.red_sides": "", "notes": "my notes"})
    found = actions.Examination({**draft.findings, "tongue.red_sides": True}, draft.levels, [], "theirs")
    now = actions.save(
        assessment_id=draft.pk, revision=draft.revision, found=found, confirmed={}, by=UserFactory(practitioner=True)
    )
    answer = as_petra.post(url(draft, "save/"), mine, headers=headers)
    text = page_text(answer)
    assert answer.status_code == 409
    assert "red sides" in text and "wiry" in text and "theirs" in text
    assert f'name="keep" value="{now.revision}"' in text
    if not headers:
        assert "my notes" in text and 'name="f.pulse.wiry" value="1"' in text
    draft.refresh_from_db()
    assert draft.notes == "theirs" and "pulse.wiry" not in draft.findings
    # "Save mine over theirs"
    assert as_petra.post(url(draft, "save/"), {**mine, "keep": str(now.revision)}, headers=headers).status_code in (
        200,
        302,
    )
    draft.refresh_from_db()
    assert draft.notes == "my notes" and draft.findings["pulse.wiry"] is True
    assert draft.findings.get("tongue.red_sides") is None  # as the table said it would be


def test_signing_locks_the_page(as_petra: Client, draft: Assessment) -> None:
    answer = as_petra.post(url(draft, "sign/"), sent(draft))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.status == "signed"
    page = page_text(as_petra.get(url(draft)))
    assert "Assess again" in page and "Sign the assessment" not in page and "Propose a treatment" in page
    late = as_petra.post(url(draft, "save/"), sent(draft, notes="late"), headers=HTMX)
    assert late.headers["HX-Redirect"] == url(draft)


def test_overruling_without_a_reason_is_not_signed_and_says_so(as_petra: Client, draft: Assessment) -> None:
    answer = as_petra.post(url(draft, "sign/"), sent(draft, root="spleen_qi_deficiency"))
    assert answer.status_code == 422 and "write why" in page_text(answer)
    draft.refresh_from_db()
    assert draft.status == "draft" and draft.confirmed == {"root": "spleen_qi_deficiency"}


def test_unknown_findings_and_levels_are_not_taken(as_petra: Client, draft: Assessment) -> None:
    data = sent(draft, **{"f.nonsense.id": "1", "levels": "L99"})
    as_petra.post(url(draft, "save/"), data)
    draft.refresh_from_db()
    assert "nonsense.id" not in draft.findings and draft.levels == []


def test_a_red_flag_is_cleared_with_who_when_and_result(as_petra: Client, petra) -> None:
    draft = examined(PatientFactory(), petra, flag__fever=True)
    page = page_text(as_petra.get(url(draft)))
    assert "Examined: clear it" in page
    code = next(a["code"] for a in as_petra.get(url(draft)).context["alerts"] if "flag.fever" in a["because"])
    data = {"code": code, f"{code}-findings": "flag.fever", f"{code}-examined_by": "Dr. Okafor"}
    missing = as_petra.post(url(draft, "clear/"), data)
    assert missing.status_code == 422 and "Dr. Okafor" in page_text(missing)
    data |= {f"{code}-examined_on": "2026-01-05", f"{code}-result": "a cold, over"}
    assert as_petra.post(url(draft, "clear/"), data).status_code == 302
    row = Clearance.objects.get()
    assert (row.finding, row.examined_by, row.cleared_by) == ("flag.fever", "Dr. Okafor", petra)
    assert as_petra.post(url(draft, f"clear/{row.pk}/withdraw/")).status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_at is not None


def test_looking_changes_nothing_and_starting_is_a_press_of_a_button(as_petra: Client) -> None:
    ana = PatientFactory()
    page = as_petra.get(f"/patients/{ana.pk}/assessment/")
    assert page.status_code == 200 and not Assessment.objects.exists()
    assert as_petra.post(f"/patients/{ana.pk}/assessment/").status_code == 302
    draft = Assessment.objects.get()
    assert as_petra.get(f"/patients/{ana.pk}/assessment/").headers["Location"] == url(draft)


def test_queries_do_not_grow_with_the_record(as_petra: Client, petra, django_assert_max_num_queries) -> None:
    ana = PatientFactory()
    for _ in range(4):
        assessed(ana, petra)
    draft = actions.open_draft(patient=ana, by=petra)
    with django_assert_max_num_queries(26):
        as_petra.get(url(draft))


def test_answers_are_corrected_group_by_group_also_without_javascript(as_petra: Client, draft: Assessment) -> None:
    page = page_text(as_petra.get(url(draft)))
    assert 'name="f.tongue.pale"' in page and 'name="f.quality.dull"' not in page
    part = page_text(as_petra.get(url(draft, "answers/quality/"), headers=HTMX))
    assert 'name="f.quality.dull"' in part and "<html" not in part
    whole = page_text(as_petra.get(url(draft, "answers/quality/")))
    assert 'name="f.quality.dull"' in whole and "<html" in whole
    assert as_petra.get(url(draft, "answers/nonsense/")).status_code == 404
    as_petra.post(url(draft, "save/"), sent(draft, **{"f.quality.stabbing_fixed": "0"}))
    draft.refresh_from_db()
    assert draft.findings["quality.stabbing_fixed"] is False
