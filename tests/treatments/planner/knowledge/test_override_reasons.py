"""The coded reasons for passing a stop and for leaving out what is proposed."""

from __future__ import annotations

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from treatments.planner.knowledge.override_reasons import load_override_reasons, reasons_for


def test_each_use_has_its_reasons_and_a_way_to_say_another():
    override, decline = reasons_for("override"), reasons_for("decline")
    assert {"benefit", "examined", "doctor", "other"} <= set(override)
    assert {"already_done", "no_success", "preference", "not_eligible", "doctor", "other"} <= set(decline)
    assert all(reason.note for reason in load_override_reasons() if reason.code == "other")
    assert all(text.strip() for text in (*override.values(), *decline.values()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reason = []",
        '[[reason]]\ncode = "a"\ntext = "A"\nfor = []\nnote = true',
        '[[reason]]\ncode = "a"\ntext = "A"\nfor = ["pass"]\nnote = true',
        '[[reason]]\ncode = "a"\ntext = "A"\nfor = ["override"]\nnote = true\nnotes = 1',
        '[[reason]]\ncode = "A B"\ntext = "A"\nfor = ["override"]\nnote = true',
    ],
)
def test_a_faulty_file_is_refused(tmp_path, text):
    path = tmp_path / "override_reasons.toml"
    path.write_text(text)
    with pytest.raises(KnowledgeError):
        load_override_reasons(tmp_path)


def test_a_duplicate_code_is_refused(tmp_path):
    row = '[[reason]]\ncode = "a"\ntext = "A"\nfor = ["override"]\nnote = true\n'
    path = tmp_path / "override_reasons.toml"
    path.write_text(row + row)
    with pytest.raises(KnowledgeError, match="duplicate"):
        load_override_reasons(tmp_path)
