"""Figures: how a return reads beside the PnL that it is of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.ui.view import figure


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ("-0.0003", "-0.0%"),
        ("-0.00001", "-0.0%"),
        ("0.0003", "+0.0%"),
        ("0", "+0.0%"),
        ("-0", "+0.0%"),
        ("-0.0006", "-0.1%"),
        ("-9.9", "-990.0%"),
        ("-12.34", "-12.3x"),
    ],
)
def test_the_sign_of_a_return_never_contradicts_its_pnl(ratio: str, text: str) -> None:
    assert figure.roe(Decimal(ratio)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("-0.004", "-0.00"), ("-0.1", "-0.10"), ("0.004", "+0.00"), ("0", "+0.00"), ("-0", "+0.00"),
     ("-1234.5", "-1,234.50"), ("-0.005", "-0.00"), ("-0.0051", "-0.01")],
)  # fmt: skip
def test_a_loss_too_small_for_its_decimals_keeps_its_sign(value: str, text: str) -> None:
    assert figure.signed(Decimal(value)) == text
    assert figure.signed_percent(Decimal(value) / 100) == f"{text}%"


@given(st.decimals(0, 10**9, allow_nan=False, places=9), st.integers(0, 9), st.integers(1, 12))
def test_no_size_has_an_exponent(value: Decimal, places: int, width: int) -> None:
    shown = (figure.fitted_size(value, places, width), figure.fitted_size(Decimal(0), places, width))
    assert not [text for text in (*shown, figure.ladder_size(value)) if "E" in text]
