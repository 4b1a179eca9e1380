"""What counts as a number: a decimal comma is never taken for the mark of thousands."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.ui.view.number import read_number
from bgtui.ui.view.sizetext import read_size
from tests.support.build import D, contract


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("67238", "67238"), ("67,238.0", "67238.0"), ("1,234,567", "1234567"), (".5", "0.5"), ("5.", "5"),
        ("0", "0"),
    ],
)  # fmt: skip
def test_a_number_is_digits_a_dot_and_commas_between_thousands(text: str, number: str) -> None:
    assert read_number(text) == D(number)


@pytest.mark.parametrize(
    "text",
    [
        "0,05", "0,050", "1,5", "12,34", "1,2345", ",5", "1,,000", "1,000,00", "67238,5", "1_000", "1e3",
        "NaN", "Infinity", "-5", "+5", "", ".", "5 000", "\u0665", "\uff15", "1.2.3",
    ],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    assert read_number(text) is None


@given(st.decimals(0, 10**12, places=4))
def test_what_is_shown_with_commas_reads_as_itself(number: Decimal) -> None:
    assert read_number(f"{number:,f}") == number


def test_a_size_with_a_decimal_comma_is_refused_and_not_a_hundred_times_as_much() -> None:
    read = read_size("0,05", contract(), price=D(67000), largest=D(10))
    assert read.value is None
    assert read.problem == "'0,05' is no size; type 0.05, 500u, 25% or r1%"
