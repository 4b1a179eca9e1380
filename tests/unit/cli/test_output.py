"""What is printed: JSON that loses nothing and controls nothing, tables that stay aligned."""

import json
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.cli.output import encode_json
from bgtui.cli.shape import shape
from bgtui.cli.table import Table, render
from bgtui.domain.account import Fill, Liquidity
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import Candle, Side, Ticker, Trade
from bgtui.domain.order import Fee
from bgtui.domain.secret import Secret
from bgtui.domain.text import Untrusted, cell_width

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J\x9b31m\u202eevil\u200b\x7f\ud800"


@given(text=st.text(st.characters(exclude_categories=())))
def test_outside_text_is_lossless_plain_ascii(text: str) -> None:
    line = encode_json(shape({"text": Untrusted(text)}))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {"text": text}


def test_a_decimal_is_plain_digits() -> None:
    assert shape([Decimal("1E-8"), Decimal("1E+3"), Decimal("0.10")]) == ["0.00000001", "1000", "0.10"]


def test_market_values_drop_the_suffix_of_their_texts() -> None:
    ticker = shape(Ticker(BTC, 5, last_text="1.50", mark_text="1.4"))
    assert ticker["last"] == "1.50"
    assert ticker["mark_price"] == "1.4"
    assert ticker["index_price"] is None
    assert ticker["instrument"] == "usdt-futures:BTCUSDT"
    assert not [name for name in ticker if name.endswith("_text")]
    assert shape(Trade("9", "1.0", "2.0", Side.BUY, 7)) == {
        "trade_id": "9",
        "price": "1.0",
        "size": "2.0",
        "side": "buy",
        "time_ms": 7,
    }
    assert shape(Candle(0, "1", "2", "3", "4", "5", "6"))["base_volume"] == "5"


def test_a_whole_value() -> None:
    fill = Fill(
        BTC,
        "1",
        "2",
        "",
        Side.SELL,
        Decimal(3),
        Decimal(4),
        5,
        Liquidity.MAKER,
        fees=(Fee("USDT", Decimal("0.1"), "-0.1"),),
    )
    shaped = shape(fill)
    assert shaped["fees"] == [{"coin": "USDT", "cost": "0.1", "text": "-0.1"}]
    assert shaped["realized_pnl"] is None
    json.dumps(shaped)


def test_what_has_no_shape_is_refused() -> None:
    with pytest.raises(TypeError, match="has no JSON form"):
        shape(object())


def test_a_secret_has_no_shape_but_the_mask() -> None:
    @dataclass
    class Holder:
        key: Secret

    assert shape(Holder(Secret("planted"))) == {"key": "***"}


CELLS = st.one_of(st.none(), st.text(), st.integers(-9999, 9999), st.booleans())


@given(column=st.lists(CELLS, min_size=1, max_size=5))
def test_tables_stay_aligned_and_harmless(column: list[str | int | bool | None]) -> None:
    cells = [(Untrusted(cell) if isinstance(cell, str) else cell, "\u2503") for cell in column]
    lines = render(Table(("first", "\u2503"), cells))
    assert len(lines) == len(column) + 1
    assert len({cell_width(line.rpartition("\u2503")[0]) for line in lines}) == 1
    assert not [char for line in lines for char in line if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0]


def test_numbers_stand_to_the_right() -> None:
    lines = render(Table(("name", "price"), [("a", Decimal("1.5")), ("bcd", Decimal(10000))]))
    assert lines == ["name  price", "a       1.5", "bcd   10000"]


def test_hostile_text_is_cleaned_in_a_table() -> None:
    (_, line) = render(Table(("name",), [(Untrusted(HOSTILE),)]))
    assert line == "]52;c;aGk=[2J31mevil"
