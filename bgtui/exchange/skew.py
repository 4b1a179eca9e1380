"""Exchange time on a machine whose clock may be wrong.

Signed requests carry a timestamp that the exchange refuses when it is 30 s off (bitget-wire 2.1). The offset
is measured by asking the exchange's clock a few times and believing the fastest answer; in between, time runs
on the monotonic clock, so that a step of the wall clock moves nothing that is signed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError, ClockSkew
from bgtui.domain.event import ClockMeasured
from bgtui.domain.value import frozen

PROBES = 5
EVERY_S = 3600.0
AGAIN_S = 300.0
"""Wait after an hourly measurement that failed."""
JUMP_MS = 2000
"""The two clocks part by more than this only when one was set, or when the machine slept."""
ENOUGH_S = 2.0
"""On a slow network one answer has to do: somebody waits to trade."""
REPORT_MS = 1000
BLOCK_MS = 20_000
FIX = "fix: timedatectl set-ntp true"

_log = logging.getLogger(__name__)


@frozen
class Measurement:
    """One look at the exchange's clock: what it said, and what ours said half-way through the request."""

    server_ms: int
    wall_ms: int
    monotonic_s: float
    round_trip_s: float

    @property
    def offset_ms(self) -> int:
        """Add to the wall clock to get the exchange's."""
        return self.server_ms - self.wall_ms


def describe_skew(offset_ms: int) -> str | None:
    """Return the line for a person when this machine's clock is too far off, or None."""
    seconds = abs(offset_ms) / 1000
    if abs(offset_ms) > BLOCK_MS:
        return f"Clock is {seconds:.0f}s off: sending stopped, Bitget would refuse; {FIX}"
    if abs(offset_ms) > REPORT_MS:
        return f"Clock is {seconds:.1f}s off Bitget's; corrected here; {FIX}"
    return None


def describe_block(offset_ms: int) -> str:
    """Return why nothing is sent when the clock is too far off, with the way out; empty when it is not."""
    if abs(offset_ms) <= BLOCK_MS:
        return ""
    return f"Clock is {abs(offset_ms) / 1000:.0f}s off: sending stopped, Bitget would refuse; fix it, then u."


class Skew:
    """Knows the exchange's time, and measures it again when that knowledge is old or in doubt."""

    def __init__(
        self, clock: Clock, ask: Callable[[], Awaitable[int]], observe: Callable[[ClockMeasured], None]
    ) -> None:
        """Take the local clock, how to ask the exchange's (milliseconds), and where to report."""
        self._clock = clock
        self._ask = ask
        self._observe = observe
        self._last: Measurement | None = None
        self._is_distrusted = False
        self._due_at = 0.0
        self._turn = asyncio.Lock()

    def now_ms(self) -> int:
        """Return exchange time, or the local clock's before the first measurement."""
        if self._last is None:
            return self._clock.now_ms()
        return self._last.server_ms + round((self._clock.monotonic() - self._last.monotonic_s) * 1000)

    @property
    def last(self) -> Measurement | None:
        """The measurement in use."""
        return self._last

    def distrust(self) -> None:
        """Measure before anything more is signed: the exchange has refused a timestamp.

        Until then the measurement is still better than the wall clock, which may be a day off.
        """
        self._is_distrusted = True

    async def ensure(self, *, may_wait: bool) -> None:
        """Measure if the time is not known; when it is merely old, only a caller that may wait does it.

        Raises:
            ExchangeError: the time is not known and the exchange's clock could not be asked.
        """
        if self._is_unknown():
            async with self._turn:
                if self._is_unknown():
                    await self._measure()
        elif may_wait and self._clock.monotonic() >= self._due_at and not self._turn.locked():
            await self._renew()

    async def measure(self) -> None:
        """Measure now.

        Raises:
            ExchangeError: the exchange's clock could not be asked.
        """
        async with self._turn:
            await self._measure()

    def check(self) -> None:
        """Refuse to send a write while the clock is so wrong that somebody should look at it first.

        Raises:
            ClockSkew: more than 20 s; nothing was sent.
        """
        if self._last is not None and abs(self._last.offset_ms) > BLOCK_MS:
            seconds = abs(self._last.offset_ms) / 1000
            message = f"Clock is {seconds:.0f}s off: sending stopped, Bitget would refuse"
            raise ClockSkew(message, code="", hint=FIX)

    def _is_unknown(self) -> bool:
        if self._last is None or self._is_distrusted:
            return True
        wall_ms = self._clock.now_ms() - self._last.wall_ms
        monotonic_ms = (self._clock.monotonic() - self._last.monotonic_s) * 1000
        return abs(wall_ms - monotonic_ms) > JUMP_MS

    async def _renew(self) -> None:
        try:
            await self.measure()
        except BgtuiError as error:
            self._due_at = self._clock.monotonic() + AGAIN_S
            _log.warning("the exchange's clock could not be asked again: %s", error)

    async def _measure(self) -> None:
        best = await self._probe()
        for _ in range(PROBES - 1):
            if self._clock.monotonic() - best.monotonic_s > ENOUGH_S:
                break
            try:
                sample = await self._probe()
            except BgtuiError:
                break
            best = min(best, sample, key=lambda each: each.round_trip_s)
        self._last, self._is_distrusted = best, False
        self._due_at = self._clock.monotonic() + EVERY_S
        if line := describe_skew(best.offset_ms):
            _log.warning("%s", line)
        self._observe(ClockMeasured(best.offset_ms, round(best.round_trip_s * 1000)))

    async def _probe(self) -> Measurement:
        wall_ms = self._clock.now_ms()
        started_s = self._clock.monotonic()
        server_ms = await self._ask()
        round_trip_s = self._clock.monotonic() - started_s
        half_s = round_trip_s / 2
        return Measurement(server_ms, wall_ms + round(half_s * 1000), started_s + half_s, round_trip_s)
