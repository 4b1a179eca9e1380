"""Channels spread over several connections."""

from __future__ import annotations

import asyncio
import random

import pytest

from bgtui.domain.error import ConfigError
from bgtui.domain.event import (
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    SubscriptionAccepted,
    TradesPrinted,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.exchange.streams import MarketStreams, private_stream
from bgtui.session.ports import MarketFeed
from tests.support import tables
from tests.support.loop import START_MS, VirtualClock, virtual_time
from tests.support.peer import Peer
from tests.support.reader import Reader
from tests.support.sockets import FakeVenue, trade_push

AUCTION_OF_FUTURES = MarketTopic(MarketChannel.AUCTION, instrument_id(ProductType.USDT_FUTURES, "BTCUSDT"))


def topic(number: int) -> MarketTopic:
    return MarketTopic(MarketChannel.TRADES, instrument_id(ProductType.SPOT, f"COIN{number}USDT"))


def topics(*numbers: int) -> list[MarketTopic]:
    return [topic(number) for number in numbers]


def make(venue: FakeVenue, *, max_channels: int = 45) -> MarketStreams:
    return MarketStreams(venue.dial, clock=VirtualClock(), rng=random.Random(5), max_channels=max_channels)


def carried(venue: FakeVenue) -> list[set[str]]:
    """What every open connection carries now, by symbol."""
    found = []
    for socket in venue.sockets:
        if not socket.is_closed:
            names: set[str] = set()
            for request in socket.requests:
                asked = {arg["instId"] for arg in request["args"]}
                names = names | asked if request["op"] == "subscribe" else names - asked
            found.append(names)
    return found


@virtual_time
async def test_few_topics_need_one_connection() -> None:
    venue = FakeVenue()
    feed: MarketFeed = make(venue)
    feed.watch(topics(*range(45)))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 45)
        await asyncio.sleep(100)
        assert [len(each) for each in carried(venue)] == [45]
        assert feed.name == "public"


@virtual_time
async def test_many_topics_are_spread_over_connections_of_45() -> None:
    venue = FakeVenue()
    feed = make(venue)
    feed.watch(topics(*range(100)))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 100)
        assert sorted(len(each) for each in carried(venue)) == [10, 45, 45]
        assert {each.name for each in reader.of(ConnectionOpened)} == {"public-0", "public-1", "public-2"}
        # Every connection's frames arrive, in that connection's order.
        for number in range(50):
            for socket in venue.sockets:
                socket.push(trade_push(socket.args()[0], number))
        await reader.until(TradesPrinted, 150)
        for symbol in {each.instrument for each in reader.of(TradesPrinted)}:
            ids = [each.trades[0].trade_id for each in reader.of(TradesPrinted) if each.instrument == symbol]
            assert ids == [str(number) for number in range(50)]


@virtual_time
async def test_a_second_connection_comes_while_the_first_goes_on() -> None:
    venue = FakeVenue()
    feed = make(venue, max_channels=2)
    feed.watch(topics(1, 2))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 2)
        await asyncio.sleep(10.3)
        feed.watch(topics(1, 2, 3))
        await reader.until(SubscriptionAccepted, 3, within_s=0.2)
        assert carried(venue) == [{"COIN1USDT", "COIN2USDT"}, {"COIN3USDT"}]
        assert reader.of(ConnectionLost) == []
        venue.sockets[0].push(trade_push(venue.sockets[0].args()[0]))
        await reader.until(TradesPrinted, within_s=1)


@virtual_time
async def test_what_stays_wanted_stays_where_it_is() -> None:
    venue = FakeVenue()
    feed = make(venue, max_channels=3)
    feed.watch(topics(1, 2, 3, 4, 5, 6, 7))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 7)
        feed.watch(topics(8, 7, 6, 4, 3, 1))
        await reader.until(SubscriptionAccepted, 8)
        await asyncio.sleep(1)
        assert carried(venue) == [
            {"COIN1USDT", "COIN3USDT", "COIN8USDT"},
            {"COIN4USDT", "COIN6USDT"},
            {"COIN7USDT"},
        ]


