from __future__ import annotations

import itertools
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.domain.instrument import InstrumentId, ProductType, is_on_step
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import CandleInterval, Side
from bgtui.domain.order import Effect, MarginMode, OrderStatus, OrderType, PositionMode, PositionSide
from bgtui.simulator.candles import HOUR_MS
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE_ACCOUNT
from bgtui.simulator.fact import LevelChanged, Private, TradePrinted
from bgtui.simulator.flow import LEVELS
from bgtui.simulator.market import MAX_GAP_MS, Line
from tests.simulator.worlds import BTC, ETH, SPOT_BTC, START_MS, digest, lines, listings, run, small

UID = PRACTICE_ACCOUNT.uid


def futures_order(side: Side, size: str, price: str | None = None) -> PlaceOrder:
    return PlaceOrder(
        BTC,
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


def test_same_seed_and_same_clock_make_the_same_tape() -> None:
    assert lines(run(small(7), 20_000)) == lines(run(small(7), 20_000))


def test_another_seed_makes_another_tape() -> None:
    assert digest(run(small(7), 5_000)) != digest(run(small(8), 5_000))


@pytest.mark.parametrize("step_ms", [7, 100, 4999])
def test_the_size_of_steps_changes_nothing(step_ms: int) -> None:
    assert digest(run(small(3), 10_000, step_ms)) == digest(run(small(3), 10_000, 1000))


def test_the_tape_is_the_same_in_another_process() -> None:
    root = Path(__file__).parents[2]
    script = "from tests.simulator.worlds import *; print(digest(run(small(5), 3000)))"

    def tape(hash_seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert tape("1") == tape("2") == digest(run(small(5), 3000)) + "\n"


def test_asking_changes_nothing() -> None:
    asked, silent = small(4), small(4)
    digests = []
    for exchange in (asked, silent):
        facts = run(exchange, 3000)
        if exchange is asked:
            for instrument in exchange.market.instruments():
                exchange.ticker(instrument)
                exchange.book(instrument)
                for interval in CandleInterval:
                    exchange.candles(instrument, interval)
        digests.append(digest([*facts, *run(exchange, 3000)]))
    assert digests[0] == digests[1]


def test_history_is_full_at_the_start_and_meets_the_book() -> None:
    exchange = Exchange(World(1, START_MS))
    for instrument in exchange.market.instruments():
        candles = exchange.candles(instrument, CandleInterval.M1)
        assert len(candles) >= 1000
        trades = exchange.trades(instrument)
        assert len(trades) >= 100
        assert [trade.time_ms for trade in trades] == sorted((t.time_ms for t in trades), reverse=True)
        assert all(trade.time_ms <= START_MS for trade in trades)
        ids = [int(trade.trade_id) for trade in trades]
        assert ids == sorted(set(ids), reverse=True)
        book = exchange.book(instrument)
        tick, spread = exchange.rules(instrument).tick, exchange.market.place(instrument).listing.spread_ticks
        # The leader has bought something by then: the last candle may be a few ticks away.
        assert abs(candles[-2].close - Decimal(book.bids[0][0])) <= tick * (spread + 20)


def test_every_instrument_has_a_last_price_and_a_mark_at_the_start() -> None:
    exchange = Exchange(World(1, START_MS))
    for instrument in exchange.market.instruments():
        assert exchange.engine.last(instrument) == exchange.market.last(instrument)
        assert exchange.ticker(instrument).last == exchange.engine.last(instrument)
        assert (exchange.engine.mark(instrument) is not None) == instrument.product_type.is_futures


def test_books_stay_deep_and_never_cross() -> None:
    exchange = Exchange(World(2, START_MS))
    for _ in range(30):
        run(exchange, 1000)
        for instrument in exchange.market.instruments():
            rules = exchange.rules(instrument)
            book = exchange.book(instrument)
            assert Decimal(book.bids[0][0]) < Decimal(book.asks[0][0])
            assert min(len(book.bids), len(book.asks)) >= LEVELS // 2
            for price, size in (*book.bids, *book.asks):
                assert is_on_step(Decimal(price), rules.tick)
                assert is_on_step(Decimal(size), rules.size_step)
                assert Decimal(size) > 0


def test_the_mirror_of_the_book_is_the_engines() -> None:
    exchange = small()
    run(exchange, 5000)
    for instrument in exchange.market.instruments():
        bids, asks = exchange.engine.book(instrument)
        book = exchange.book(instrument)
        assert [(Decimal(price), Decimal(size)) for price, size in book.bids] == bids
        assert [(Decimal(price), Decimal(size)) for price, size in book.asks] == asks


def test_the_spread_is_usually_as_wide_as_it_should() -> None:
    exchange = small(rate=100)
    spreads = []
    for _ in range(300):
        run(exchange, 100)
        book = exchange.book(BTC)
        spreads.append((Decimal(book.asks[0][0]) - Decimal(book.bids[0][0])) / exchange.rules(BTC).tick)
    assert sorted(spreads)[len(spreads) // 2] <= 3


def test_rate_is_book_changes_a_second_of_a_main_instrument() -> None:
    exchange = small(rate=200)
    facts = run(exchange, 20_000)
    changes = sum(1 for fact in facts if isinstance(fact, LevelChanged) and fact.instrument == BTC)
    assert 100 < changes / 20 < 400


def test_a_faster_market_changes_more() -> None:
    def changes(speed: float) -> int:
        return len(run(small(rate=20, speed=speed), 5000))

    assert changes(10.0) > 4 * changes(1.0)


def test_candles_and_tape_hold_what_was_traded() -> None:
    exchange = small(rate=200)
    before = exchange.candles(BTC, CandleInterval.M1)[-1].base_volume
    facts = run(exchange, 10_000)
    traded = [fact.trade for fact in facts if isinstance(fact, TradePrinted) and fact.instrument == BTC]
    assert traded
    assert exchange.trades(BTC, len(traded)) == traded[::-1]
    candle = exchange.candle(BTC, CandleInterval.M1)
    assert candle.base_volume - before == sum(trade.size for trade in traded)
    assert candle.close == traded[-1].price == exchange.market.last(BTC)


def test_tickers_say_what_book_tape_and_candles_say() -> None:
    exchange = small()
    run(exchange, 5000)
    for instrument in exchange.market.instruments():
        ticker, book = exchange.ticker(instrument), exchange.book(instrument, 1)
        assert ((ticker.bid_text, ticker.bid_size_text),) == book.bids
        assert ((ticker.ask_text, ticker.ask_size_text),) == book.asks
        assert ticker.last == exchange.trades(instrument, 1)[0].price
        low, high = Decimal(ticker.low_24h_text), Decimal(ticker.high_24h_text)
        assert low <= ticker.last <= high
        opened = Decimal(ticker.open_24h_text)
        assert ticker.change_24h is not None
        assert abs(ticker.change_24h - (ticker.last - opened) / opened) < Decimal("0.00002")
        is_futures = instrument.product_type.is_futures
        assert (ticker.mark_price is not None) == is_futures
        assert (ticker.next_funding_ms is not None) == is_futures


def test_mark_and_index_stay_near_the_book_and_reach_the_engine() -> None:
    exchange = small()
    run(exchange, 10_000)
    prices = exchange.symbol_price(BTC)
    assert prices.mark == exchange.engine.mark(BTC)
    assert prices.mark is not None
    assert prices.last is not None
    assert abs(prices.mark / prices.last - 1) < Decimal("0.005")
    for line in (Line.MARK, Line.INDEX):
        candles = exchange.candles(BTC, CandleInterval.M1, line=line)
        assert len(candles) >= 1000
        assert {candle.base_volume_text for candle in candles} == {"0"}
    assert exchange.candles(BTC, CandleInterval.M1, line=Line.MARK)[-1].close == prices.mark


def test_a_user_trades_with_the_crowd() -> None:
    exchange = small()
    best = exchange.book(BTC, 1).asks[0]
    order = exchange.engine.place(UID, futures_order(Side.BUY, "0.01"))
    assert order.status is OrderStatus.FILLED
    facts = exchange.drain()
    prints = [fact.trade for fact in facts if isinstance(fact, TradePrinted)]
    assert prints[0].price_text == best[0]
    assert sum(trade.size for trade in prints) == Decimal("0.01")
    assert any(isinstance(fact, Private) and fact.uid == UID for fact in facts)
    assert exchange.market.last(BTC) == prints[-1].price


def test_the_crowd_trades_with_a_user_who_pays_too_much() -> None:
    exchange = small()
    ask = Decimal(exchange.book(BTC, 1).asks[0][0])
    # More than stands there: the rest waits above the fair price, and sellers come for it.
    size = "0.1"
    resting = exchange.engine.place(UID, futures_order(Side.BUY, size, str(ask + 20)))
    if resting.is_open:
        run(exchange, 5000)
    found = exchange.engine.order_history(UID, ProductType.USDT_FUTURES)
    assert [order.status for order in found] == [OrderStatus.FILLED]


def test_a_wall_of_a_user_does_not_break_the_book() -> None:
    exchange = small(rate=200)
    ask = Decimal(exchange.book(SPOT_BTC, 1).asks[0][0])
    exchange.engine.deposit(UID, ProductType.SPOT, "USDT", Decimal(10**9))
    exchange.engine.place(
        UID,
        PlaceOrder(SPOT_BTC, Side.BUY, OrderType.LIMIT, Decimal(100), price=ask + 40),
    )
    for _ in range(20):
        run(exchange, 500)
        book = exchange.book(SPOT_BTC)
        assert Decimal(book.bids[0][0]) < Decimal(book.asks[0][0])


def test_funding_is_settled_when_it_is_due() -> None:
    due = START_MS // (8 * HOUR_MS) * 8 * HOUR_MS + 8 * HOUR_MS
    exchange = Exchange(World(1, due - 3000, listings=listings(BTC, ETH)))
    exchange.engine.place(UID, futures_order(Side.BUY, "0.01"))
    assert exchange.funding(BTC).time_ms == due
    rate = exchange.funding(BTC).rate
    past = exchange.funding_history(BTC)
    assert len(past) >= 100
    assert [row.time_ms for row in past[:2]] == [due - 8 * HOUR_MS, due - 16 * HOUR_MS]
    run(exchange, 4000)
    settled = exchange.funding_history(BTC)[0]
    assert settled.time_ms == due
    assert abs(settled.rate - rate) < Decimal("0.0001")
    assert exchange.funding_time(BTC).next_ms == due + 8 * HOUR_MS
    bills = exchange.engine.bills(UID, ProductType.USDT_FUTURES)
    assert any("settle_fee" in bill.business_type for bill in bills)


def test_a_long_sleep_is_jumped_over() -> None:
    exchange = small(rate=500)
    exchange.advance(START_MS + 9 * HOUR_MS)
    facts = exchange.drain()
    assert exchange.clock.now_ms() == START_MS + 9 * HOUR_MS
    # Nobody traded meanwhile; what copy trading had to do is done at the end.
    printed = [fact.trade.time_ms for fact in facts if isinstance(fact, TradePrinted)]
    assert set(printed) <= {exchange.clock.now_ms()}
    assert len(printed) < 10
    assert exchange.funding(BTC).time_ms is not None
    assert exchange.funding_time(BTC).next_ms > exchange.clock.now_ms()
    run(exchange, MAX_GAP_MS)
    book = exchange.book(BTC)
    assert Decimal(book.bids[0][0]) < Decimal(book.asks[0][0])
    candles = exchange.candles(BTC, CandleInterval.M1)
    assert all(after.start_ms - bar.start_ms == 60_000 for bar, after in itertools.pairwise(candles))


def test_time_does_not_go_back() -> None:
    exchange = small()
    run(exchange, 1000)
    exchange.advance(START_MS)
    assert exchange.clock.now_ms() == START_MS + 1000


def test_an_unknown_instrument_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        small().ticker(InstrumentId("usdt-futures:NOUSDT"))
    with pytest.raises(KeyError):
        small().funding(SPOT_BTC)
