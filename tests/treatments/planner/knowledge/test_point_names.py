"""Points found by any usual spelling; nothing found where a spelling means nothing or several points."""

from __future__ import annotations

import pytest

from tests.support.rows import each_row
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.point_names import find_point, plain_name, search_points

KNOWLEDGE = load_planner_knowledge()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bl23", "BL23"), ("BL 23", "BL23"), ("UB 23", "BL23"), ("UB-23", "BL23"), ("V23", "BL23"), ("B23", "BL23"),
        ("BL023", "BL23"), ("Shenshu", "BL23"), ("shèn shū", "BL23"), ("SHEN SHU", "BL23"), ("肾俞", "BL23"),
        ("腎俞", "BL23"), ("DU4", "GV4"), ("REN4", "CV4"), ("SJ5", "TE5"), ("TB5", "TE5"), ("TH5", "TE5"),
        ("LIV3", "LR3"), ("HE7", "HT7"), ("H7", "HT7"), ("K3", "KI3"), ("KID3", "KI3"), ("P6", "PC6"), ("G30", "GB30"),
        ("S36", "ST36"), ("Yintang", "EX-HN3"), ("Huatuojiaji", "EX-B2"), ("ex b 2", "EX-B2"), ("EXHN3", "EX-HN3"),
        ("ashi", "ASHI"), ("zusanli", "ST36"), ("ｂｌ２３", "BL23"),
    ],
)  # fmt: skip
def test_usual_spellings(text, code):
    point = find_point(text, KNOWLEDGE)
    assert point is not None and point.code == code


@pytest.mark.parametrize("text", ["", "  ", "BL99", "XY1", "BL0", "Baliao", "🙂", "23", "BL", "\x00", "a" * 10_000])
def test_what_means_nothing_or_several_finds_nothing(text):
    assert find_point(text, KNOWLEDGE) is None


@each_row("code", sorted(KNOWLEDGE.points))
def test_every_point_is_found_by_its_code(code):
    assert find_point(code, KNOWLEDGE) is KNOWLEDGE.points[code]
    assert search_points(code, KNOWLEDGE)[0].code == code


def test_every_hanzi_finds_its_point_or_is_shared():
    for code, point in KNOWLEDGE.points.items():
        for name in (point.hanzi, point.hanzi_traditional):
            found = find_point(name, KNOWLEDGE)
            assert found is None or plain_name(name) in (plain_name(found.hanzi), plain_name(found.hanzi_traditional))
            assert code in {hit.code for hit in search_points(name, KNOWLEDGE)}


def test_search_by_beginning():
    assert search_points("shens", KNOWLEDGE)[0].code == "BL23"
    assert {"BL20", "BL21", "BL23", "BL25"} <= {point.code for point in search_points("ub2", KNOWLEDGE)}
    assert search_points("BL31", KNOWLEDGE)[0].code == "BL31"
    assert len(search_points("a", KNOWLEDGE, limit=5)) == 5
    assert search_points("", KNOWLEDGE) == []
