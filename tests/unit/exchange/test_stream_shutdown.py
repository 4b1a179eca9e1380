"""Ending: sockets closed within a bound, no cancellation swallowed, no task left (run_virtual looks)."""

from __future__ import annotations

import asyncio

import pytest

from bgtui.domain.event import (
    ConnectionMeasured,
    ConnectionOpened,
)
from tests.support.loop import run_virtual, virtual_time
from tests.support.reader import Reader
from tests.support.sockets import FakeVenue
from tests.support.streams import make, make_private


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.15, 0.25, 5.0, 30.0])
@pytest.mark.parametrize("is_half_open", [False, True])
def test_being_cancelled_closes_the_socket_within_a_bound(after_s: float, is_half_open: bool) -> None:
    async def scenario() -> None:
        venue = FakeVenue(latency_s=0.1)
        async with Reader(make_private(venue)) as reader:
            await asyncio.sleep(after_s)
            for socket in venue.sockets:
                socket.is_half_open = is_half_open
            begin = asyncio.get_running_loop().time()
            await reader.stop()
            assert asyncio.get_running_loop().time() - begin <= 4
            assert all(socket.is_closed for socket in venue.sockets)

    run_virtual(scenario())


@virtual_time
async def test_a_reader_with_a_timeout_of_its_own_gets_that_timeout() -> None:
    venue = FakeVenue()
    events = make(venue).events()
    seen = 0
    try:
        async with asyncio.timeout(10):
            async for event in events:
                seen += isinstance(event, ConnectionMeasured)
    except TimeoutError:
        assert asyncio.get_running_loop().time() == 10
    assert seen >= 8
    await events.aclose()  # type: ignore[attr-defined]
    assert venue.last.is_closed


@virtual_time
async def test_a_cancellation_in_the_moment_of_a_wake_is_not_swallowed() -> None:
    venue = FakeVenue()
    stream = make(venue)
    async with Reader(stream) as reader:
        await reader.until(ConnectionOpened)
        await asyncio.sleep(0.5)
        stream.nudge()
        await reader.stop()
        assert venue.last.is_closed
    stream = make(venue)
    async with Reader(stream) as reader:
        await reader.until(ConnectionOpened)
        await asyncio.sleep(0.5)
        task = reader._task
        assert task is not None
        task.cancel()
        stream.nudge()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()
        assert venue.last.is_closed


@virtual_time
async def test_a_bug_in_the_pulse_is_loud() -> None:
    venue = FakeVenue()
    stream = make(venue)
    async with Reader(stream) as reader:
        await reader.until(ConnectionOpened)
        venue.last.on_send = _divide
        error = await reader.ended(within_s=5)
        assert isinstance(error, ZeroDivisionError)


def _divide(_text: str) -> None:
    raise ZeroDivisionError("a bug")
