"""Two people on one visit: different fields both stand, the same field is chosen, nothing is lost in silence."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.treatments import TREATMENT, answered
from tests.support.draws import draws
from tests.support.page_text import page_text
from tests.support.visit_pages import all_done, posted, safe, url
from treatments.models import Visit
from treatments.visits import record as visit_record
from treatments.visits.forms.merge import base_of_page, in_step, merge, text_of
from treatments.visits.forms.parts import VisitForms

HTMX = {"HX-Request": "true"}


@pytest.mark.django_db
def test_notes_of_one_and_count_of_the_other_both_stand(as_petra, visit):
    page_of_a, page_of_b = posted(visit), posted(visit)
    as_petra.post(url("save", visit), page_of_b | {"s0-out": "5"}, headers=HTMX)
    told = as_petra.post(url("save", visit), page_of_a | {"close-notes": "mine"}, headers=HTMX)
    visit.refresh_from_db()
    assert (visit.record["stages"][0]["out"], visit.record["close"]["notes"]) == (5, "mine")
    assert told.status_code == 200 and "A colleague has changed: Stage 1: needles out: 5" in page_text(told)
    assert escape(json.dumps({"s0-out": ["", "5"]})) in page_text(told)  # for the field on the page of A
    # A goes on typing on the same page, where the count may still stand empty
    base = told.content.decode().split('id="visit-base" value="')[1].split('"')[0].replace("&quot;", '"')
    later = page_of_a | {"close-notes": "mine, more", "base": base, "revision": visit.revision}
    assert as_petra.post(url("save", visit), later, headers=HTMX).status_code == 200
    visit.refresh_from_db()
    assert (visit.record["stages"][0]["out"], visit.record["close"]["notes"]) == (5, "mine, more")


@pytest.mark.django_db
@pytest.mark.parametrize(("pick", "kept"), [("mine", "4"), ("theirs", "5")])
def test_the_same_field_is_chosen_and_all_else_is_saved(as_petra, visit, pick, kept):
    old = posted(visit, **{"s0-out": "4", "start-tongue": "red"})
    as_petra.post(url("save", visit), posted(visit, **{"s0-out": "5"}))
    for headers in ({}, HTMX):
        answer = as_petra.post(url("save", visit), old, headers=headers)
        text = page_text(answer)
        assert answer.status_code == 409 and 'name="pick-s0-out"' in text and "pick-start-tongue" not in text
        visit.refresh_from_db()
        assert (visit.record["stages"][0]["out"], visit.record["start"]["tongue"]) == (5, "red")
    assert 'name="s0-out" value="4"' in page_text(as_petra.post(url("save", visit), old))  # what was typed stays
    unseen = old | {"pick-s0-out": pick, "seen-s0-out": "3"}  # another value stood beside it
    assert as_petra.post(url("save", visit), unseen).status_code == 409
    answer = as_petra.post(url("save", visit), old | {"pick-s0-out": pick, "seen-s0-out": "5"})
    assert answer.status_code == 302
    visit.refresh_from_db()
    assert str(visit.record["stages"][0]["out"]) == kept


@pytest.mark.django_db
def test_a_page_without_a_base_writes_over_nothing(as_petra, visit):
    old = {name: value for name, value in posted(visit, **{"close-notes": "mine"}).items() if name != "base"}
    as_petra.post(url("save", visit), posted(visit, **{"close-notes": "theirs"}))
    for base in ("", "[", "[1]", '{"close-notes": 3}', "[" * 5000):
        assert as_petra.post(url("save", visit), old | {"base": base}).status_code == 409
    visit.refresh_from_db()
    assert visit.record["close"]["notes"] == "theirs"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["all_done", "add_point", "sign"])
def test_what_is_pressed_waits_for_the_choice(as_petra, visit, name):
    old = all_done(visit, **{"close-notes": "mine", "add-q": "bl57", "add-stage": "s0"} if name == "add_point" else {})
    old["close-notes"] = "mine"
    as_petra.post(url("save", visit), posted(visit, **{"close-notes": "theirs"}))
    assert as_petra.post(url(name, visit), old).status_code == 409
    visit.refresh_from_db()
    assert visit.is_draft and visit.record["close"]["notes"] == "theirs"
    assert len(visit.record["stages"][0]["points"]) == 3


@pytest.mark.django_db
def test_nobody_signs_what_a_colleague_wrote_meanwhile_unseen(as_petra, visit):
    ready = all_done(visit)
    as_petra.post(url("save", visit), posted(visit, **{"close-notes": "fainted for a moment"}))
    answer = as_petra.post(url("sign", visit), ready)
    assert answer.status_code == 409 and "fainted for a moment" in page_text(answer)
    visit.refresh_from_db()
    assert visit.is_draft
    assert as_petra.post(url("sign", visit), posted(visit)).status_code == 302


@pytest.mark.django_db
def test_the_pressed_all_done_of_a_colleague_is_not_taken_back(as_petra, visit):
    old = posted(visit, **safe(), **{"close-notes": "mine"})
    as_petra.post(url("all_done", visit), posted(visit))
    assert as_petra.post(url("save", visit), old).status_code == 302
    visit = Visit.objects.get()
    assert visit.needles_in == 5 and visit.record["close"]["notes"] == "mine"


FRESH = visit_record.new_record(copy.deepcopy(TREATMENT), number=2, today=dt.date(2026, 3, 2))
FIELDS = {"close-notes": "text", "start-tongue": "text", "s0-out": "count", "s1-out": "count", "s0p0-note": "text"}
VALUES = {"text": ["", "a", "b", " b "], "count": ["", "1", "2", "02"]}
EDIT = st.fixed_dictionaries({}, optional={name: st.sampled_from(VALUES[kind]) for name, kind in FIELDS.items()})


def _page(record):
    data = {"base": base_of_page(VisitForms(record))}
    for form, uid in VisitForms(record).parts():
        data |= {f"{uid}-here": "1", **{f.html_name: text_of(f.value()) for f in form if text_of(f.value())}}
    return data


def _stored(record):
    return {f.html_name: text_of(f.value()) for form, _ in VisitForms(record).parts() for f in form}


@draws(150)
@given(EDIT, EDIT, EDIT)
def test_no_edit_is_lost_and_none_is_written_over(theirs, mine, later):
    """Of two pages opened together: an edit of one stands unless both changed that field; then theirs stands, told."""
    start = answered(copy.deepcopy(FRESH))
    first = VisitForms(start, _page(start) | theirs).merged_record()
    before, between = _stored(start), _stored(first)
    sent = _page(start) | mine
    merged = merge(first, sent, is_current=False)
    second = VisitForms(first, merged.to_keep).merged_record()
    after, clashing = _stored(second), {clash.name for clash in merged.clashes}
    for name in FIELDS:
        wanted = text_of(mine.get(name, before[name]))
        if between[name] == before[name]:
            assert after[name].lstrip("0") == wanted.lstrip("0") and name not in clashing
        elif wanted == before[name]:
            assert after[name] == between[name]
        elif wanted != between[name]:
            assert name in clashing and after[name] == between[name] and merged.show[name] == sent[name]
    # the same page sends again: what it did not touch since stays
    again = merge(second, sent | later | {"base": in_step(merged, VisitForms(second))}, is_current=True)
    third = _stored(VisitForms(second, again.to_keep).merged_record())
    for name in FIELDS:
        if name not in later and name not in clashing:
            assert third[name] == after[name]
