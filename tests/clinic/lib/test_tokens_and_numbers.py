"""Tokens nobody guesses, kept as a hash; numbers from addresses and forms, read in one way."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.lib.numbers import whole_number
from clinic.lib.tokens import hash_of, new_token


def test_a_token_has_256_bits_fits_an_address_and_is_never_the_same() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100 and all(len(one) == 43 and one.replace("-", "").replace("_", "").isalnum() for one in made)


@given(st.text(alphabet=st.characters(codec=None, categories=["L", "N", "Cs"])))
def test_every_text_has_a_hash_also_one_that_is_no_token(text: str) -> None:
    assert hash_of(text) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_a_number_is_read_back(number: int) -> None:
    assert whole_number(str(number)) == number


@pytest.mark.parametrize("text", [None, "", "-1", "+1", "1.0", "1e3", " 1", "１", "٣", "²", "1" * 19, "1_000", "\0"])
def test_anything_else_is_none(text: str | None) -> None:
    assert whole_number(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    number = whole_number(text, digits=4)
    assert number is None or (text.isascii() and 0 <= number <= 9999)
