"""The record of a visit as plain data: made from the plan, counted, turned back into a treatment."""

from __future__ import annotations

import copy
import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.treatments import POINT, TREATMENT, answered
from tests.support.draws import draws
from treatments.planner.treatment.needles import needles_of
from treatments.plans.forms.ear_points import read_ear_points
from treatments.visits import additions, ledger
from treatments.visits import record as vr
from treatments.visits.forms.page import ElectroForm, PointForm
from treatments.visits.presenters.page import reaches_lung
from treatments.visits.presenters.stricta import completeness

TODAY = dt.date(2026, 3, 2)
TITLED = SimpleNamespace(title="L.Ac.")


def record(number: int = 2, last=None):
    return vr.new_record(copy.deepcopy(TREATMENT), number=number, today=TODAY, last=last)


def test_a_new_record_says_nothing_was_done_yet():
    new = record()
    assert ledger.totals(new) == (0, 0) and vr.done_points(new) == []
    assert all(row["is_even"] and row["is_counted"] for row in ledger.ledger(new))


@pytest.mark.parametrize(("number", "currents"), [(1, 0), (2, 1)])
def test_current_and_adjuncts_begin_with_their_visit(number, currents):
    assert len(record(number)["stages"][0]["electro"]) == currents


def test_what_was_done_otherwise_last_time_is_offered_again():
    last = answered(record(1))
    last["stages"][0]["points"][1] |= {"depth_mm": 18, "deqi": "clear", "side": "left"}
    last["stages"][0]["points"][2] |= {"done": "not_done", "side": "left"}
    new = record(2, last)
    _, bl26, bl40 = new["stages"][0]["points"]
    assert (bl26["side"], bl26["as_last_time"], bl26["done"]) == ("left", True, "")
    assert (bl26["depth_mm"], bl26["deqi"]) == (None, "")  # what was reached and felt last time is no finding of today
    assert bl26["planned"]["depth_mm"] == [15, 25]
    assert (bl40["side"], bl40["as_last_time"]) == ("right", False)  # it was not done


@pytest.mark.parametrize(
    ("code", "side", "levels", "needles"),
    [
        ("BL25", "left", [], 1),
        ("BL25", "both", [], 2),
        ("EX-B2", "both", ["L4", "L5"], 4),
        ("GV4", "midline", [], 1),
        ("EX-UE7", "left", [], 2),
        ("EX-UE7", "both", [], 4),
        ("EX-LE5", "right", [], 2),
        ("EX-LE10", "both", [], 8),
        ("EX-HN1", "midline", [], 4),
    ],
)
def test_needles_follow_from_code_sides_and_levels(code, side, levels, needles):
    assert needles_of({"code": code, "side": side, "levels": levels}) == needles


def test_the_ledger_counts_by_stage_and_can_be_corrected():
    new = vr.all_done(record())
    assert [row["in"] for row in ledger.ledger(new)] == [4, 1]
    new["stages"][0]["in_corrected"] = 5
    new["stages"][0]["out"] = 4
    first, second = ledger.ledger(new)
    assert (first["counted"], first["in"], first["is_even"], second["is_counted"]) == (4, 5, False, False)
    assert ledger.totals(new) == (6, 4)


def test_ear_needles_are_counted_and_seeds_are_not():
    new = additions.with_ear(record(), method="needles", side="both", points=[{"code": "TF4", "name": ""}], today=TODAY)
    assert ledger.totals(new) == (2, 0) and new["ear"][-1]["remove_on"] == ""
    assert new["ear"][0]["remove_on"] == "2026-03-07"


def test_a_record_reads_back_as_a_treatment_without_what_was_left_out():
    new = record()
    new["stages"][0]["points"][0]["done"] = "not_done"
    new["adjuncts"][0]["done"] = "not_done"
    back = vr.as_treatment(new, TREATMENT)
    assert [p["code"] for p in back["stages"][0]["points"]] == ["BL26", "BL40"] and back["adjuncts"] == []
    assert back["dose"] == TREATMENT["dose"]


