"""Which figures are bare numbers, and which the person has said to mean."""

from __future__ import annotations

import pytest

from bgtui.ui.view.pricetext import Prices, read_price
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
