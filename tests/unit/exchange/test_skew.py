"""Exchange time: what is measured, when again, and what a wrong clock stops."""

from __future__ import annotations

import asyncio

import pytest

from bgtui.domain.error import ClockSkew, NetworkError
from bgtui.domain.event import ClockMeasured
from bgtui.exchange.skew import Skew, describe_skew
from tests.support.loop import VirtualClock, virtual_time


class Exchange:
    """A clock that is ``ahead_ms`` of ours and answers after the delays given, then at once."""

    def __init__(self, clock: VirtualClock, ahead_ms: int = 0, delays: tuple[float, ...] = ()) -> None:
        self.clock = clock
        self.start_ms = clock.now_ms()
        self.ahead_ms = ahead_ms
        self.delays = list(delays)
        self.asked = 0
        self.failure: NetworkError | None = None

    async def ask(self) -> int:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        delay = self.delays.pop(0) if self.delays else 0.02
        # All of the delay lies on the way back: the worst case for a midpoint.
        now_ms = self.start_ms + round(self.clock.monotonic() * 1000) + self.ahead_ms
        await asyncio.sleep(delay)
        return now_ms


def make(
    ahead_ms: int = 0, delays: tuple[float, ...] = ()
) -> tuple[Skew, Exchange, VirtualClock, list[ClockMeasured]]:
    clock = VirtualClock()
    exchange = Exchange(clock, ahead_ms, delays)
    seen: list[ClockMeasured] = []
    return Skew(clock, exchange.ask, seen.append), exchange, clock, seen


@virtual_time
async def test_the_fastest_of_five_answers_is_believed() -> None:
    skew, exchange, clock, seen = make(3_100, delays=(0.9, 0.4, 0.01, 0.5, 0.6))
    await skew.ensure(may_wait=False)
    assert exchange.asked == 5
    assert seen == [ClockMeasured(offset_ms=3_095, round_trip_ms=10)]
    assert skew.now_ms() == clock.now_ms() + 3_095


@virtual_time
async def test_requests_that_start_together_measure_once() -> None:
    skew, exchange, _clock, _seen = make()
    await asyncio.gather(*(skew.ensure(may_wait=index % 2 == 0) for index in range(10)))
    assert exchange.asked == 5


@virtual_time
async def test_measured_again_after_an_hour_by_a_read_and_never_by_a_write() -> None:
    skew, exchange, _clock, _seen = make()
    await skew.ensure(may_wait=True)
    await asyncio.sleep(3_700)
    await skew.ensure(may_wait=False)
    assert exchange.asked == 5
    await skew.ensure(may_wait=True)
    assert exchange.asked == 10


@virtual_time
async def test_an_hourly_measurement_that_fails_keeps_the_old_one_and_tries_later() -> None:
    skew, exchange, _clock, _seen = make(500)
    await skew.ensure(may_wait=True)
    await asyncio.sleep(3_700)
    exchange.failure = NetworkError("gone")
    await skew.ensure(may_wait=True)
    await skew.ensure(may_wait=True)
    assert exchange.asked == 6
    await asyncio.sleep(301)
    exchange.failure = None
    await skew.ensure(may_wait=True)
    assert exchange.asked == 11


@virtual_time
async def test_a_first_measurement_that_fails_is_an_error() -> None:
    skew, exchange, _clock, _seen = make()
    exchange.failure = NetworkError("gone")
    with pytest.raises(NetworkError):
        await skew.ensure(may_wait=False)


@virtual_time
async def test_four_lost_probes_do_not_matter_when_one_came_back() -> None:
    skew, exchange, _clock, seen = make(700)

    async def once() -> int:
        if exchange.asked == 1:
            exchange.failure = NetworkError("gone")
        return await exchange.ask()

    skew._ask = once
    await skew.ensure(may_wait=False)
    assert [each.offset_ms for each in seen] == [690]


@virtual_time
async def test_a_step_of_the_wall_clock_moves_nothing_signed_and_is_measured() -> None:
    skew, exchange, clock, seen = make()
    await skew.ensure(may_wait=False)
    before = skew.now_ms()
    clock.move_wall(60)
    assert skew.now_ms() == before
    await skew.ensure(may_wait=False)
    assert exchange.asked == 10
    assert seen[-1].offset_ms == pytest.approx(-60_000, abs=20)


@virtual_time
async def test_distrust_measures_again_before_the_next_request() -> None:
    skew, exchange, _clock, _seen = make()
    await skew.ensure(may_wait=False)
    skew.distrust()
    await skew.ensure(may_wait=False)
    assert exchange.asked == 10


@virtual_time
async def test_a_refused_timestamp_does_not_bring_the_wall_clock_back() -> None:
    """Ours is a day ahead: believed for a moment, it would end the lock of a lost day."""
    skew, _exchange, clock, _seen = make(-86_400_000)
    await skew.ensure(may_wait=False)
    told_ms = skew.now_ms()
    skew.distrust()
    assert skew.now_ms() == told_ms == pytest.approx(clock.now_ms() - 86_400_000, abs=50)


@virtual_time
async def test_a_clock_24_seconds_off_stops_writes_until_it_is_set() -> None:
    skew, _exchange, clock, _seen = make(24_000)
    await skew.ensure(may_wait=False)
    with pytest.raises(ClockSkew, match=r"Clock is 24s off.*timedatectl set-ntp true"):
        skew.check()
    clock.move_wall(24)
    await skew.ensure(may_wait=False)
    skew.check()


@pytest.mark.parametrize(
    ("offset_ms", "line"),
    [
        (0, None),
        (-1_000, None),
        (-3_100, "Clock is 3.1s off Bitget's; corrected here; fix: timedatectl set-ntp true"),
        (24_000, "Clock is 24s off: sending stopped, Bitget would refuse; fix: timedatectl set-ntp true"),
    ],
)
def test_the_line_about_a_wrong_clock(offset_ms: int, line: str | None) -> None:
    assert describe_skew(offset_ms) == line
