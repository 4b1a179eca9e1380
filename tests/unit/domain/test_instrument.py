from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.instrument import (
    ProductType,
    instrument_id,
    is_on_step,
    parse_instrument,
    round_buy_price,
    round_quote_amount,
    round_size,
    round_trigger_price,
)
from tests.support.build import contract


@pytest.mark.parametrize(
    ("tick", "typed", "buy"),
    [("0.1", "60000.57", "60000.5"), ("0.0005", "1.23456", "1.2345"), ("0.1", "7", "7.0")],
)
def test_the_price_of_a_buy_is_never_higher_than_typed(tick: str, typed: str, buy: str) -> None:
    assert str(round_buy_price(contract(tick=tick), Decimal(typed))) == buy


@pytest.mark.parametrize(
    ("step", "typed", "rounded"),
    [("0.0001", "0.012345", "0.0123"), ("10", "1234.9", "1230"), ("0.0001", "0.00009", "0.0000")],
)
def test_sizes_round_down(step: str, typed: str, rounded: str) -> None:
    assert str(round_size(contract(step=step), Decimal(typed))) == rounded


def test_a_quotient_of_many_digits_does_not_round_a_size_up() -> None:
    typed = Decimal("2.9999999999999999999999999999999999")
    assert round_size(contract(step="1"), typed) == 2
    assert round_size(contract(step="3"), typed) == 0


def test_trigger_prices_take_the_nearest_tick() -> None:
    assert round_trigger_price(contract(), Decimal("1.05")) == Decimal("1.1")
    assert round_trigger_price(contract(), Decimal("1.04")) == Decimal("1.0")


def test_quote_amounts_use_their_own_places() -> None:
    rules = replace(contract(), quote_places=8)
    assert str(round_quote_amount(rules, Decimal("10.123456789"))) == "10.12345678"


def test_on_step() -> None:
    assert is_on_step(Decimal("1.2345"), Decimal("0.0005"))
    assert not is_on_step(Decimal("1.23451"), Decimal("0.0005"))


def test_ids_are_read_and_refused() -> None:
    name = parse_instrument("Spot:btcusdt", ProductType.USDT_FUTURES)
    assert (name, name.product_type, name.symbol) == ("spot:BTCUSDT", ProductType.SPOT, "BTCUSDT")
    assert parse_instrument("ethusdt", ProductType.USDT_FUTURES) == "usdt-futures:ETHUSDT"
    for text in ("", "a b", "x:y:z", "moon:BTC", "BTC\x1b", "ＢＴＣ", "A" * 41):
        with pytest.raises(ValueError, match=r"^(not a symbol|unknown product type)"):
            parse_instrument(text, ProductType.SPOT)
    with pytest.raises(ValueError, match="not a symbol"):
        instrument_id(ProductType.SPOT, "A:B")
