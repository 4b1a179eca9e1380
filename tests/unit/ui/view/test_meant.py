"""Which figures are bare numbers, and which the person has said to mean."""

from __future__ import annotations

import pytest

from bgtui.ui.view.pricetext import Prices, read_price, slip
from bgtui.ui.view.sizetext import read_size
from tests.support.build import D, contract

PRICES = Prices(bid=D("99.9"), ask=D("100.1"), last=D(100), mark=D(100))


@pytest.mark.parametrize(
    ("text", "value", "is_bare"),
    [
        ("67238", "67238", True),
        ("67,238.0", "67238.0", True),
        (".5", "0.5", True),
        ("=67238", "67238", False),
        ("= 67,238.0", "67238.0", False),
        ("bid", "99.9", False),
        ("+5", "100.5", False),
        ("mark-10%", "90.0", False),
    ],
)
def test_a_price(text: str, value: str, is_bare: bool) -> None:
    read = read_price(text, contract(), PRICES)
    assert (read.value, read.is_bare, read.problem) == (D(value), is_bare, "")


@pytest.mark.parametrize("text", ["=", "==5", "=bid", "5=", "=-5"])
def test_an_equals_sign_stands_before_a_figure_alone(text: str) -> None:
    assert read_price(text, contract(), PRICES).problem


@pytest.mark.parametrize(
    ("text", "value", "is_bare"),
    [("5", "5", True), ("=5", "5", False), ("500u", "5", False), ("50%", "10", False)],
)
def test_a_size(text: str, value: str, is_bare: bool) -> None:
    read = read_size(text, contract(), price=D(100), largest=D(20))
    assert (read.value, read.is_bare, read.problem) == (D(value), is_bare, "")


@pytest.mark.parametrize("text", ["=", "==5", "5="])
def test_nor_does_it_stand_anywhere_else_in_a_size(text: str) -> None:
    assert read_size(text, contract(), price=D(100), largest=D(20)).problem


@pytest.mark.parametrize("text", ["9.2", "49.9", "150.1", "1000", "9300092000"])
def test_a_protection_with_a_digit_too_many_or_too_few_is_a_slip(text: str) -> None:
    read = read_price(text, contract(), PRICES)

    assert f"type ={read.value:f} to mean it" in slip("SL", read, D(100))


@pytest.mark.parametrize(
    ("text", "market", "old"),
    [("50", "100", None), ("150", "100", None), ("=9.2", "100", None), ("9.2", None, None),
     ("9.2", "100", "9.2"), ("-99%", "100", None), ("", "100", None)],
)  # fmt: skip
def test_what_is_near_said_to_be_meant_or_set_already_is_none(
    text: str, market: str | None, old: str | None
) -> None:
    read = read_price(text, contract(), PRICES)

    assert slip("SL", read, D(market) if market else None, D(old) if old else None) == ""
