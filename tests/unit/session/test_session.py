from __future__ import annotations

import asyncio
import random

import pytest

from bgtui.domain.event import TickerUpdated
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import instrument_id
from bgtui.domain.market import CandleInterval
from bgtui.session.session import RECENT_INSTRUMENTS, Session
from bgtui.store.book import BookStatus
from bgtui.store.store import Store
from bgtui.store.topic import book as topic
from tests.support.build import BTC, ETH, USDT, book, ticker
from tests.support.feed import FakeMarket, FakeSource
from tests.support.loop import VirtualClock, virtual_time


def session(market: FakeMarket | None = None) -> Session:
    clock = VirtualClock()
    return Session(Store(clock), market=market, clock=clock, rng=random.Random(1))


@virtual_time
async def test_the_run_ends_when_every_source_has_ended() -> None:
    market, poller = FakeMarket(), FakeSource("poller")
    clock = VirtualClock()
    run = Session(Store(clock), market=market, sources=[poller], clock=clock, rng=random.Random(1))
    market.put(TickerUpdated(ticker(1)), None)
    poller.put(TickerUpdated(ticker(2)), None)
    await run.run()
    assert run.store.ticker(BTC) == ticker(2)


@virtual_time
async def test_the_watch_list_carries_tickers_and_what_is_shown_carries_everything() -> None:
    market = FakeMarket()
    run = session(market)
    run.watch_list([BTC, ETH])
    assert market.watched == {MarketTopic(MarketChannel.TICKER, name) for name in (BTC, ETH)}
    run.show(BTC, CandleInterval.M5)
    assert (
        market.watched
        == run.topics
        == {
            MarketTopic(MarketChannel.TICKER, BTC),
            MarketTopic(MarketChannel.TICKER, ETH),
            MarketTopic(MarketChannel.BOOK, BTC),
            MarketTopic(MarketChannel.TRADES, BTC),
            MarketTopic(MarketChannel.CANDLES, BTC, CandleInterval.M5),
        }
    )


@virtual_time
async def test_what_is_valued_has_its_ticker_carried_until_something_else_is() -> None:
    market = FakeMarket()
    run = session(market)
    run.watch_list([BTC])
    run.value([ETH])
    assert MarketTopic(MarketChannel.TICKER, ETH) in market.watched
    run.value([])
    assert market.watched == {MarketTopic(MarketChannel.TICKER, BTC)}


@virtual_time
async def test_the_eight_shown_last_keep_their_books_and_the_ninth_is_forgotten() -> None:
    market = FakeMarket()
    run = session(market)
    names = [instrument_id(USDT, f"X{number}") for number in range(RECENT_INSTRUMENTS + 2)]
    for name in names:
        run.show(name)
        run.apply(book(is_snapshot=True, instrument=name))
    books = {one.instrument for one in market.watched if one.channel is MarketChannel.BOOK}
    assert books == set(names[1:])
    assert run.store.book_status(names[0]) is BookStatus.CONNECTING
    run.show(names[1])
    assert run.store.book_status(names[1]) is BookStatus.LIVE, "going back costs nothing"


@virtual_time
async def test_waiting_ends_with_the_change_and_asks_once_a_turn() -> None:
    market = FakeMarket()
    run = session(market)
    task = asyncio.create_task(run.run())
    asked = 0

    def arrived() -> bool:
        nonlocal asked
        asked += 1
        latest = run.store.ticker(BTC)
        return latest is not None and latest.time_ms == 1000

    waiter = asyncio.create_task(run.wait_for(arrived, timeout_s=5))
    await asyncio.sleep(0.1)
    market.put(*(TickerUpdated(ticker(ms)) for ms in range(1, 1001)))
    await waiter
    assert asked <= 4
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@virtual_time
async def test_waiting_in_vain_times_out() -> None:
    with pytest.raises(TimeoutError):
        await session().wait_for(lambda: False, timeout_s=3)


@virtual_time
async def test_a_book_that_goes_stale_by_time_alone_wakes_who_waits() -> None:
    market = FakeMarket()
    run = session(market)
    task = asyncio.create_task(run.run())
    market.put(book(is_snapshot=True))
    await asyncio.sleep(1)
    version = run.store.version(topic(BTC))
    market.put(TickerUpdated(ticker(1)))
    await run.wait_for(lambda: run.store.book_status(BTC) is BookStatus.STALE, timeout_s=5)
    assert run.store.version(topic(BTC)) > version
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
