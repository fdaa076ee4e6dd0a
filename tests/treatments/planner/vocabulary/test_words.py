"""Each id once, with its words: what a file, a form or a page can name is never shown as nothing."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from intake.assessment.spine import LEVELS, PALPATED, levels_in
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.load import load_questionnaire
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.tables import Contraindication
from treatments.planner.vocabulary import body, modalities, severity
from treatments.plans.presenters.home_care import HEADINGS
from treatments.plans.presenters.plan import MARKS

KNOWLEDGE = load_planner_knowledge()
# what may be named -> its words
TABLES: dict[str, Any] = {
    "side": (get_args(body.Side), body.SIDES),
    "side, short": (get_args(body.Side), body.SIDES_SHORT),
    "side, long": (get_args(body.Side), body.SIDES_LONG),
    "position": (get_args(body.Position), body.POSITIONS),
    "position, as a term": (get_args(body.Position), body.POSITION_TERMS),
    "region": (get_args(body.Region), body.REGIONS),
    "modality": (get_args(modalities.Modality), {m: words.name for m, words in modalities.MODALITIES.items()}),
    "heading": (get_args(modalities.Modality), {m: words.heading for m, words in modalities.MODALITIES.items()}),
    "adjunct": ([rule.kind for rule in KNOWLEDGE.adjuncts], {k: a.name for k, a in modalities.ADJUNCTS.items()}),
    "ear method": (get_args(modalities.EarMethod), modalities.EAR_METHODS),
    "home care": ([rule.kind for rule in KNOWLEDGE.home], modalities.HOME_CARE),
    "technique": (get_args(modalities.Technique), modalities.TECHNIQUES),
    "deqi": (get_args(modalities.Deqi), modalities.DEQI),
    "angle": (get_args(modalities.Angle), modalities.ANGLES),
    "role": (get_args(modalities.Role), modalities.ROLES),
    "wave": ([goal.wave for goal in KNOWLEDGE.goals], modalities.WAVES),
    "severity": (severity.SCALE, severity.WORDS),
    "severity, mark": (severity.SCALE, {level: kind or "none" for level, (kind, _) in MARKS.items()}),
    "measure": (list(load_instruments()), {key: measure.short for key, measure in load_instruments().items()}),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_id_has_words(name: str) -> None:
    ids, words = TABLES[name]
    assert set(ids) <= set(words), f"{name} without words: {set(ids) - set(words)}"
    assert all(words[key].strip() for key in words)


def test_a_patients_sheet_has_a_heading_for_each_kind_of_home_care() -> None:
    assert set(HEADINGS) == set(modalities.HOME_CARE) - {"aftercare"}  # it has a part of its own


def test_what_is_not_known_is_shown_by_its_id() -> None:
    assert modalities.adjunct_name("plum_blossom") == "plum blossom"
    assert modalities.ear_method_name("laser") == "laser"
    assert modalities.home_care_name("") == "something without a name"


def test_the_safety_table_has_a_column_for_each_modality_and_no_other() -> None:
    cells = [name for name, field in Contraindication.model_fields.items() if field.annotation == severity.Cell]
    assert cells == list(modalities.MODALITIES)


def test_there_is_one_scale_of_severity() -> None:
    assert [severity.rank(level) for level in severity.SCALE] == [0, 1, 2, 3]
    assert {level for level in severity.SCALE if severity.is_stop(level)} == {"needs_reason", "forbidden"}
    for names in (severity.OF_CELL, severity.OF_WITHHELD):
        assert set(names.values()) <= set(severity.SCALE)
    for level in severity.STOPS:
        assert severity.OF_WITHHELD[severity.withheld_level(level)] == level


def test_sets_of_regions_hold_regions() -> None:
    sets = (
        body.TRUNK, body.THORAX, body.LUMBOSACRAL, body.FRONT, body.BACK, body.ABOVE_L2, body.HEAD,
        set(body.DRAINS_WITH), set(body.LIMB_OF_REGION), set(body.WITH_ROOT_REGIONS),
    )  # fmt: skip
    for regions in sets:
        assert regions <= set(body.REGIONS)
    limbs = {*body.DRAINS_WITH.values(), *body.LIMB_OF_REGION.values()}
    assert limbs == set(body.WITH_ROOT) == set(get_args(body.Limb)) - {"none"}


def test_the_spine_is_written_down_once() -> None:
    assert LEVELS[0] == "C1" and LEVELS[-1] == "S5" and len(LEVELS) == len(set(LEVELS)) == 29
    assert {*body.NEEDLED_LEVELS, *PALPATED} <= set(LEVELS)
    assert all(body.region_of_level(level) in body.REGIONS for level in body.NEEDLED_LEVELS)
    assert levels_in("beside L4 and L5, not T13 or X2") == ["L4", "L5"]
    assert {level for site in KNOWLEDGE.sites.values() for level in site.levels} <= set(body.EX_B2_LEVELS)


@pytest.mark.parametrize("sex", ["female", "male", "other", None])
def test_who_can_be_pregnant_is_answered_alike_by_form_and_planner(sex: str | None) -> None:
    form = load_questionnaire()
    question = form.question("pregnancy")
    assert question is not None and {clause.about for clause in question.show.clauses} == {"sex", "age"}
    for age in (None, *range(121)):
        asked = all(clause.holds({"sex": sex, "age": age}[clause.about]) for clause in question.show.all_of)
        assert asked == body.can_be_pregnant(sex, age), (sex, age)
