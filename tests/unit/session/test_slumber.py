"""A machine that slept and a clock that was set (F-11)."""

from __future__ import annotations

import asyncio

import pytest

from bgtui.domain.error import NetworkError
from bgtui.session.slumber import Slumber, duration
from tests.support.build import HandClock


class Bench:
    """A slumber whose clock the test moves, and the exchange's clock beside it."""

    def __init__(self, *, can_trade: bool = True) -> None:
        self.clock = HandClock()
        self.offset_ms = 0
        self.exchange_ms = self.clock.wall_ms
        self.disarmed: list[str] = []
        self.dropped: list[str] = []
        self.refreshed = 0
        self.is_down = False
        self.slumber = Slumber(
            self.clock,
            disarm=self.disarmed.append if can_trade else None,
            drop=self.dropped.append,
            refresh=self._refresh,
            measure=self._measure,
            offset_ms=lambda: self.offset_ms,
        )

    def _refresh(self) -> None:
        self.refreshed += 1

    async def _measure(self) -> None:
        if self.is_down:
            raise NetworkError("unreachable")
        self.offset_ms = self.exchange_ms - self.clock.wall_ms

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.exchange_ms += round(seconds * 1000)
        await self.look()

    async def sleep(self, seconds: float) -> None:
        """The machine sleeps: its monotonic clock stands still."""
        self.clock.wall_ms += round(seconds * 1000)
        self.exchange_ms += round(seconds * 1000)
        await self.look()

    async def set_clock(self, seconds: float) -> None:
        self.clock.wall_ms += round(seconds * 1000)
        await self.look()

    async def look(self) -> None:
        self.slumber.look()
        for _ in range(3):
            await asyncio.sleep(0)


async def test_time_that_passes_is_no_sleep() -> None:
    bench = Bench()
    for seconds in (0.25, 4.0, 600.0):
        await bench.pass_time(seconds)
    await bench.set_clock(4.9)
    await bench.set_clock(-4.9)
    assert (bench.slumber.count, bench.dropped, bench.refreshed) == (0, [], 0)


async def test_a_sleep_disarms_drops_the_sockets_and_has_everything_asked() -> None:
    bench = Bench()
    await bench.sleep(2 * 3600 + 13 * 60)
    line = "Slept 2h13m: disarmed, everything asked again; look it over, then o."
    assert (bench.slumber.line, bench.disarmed) == (line, [line])
    assert (len(bench.dropped), bench.refreshed, bench.slumber.count) == (1, 1, 1)
    assert len(line) <= 78
    await bench.pass_time(0.25)
    assert bench.slumber.count == 1, "once"


@pytest.mark.parametrize(("seconds", "word"), [(60.0, "forward 1m00s"), (-60.0, "back 1m00s")])
async def test_a_clock_that_is_set_is_no_sleep_and_is_measured_again(seconds: float, word: str) -> None:
    bench = Bench()
    await bench.set_clock(seconds)
    assert bench.slumber.line.startswith(f"Clock was set {word}: disarmed")
    assert bench.offset_ms == -round(seconds * 1000)
    assert bench.disarmed


async def test_a_clock_that_was_set_is_no_sleep_though_a_request_measured_it_first() -> None:
    bench = Bench()
    await bench.look()
    bench.clock.wall_ms += 60_000
    await bench._measure()
    await bench.look()
    assert bench.slumber.line.startswith("Clock was set forward 1m00s: disarmed")


async def test_without_an_answer_it_stays_a_sleep() -> None:
    bench = Bench()
    bench.is_down = True
    await bench.set_clock(60.0)
    assert bench.slumber.line.startswith("Slept 1m00s: disarmed")


async def test_a_process_that_was_stopped_is_told_by_whoever_saw_it() -> None:
    bench = Bench()
    bench.clock.advance(3.0)
    bench.slumber.stood_still(3.0)
    assert bench.slumber.line.startswith("Stood still 3s: disarmed")
    assert (len(bench.dropped), bench.refreshed) == (1, 1)


async def test_a_run_that_cannot_trade_says_nothing_of_arming() -> None:
    bench = Bench(can_trade=False)
    await bench.sleep(61.0)
    assert bench.slumber.line == "Slept 1m01s: everything asked again; look it over."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5.4, "5s"), (60, "1m00s"), (185, "3m05s"), (3600, "1h00m"), (-7980, "2h13m"), (200_000, "2d07h")],
)
def test_a_span_reads_in_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