def test_an_added_point_has_its_own_uid_and_only_added_ones_go():
    new = additions.with_point(record(), "s0", {**POINT, "code": "BL23", "name": "Shenshu", "side": "both"})
    again = additions.with_point(new, "s0", {**POINT, "code": "BL24", "name": "Qihaishu", "side": "left"})
    uids = [point["uid"] for _, point in vr.points_of(again)]
    assert len(uids) == len(set(uids)) == 6
    gone = additions.without_point(additions.without_point(again, "s0p3"), "s0p0")
    assert [point["code"] for _, point in vr.points_of(gone)] == ["BL25", "BL26", "BL40", "BL24", "LR3"]
    with pytest.raises(KeyError):
        additions.with_point(new, "s9", POINT)


def test_no_function_changes_what_it_is_given():
    new = record()
    before = copy.deepcopy(new)
    vr.all_done(new), additions.with_point(new, "s0", {**POINT, "code": "BL23", "side": "left", "name": ""})
    (
        additions.with_current(new, "s0", leads=[["BL25", "BL26"]], side="left"),
        additions.with_adjunct(new, kind="tuina", where="back"),
    )
    vr.as_treatment(new, TREATMENT)
    assert new == before


def test_the_completeness_meter_names_what_is_missing():
    empty = {item.number: item.missing for item in completeness(record(), TREATMENT, SimpleNamespace(title=""))}
    assert empty["2c"] == "mark the points that were done" and empty["5"] and empty["4"]
    full = answered(record())
    hollow = [item.number for item in completeness(full, TREATMENT, TITLED) if not item.is_complete]
    assert hollow == ["2c", "2d", "2e", "2f", "2g", "4"]  # all done as planned: nothing of it was observed
    for stage in full["stages"]:
        stage |= {"first_insertion": "14:05", "retention_min": 20}
    for _, point in vr.points_of(full):
        point |= {"depth_mm": 20, "deqi": "mild"}
    full["stages"][0]["electro"][0] |= {"felt": 4, "minutes": 20}
    full["close"] = {"needle_maker": "Seirin", "needle_material": "steel", "advice": "walk"}
    assert [item.number for item in completeness(full, TREATMENT, TITLED) if not item.is_complete] == []
    full["stages"][0]["electro"][0]["felt"] = None
    missing = [item.missing for item in completeness(full, TREATMENT, TITLED) if item.missing]
    assert missing == ["minutes and strength of the current"]


@pytest.mark.parametrize(
    ("code", "levels", "where", "is_near"),
    [("BL25", [], "", False), ("BL13", [], "", True), ("GB21", [], "", True), ("EX-B2", ["T8"], "", True),
     ("EX-B2", ["L4"], "", False), ("ASHI", [], "left shoulder blade", True), ("ASHI", [], "iliac crest", False)],
)  # fmt: skip
def test_the_breathing_card_is_due_after_needles_near_the_lung(code, levels, where, is_near):
    point = {**POINT, "code": code, "name": "", "side": "left", "levels": levels, "where": where}
    new = additions.with_point(record(), "s0", point)
    assert reaches_lung(new) is is_near
    assert reaches_lung(record()) is False


def test_ear_points_are_read_with_their_names():
    assert [point["code"] for point in read_ear_points("tf4 Shenmen, AH9, ah6A")] == ["TF4", "AH9", "AH6a"]


@pytest.mark.parametrize(
    ("depth", "needle", "good"),
    [("20", "0.25x40", True), ("15-25", "0,25 × 40", False), ("", "0,25 × 40", True), ("18", ".2x25", True),
     ("25-15", "0.25x40", False), ("0", "0.25x40", False), ("20", "25x40", False), ("20", "0.25", False),
     ("１２", "0.25x40", False)],
)  # fmt: skip
def test_depth_and_needle_are_read_or_refused(depth, needle, good):
    data = {"side": "left", "technique": "even", "deqi": "clear", "depth": depth, "needle_size": needle}
    assert PointForm(data).is_valid() is good


@draws(300)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_at_all_is_valid_or_refused(depth, needle):
    data = {"side": "left", "technique": "even", "deqi": "clear", "depth": depth, "needle_size": needle}
    form = PointForm(data)
    assert form.is_valid() or form.errors
    assert ElectroForm({"pairs": depth, "frequency_hz": needle}).is_valid() in (True, False)
