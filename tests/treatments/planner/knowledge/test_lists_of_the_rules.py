"""Signs, limits of the review, neutral conditions and what is done by hand: data that is checked, and that counts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.review_plans import picture, plan, point, stage
from treatments.planner.checking.knowledge import check_knowledge
from treatments.planner.knowledge.load import FOLDER, load_planner_knowledge
from treatments.planner.review.review import review
from treatments.planner.vocabulary.signs import load_signs

PLAN = plan(stage(point("BL25")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "knowledge"
    shutil.copytree(FOLDER, copy)
    return copy


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("signs.toml", '"quality.cold"', '"quality.colt"', "signs.toml: any: no such fact 'quality.colt'"),
        ("signs.toml", 'id = "stress"', 'id = "strain"', "signs.toml: sign.2.id: "),
        ("signs.toml", '"coccyx"]', '"cocyx"]', "face[back]: no site named cocyx; the nearest is 'coccyx'"),
        ("signs.toml", '[[sign]]\nid = "cold"', '[[sign]]\nstatus = "draft"\nid = "cold"', "sign[cold]: missing"),
        ("signs.toml", 'source = "KNOWN"', 'source = "KNOWM"', "signs.toml: empty_heat: no such source 'KNOWM'"),
        ("signs.toml", "alone = true", "allone = true", "allone: unknown key; the nearest is 'alone'"),
        ("review_limits.toml", 'id = "needles"', 'id = "needels"', "review_limits.toml: limit[needles]: missing"),
        ("review_limits.toml", "value = 20", "value = 0", "review_limits.toml: limit[needles]: value"),
        ("review_limits.toml", '"GERAC"', '"GERACC"', "limit[needles]: no such source 'GERACC'"),
        (
            "contraindications.toml",
            '"condition.menopause"',
            '"condition.menopose"',
            "no such finding 'condition.menopose'",
        ),
        ("stimulation.toml", 'deqi = "clear"\ntender', 'deqi = "strong"\ntender', "by_hand[0]: deqi"),
        ("stimulation.toml", "[[by_hand]]", "[[by_hands]]", "stimulation.toml: by_hand: one row, no more and no less"),
    ],
)
def test_a_faulty_list_is_refused(folder: Path, name: str, old: str, new: str, says: str):
    change(folder, name, old, new)
    faults = [str(fault) for fault in check_knowledge(folder)]
    assert any(says in fault for fault in faults), faults


def test_a_limit_is_the_one_of_the_file(folder: Path):
    """The same plan against a lower limit: what was right asks for a reason."""
    before = {alert.code for alert in review(PLAN, picture(), load_planner_knowledge())}
    text = (folder / "review_limits.toml").read_text("utf-8")
    lower = re.sub(r'(id = "visits_per_week"\nvalue = )3', r"\g<1>1", text)
    assert lower != text
    (folder / "review_limits.toml").write_text(lower, "utf-8")
    after = {alert.code for alert in review(PLAN, picture(), load_planner_knowledge(folder))}
    assert after - before == {"many_per_week"}


def test_the_signs_keep_their_voices_apart():
    signs = load_signs()
    assert set(signs.signs) == {"empty_heat", "cold", "stress"}
    assert signs.front.isdisjoint(signs.back)
    alone = [voice for voice in signs.heat if voice.alone]
    assert len(alone) == 3 and all(not voice.outweighed_by for voice in alone)
    every = [word for voice in signs.heat for word in voice.any]
    assert len(every) == len(set(every))
