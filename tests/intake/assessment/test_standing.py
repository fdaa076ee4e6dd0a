"""No clearance and no recorded "no" reaches back over a later statement."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from intake.assessment import assess, load_intake_knowledge, parse_case
from intake.assessment.red_flags import RANK
from intake.assessment.standing import lowers, standing_clearances
from tests.support.draws import draws

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
FLAGS = ["flag.saddle_numbness", "flag.bladder_retention", "flag.fever", "flag.leg_weakness_progressive"]
moments = st.integers(min_value=-800, max_value=0).map(lambda days: NOW + dt.timedelta(days=days))


@given(
    st.lists(st.tuples(st.sampled_from(FLAGS), moments), max_size=8),
    st.none() | moments,
    st.dictionaries(st.sampled_from(FLAGS), moments),
)
@draws()
def test_what_stands_was_cleared_after_everything_that_speaks_for_it(cleared, answered_at, told_at) -> None:
    standing = standing_clearances(cleared, answered_at=answered_at, told_at=told_at)
    for finding in FLAGS:
        newest = max((at for name, at in cleared if name == finding), default=None)
        said = [at for at in (answered_at, told_at.get(finding)) if at is not None]
        assert (finding in standing) == (newest is not None and all(newest >= at for at in said))


@given(
    st.sets(st.sampled_from(FLAGS), min_size=1),
    st.lists(st.tuples(st.sampled_from(FLAGS), st.integers(min_value=1, max_value=900)), max_size=6),
)
@draws(300)
def test_no_clearance_older_than_an_answer_lowers_it(told, days_before) -> None:
    """The verdict on these answers is the same with old clearances and without."""
    knowledge = load_intake_knowledge()
    older = [(finding, NOW - dt.timedelta(days=days)) for finding, days in days_before]
    case = {"findings": dict.fromkeys(told, True)}
    bare = assess(parse_case(case, knowledge), knowledge)
    cleared = sorted(standing_clearances(older, answered_at=NOW, told_at={}))
    with_old = assess(parse_case({**case, "cleared": cleared}, knowledge), knowledge)
    assert with_old.action == bare.action
    assert {a.code: RANK[a.level] for a in with_old.alerts} == {a.code: RANK[a.level] for a in bare.alerts}


@given(st.sampled_from([True, False, None]), moments, st.sampled_from([True, False, None]), st.none() | moments)
def test_only_a_later_record_takes_a_yes_back(present, at, told, told_at) -> None:
    is_older = told_at is not None and at < told_at
    assert lowers(present, at=at, told=told, told_at=told_at) == (told is True and present is not True and is_older)
