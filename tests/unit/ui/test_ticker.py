"""Frames come at a steady beat; what was missed is not made up for."""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar

import pytest

from bgtui.ui.ticker import Ticker
from tests.support.loop import virtual_time

PERIOD_S = 0.1


class Beats:
    """When each beat came, seconds since the first could."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.times: list[float] = []

    def __call__(self) -> None:
        self.times.append(round(self.loop.time(), 3))


@virtual_time
async def test_it_beats_at_its_period() -> None:
    beats = Beats()
    Ticker(PERIOD_S, beats)
    await asyncio.sleep(0.35)
    assert beats.times == [0.1, 0.2, 0.3]


@virtual_time
async def test_nothing_comes_while_it_is_paused() -> None:
    beats = Beats()
    ticker = Ticker(PERIOD_S, beats)
    await asyncio.sleep(0.15)
    ticker.pause()
    await asyncio.sleep(1.0)
    ticker.resume()
    ticker.resume()  # a second time changes nothing
    await asyncio.sleep(0.25)
    assert beats.times == [0.1, 1.25, 1.35]


@virtual_time
async def test_it_beats_where_it_was_made_whoever_lets_it_go_on() -> None:
    place: ContextVar[str] = ContextVar("place", default="nowhere")
    seen: list[str] = []
    place.set("the app")
    ticker = Ticker(PERIOD_S, lambda: seen.append(place.get()))
    ticker.pause()
    place.set("elsewhere")
    ticker.resume()
    await asyncio.sleep(0.15)
    assert seen == ["the app"]


@virtual_time
async def test_beats_that_were_missed_are_left_out() -> None:
    beats = Beats()
    loop = asyncio.get_running_loop()
    Ticker(PERIOD_S, beats)

    def stall() -> None:
        loop.jump(0.73)  # type: ignore[attr-defined]  # the loop of the test

    loop.call_at(0.15, stall)
    await asyncio.sleep(1.0)
    assert beats.times == [0.1, 0.88, 0.9, 1.0]


@virtual_time
async def test_a_beat_that_breaks_is_told_and_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    times = Beats()

    def beat() -> None:
        times()
        if len(times.times) == 1:
            raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR):
        Ticker(PERIOD_S, beat)
        await asyncio.sleep(0.25)
    assert times.times == [0.1, 0.2]
    assert "broken" in caplog.text
