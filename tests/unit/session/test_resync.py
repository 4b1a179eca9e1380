from __future__ import annotations

import asyncio
import random
from itertools import pairwise
from typing import Self

from bgtui.domain.event import BookBroken, BookDepth
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.session.session import Session
from bgtui.store.book import BookStatus
from bgtui.store.store import Store
from tests.support.build import BTC, ETH, book
from tests.support.feed import FakeMarket
from tests.support.loop import VirtualClock, virtual_time

BOOK = MarketTopic(MarketChannel.BOOK, BTC)
WRONG = book(is_snapshot=True, crc=1)
RIGHT = book(is_snapshot=True)


class Run:
    """A session over a fake market, running in the background."""

    def __init__(self) -> None:
        clock = VirtualClock()
        self.market = FakeMarket()
        self.store = Store(clock)
        self.session = Session(self.store, market=self.market, clock=clock, rng=random.Random(3))

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.session.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    @property
    def calls(self) -> list[str]:
        return [name for name, _ in self.market.calls]


@virtual_time
async def test_the_first_failure_renews_the_topic_at_once() -> None:
    async with Run() as run:
        run.market.put(RIGHT, book(seq=9, pseq=8))
        await asyncio.sleep(0.01)
        assert run.market.calls == [("renew", BOOK)]
        run.market.put(RIGHT)
        await asyncio.sleep(600)
        assert run.store.book_status(BTC) is BookStatus.LIVE
        assert run.calls == ["renew"]


@virtual_time
async def test_a_second_failure_within_a_minute_replaces_the_connection() -> None:
    async with Run() as run:
        run.market.put(WRONG)
        await asyncio.sleep(5)
        run.market.put(WRONG)
        await asyncio.sleep(0.01)
        assert run.calls == ["renew", "reconnect"]


@virtual_time
async def test_failures_far_apart_are_each_the_first() -> None:
    async with Run() as run:
        for _ in range(3):
            run.market.put(RIGHT, book(seq=9, pseq=8), RIGHT)
            await asyncio.sleep(61)
        assert run.calls == ["renew"] * 3


@virtual_time
async def test_a_book_that_never_verifies_is_asked_for_ever_more_rarely() -> None:
    async with Run() as run:
        loop = asyncio.get_running_loop()
        acted: list[float] = []
        answered = 0
        run.market.put(WRONG)
        while loop.time() < 3600:
            await asyncio.sleep(0.5)
            if len(run.calls) > answered:
                answered = len(run.calls)
                acted.append(loop.time())
                run.market.put(WRONG)
        assert run.calls[:2] == ["renew", "reconnect"]
        assert 60 <= answered <= 240, "inside the hourly budget of subscriptions"
        gaps = [later - earlier for earlier, later in pairwise(acted)]
        assert gaps[10] > gaps[2]
        assert max(gaps) <= 62
        assert not run.store.book(BTC).bids


@virtual_time
async def test_a_snapshot_that_never_comes_is_a_failure_of_its_own() -> None:
    async with Run() as run:
        run.market.put(RIGHT, BookBroken(BTC, BookDepth.FULL))
        await asyncio.sleep(9)
        assert run.calls == ["renew"]
        await asyncio.sleep(2)
        assert run.calls == ["renew", "reconnect"]


@virtual_time
async def test_one_broken_message_after_another_is_one_remedy_at_a_time() -> None:
    async with Run() as run:
        run.market.put(RIGHT, *[BookBroken(BTC, BookDepth.FULL)] * 100)
        await asyncio.sleep(0.5)
        assert run.calls == ["renew", "reconnect"]


@virtual_time
async def test_a_book_that_nobody_wants_any_more_is_left_alone() -> None:
    async with Run() as run:
        run.session.show(BTC)
        run.market.put(*[WRONG] * 3)
        await asyncio.sleep(0.1)
        before = list(run.calls)
        run.session.watch({MarketTopic(MarketChannel.BOOK, ETH)})
        await asyncio.sleep(300)
        assert run.calls == before
