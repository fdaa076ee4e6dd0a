"""The files of the questionnaire and the instruments: whole, and with a fault refused, all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.load import DIRECTORY, load_chart, load_questionnaire

Q = load_questionnaire()


def test_instruments_carry_their_licence_and_rmdq_is_whole() -> None:
    instruments = load_instruments()
    assert {"nrs_now", "nrs_average", "nrs_worst", "rmdq", "phq2", "gad2", "activities"} <= set(instruments)
    for instrument in instruments.values():
        assert instrument.licence and instrument.licence_checked_on
    assert len(instruments["rmdq"].items) == 24
    assert sum(not o.is_none for q in Q.questions if q.instrument == "rmdq" for o in q.options) == 24
    assert "Pfizer" in Q.screen("mood").source


@pytest.fixture
def own_knowledge(tmp_path: Path) -> Path:
    for file in DIRECTORY.rglob("*.toml"):
        target = tmp_path / file.relative_to(DIRECTORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text("utf-8"), "utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def test_all_faults_are_named_at_once(own_knowledge: Path) -> None:
    change(own_knowledge, "questionnaire.toml", '"flag.fever"', '"flag.feever"')
    change(own_knowledge, "questionnaire.toml", 'question = "sport", is', 'question = "spurt", is')
    with pytest.raises(KnowledgeError) as caught:
        load_questionnaire(own_knowledge)
    text = str(caught.value)
    assert "questionnaire.toml: now: no such finding: “flag.feever”" in text
    assert "questionnaire.toml: sport_more" in text and "spurt" in text


def test_an_unknown_key_is_refused(own_knowledge: Path) -> None:
    change(own_knowledge, "questionnaire.toml", "required = true\n", "requierd = true\n")
    with pytest.raises(KnowledgeError, match="requierd"):
        load_questionnaire(own_knowledge)


def test_an_instrument_that_may_not_be_embedded_is_refused(own_knowledge: Path) -> None:
    change(own_knowledge, "instruments/rmdq.toml", "embeddable = true", "embeddable = false")
    with pytest.raises(KnowledgeError, match="may not be embedded"):
        load_questionnaire(own_knowledge)


def test_every_region_has_a_label_of_its_own_and_lies_in_the_chart() -> None:
    regions = Q.question("where").regions
    assert len({(r.label) for r in regions}) == len(regions)
    chart = load_chart()
    assert {r.view for r in regions} == set(chart.outline)
