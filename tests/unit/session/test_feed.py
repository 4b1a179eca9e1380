from __future__ import annotations

import asyncio
import logging
import random

import pytest

from bgtui.domain.error import ConfigError, LoginRefused, Maintenance, NetworkError, Outage
from bgtui.domain.event import Event, FeedFailed, FeedRecovered, TickerUpdated
from bgtui.session.feed import CALM_S, MAX_DELAY_S, backoff_s, keep
from tests.support.build import ticker
from tests.support.feed import FakeSource
from tests.support.loop import VirtualClock, virtual_time

TICK = TickerUpdated(ticker(1))


async def kept(source: FakeSource, seen: list[Event]) -> None:
    await keep(source, seen.append, clock=VirtualClock(), rng=random.Random(1))


@virtual_time
async def test_a_failure_is_reported_and_the_source_started_again() -> None:
    source, seen = FakeSource("prices"), list[Event]()
    source.put(TICK, RuntimeError("a bug with a s3cret"), TICK, TICK, None)
    await kept(source, seen)
    failed = seen[1]
    assert isinstance(failed, FeedFailed)
    assert (failed.source, failed.reason) == ("prices", "RuntimeError"), "foreign words are not shown"
    assert seen == [TICK, failed, FeedRecovered("prices"), TICK, TICK]
    assert (source.starts, source.closes) == (2, 2)


@virtual_time
async def test_an_exchange_that_is_away_is_reported_as_a_fact() -> None:
    source, seen = FakeSource(), list[Event]()
    source.put(Maintenance("down", code="40200"), NetworkError("gone"), None)
    await kept(source, seen)
    told = [(event.outage, event.code) for event in seen if isinstance(event, FeedFailed)]
    assert told == [(Outage.MAINTENANCE, "40200"), (None, "")]


@virtual_time
async def test_the_traceback_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    source = FakeSource()
    source.put(KeyError("x"), None)
    with caplog.at_level(logging.ERROR):
        await kept(source, [])
    assert caplog.records[0].exc_info is not None


@pytest.mark.parametrize("error", [LoginRefused("bad key"), ConfigError("bad file")])
def test_what_another_try_cannot_mend_stops_the_source(error: Exception) -> None:
    @virtual_time
    async def scenario() -> None:
        source, seen = FakeSource(), list[Event]()
        source.put(error, TICK)
        await kept(source, seen)
        assert seen == [FeedFailed("private", str(error), None)]

    scenario()


@virtual_time
async def test_the_pause_grows_and_a_calm_while_resets_it() -> None:
    source, seen = FakeSource(), list[Event]()
    task = asyncio.create_task(kept(source, seen))
    for _ in range(12):
        source.put(NetworkError("gone"))
        await asyncio.sleep(MAX_DELAY_S + 1)
    await asyncio.sleep(CALM_S)
    source.put(NetworkError("gone"))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    pauses = [event.retry_in_ms or 0 for event in seen if isinstance(event, FeedFailed)]
    assert pauses[-1] <= 1000
    assert max(pauses) <= MAX_DELAY_S * 1000


def test_the_backoff_doubles_within_its_jitter() -> None:
    rng = random.Random(7)
    for attempt in range(1, 40):
        top = min(MAX_DELAY_S, 2.0 ** (attempt - 1))
        assert top / 2 <= backoff_s(attempt, rng) <= top
