"""No clearance and no recorded "no" reaches back over a later statement."""

from __future__ import annotations

import datetime as dt

from intake.assessment import assess, load_intake_knowledge, parse_case
from intake.assessment.red_flags import RANK
from intake.assessment.standing import lowers, standing_clearances
from tests.support.draws import drawn, some

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
FLAGS = ["flag.saddle_numbness", "flag.bladder_retention", "flag.fever", "flag.leg_weakness_progressive"]


def _moment(chance):
    """Often the same one twice, or only days apart."""
    return NOW - dt.timedelta(days=chance.randint(0, chance.choice([3, 800])))


def _moment_or_none(chance):
    return chance.choice([None, _moment(chance)])


def _answer(chance):
    return chance.choice([True, False, None])


@drawn(
    lambda chance: [(chance.choice(FLAGS), _moment(chance)) for _ in range(chance.randint(0, 8))],
    _moment_or_none,
    lambda chance: {flag: _moment(chance) for flag in some(chance, FLAGS, 4)},
)
def test_what_stands_was_cleared_after_everything_that_speaks_for_it(cleared, answered_at, told_at) -> None:
    standing = standing_clearances(cleared, answered_at=answered_at, told_at=told_at)
    for finding in FLAGS:
        newest = max((at for name, at in cleared if name == finding), default=None)
        said = [at for at in (answered_at, told_at.get(finding)) if at is not None]
        assert (finding in standing) == (newest is not None and all(newest >= at for at in said))


@drawn(
    lambda chance: some(chance, FLAGS, 4, least=1),
    lambda chance: [(chance.choice(FLAGS), chance.randint(1, 900)) for _ in range(chance.randint(0, 6))],
    cases=300,
)
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


@drawn(_answer, _moment, _answer, _moment_or_none)
def test_only_a_later_record_takes_a_yes_back(present, at, told, told_at) -> None:
    is_older = told_at is not None and at < told_at
    assert lowers(present, at=at, told=told, told_at=told_at) == (told is True and present is not True and is_older)
