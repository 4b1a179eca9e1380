"""What a stream asks for: chunks, rates, budgets, refusals, renewals."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.domain.event import (
    BookReceived,
    ConnectionLost,
    ConnectionOpened,
    SubscriptionAccepted,
    SubscriptionRefused,
)
from bgtui.exchange.link import Rules
from bgtui.wire.channel import Subscription
from tests.support.loop import run_virtual, virtual_time
from tests.support.reader import Reader
from tests.support.sockets import FakeSocket, FakeVenue, book_push
from tests.support.streams import BOOK, TICKER, TRADE, make, make_private, many


@virtual_time
async def test_large_sets_go_in_chunks_below_4096_bytes() -> None:
    venue = FakeVenue()
    wanted = many(300)
    async with Reader(make(venue, wanted)) as reader:
        await reader.until(SubscriptionAccepted, 300)
        assert len(venue.last.sent) >= 6
        assert all(len(text.encode()) <= 4096 for _, text in venue.last.sent)
        assert venue.last.args() == [each.arg() for each in wanted]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 40)), min_size=5, max_size=60), st.integers(0, 9))
def test_never_more_than_ten_messages_in_a_second(steps: list[tuple[float, int]], seed: int) -> None:
    async def scenario() -> None:
        venue = FakeVenue()
        stream = make_private(venue, rng=random.Random(seed))
        async with Reader(stream) as reader:
            await reader.until(ConnectionOpened)
            for gap, first in steps:
                await asyncio.sleep(gap)
                stream.want(many(60)[first:])
                stream.renew(many(60)[50])
            await asyncio.sleep(60)
            moments = [moment for moment, _ in venue.last.sent]
            for start in moments:
                assert sum(1 for moment in moments if start <= moment < start + 1) <= 10
            assert len(venue.dialed_at) == 1

    run_virtual(scenario())


@virtual_time
async def test_the_hourly_budget_waits_rather_than_exceeds_and_loses_nothing() -> None:
    venue = FakeVenue()
    stream = make(venue, many(10))
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted, 10)
        for round_ in range(400):
            stream.want(many(10) if round_ % 2 else many(9))
            await asyncio.sleep(1)
        stream.want([*many(10), TICKER])
        await asyncio.sleep(4000)
        moments = [moment for moment, text in venue.last.sent if text != "ping"]
        for start in moments:
            assert sum(1 for moment in moments if start <= moment < start + 3600) <= 240
        assert len(moments) >= 240
        assert venue.last.args()[-1] == TICKER.arg()
        assert len(venue.dialed_at) == 1


@virtual_time
async def test_want_while_running_asks_for_the_difference_only() -> None:
    venue = FakeVenue()
    stream = make(venue, [BOOK, TICKER])
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted, 2)
        stream.want([TICKER, TRADE])
        await reader.until(SubscriptionAccepted, 3)
        assert venue.last.requests[1:] == [
            {"op": "unsubscribe", "args": [BOOK.arg()]},
            {"op": "subscribe", "args": [TRADE.arg()]},
        ]


@virtual_time
async def test_renew_brings_a_new_snapshot_of_that_channel_alone() -> None:
    venue = FakeVenue()
    venue.on_subscribe = lambda socket, arg: socket.push(book_push(arg))
    stream = make(venue, [BOOK, Subscription("SPOT", "books", "instId", "ETHUSDT")])
    async with Reader(stream) as reader:
        await reader.until(BookReceived, 2)
        stream.renew(BOOK)
        again = await reader.until(BookReceived, 3)
        assert again.instrument == "usdt-futures:BTCUSDT"
        assert venue.last.args("unsubscribe") == [BOOK.arg()]
        await asyncio.sleep(30)
        assert len(reader.of(BookReceived)) == 3


@virtual_time
async def test_an_unacknowledged_subscription_is_asked_again() -> None:
    venue = FakeVenue()
    venue.ignored = {"books"}
    async with Reader(make(venue, [BOOK, TICKER])) as reader:
        await asyncio.sleep(25)
        assert venue.last.args() == [BOOK.arg(), TICKER.arg(), BOOK.arg()]
        venue.ignored = set()
        await reader.until(SubscriptionAccepted, 2, within_s=10)


@virtual_time
async def test_a_refused_subscription_is_reported_once_and_not_asked_again() -> None:
    venue = FakeVenue()
    venue.refused = {"ticker": "30001"}
    stream = make(venue, [BOOK, TICKER])
    async with Reader(stream) as reader:
        refused = await reader.until(SubscriptionRefused)
        assert (refused.code, refused.channel) == ("30001", "USDT-FUTURES ticker BTCUSDT")
        assert refused.instrument == "usdt-futures:BTCUSDT"
        await asyncio.sleep(50)
        venue.last.drop()
        await reader.until(ConnectionOpened, 2)
        await asyncio.sleep(50)
        assert len(reader.of(SubscriptionRefused)) == 1
        assert venue.last.args() == [BOOK.arg()]
        # Taking it off the list and putting it back means another try.
        venue.refused = {}
        stream.want([BOOK])
        stream.want([BOOK, TICKER])
        await asyncio.sleep(1)
        assert venue.last.args() == [BOOK.arg(), TICKER.arg()]


@virtual_time
async def test_a_refusal_that_names_nobody_is_traced_to_its_channel() -> None:
    venue = FakeVenue()
    venue.refused = {"ticker": "30001"}
    venue.names_refused = False
    async with Reader(make(venue, [BOOK, TICKER, TRADE])) as reader:
        refused = await reader.until(SubscriptionRefused, within_s=60)
        assert refused.channel == "USDT-FUTURES ticker BTCUSDT"
        await reader.until(SubscriptionAccepted, 2, within_s=60)


@pytest.mark.parametrize("code", ["30006", "429"])
def test_an_exchange_that_asks_for_patience_gets_it(code: str) -> None:
    async def scenario() -> None:
        venue = FakeVenue()
        stream = make(venue, [BOOK])
        async with Reader(stream) as reader:
            await reader.until(SubscriptionAccepted)
            venue.last.push({"event": "error", "code": code, "msg": "too many requests"})
            await asyncio.sleep(0)
            stream.want([BOOK, TICKER])
            await asyncio.sleep(9)
            assert venue.last.args() == [BOOK.arg()]
            await reader.until(SubscriptionAccepted, 2, within_s=3)
            assert len(venue.dialed_at) == 1

    run_virtual(scenario())


@virtual_time
async def test_a_connection_closed_for_its_rate_is_not_dialed_again_at_once() -> None:
    venue = FakeVenue()
    async with Reader(make(venue)) as reader:
        await reader.until(SubscriptionAccepted)
        venue.last.push({"event": "error", "code": 30007, "msg": "request over limit"})
        venue.last.drop("closed by the exchange")
        lost = await reader.until(ConnectionLost)
        assert lost.retry_in_ms is not None
        assert lost.retry_in_ms >= 10_000
        await reader.until(ConnectionOpened, 2, within_s=12)


@virtual_time
async def test_a_ticking_channel_that_fell_silent_is_asked_for_again_and_no_other() -> None:
    venue = FakeVenue()

    def move(socket: FakeSocket, arg: dict[str, str]) -> None:
        socket.push(book_push(arg))
        is_dead = arg == BOOK.arg() and socket.args().count(arg) == 1
        if not socket.is_closed and not is_dead:
            asyncio.get_running_loop().call_later(1, move, socket, arg)

    venue.on_subscribe = move
    spot = Subscription("SPOT", "books", "instId", "BTCUSDT")
    async with Reader(make(venue, [BOOK, spot, TRADE])) as reader:
        await asyncio.sleep(300)
        assert venue.last.args("unsubscribe") == [BOOK.arg()]
        assert venue.last.args() == [BOOK.arg(), spot.arg(), TRADE.arg(), BOOK.arg()]
        assert reader.of(ConnectionLost) == []
        moment = next(when for when, text in venue.last.sent if "unsubscribe" in text)
        assert 60 <= moment <= 62


@virtual_time
async def test_renewals_of_silent_channels_leave_half_of_the_budget_to_people() -> None:
    venue = FakeVenue()
    rules = Rules(requests_per_hour=20, silent_s=5)
    stream = make(venue, [BOOK, TICKER], rules=rules)
    async with Reader(stream) as reader:
        await asyncio.sleep(1800)
        assert 8 <= len(venue.last.requests) <= 12
        stream.want([BOOK, TICKER, TRADE])
        accepted = len(reader.of(SubscriptionAccepted))
        await reader.until(SubscriptionAccepted, accepted + 1, within_s=1)
