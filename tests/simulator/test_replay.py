from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.domain.book import OrderBook, Verdict, checksum
from bgtui.domain.event import BookReceived
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import CandleInterval, Side
from bgtui.domain.order import Effect, MarginMode, OrderStatus, OrderType, PositionMode, PositionSide
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE_ACCOUNT
from bgtui.simulator.fact import TradePrinted
from bgtui.simulator.replay import load
from bgtui.wire.capture import Captured, read
from bgtui.wire.frame import Router
from tests.simulator.worlds import BTC, START_MS, digest, listings, run

THEN_MS = 1_700_000_000_000
ABC = instrument_id(ProductType.USDT_FUTURES, "ABCUSDT")
UID = PRACTICE_ACCOUNT.uid
CAPTURES = sorted((Path(__file__).parents[3] / "shared" / "capture").glob("*.jsonl.gz"))


def frame(after_ms: int, channel: str, rows: list[object], action: str = "update", **arg: str) -> Captured:
    topic = {"instType": "USDT-FUTURES", "channel": channel, "instId": "ABCUSDT", **arg}
    raw = json.dumps({"action": action, "arg": topic, "data": rows, "ts": THEN_MS + after_ms})
    return Captured((THEN_MS + after_ms) * 1_000_000, "public", raw)


def book(after_ms: int, bids: list[list[str]], asks: list[list[str]], action: str = "update") -> Captured:
    row = {"bids": bids, "asks": asks, "ts": str(THEN_MS + after_ms), "seq": after_ms + 1}
    return frame(after_ms, "books", [row], action)


def trade(after_ms: int, side: str, price: str, size: str, number: int) -> Captured:
    time = str(THEN_MS + after_ms)
    row = {"ts": time, "price": price, "size": size, "side": side, "tradeId": str(number)}
    return frame(after_ms, "trade", [row])


OPENING = book(
    0, [["9.98", "50"], ["9.97", "70"], ["9.90", "5.5"]], [["10.00", "40"], ["10.01", "60"]], "snapshot"
)


def world(*frames: Captured, speed: float = 1.0) -> Exchange:
    recording = load([OPENING, *frames])
    return Exchange(World(1, START_MS, recording=recording, speed=speed, listings=listings(BTC)))


