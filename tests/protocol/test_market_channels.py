"""Public channels: what each push says, in the dialects that exist."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.event import (
    AuctionUpdated,
    BookBroken,
    BookDepth,
    BookReceived,
    CandlesUpdated,
    FrameRefused,
    FrameUnsupported,
    IndexPriceUpdated,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import Candle, CandleInterval, Side, Ticker, Trade
from bgtui.domain.text import Untrusted
from tests.support.pushes import (
    AUCTION,
    BOOK,
    CANDLE,
    FUTURES_TICKER,
    INDEX_PRICE,
    SPOT_TICKER,
    TRADE,
    TS,
    compact,
    one,
    push,
    route,
)

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
SPOT_ETH = instrument_id(ProductType.SPOT, "ETHUSDT")

FUTURES_FIGURES = Ticker(
    BTC,
    1760000000444,
    "61234.5",
    "61234.4",
    "61234.6",
    "3.21",
    "0.87",
    "60000",
    "61500.0",
    "59800.1",
    "-0.00211",
    "90211.4",
    "5523000112.99",
    "60500",
    "61233.9",
    "61230.25",
    "-0.000012",
    "48211.905",
    1760025600000,
)
SPOT_FIGURES = Ticker(
    SPOT_ETH,
    1760000000321,
    "2400.01",
    "2400.00",
    "2400.02",
    "11.2",
    "0.5",
    "2390",
    "2450.5",
    "2380",
    "0.0041",
    "120000.1",
    "288000000.5",
    "2395",
)


def renamed(row: dict[str, Any], **names: str) -> dict[str, Any]:
    """Return the row with fields under other names."""
    return {names.get(name, name): value for name, value in row.items()}


def test_a_futures_ticker_keeps_every_text() -> None:
    assert one(push("USDT-FUTURES", "ticker", [FUTURES_TICKER])) == TickerUpdated(FUTURES_FIGURES)


def test_a_spot_ticker_has_no_mark_and_no_funding() -> None:
    assert one(push("SPOT", "ticker", [SPOT_TICKER])) == TickerUpdated(SPOT_FIGURES)
    assert SPOT_FIGURES.mark_price is None
    assert SPOT_FIGURES.funding_rate is None


@pytest.mark.parametrize(
    "names",
    [
        {
            "lastPr": "last",
            "bidPr": "bestBid",
            "askPr": "bestAsk",
            "baseVolume": "baseVol",
            "quoteVolume": "quoteVol",
        },
        {"lastPr": "close", "bidPr": "buyOne", "askPr": "sellOne"},
        {"baseVolume": "volCcy24h", "quoteVolume": "vol24h"},
    ],
)
def test_other_dialects_are_the_same_ticker(names: dict[str, str]) -> None:
    assert one(push("USDT-FUTURES", "ticker", [renamed(FUTURES_TICKER, **names)])) == TickerUpdated(
        FUTURES_FIGURES
    )


def test_numbers_that_are_no_texts_are_the_same_ticker() -> None:
    row = FUTURES_TICKER | {
        "ts": 1760000000444,
        "bidPr": 61234.4,
        "open24h": 60000,
        "nextFundingTime": 1760025600000,
    }
    assert one(push("USDT-FUTURES", "ticker", [row])) == TickerUpdated(FUTURES_FIGURES)


def test_an_exponent_becomes_plain_digits() -> None:
    event = one(push("USDT-FUTURES", "ticker", [FUTURES_TICKER | {"fundingRate": "-1.2E-5"}]))
    assert event == TickerUpdated(FUTURES_FIGURES)


def test_a_ticker_says_less_when_the_exchange_does() -> None:
    event = one(
        push(
            "SPOT", "ticker", [{"instId": "ETHUSDT", "lastPr": "2400.01", "bidPr": "", "ts": "1760000000321"}]
        )
    )
    assert event == TickerUpdated(Ticker(SPOT_ETH, 1760000000321, "2400.01"))


@pytest.mark.parametrize(
    "bad", ["NaN", "1e400", "", "1.2.3", "-", ".", "1_0", " 1", "61234.5\x1b[2J", None, [], {}]
)
def test_a_ticker_without_a_price_is_refused(bad: Any) -> None:
    assert isinstance(one(push("USDT-FUTURES", "ticker", [FUTURES_TICKER | {"lastPr": bad}])), FrameRefused)


def test_trades_leave_oldest_first() -> None:
    rows = [TRADE | {"tradeId": "2", "ts": "1760000000400", "side": "buy"}, TRADE]
    assert one(push("USDT-FUTURES", "trade", rows, action="update")) == TradesPrinted(
        BTC,
        False,
        [
            Trade("1360000000000000001", "61234.5", "0.012", Side.SELL, 1760000000300),
            Trade("2", "61234.5", "0.012", Side.BUY, 1760000000400),
        ],
    )


@pytest.mark.parametrize(
    "row",
    [
        renamed(TRADE, price="px", size="sz"),
        renamed(TRADE, price="fillPrice", size="fillQuantity"),
        TRADE | {"side": "Sell", "ts": 1760000000300},
        TRADE | {"price": 61234.5, "tradeId": 1360000000000000001},
    ],
)
def test_other_dialects_are_the_same_trade(row: dict[str, Any]) -> None:
    assert one(push("SPOT", "trade", [row])) == one(push("SPOT", "trade", [TRADE]))


@pytest.mark.parametrize(
    "change",
    [
        {"price": "nan"},
        {"size": ""},
        {"side": "up"},
        {"side": "buy,"},
        {"side": "[sell]"},
        {"side": ""},
        {"price": "1,5"},
        {"price": "1.2.3"},
        {"size": "price:"},
        {"tradeId": ""},
        {"tradeId": "a\u202eb"},
        {"ts": "soon"},
        {"price": "-"},
    ],
)
def test_a_trade_that_makes_no_sense_is_refused(change: dict[str, str]) -> None:
    assert isinstance(one(push("USDT-FUTURES", "trade", [TRADE | change])), FrameRefused)


@pytest.mark.parametrize(
    ("channel", "interval"),
    [
        ("candle1m", CandleInterval.M1),
        ("candle3m", CandleInterval.M3),
        ("candle1H", CandleInterval.H1),
        ("candle6Hutc", CandleInterval.H6),
        ("candle1Dutc", CandleInterval.D1),
        ("candle1D", CandleInterval.D1),
        ("candle1Mutc", CandleInterval.MONTH),
        ("candle1M", CandleInterval.MONTH),
    ],
)
def test_candles_of_every_spelling(channel: str, interval: CandleInterval) -> None:
    assert one(push("SPOT", channel, [CANDLE], action="update", value="ETHUSDT")) == CandlesUpdated(
        SPOT_ETH,
        interval,
        False,
        [Candle(1760000000000, "61200", "61240.5", "61190", "61234.5", "12.5", "765000.25")],
    )


def test_candles_leave_oldest_first() -> None:
    later = ["1760000060000", *CANDLE[1:]]
    event = one(push("USDT-FUTURES", "candle1m", [later, CANDLE]))
    assert isinstance(event, CandlesUpdated)
    assert [candle.start_ms for candle in event.candles] == [1760000000000, 1760000060000]


def test_a_candle_of_source_000_begins_with_its_symbol() -> None:
    assert one(push("SPOT", "candle1m", [["BTCUSDT", *CANDLE[:7]]])) == one(
        push("SPOT", "candle1m", [CANDLE])
    )


def test_a_candle_of_v1_has_no_quote_volume() -> None:
    event = one(push("mc", "candle1m", [CANDLE[:6]]))
    assert isinstance(event, CandlesUpdated)
    assert event.instrument == BTC
    assert event.candles[0].base_volume == Decimal("12.5")
    assert event.candles[0].quote_volume is None


@pytest.mark.parametrize(
    "row", [[], CANDLE[:5], ["x", *CANDLE[1:]], [*CANDLE[:4], "NaN", *CANDLE[5:]], ["1"] * 13, "1"]
)
def test_a_candle_that_makes_no_sense_is_refused(row: Any) -> None:
    assert isinstance(one(push("USDT-FUTURES", "candle1m", [row])), FrameRefused)


def test_an_interval_that_does_not_exist_is_not_read() -> None:
    assert one(push("SPOT", "candle7m", [CANDLE])) == FrameUnsupported("test", Untrusted("SPOT candle7m"))


def test_a_book_message_keeps_its_texts_and_numbers() -> None:
    assert one(push("USDT-FUTURES", "books", [BOOK])) == BookReceived(
        BTC,
        BookDepth.FULL,
        True,
        [("61234.4", "3.210"), ("61234.0", "0.010")],
        [("61234.6", "0.870"), ("61234.7", "2")],
        1343064377779269632,
        0,
        -1129438835,
        1760000000299,
    )


@pytest.mark.parametrize(
    ("change", "seq", "pseq", "checksum"),
    [
        (
            {"seq": "1343064377779269633", "pseq": "1343064377779269632"},
            1343064377779269633,
            1343064377779269632,
            -1129438835,
        ),
        ({"checksum": 0}, 1343064377779269632, 0, None),
        ({"checksum": "-1129438835", "seq": None, "pseq": ""}, None, None, -1129438835),
    ],
)
def test_book_numbers_in_every_form(
    change: dict[str, Any], seq: int | None, pseq: int | None, checksum: int | None
) -> None:
    event = one(push("USDT-FUTURES", "books", [BOOK | change], action="update"))
    assert isinstance(event, BookReceived)
    assert (event.seq, event.pseq, event.checksum) == (seq, pseq, checksum)


def test_a_book_without_checksum_and_sequence() -> None:
    row = {"asks": BOOK["asks"], "bids": BOOK["bids"]}
    event = one(push("SPOT", "books15", [row], value="ETHUSDT"))
    assert isinstance(event, BookReceived)
    assert (event.depth, event.seq, event.pseq, event.checksum, event.time_ms) == (
        BookDepth.FIFTEEN,
        None,
        None,
        None,
        TS,
    )


def test_blanks_between_tokens_change_nothing() -> None:
    frame = push("USDT-FUTURES", "books", [BOOK])
    assert route(str(frame).replace("'", '"')) == route(frame)


@pytest.mark.parametrize(
    "levels",
    [
        [["1"]],
        [["1", "2", "3"]],
        [[]],
        [["1", 2]],
        [[1, 2]],
        [["1", "NaN"]],
        [["1", "2e5"]],
        [["1", "-2"]],
        [["1\x1b[2J", "2"]],
        [["1", "checksum:"]],
        [["1", "0" * 41]],
        ["12"],
        "12",
        None,
        {"1": "2"},
    ],
)
@pytest.mark.parametrize("side", ["asks", "bids"])
def test_levels_that_are_none_break_the_book(levels: Any, side: str) -> None:
    refused, *rest = route(push("USDT-FUTURES", "books", [BOOK | {side: levels}], action="update"))
    assert isinstance(refused, FrameRefused), (levels, refused)
    assert rest == [BookBroken(BTC, BookDepth.FULL)]


@pytest.mark.parametrize("cut", [60, 90, 150, 200])
def test_a_cut_frame_breaks_the_book_it_belonged_to(cut: int) -> None:
    frame = {"arg": {"instType": "SPOT", "channel": "books5", "instId": "ETHUSDT"}} | push(
        "SPOT", "books5", [BOOK]
    )
    frame["arg"]["instId"] = "ETHUSDT"
    refused, *rest = route(compact(frame)[:cut])
    assert isinstance(refused, FrameRefused)
    assert rest == ([] if cut == 60 else [BookBroken(SPOT_ETH, BookDepth.FIVE)])


def test_an_index_price_names_its_pair() -> None:
    event = one(push("MARGIN", "index-price", [INDEX_PRICE]))
    assert event == IndexPriceUpdated("BTCUSDT", Decimal("61230.25"), 1760000000100)


def test_an_auction_keeps_the_exchanges_word_for_its_stage() -> None:
    assert one(push("SPOT", "auction", [AUCTION], value="ETHUSDT")) == AuctionUpdated(
        SPOT_ETH, Untrusted("stage_1"), 1760000600000, Decimal("0.5"), Decimal(1000), None
    )


@pytest.mark.parametrize(
    ("inst_type", "channel"),
    [
        ("mc", "trade"),
        ("mc", "ticker"),
        ("sp", "trade"),
        ("USDT-FUTURES", "auction"),
        ("SPOT", "positions"),
        ("X", "books"),
    ],
)
def test_what_is_not_read_is_counted(inst_type: str, channel: str) -> None:
    event = one(push(inst_type, channel, [["1", "2"]]))
    assert event == FrameUnsupported("test", Untrusted(f"{inst_type} {channel}"))


def test_a_v1_book_is_a_book() -> None:
    event = one(push("sp", "books", [BOOK], value="ethusdt"))
    assert isinstance(event, BookReceived)
    assert event.instrument == SPOT_ETH
