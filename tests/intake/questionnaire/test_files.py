"""The files of the questionnaire and the instruments: whole, and with a fault refused, all faults at once."""

from __future__ import annotations

import re
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


def corners(path: str) -> tuple[list[float], list[float]]:
    """All x and all y of a path of M, L, H, V, Q, C and Z."""
    xs: list[float] = []
    ys: list[float] = []
    for command, numbers in re.findall(r"([MLHVQCZ])([^MLHVQCZ]*)", path):
        values = [float(number) for number in numbers.split()]
        xs += values if command == "H" else [] if command == "V" else values[::2]
        ys += values if command == "V" else [] if command == "H" else values[1::2]
    return xs, ys


def test_every_region_has_a_label_of_its_own_and_lies_in_the_chart() -> None:
    regions = Q.question("where").regions
    assert len({(r.label) for r in regions}) == len(regions)
    chart = load_chart()
    assert {r.view for r in regions} == {view.id for view in chart.view}
    assert {view.tab for view in chart.view} == {tab.id for tab in chart.tab}
    boxes = {view.id: view for view in chart.view}
    for region in chart.region:
        xs, ys = corners(region.path)
        assert min(xs) >= 0 and max(xs) <= boxes[region.view].width / (2 if region.mirrored else 1), region.id
        assert min(ys) >= 0 and max(ys) <= boxes[region.view].height, region.id