def order(side: Side, size: str, price: str | None = None) -> PlaceOrder:
    return PlaceOrder(
        ABC,
        side,
        OrderType.MARKET if price is None else OrderType.LIMIT,
        Decimal(size),
        price=None if price is None else Decimal(price),
        position_side=PositionSide.LONG if side is Side.BUY else PositionSide.SHORT,
        effect=Effect.OPEN,
        position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def levels(exchange: Exchange, side: str) -> dict[str, str]:
    found = exchange.book(ABC)
    return {price: size.rstrip("0").rstrip(".") for price, size in getattr(found, side)}


def test_rules_are_guessed_from_the_digits() -> None:
    rules = world().rules(ABC)
    assert (rules.price_places, rules.tick) == (2, Decimal("0.01"))
    assert (rules.size_places, rules.size_step) == (1, Decimal("0.1"))
    assert (rules.base_coin, rules.margin_coins) == ("ABC", ("USDT",))


def test_the_recorded_book_is_the_market_beside_the_made_ones() -> None:
    exchange = world(book(500, [["9.99", "3"], ["9.98", "0"]], []))
    assert levels(exchange, "bids") == {"9.98": "50", "9.97": "70", "9.90": "5.5"}
    run(exchange, 499, 100)
    assert "9.99" not in levels(exchange, "bids")
    run(exchange, 10)
    assert levels(exchange, "bids") == {"9.99": "3", "9.97": "70", "9.90": "5.5"}
    assert levels(exchange, "asks") == {"10.00": "40", "10.01": "60"}
    assert len(exchange.book(BTC).bids) > 100


def test_a_broken_stretch_is_left_out() -> None:
    gap = Captured(OPENING.time_ns, "public", OPENING.raw.replace('"snapshot"', '"update"'))
    crossed = book(100, [["10.50", "1"]], [])
    exchange = world(gap, crossed, book(200, [["9.95", "1"]], []))
    run(exchange, 300)
    assert levels(exchange, "bids") == {"9.98": "50", "9.97": "70", "9.90": "5.5"}


def test_recorded_trades_are_printed_and_leave_the_recorded_book() -> None:
    exchange = world(trade(300, "sell", "9.98", "20", 1), trade(400, "buy", "10.00", "7.5", 2))
    facts = run(exchange, 1000)
    prints = [fact.trade for fact in facts if isinstance(fact, TradePrinted) and fact.instrument == ABC]
    assert [(trade.side, trade.price, trade.size) for trade in prints] == [
        (Side.SELL, Decimal("9.98"), Decimal(20)),
        (Side.BUY, Decimal("10.00"), Decimal("7.5")),
    ]
    assert [trade.time_ms for trade in prints] == [START_MS + 300, START_MS + 400]
    assert levels(exchange, "bids") == {"9.98": "50", "9.97": "70", "9.90": "5.5"}
    assert levels(exchange, "asks") == {"10.00": "40", "10.01": "60"}
    assert exchange.engine.last(ABC) == Decimal("10.00")


def test_a_trade_between_the_quotes_is_printed_too() -> None:
    exchange = world(trade(300, "sell", "9.99", "4", 1))
    facts = run(exchange, 400)
    prints = [fact.trade for fact in facts if isinstance(fact, TradePrinted) and fact.instrument == ABC]
    assert [(trade.price_text, trade.size) for trade in prints] == [("9.99", Decimal(4))]
    assert "9.99" not in levels(exchange, "bids")


def test_a_users_order_waits_its_turn_in_a_recorded_trade() -> None:
    # 50 stand before it at 9.98: the first trade takes 30 of them, the recorded size comes back behind it.
    exchange = world(trade(300, "sell", "9.98", "30", 1), trade(400, "sell", "9.98", "10", 2))
    exchange.engine.place(UID, order(Side.BUY, "4", "9.98"))
    run(exchange, 350)
    assert len(exchange.engine.open_orders(UID, ProductType.USDT_FUTURES)) == 1
    run(exchange, 100)
    found = exchange.engine.order_history(UID, ProductType.USDT_FUTURES)
    assert [row.status for row in found] == [OrderStatus.FILLED]
    assert exchange.engine.positions(UID, ProductType.USDT_FUTURES)[0].size == 4


def test_a_better_order_of_a_user_is_filled_first() -> None:
    exchange = world(trade(300, "sell", "9.98", "3", 1))
    exchange.engine.place(UID, order(Side.BUY, "2", "9.99"))
    facts = run(exchange, 400)
    prints = [fact.trade for fact in facts if isinstance(fact, TradePrinted) and fact.instrument == ABC]
    assert [(trade.price_text, trade.size) for trade in prints] == [
        ("9.99", Decimal(2)),
        ("9.98", Decimal(1)),
    ]


def test_a_recorded_quote_that_reaches_a_user_trades() -> None:
    exchange = world(book(300, [["9.98", "0"]], [["10.00", "0"], ["9.99", "6"]]))
    exchange.engine.place(UID, order(Side.BUY, "2", "9.99"))
    run(exchange, 400)
    assert exchange.engine.positions(UID, ProductType.USDT_FUTURES)[0].entry_price == Decimal("9.99")
    assert levels(exchange, "asks")["9.99"] == "4"


def test_what_a_user_took_is_missing_until_the_recording_speaks_of_it() -> None:
    exchange = world(book(300, [["9.97", "71"]], []), book(600, [], [["10.00", "44"]]))
    exchange.engine.place(UID, order(Side.BUY, "15"))
    run(exchange, 400)
    assert levels(exchange, "asks")["10.00"] == "25"
    run(exchange, 300)
    assert levels(exchange, "asks")["10.00"] == "44"


def test_ticker_and_candles_are_the_recorded_ones() -> None:
    start = THEN_MS // 60_000 * 60_000
    bars = [
        [str(start - back * 60_000), "9.5", "9.9", "9.1", "9.6", "12.5", "120", "120"] for back in (3, 2, 1)
    ]
    ticker = {
        "instId": "ABCUSDT",
        "lastPr": "9.98",
        "markPrice": "9.985",
        "indexPrice": "9.991",
        "fundingRate": "-0.0002",
        "holdingAmount": "777",
        "ts": str(THEN_MS),
    }
    exchange = world(frame(0, "candle1m", list(bars), "snapshot"), frame(10, "ticker", [ticker], "snapshot"))
    run(exchange, 1000)
    found = exchange.ticker(ABC)
    assert (found.mark_price, found.index_price) == (Decimal("9.985"), Decimal("9.991"))
    assert found.funding_rate == Decimal("-0.0002")
    assert exchange.engine.mark(ABC) == Decimal("9.985")
    candles = exchange.candles(ABC, CandleInterval.M1)
    assert len(candles) >= 1000
    assert [(c.open, c.high, c.low, c.close) for c in candles[-4:-1]] == [
        (Decimal("9.5"), Decimal("9.9"), Decimal("9.1"), Decimal("9.6"))
    ] * 3


def test_it_starts_over_at_its_end() -> None:
    exchange = world(book(500, [["9.99", "3"]], []))
    run(exchange, 600)
    assert "9.99" in levels(exchange, "bids")
    run(exchange, 1000)
    assert "9.99" not in levels(exchange, "bids")
    run(exchange, 500)
    assert "9.99" in levels(exchange, "bids")


def test_speed_plays_it_faster() -> None:
    exchange = world(book(5000, [["9.99", "3"]], []), book(9000, [], []), speed=10.0)
    run(exchange, 550)
    assert "9.99" in levels(exchange, "bids")


def test_a_known_instrument_keeps_its_rules() -> None:
    raw = (
        OPENING.raw.replace("ABCUSDT", "BTCUSDT")
        .replace("9.98", "91000.0")
        .replace("9.97", "90999.9")
        .replace("9.90", "90999.8")
        .replace("10.00", "91000.5")
        .replace("10.01", "91001.0")
    )
    recording = load([Captured(OPENING.time_ns, "public", raw)])
    exchange = Exchange(World(1, START_MS, recording=recording))
    assert exchange.rules(BTC) is listings(BTC)[0].instrument
    spot = exchange.book(instrument_id(ProductType.SPOT, "BTCUSDT"), 1)
    # Other instruments of the coin start where the recording is.
    assert abs(float(spot.bids[0][0]) - 91_000) < 500


def test_old_trades_are_read() -> None:
    raw = json.dumps(
        {
            "action": "update",
            "arg": {"instType": "mc", "channel": "trade", "instId": "ABCUSDT"},
            "data": [[str(THEN_MS + 300), "9.98", "20", "sell"], [str(THEN_MS + 300), "x", "1", "sell"]],
        }
    )
    exchange = world(Captured(OPENING.time_ns + 300_000_000, "public", raw))
    facts = run(exchange, 400)
    prints = [fact.trade for fact in facts if isinstance(fact, TradePrinted) and fact.instrument == ABC]
    assert [(trade.side, trade.size) for trade in prints] == [(Side.SELL, Decimal(20))]


@pytest.mark.parametrize(
    "raw", ["", "{}", "pong", "[1]", '{"action":"update","arg":{},"data":[]}', "\ud800", '{"event":"error"}']
)
def test_rubbish_is_passed_over(raw: str) -> None:
    recording = load([OPENING, Captured(OPENING.time_ns, "public", raw)])
    assert set(recording.instruments) == {ABC}


def test_nothing_recorded_is_no_replay() -> None:
    recording = load([])
    exchange = Exchange(World(1, START_MS, recording=recording, listings=listings(BTC)))
    run(exchange, 1000)
    assert len(exchange.book(BTC).bids) > 100


@pytest.mark.skipif(not CAPTURES, reason="no recording beside the repository")
def test_a_real_recording_is_the_market() -> None:
    with CAPTURES[0].open("rb") as stream:
        frames = list(read(stream))
    recording = load(frames)
    assert recording.instruments
    exchanges = [Exchange(World(1, START_MS, recording=recording, listings=listings(BTC))) for _ in range(2)]
    facts = [run(exchange, int(recording.length_ms) + 1) for exchange in exchanges]
    assert digest(facts[0]) == digest(facts[1])
    assert any(isinstance(fact, TradePrinted) for fact in facts[0])
    expected = _last_books(frames)
    for instrument in recording.instruments:
        found = exchanges[0].book(instrument)
        for mine, theirs in (
            (found.bids, expected[instrument].bids()),
            (found.asks, expected[instrument].asks()),
        ):
            assert [(Decimal(p), Decimal(s)) for p, s in mine] == [
                (Decimal(p), Decimal(s)) for p, s in theirs
            ]


def _last_books(frames: list[Captured]) -> dict[str, OrderBook]:
    """The books as the client's own merge has them at the end."""
    router = Router("test")
    books: dict[str, OrderBook] = {}
    for one in frames:
        for event in router.route(one.raw):
            if isinstance(event, BookReceived):
                kept: OrderBook = books.setdefault(event.instrument, OrderBook())
                merge = kept.replace if event.is_snapshot else kept.update
                verdict = merge(event.bids, event.asks, event.seq, event.pseq, event.checksum)
                assert verdict is Verdict.APPLIED
                assert checksum(kept.bids(), kept.asks()) == event.checksum
    return books
