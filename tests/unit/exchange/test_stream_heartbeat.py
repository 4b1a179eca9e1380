"""Pings, pongs, and when a connection counts as dead."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest

from bgtui.domain.event import (
    ConnectionLost,
    ConnectionOpened,
)
from tests.support.loop import VirtualLoop, run_virtual, virtual_time
from tests.support.reader import Reader
from tests.support.sockets import FakeVenue
from tests.support.streams import BOOK, TRADE, make, make_private, ticking


@virtual_time
async def test_it_pings_every_20_to_25_seconds_however_much_flows() -> None:
    venue = FakeVenue()
    ticking(venue)
    async with Reader(make(venue, [BOOK, TRADE])):
        await asyncio.sleep(3600)
        pings = venue.last.pings
        gaps = [after - before for before, after in itertools.pairwise(pings)]
        assert len(gaps) > 100
        assert min(gaps) >= 20
        assert max(gaps) <= 25
        assert len({round(gap, 3) for gap in gaps}) > 50
        assert len(venue.dialed_at) == 1


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("after_s", [0.5, 3.0, 100.0])
def test_a_half_open_connection_is_dead_within_35_seconds(seed: int, after_s: float) -> None:
    async def scenario() -> None:
        venue = FakeVenue()
        ticking(venue)
        async with Reader(make(venue, rng=random.Random(seed))) as reader:
            await asyncio.sleep(after_s)
            venue.last.is_half_open = True
            lost = await reader.until(ConnectionLost, within_s=35)
            assert "no pong" in lost.reason
            await reader.until(ConnectionOpened, 2, within_s=5)
            assert venue.sockets[0].is_closed

    run_virtual(scenario())


@virtual_time
async def test_a_missing_pong_counts_even_while_data_flows() -> None:
    venue = FakeVenue()
    ticking(venue)
    venue.answers_pings = False
    async with Reader(make(venue)) as reader:
        await reader.until(ConnectionLost, within_s=12)
        assert reader.times(ConnectionLost) == [11.0]


@virtual_time
async def test_a_quiet_private_stream_that_answers_pings_is_left_alone() -> None:
    venue = FakeVenue()
    async with Reader(make_private(venue)) as reader:
        await asyncio.sleep(6 * 3600)
        assert len(venue.dialed_at) == 1
        assert reader.of(ConnectionLost) == []
        assert len(venue.last.args()) == 1


@virtual_time
async def test_a_reader_who_stalls_twelve_seconds_does_not_cost_the_connection() -> None:
    venue = FakeVenue()
    ticking(venue, 0.1)
    async with Reader(make(venue)) as reader:
        await asyncio.sleep(60)
        for _ in range(100):
            reader.is_stalled = True
            await asyncio.sleep(12)
            reader.is_stalled = False
            await asyncio.sleep(6.3)
        assert reader.of(ConnectionLost) == []
        assert max(after - before for before, after in itertools.pairwise(venue.last.pings)) <= 35


@virtual_time
async def test_a_reader_who_stalls_for_ever_does_not_keep_a_dead_connection() -> None:
    venue = FakeVenue()
    async with Reader(make(venue)) as reader:
        await reader.until(ConnectionOpened)
        venue.last.is_half_open = True
        reader.is_stalled = True
        venue.last.push("")
        await asyncio.sleep(70)
        reader.is_stalled = False
        await reader.until(ConnectionLost, within_s=1)


@virtual_time
async def test_a_program_that_stood_still_does_not_blame_the_exchange() -> None:
    venue = FakeVenue()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    async with Reader(make(venue)) as reader:
        await reader.until(ConnectionOpened)
        venue.answers_pings = False
        await asyncio.sleep(1.1)
        assert venue.last.pings == [1.0]
        loop.jump(12)  # the screen, say, took twelve seconds in which nothing else ran
        await asyncio.sleep(1)
        venue.last.push("pong")
        venue.answers_pings = True
        await asyncio.sleep(60)
        assert reader.of(ConnectionLost) == []
