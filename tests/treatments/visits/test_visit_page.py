"""A visit as it is charted through the pages: begun, saved, signed, read, amended."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from intake.models import Score
from tests.factories.people import PatientFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.treatments import signed_visit
from tests.support.page_text import page_text
from tests.support.visit_pages import all_done, posted, safe, url
from treatments.models import Amendment, Visit
from treatments.visits import record
from treatments.visits.forms.page import flag_field

pytestmark = pytest.mark.django_db


def test_start_takes_the_plan_over_and_goes_on_with_an_open_visit(as_petra, patient, visit):
    assert (visit.number, visit.status, visit.revision) == (1, "draft", 1)
    assert [p["code"] for _, p in record.points_of(visit.record)] == ["BL25", "BL26", "BL40", "LR3"]
    assert visit.record["stages"][0]["electro"] == []  # planned from visit 2
    as_petra.post(reverse("visits:start", args=[patient.pk]))
    assert Visit.objects.count() == 1


def test_the_page_shows_plan_and_last_visit_beside_each_other(as_petra, patient, petra):
    signed_visit(patient, petra, days_ago=3, since_last="slept badly")
    as_petra.post(reverse("visits:start", args=[patient.pk]))
    page = as_petra.get(url("visit", Visit.objects.get(status="draft")))
    assert page.status_code == 200
    text = page_text(page)
    assert "Last visit" in text and "slept badly" in text and "大肠俞" in text and "Visit 2" in text
    assert "2/100" in text  # the current starts at visit 2


def test_from_start_to_signature(as_petra, patient, visit):
    page = as_petra.get(url("visit", visit))
    assert page.status_code == 200
    answer = as_petra.post(
        url("save", visit), posted(visit, **safe(**{"start-pain_now": "4", "start-pain_average": "6"}))
    )
    assert answer.status_code == 302
    visit.refresh_from_db()
    assert visit.record["start"]["pain_now"] == 4
    answer = as_petra.post(url("sign", visit), all_done(visit, **{"s0p1-side": "left", "s0p1-depth": "20"}))
    assert answer.status_code == 302, page_text(answer)[:3000]
    visit.refresh_from_db()
    assert (visit.status, visit.needles_in, visit.needles_out) == ("signed", 5, 5)
    assert dict(Score.objects.values_list("measure", "value")) == {"nrs_now": 4, "nrs_average": 6}
    score = Score.objects.get(measure="nrs_now")
    assert (score.occasion, score.visit_number, score.filled_by) == ("visit", 1, "staff")
    note = page_text(as_petra.get(url("visit", visit)))
    assert "BL26" in note and "changed" in note and "signed" in note


def test_every_step_leaves_an_audit_event(as_petra, patient, visit):
    as_petra.get(url("visit", visit))
    as_petra.post(url("sign", visit), all_done(visit))
    as_petra.post(url("amend", visit), {"text": "Patient rang: fine."})
    actions = list(AuditEvent.objects.filter(patient_id=patient.pk).values_list("action", flat=True))
    for action in ("visit.started", "visit.read", "visit.saved", "visit.signed", "visit.amended"):
        assert action in actions


def test_a_signed_visit_is_locked_also_for_raw_sql(as_petra, patient, petra):
    visit = signed_visit(patient, petra)
    answer = as_petra.post(url("save", visit), posted(visit, **{"close-notes": "changed later"}))
    assert answer.status_code == 302
    answer = as_petra.post(url("save", visit), posted(visit), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    for sql in (
        "UPDATE treatments_visit SET needles_in = 99 WHERE id = %s",
        "DELETE FROM treatments_visit WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [visit.pk])
    visit.refresh_from_db()
    assert visit.record["close"].get("notes", "") == "" and visit.needles_in == 5


def test_amendments_stand_beside_the_first_text(as_petra, patient, petra):
    visit = signed_visit(patient, petra, since_last="much better")
    assert as_petra.post(url("amend", visit), {"text": " "}).status_code == 422
    as_petra.post(url("amend", visit), {"text": "It was the left side."})
    note = page_text(as_petra.get(url("visit", visit)))
    assert "much better" in note and "It was the left side." in note
    amendment = Amendment.objects.get()
    assert amendment.by == petra
    with pytest.raises(DatabaseError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(text="no")


def test_saving_the_same_twice_is_no_conflict_and_no_new_revision(as_petra, visit):
    data = posted(visit, **{"close-notes": "same"})
    as_petra.post(url("save", visit), data)
    visit.refresh_from_db()
    answer = as_petra.post(url("save", visit), data)  # an autosave and a click with the same text
    assert answer.status_code == 302
    before = visit.revision
    visit.refresh_from_db()
    assert visit.revision == before


def test_autosave_answers_the_new_revision_and_what_hangs_on_it(as_petra, visit):
    answer = as_petra.post(url("save", visit), posted(visit, **{"s0p0-done": "done"}), headers={"HX-Request": "true"})
    text = page_text(answer)
    assert answer.status_code == 200 and "Saved" in text
    assert 'name="revision" id="visit-revision" value="2"' in text
    assert '<strong class="figures">2</strong> in' in text  # BL25 on both sides


def test_what_is_invalid_is_told_and_the_rest_is_kept(as_petra, visit):
    data = posted(visit, **{"s0p0-depth": "deep", "start-pain_now": "7", "start-pain_average": "11"})
    part = page_text(as_petra.post(url("save", visit), data, headers={"HX-Request": "true"}))
    assert "except: " in part and "depth mm" in part
    visit.refresh_from_db()
    assert visit.record["start"]["pain_now"] == 7
    assert visit.record["stages"][0]["points"][0]["depth_mm"] is None
    page = as_petra.post(url("save", visit), posted(visit) | {"s0p0-depth": "deep"})
    assert page.status_code == 422 and 'value="deep"' in page_text(page)
    assert "Write the depth reached in mm" in page_text(page)


@pytest.mark.parametrize("name", ["bl23", "BL 23", "Shenshu", "肾俞", "UB23"])
def test_a_point_is_added_by_any_spelling(as_petra, visit, name):
    data = posted(visit, **{"add-q": name, "add-stage": "s0", "add-side": "left"})
    answer = as_petra.post(url("add_point", visit), data)
    assert answer.status_code == 302, page_text(answer)[:500]
    visit.refresh_from_db()
    added = visit.record["stages"][0]["points"][-1]
    assert (added["code"], added["side"], added["done"], added["planned"]) == ("BL23", "left", "done", None)
    as_petra.post(url("remove_point", visit, added["uid"]), posted(visit))
    visit.refresh_from_db()
    assert [p["code"] for p in visit.record["stages"][0]["points"]] == ["BL25", "BL26", "BL40"]


def test_a_planned_point_is_not_taken_out_but_marked(as_petra, visit):
    as_petra.post(url("remove_point", visit, "s0p0"), posted(visit))
    visit.refresh_from_db()
    assert [p["code"] for p in visit.record["stages"][0]["points"]] == ["BL25", "BL26", "BL40"]


def test_an_unknown_point_is_named_with_what_was_typed(as_petra, visit):
    answer = as_petra.post(
        url("add_point", visit), posted(visit, **{"add-q": "<b>zz99</b>", "add-stage": "s0", "close-notes": "kept"})
    )
    text = page_text(answer)
    assert answer.status_code == 422 and "No single point matches" in text and "<b>zz99" not in text
    visit.refresh_from_db()
    assert visit.record["close"]["notes"] == "kept"


def test_what_was_not_planned_is_added_and_charted(as_petra, visit):
    for kind, what in (("electro", "BL25-BL26"), ("heat_lamp", "low back"), ("ear_needles", "TF4 Shenmen, AH9")):
        more = {"more-kind": kind, "more-what": what, "more-side": "right", "more-stage": "s0"}
        answer = as_petra.post(url("add_item", visit), posted(visit, **more))
        if kind == "electro":  # at the first visit it asks for a reason
            stamps = [alert.stamp for alert in answer.context["refused"].asks]
            said = {"more-for": stamps, "more-reason_code": "benefit", "more-reason": "agreed with the patient"}
            answer = as_petra.post(url("add_item", visit), posted(visit, **more, **said))
        assert answer.status_code == 302, page_text(answer)
    visit.refresh_from_db()
    assert visit.record["stages"][0]["electro"][0]["leads"] == [["BL25", "BL26"]]
    assert visit.record["adjuncts"][-1]["kind"] == "heat_lamp"
    assert visit.record["ear"][-1]["method"] == "needles" and visit.needles_in == 2
    text = page_text(as_petra.get(url("visit", visit)))
    assert "AH9" in text and "Heat lamp" in text


def test_what_is_typed_is_never_markup(as_petra, visit):
    evil = "<script>alert(1)</script>"
    data = all_done(
        visit, **{"close-notes": evil, "start-since_last": evil, "s0p0-note": evil, "start-unwanted_text": evil}
    )
    as_petra.post(url("save", visit), data)
    assert evil not in page_text(as_petra.get(url("visit", visit)))
    visit.refresh_from_db()
    as_petra.post(url("sign", visit), posted(visit))
    as_petra.post(url("amend", visit), {"text": evil})
    text = page_text(as_petra.get(url("visit", visit)))
    assert evil not in text and "&lt;script&gt;" in text


def test_all_done_as_planned_confirms_what_is_open(as_petra, visit):
    as_petra.post(url("all_done", visit), posted(visit, **{"s0p1-done": "not_done"}))
    visit.refresh_from_db()
    assert [p["done"] for _, p in record.points_of(visit.record)] == ["done", "not_done", "done", "done"]
    assert visit.needles_in == 4


def test_undo_takes_back_just_what_was_marked_in_one_press(as_petra, visit):
    as_petra.post(url("all_done", visit), posted(visit, **{"s0p1-done": "done"}))
    as_petra.post(url("save", visit), posted(visit, **{"s0p2-done": "not_done", "close-notes": "kept"}))
    assert "Undo “all done as planned”" in page_text(as_petra.get(url("visit", visit)))
    as_petra.post(url("undo_all_done", visit), posted(visit))
    visit.refresh_from_db()
    done = [p["done"] for _, p in record.points_of(visit.record)]
    assert done == ["", "done", "not_done", ""]  # BL26 was marked by hand before, BL40 answered otherwise since
    assert [visit.record[name][0]["done"] for name in ("adjuncts", "ear")] == ["", ""]
    assert visit.record["close"]["notes"] == "kept" and visit.needles_in == 1
    assert "Undo “all done as planned”" not in page_text(as_petra.get(url("visit", visit)))
    revision = visit.revision
    as_petra.post(url("undo_all_done", visit), posted(visit))  # pressed twice
    visit.refresh_from_db()
    assert visit.revision == revision


def test_undo_takes_back_two_presses_and_ends_with_the_signature(as_petra, visit):
    as_petra.post(url("all_done", visit), posted(visit))
    as_petra.post(
        url("add_item", visit),
        posted(visit, **{"more-kind": "heat_lamp", "more-what": "low back", "more-side": "left", "more-stage": "s0"}),
    )
    as_petra.post(url("save", visit), posted(visit, **{"s0p0-done": ""}))
    as_petra.post(url("all_done", visit), posted(visit))
    as_petra.post(url("undo_all_done", visit), posted(visit))
    visit.refresh_from_db()
    assert record.done_points(visit.record) == [] and visit.record["adjuncts"][-1]["done"] == "done"
    as_petra.post(url("all_done", visit), posted(visit))
    as_petra.post(url("sign", visit), all_done(visit))
    as_petra.post(url("undo_all_done", visit), {"revision": "9"})
    visit.refresh_from_db()
    assert (visit.status, visit.needles_in) == ("signed", 5)


def test_nothing_is_marked_while_a_red_flag_is_open(as_petra, visit):
    yes = {f"start-{flag_field('flag.fever')}": "yes"}
    as_petra.post(url("all_done", visit), posted(visit, **safe(**yes)))
    visit.refresh_from_db()
    assert record.done_points(visit.record) == [] and "marked" not in visit.record


@pytest.mark.parametrize(("name", "status"), [("save", 200), ("sign", 422), ("all_done", 200), ("undo_all_done", 200)])
def test_a_point_typed_and_not_added_is_kept_and_told(as_petra, visit, name, status):
    for row, text in (("add-q", "bl57"), ("more-what", "calf muscles")):
        answer = as_petra.post(url(name, visit), all_done(visit, **{row: text, "close-notes": "mine"}))
        page = page_text(answer)
        assert answer.status_code == status and f"“{text}” is not added yet" in page and f'value="{text}"' in page
        visit.refresh_from_db()
        assert visit.is_draft and visit.record["close"]["notes"] == "mine"


def test_the_day_board_follows_the_visit(as_petra, patient, petra):
    booked = AppointmentFactory(patient=patient, practitioner=petra, starts_at=timezone.now())
    as_petra.post(reverse("visits:start", args=[patient.pk]))
    visit = Visit.objects.get()
    booked.refresh_from_db()
    assert (visit.appointment, booked.status) == (booked, "in_room")
    as_petra.post(url("sign", visit), all_done(visit))
    booked.refresh_from_db()
    assert booked.status == "done"


def test_somebody_elses_appointment_is_not_taken(as_petra, patient):
    other = AppointmentFactory(starts_at=timezone.now())
    answer = as_petra.post(reverse("visits:start", args=[patient.pk]), {"appointment": other.pk})
    assert answer.status_code == 404 and Visit.objects.count() == 0


def test_pages_ask_the_database_a_fixed_number_of_times(as_petra, patient, petra, django_assert_max_num_queries):
    for days in (9, 6, 3):
        signed_visit(patient, petra, days_ago=days)
    as_petra.post(reverse("visits:start", args=[patient.pk]))
    visit = Visit.objects.get(status="draft")
    with django_assert_max_num_queries(40):
        as_petra.get(url("visit", visit))
    with django_assert_max_num_queries(40):
        as_petra.post(url("save", visit), posted(visit, **{"close-notes": "x"}), headers={"HX-Request": "true"})


def test_without_a_signed_plan_no_visit_begins(as_petra):
    nobody = PatientFactory()
    answer = as_petra.post(reverse("visits:start", args=[nobody.pk]))
    assert answer.status_code == 302 and Visit.objects.count() == 0


def test_any_post_at_all_is_answered(as_petra, visit):
    for junk in (
        {"revision": "9" * 40},
        {"revision": "x", "s0-here": "1", "s0-out": "NaN"},
        {"revision": "1", "s0p0-here": "1"},
        {"revision": "1", "start-here": "1", "start-pain_now": "\x00", "start-tongue": "a\x00b" * 500},
        {"revision": "1", "close-here": "1", "close-notes": "é" * 9000},
    ):
        assert as_petra.post(url("save", visit), junk).status_code < 500
        assert as_petra.post(url("sign", visit), junk).status_code < 500
        assert as_petra.post(url("add_point", visit), junk).status_code < 500


def test_a_kind_that_nobody_knows_is_shown_by_its_id_never_as_nothing(as_petra, visit):
    adjunct = {
        "uid": "a0",
        "kind": "leech_jar",
        "detail": "",
        "done": "",
        "where": "low back",
        "points": [],
        "planned_minutes": 5,
    }
    ear = {
        "uid": "e0",
        "method": "gold_foil",
        "done": "",
        "points": [{"code": "TF4", "name": "Shenmen"}],
        "side": "left",
    }
    changed = {**visit.record, "adjuncts": [adjunct], "ear": [ear]}
    Visit.objects.filter(pk=visit.pk).update(record=changed)
    text = page_text(as_petra.get(url("visit", visit)))
    assert "<strong>Leech jar</strong>" in text and "<strong>Ear: gold foil</strong>" in text