@virtual_time
async def test_a_connection_that_carries_nothing_any_more_is_closed() -> None:
    venue = FakeVenue()
    feed = make(venue, max_channels=2)
    feed.watch(topics(1, 2, 3, 4))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 4)
        feed.watch(topics(1))
        lost = await reader.until(ConnectionLost, within_s=2)
        await asyncio.sleep(3)
        assert lost == ConnectionLost(Connection.PUBLIC, "public-1", "not needed any more", None)
        assert carried(venue) == [{"COIN1USDT"}]
        measured = reader.times(ConnectionMeasured)
        feed.watch(topics(1, 2, 3))
        await reader.until(SubscriptionAccepted, 6, within_s=5)
        await asyncio.sleep(5)
        assert len(reader.times(ConnectionMeasured)) > len(measured)
        assert carried(venue) == [{"COIN1USDT", "COIN2USDT"}, {"COIN3USDT"}]


@virtual_time
async def test_renew_and_reconnect_reach_the_connection_that_carries_the_topic() -> None:
    venue = FakeVenue()
    feed = make(venue, max_channels=1)
    feed.watch(topics(1, 2))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 2)
        feed.renew(topic(2))
        await reader.until(SubscriptionAccepted, 3)
        assert [len(socket.args("unsubscribe")) for socket in venue.sockets] == [0, 1]
        feed.reconnect(topic(1), "two failures in a minute")
        lost = await reader.until(ConnectionLost)
        assert (lost.name, lost.reason) == ("public-0", "two failures in a minute")
        await reader.until(SubscriptionAccepted, 4)
        feed.renew(topic(99))
        feed.reconnect(topic(99), "nobody carries it")
        await asyncio.sleep(5)
        assert len(venue.sockets) == 3


@virtual_time
async def test_a_topic_that_does_not_exist_changes_nothing() -> None:
    venue = FakeVenue()
    feed = make(venue)
    feed.watch(topics(1))
    with pytest.raises(ConfigError):
        feed.watch([topic(2), AUCTION_OF_FUTURES])
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted)
        assert carried(venue) == [{"COIN1USDT"}]


@virtual_time
async def test_a_reader_who_stalls_makes_the_sockets_wait_and_then_gets_everything() -> None:
    venue = FakeVenue()
    feed = make(venue, max_channels=1)
    feed.watch(topics(1, 2))
    async with Reader(feed) as reader:
        await reader.until(SubscriptionAccepted, 2)
        reader.is_stalled = True
        for number in range(1000):
            for socket in venue.sockets:
                socket.push(trade_push(socket.args()[0], number))
        await asyncio.sleep(10)
        assert feed._queue.qsize() <= 256
        reader.is_stalled = False
        await reader.until(TradesPrinted, 2000, within_s=5)


@virtual_time
async def test_many_connections_close_without_leaving_anything() -> None:
    venue = FakeVenue(latency_s=0.1)
    feed = make(venue, max_channels=1)
    feed.watch(topics(*range(8)))
    async with Reader(feed) as reader:
        await asyncio.sleep(0.25)
        venue.sockets[3].is_half_open = True
        await reader.stop()
    assert len(venue.sockets) == 8
    assert all(socket.is_closed for socket in venue.sockets)


@virtual_time
async def test_the_accounts_stream_signs_every_login_with_the_exchanges_time() -> None:
    venue = FakeVenue()
    offset_s = 40
    clock = VirtualClock()
    stream = private_stream(
        venue.dial,
        Peer.credentials(),
        [ProductType.SPOT, ProductType.USDT_FUTURES],
        clock=clock,
        rng=random.Random(1),
        now_s=lambda: clock.now_ms() // 1000 + offset_s,
    )
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted, 9)
        login = venue.last.requests[0]["args"][0]
        assert login["timestamp"] == str(START_MS // 1000 + offset_s)
        assert (login["apiKey"], login["passphrase"]) == (tables.KEY, tables.PASSPHRASE)
        channels = {(arg["instType"], arg["channel"]) for arg in venue.last.args()}
        assert {("SPOT", "orders"), ("SPOT", "account"), ("USDT-FUTURES", "positions")} <= channels
        for secret in (tables.KEY, tables.SECRET, tables.PASSPHRASE):
            assert secret not in repr(reader.came)
            assert secret not in repr(vars(stream))
