"""What `make quick` leaves out is what it says, and the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import quick


def test_the_script_asks_for_what_is_known_as_quick() -> None:
    script = (Path(__file__).resolve().parents[2] / "scripts" / "quick").read_text(encoding="utf-8")
    assert f'-m "{quick.ASKED}"' in script


def test_a_short_table_is_run_whole_and_of_a_long_one_the_same_rows_in_their_order() -> None:
    short, long = range(quick.ROWS), range(100)
    assert quick.sample(short, "a test") == [*short]
    picked = quick.sample(long, "a test")
    assert len(picked) == quick.ROWS and picked == sorted({*picked} & {*long})
    assert quick.sample(long, "a test") == picked != quick.sample(long, "another test")


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("pytestmark = pytest.mark.django_db\n", True),
        ("pytestmark = pytest.mark.django_db(transaction=True)\n", True),
        ("pytestmark = pytest.mark.django_db\n\n@pytest.mark.quick\ndef test_it(): ...\n", False),
        ("pytestmark = pytest.mark.django_db\n\n@pytest.mark.pure\ndef test_it(): ...\n", False),
        ("@pytest.mark.django_db\ndef test_it(): ...\n", False),  # others beside it may touch none
        ("def test_it(): ...\n", False),
    ],
)
def test_a_file_is_left_out_only_where_each_test_touches_a_database(tmp_path: Path, text: str, nothing: bool) -> None:
    file = tmp_path / "test_one.py"
    file.write_text(text, encoding="utf-8")
    assert quick.has_nothing(file) == nothing
