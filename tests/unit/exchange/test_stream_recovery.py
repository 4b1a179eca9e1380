"""Losses, waiting times, suspend, rotation: what is wanted survives all of them."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest

from bgtui.domain.event import (
    Connection,
    ConnectionLost,
    ConnectionOpened,
    SubscriptionAccepted,
)
from bgtui.exchange.link import Rules
from bgtui.exchange.stream import ROTATION, Stream
from bgtui.exchange.transport import Disconnected
from bgtui.wire.channel import Subscription
from tests.support.loop import VirtualClock, virtual_time
from tests.support.reader import Reader
from tests.support.sockets import FakeSocket, FakeVenue
from tests.support.streams import BOOK, HOURLY, ORDERS, TICKER, TRADE, make, make_private


@virtual_time
async def test_after_a_loss_everything_wanted_is_asked_for_again() -> None:
    venue = FakeVenue()
    stream = make(venue, [BOOK])
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted)
        stream.want([BOOK, TICKER, TRADE])
        await reader.until(SubscriptionAccepted, 3)
        venue.last.drop("closed by the exchange: 1012")
        await reader.until(SubscriptionAccepted, 6)
        lost = reader.of(ConnectionLost)[0]
        assert lost.reason == "closed by the exchange: 1012"
        assert lost.retry_in_ms is not None
        assert lost.retry_in_ms <= 1000
        assert venue.last.args() == [BOOK.arg(), TICKER.arg(), TRADE.arg()]


@virtual_time
async def test_failed_dials_wait_longer_and_longer_and_say_so() -> None:
    venue = FakeVenue()
    venue.dial_errors.extend(Disconnected(f"cannot reach x ({number})") for number in range(12))
    async with Reader(make(venue)) as reader:
        opened = await reader.until(ConnectionOpened)
        assert opened.attempt == 13
        losses = reader.of(ConnectionLost)
        assert [each.reason for each in losses] == [f"cannot reach x ({number})" for number in range(12)]
        waits = [each.retry_in_ms or 0 for each in losses]
        for number, wait in enumerate(waits):
            assert wait <= min(30_000, 1000 * 2**number)
        assert max(waits) > 10_000
        gaps = [b - a for a, b in zip(venue.dialed_at, venue.dialed_at[1:], strict=False)]
        assert [round(gap * 1000) for gap in gaps] == waits


@virtual_time
async def test_waiting_times_begin_anew_only_after_a_healthy_period() -> None:
    venue = FakeVenue()
    async with Reader(make(venue, rng=random.Random(3))) as reader:
        for count in range(1, 9):
            await reader.until(ConnectionOpened, count)
            await asyncio.sleep(1)
            venue.last.drop()
        await reader.until(ConnectionOpened, 9)
        assert max(each.retry_in_ms or 0 for each in reader.of(ConnectionLost)) > 5000
        await asyncio.sleep(61)
        venue.last.drop()
        await reader.until(ConnectionOpened, 10)
        assert (reader.of(ConnectionLost)[-1].retry_in_ms or 0) <= 1000


@virtual_time
async def test_a_dial_that_hangs_is_given_up() -> None:
    async def hang() -> FakeSocket:
        await asyncio.Event().wait()
        raise AssertionError

    stream = Stream(
        Connection.PUBLIC, "public-0", hang, clock=VirtualClock(), rng=random.Random(1), wanted=[BOOK]
    )
    async with Reader(stream) as reader:
        lost = await reader.until(ConnectionLost, within_s=16)
        assert "no connection within" in lost.reason


@virtual_time
async def test_reconnect_on_demand() -> None:
    venue = FakeVenue()
    stream = make(venue)
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted)
        stream.reconnect("the book failed twice\x1b[2J")
        await reader.until(SubscriptionAccepted, 2)
        assert reader.of(ConnectionLost)[0].reason == "the book failed twice[2J"
        assert venue.sockets[0].is_closed
        assert not venue.sockets[1].is_closed


@virtual_time
async def test_a_suspend_drops_the_connection_and_dials_anew() -> None:
    venue = FakeVenue()
    clock = VirtualClock()
    async with Reader(make(venue, clock=clock)) as reader:
        await asyncio.sleep(100)
        clock.move_wall(4)
        await asyncio.sleep(10)
        assert reader.of(ConnectionLost) == []
        clock.move_wall(7980)
        lost = await reader.until(ConnectionLost, within_s=2)
        assert "7980 s" in lost.reason
        await reader.until(ConnectionOpened, 2, within_s=2)
        clock.move_wall(-60)
        await reader.until(ConnectionOpened, 3, within_s=5)


@virtual_time
async def test_rotation_has_the_next_connection_ready_and_loses_nothing_that_is_wanted() -> None:
    venue = FakeVenue(latency_s=0.05)
    stream = make_private(venue, rules=HOURLY)
    stream.want([ORDERS, Subscription("SPOT", "orders")])
    async with Reader(stream) as reader:
        await asyncio.sleep(2.1 * 3600)
        assert [each.reason for each in reader.of(ConnectionLost)] == [ROTATION, ROTATION]
        assert len(venue.sockets) == 3
        for old, new, dialed in zip(venue.sockets, venue.sockets[1:], venue.dialed_at[1:], strict=False):
            assert old.is_closed
            assert [request["op"] for request in new.requests] == ["login", "subscribe"]
            assert new.args() == old.args()
            # The old one was alive until the new one had asked for everything.
            asked_at = next(moment for moment, text in new.sent if "subscribe" in text)
            assert asked_at - dialed == pytest.approx(0.1)
            assert old.closed_at is not None
            assert old.closed_at >= asked_at
        for loss, opening in zip(
            reader.times(ConnectionLost), reader.times(ConnectionOpened)[1:], strict=True
        ):
            assert opening - loss < 0.001
        ages = [b - a for a, b in itertools.pairwise(venue.dialed_at)]
        assert all(55 * 60 <= age <= 61 * 60 for age in ages)


def test_rotation_comes_well_before_the_cut_of_24_hours() -> None:
    rules = Rules()
    assert 22 * 3600 <= rules.rotate_s - rules.rotate_jitter_s < rules.rotate_s <= 23.2 * 3600


@virtual_time
async def test_a_rotation_that_cannot_dial_leaves_the_old_connection_at_work() -> None:
    venue = FakeVenue()
    async with Reader(make(venue, rules=HOURLY)) as reader:
        await asyncio.sleep(50 * 60)
        venue.dial_errors.extend(Disconnected("no") for _ in range(5))
        await reader.until(ConnectionOpened, 2, within_s=3600)
        assert [each.reason for each in reader.of(ConnectionLost)] == [ROTATION]
        assert venue.dial_errors == type(venue.dial_errors)()
