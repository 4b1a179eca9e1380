"""What a stream says: opened, acknowledged, every frame in order, measured once a second."""

from __future__ import annotations

import asyncio
import itertools

from bgtui.domain.event import (
    Connection,
    ConnectionMeasured,
    ConnectionOpened,
    SubscriptionAccepted,
    TradesPrinted,
)
from tests.support.loop import virtual_time
from tests.support.reader import Reader
from tests.support.sockets import FakeVenue, trade_push
from tests.support.streams import BOOK, TICKER, TRADE, make


@virtual_time
async def test_it_subscribes_says_that_it_is_open_and_reports_every_acknowledgement() -> None:
    venue = FakeVenue()
    async with Reader(make(venue, [BOOK, TICKER])) as reader:
        await reader.until(SubscriptionAccepted, 2)
        assert reader.of(ConnectionOpened) == [ConnectionOpened(Connection.PUBLIC, "public-0", 1)]
        assert [each.channel for each in reader.of(SubscriptionAccepted)] == [
            "USDT-FUTURES books BTCUSDT",
            "USDT-FUTURES ticker BTCUSDT",
        ]
        assert venue.last.requests == [{"op": "subscribe", "args": [BOOK.arg(), TICKER.arg()]}]


@virtual_time
async def test_it_does_not_dial_before_anything_is_wanted() -> None:
    venue = FakeVenue()
    stream = make(venue, [])
    async with Reader(stream) as reader:
        await asyncio.sleep(100)
        assert venue.dialed_at == []
        stream.want([BOOK])
        await reader.until(SubscriptionAccepted)
        assert venue.dialed_at == [100]


@virtual_time
async def test_frames_become_events_in_order() -> None:
    venue = FakeVenue()
    async with Reader(make(venue, [TRADE])) as reader:
        await reader.until(SubscriptionAccepted)
        for number in range(200):
            venue.last.push(trade_push(TRADE.arg(), number))
        await reader.until(TradesPrinted, 200)
        ids = [each.trades[0].trade_id for each in reader.of(TradesPrinted)]
        assert ids == [str(number) for number in range(200)]


@virtual_time
async def test_it_measures_once_a_second_and_loses_no_frame_by_that() -> None:
    venue = FakeVenue(latency_s=0.03)
    async with Reader(make(venue, [TRADE])) as reader:
        await reader.until(SubscriptionAccepted)
        for number in range(2000):
            venue.last.push(trade_push(TRADE.arg(), number))
            await asyncio.sleep(0.005)
        await asyncio.sleep(1)
        ids = [each.trades[0].trade_id for each in reader.of(TradesPrinted)]
        assert ids == [str(number) for number in range(2000)]
        moments = reader.times(ConnectionMeasured)
        assert [round(b - a, 2) for a, b in itertools.pairwise(moments)] == [1.0] * (len(moments) - 1)
        assert len(moments) >= 10
        assert reader.of(ConnectionMeasured)[-1].messages == 2000 + 2  # an acknowledgement and a pong
        assert reader.of(ConnectionMeasured)[-1].round_trip_ms == 30
