"""The reader of knowledge files: nothing unknown passes, all faults come at once, drafts are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.lib.knowledge_files import (
    Draft,
    Fault,
    KnowledgeError,
    Reader,
    Review,
    Reviewed,
    Strict,
    nearest,
    set_aside,
)


class Sign(Reviewed):
    id: str
    weight: int
    because: dict[str, Because] = {}


class Because(Strict):
    source: str


class SignsFile(Strict):
    review: Review
    sign: list[Sign]
    named: dict[str, Sign] = {}


REVIEW = 'review = { status = "reviewed", by = "A. Reader", date = "2026-11", evidence = "expert" }\n'


@pytest.fixture
def read(tmp_path: Path):
    def write(text: str | bytes, name: str = "signs.toml") -> Reader:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return Reader(tmp_path)

    return write


def said(reader: Reader) -> list[str]:
    return [str(fault) for fault in reader.faults]


def test_rows_take_from_the_review_of_their_file_what_they_do_not_say(read):
    text = (
        REVIEW
        + '[[sign]]\nid = "a"\nweight = 1\n[[sign]]\nid = "b"\nweight = 2\nstatus = "draft"\nevidence = "trial"\n'
    )
    text += '[named.c]\nid = "c"\nweight = 3\n'
    whole = read(text).whole("signs.toml", SignsFile)
    rows = read(text).rows("signs.toml", "sign", Sign)
    assert whole is not None and tuple(whole.sign) == rows
    assert [(row.status, row.by, row.evidence) for row in rows] == [
        ("reviewed", "A. Reader", "expert"),
        ("draft", "A. Reader", "trial"),
    ]
    assert whole.named["c"].date == "2026-11"


def test_every_fault_of_every_file_is_kept_with_file_key_and_the_nearest_known_name(read):
    read(
        REVIEW
        + '[[sign]]\nid = "a"\nwieght = 1\n[[sign]]\nid = "b"\nweight = "heavy"\nbecause = { x = { sorce = "S" } }\n'
    )
    read("= 1", "broken.toml")
    reader = read(b"\xff\xfe", "letters.toml")
    for name in ("signs.toml", "broken.toml", "letters.toml", "none.toml"):
        reader.whole(name, SignsFile)
    text = "\n".join(said(reader))
    assert "signs.toml: sign.0.wieght: unknown key; the nearest is 'weight'" in text
    assert "signs.toml: sign.0.weight: Field required" in text
    assert "signs.toml: sign.1.weight: " in text
    assert "signs.toml: sign.1.because.x.sorce: unknown key; the nearest is 'source'" in text
    assert "broken.toml: not readable as TOML" in text and "letters.toml: not readable as TOML" in text
    assert "none.toml: the file is missing" in text
    with pytest.raises(KnowledgeError) as caught:
        reader.raise_faults()
    assert caught.value.faults == tuple(reader.faults) and str(caught.value) == text


def test_rows_with_faults_are_named_by_their_id_and_the_sound_ones_kept(read):
    reader = read(REVIEW + '[[sign]]\nid = "a"\n[[sign]]\nid = "b"\nweight = 2\n[[sing]]\nid = "c"\n')
    assert [row.id for row in reader.rows("signs.toml", "sign", Sign)] == ["b"]
    reader.refuse_unknown_tables({"signs.toml": ("review", "sign")})
    assert said(reader) == [
        "signs.toml: sign[a]: weight: Field required",
        "signs.toml: sing: unknown table; the nearest is 'sign'",
    ]
    assert reader.places == {"b": "signs.toml"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("review = 3\n[[sign]]\n", "signs.toml: review: must be written as [review]"),
        (REVIEW + "sign = 3\n", "signs.toml: sign: must be written as [[sign]]"),
        (REVIEW + "[sign]\nid = 3\n", "signs.toml: sign: must be written as [[sign]]"),
    ],
)
def test_tables_of_the_wrong_shape_are_faults(read, text, told):
    reader = read(text)
    assert reader.rows("signs.toml", "sign", Sign) == ()
    assert told in said(reader)


def test_a_file_without_review_is_a_fault_for_rows_that_need_one(read):
    reader = read('[[sign]]\nid = "a"\nweight = 1\n')
    assert reader.rows("signs.toml", "sign", Sign) == ()
    assert [fault.key for fault in reader.faults] == [f"sign[a]: {key}" for key in ("status", "by", "date", "evidence")]


def test_drafts_are_set_aside_with_what_they_would_say(read):
    rows = read(REVIEW + '[[sign]]\nid = "a"\nweight = 1\n[[sign]]\nid = "b"\nweight = 2\nstatus = "draft"\n').rows(
        "signs.toml", "sign", Sign
    )
    live, drafts = set_aside("signs.toml", ((row.id, row, f"weighs {row.weight}") for row in rows))
    assert live == [rows[0]]
    assert drafts == [Draft("signs.toml", "b", "weighs 2", rows[1])]


def test_no_name_is_near_to_nothing_like_it():
    assert nearest("wieght", ["weight", "id"]) == "; the nearest is 'weight'"
    assert nearest("xyz", ["weight"]) == "" and nearest("", []) == ""
    assert str(Fault("", "rule.a", "duplicate")) == "rule.a: duplicate"


def test_rows_with_the_same_keys_keep_them_once_and_a_changed_copy_has_its_own() -> None:
    one, other, fewer = Two(a="1", b="2"), Two(a="3", b="4"), Two(a="5")
    assert one.model_fields_set is other.model_fields_set
    assert fewer.model_copy(update={"b": "6"}).model_fields_set == {"a", "b"}
    assert fewer.model_fields_set == Two(a="7").model_fields_set == {"a"}


class Two(Strict):
    a: str
    b: str = ""
