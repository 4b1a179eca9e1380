"""How often what no stream tells is asked: at its interval, faster after a write, slower after a 429."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

from bgtui.domain import question
from bgtui.domain.error import RateLimited, Rejected
from bgtui.domain.question import Question
from bgtui.session.questions import Asker
from tests.support.build import USDT
from tests.support.loop import virtual_time

TRACKS, FOLLOWERS = question.leader_tracks(USDT), question.followers(USDT)


class Clockwork:
    """The virtual loop's own time."""

    def now_ms(self) -> int:
        return round(self.monotonic() * 1000)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


class Exchange:
    """Answers, or refuses as scripted; remembers when it was asked what."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, Question[Any]]] = []
        self.endings: list[BaseException] = []

    async def answer(self, asked: Question[Any]) -> Any:
        self.asked.append((asyncio.get_running_loop().time(), asked))
        if self.endings:
            raise self.endings.pop(0)
        return ()

    def times(self, asked: Question[Any] = TRACKS) -> list[float]:
        return [time for time, other in self.asked if other == asked]

    def gaps(self) -> list[float]:
        times = self.times()
        return [round(after - before, 3) for before, after in pairwise(times)]


@asynccontextmanager
async def asking(exchange: Exchange, interval_s: float = 5.0) -> AsyncIterator[Asker]:
    clock = Clockwork()
    asker = Asker(exchange, lambda _: None, clock=clock, rng=random.Random(1), now_ms=clock.now_ms)
    asker.attend([(TRACKS, interval_s)])
    task = asyncio.create_task(asker.run())
    try:
        yield asker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@virtual_time
async def test_it_is_asked_at_its_interval() -> None:
    exchange = Exchange()
    async with asking(exchange):
        await asyncio.sleep(16)
    assert exchange.gaps() == [5, 5, 5]


@virtual_time
async def test_what_was_changed_is_asked_at_once_and_often_for_a_while() -> None:
    exchange = Exchange()
    async with asking(exchange) as asker:
        await asyncio.sleep(2.5)
        asker.hurry(TRACKS)
        await asyncio.sleep(25)
    assert exchange.gaps()[:3] == [2.5, 1, 1]
    assert exchange.gaps()[-1] == 5
    assert 12 <= len(exchange.times()) <= 16


@virtual_time
async def test_what_nobody_attends_is_asked_once_when_it_was_changed() -> None:
    exchange = Exchange()
    async with asking(exchange) as asker:
        await asyncio.sleep(0)
        asker.hurry(FOLLOWERS)
        await asyncio.sleep(20)
    assert len(exchange.times(FOLLOWERS)) == 1


@virtual_time
async def test_too_many_requests_slow_it_down_and_good_answers_bring_it_back() -> None:
    exchange = Exchange()
    exchange.endings = [RateLimited("Too many", code="429") for _ in range(3)]
    async with asking(exchange):
        await asyncio.sleep(200)
    gaps = exchange.gaps()
    assert gaps[:3] == [10, 20, 40]
    assert gaps[3:6] == [20, 10, 5]


@virtual_time
async def test_a_refusal_by_a_rule_is_a_fact_and_rarely_asked_again() -> None:
    exchange = Exchange()
    exchange.endings = [Rejected("not a trader", code="31001")]
    async with asking(exchange):
        await asyncio.sleep(70)
    assert exchange.gaps()[0] == 60


@virtual_time
async def test_a_screen_that_is_looked_at_again_is_not_as_old_as_it_was_allowed_to_be_elsewhere() -> None:
    exchange = Exchange()
    async with asking(exchange, 30.0) as asker:
        await asyncio.sleep(20)
        asker.attend([(TRACKS, 3.0)])
        await asyncio.sleep(7)
    assert exchange.gaps() == [20, 3, 3]


@virtual_time
async def test_turning_to_and_fro_between_views_asks_no_more_often_than_they_say() -> None:
    exchange = Exchange()
    async with asking(exchange, 3.0) as asker:
        for _ in range(58):
            asker.attend([(TRACKS, 12.0)])
            await asyncio.sleep(0.1)
            asker.attend([(TRACKS, 3.0)])
            await asyncio.sleep(0.1)
    assert exchange.gaps() == [3, 3, 3]


@virtual_time
async def test_looking_again_does_not_make_up_for_a_429() -> None:
    exchange = Exchange()
    exchange.endings = [RateLimited("Too many", code="429")]
    async with asking(exchange, 30.0) as asker:
        await asyncio.sleep(10)
        asker.attend([(TRACKS, 3.0)])
        await asyncio.sleep(60)
    assert exchange.gaps()[0] == 60
